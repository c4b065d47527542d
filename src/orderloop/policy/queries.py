"""Which version governs, and which there were."""

import time
from collections.abc import Sequence
from typing import Any, TypeVar

from orderloop.policy import rules
from orderloop.policy.facts import CALENDAR, InForce, Section, VersionFact, WorkingTime, section_of
from orderloop.policy.models import PolicyVersion
from orderloop.policy.rules import decode

T = TypeVar("T")

# A policy put in force governs in every process within this many seconds.
CACHE_SECONDS = 1.0

_governing: tuple[float, dict[str, PolicyVersion]] = (float("-inf"), {})
_versions: dict[int, InForce[Any]] = {}
_working_times: dict[int, WorkingTime] = {}


class NoPolicyInForce(LookupError):
    """A section has no version in force; `orderloop migrate` puts the first one in force."""


class UnreadablePolicy(ValueError):
    """A stored version no longer fits its section; every fault is named."""


def in_force(section: Section[T] | str) -> InForce[T]:
    """The version of a section that governs now, at most `CACHE_SECONDS` old. All sections come by one statement."""
    name = section if isinstance(section, str) else section.name
    version = _read_governing().get(name)
    if version is None:
        raise NoPolicyInForce(f"the policy section {name!r} has no version in force; run `orderloop migrate`")
    return _keep(version)


def version_of(version_id: int) -> InForce[Any]:
    """A version by its id, whatever became of it since: what a decision was taken under."""
    known = _versions.get(version_id)
    if known is None:
        known = _keep(PolicyVersion.objects.get(id=version_id))
    return known


def versions_of(section: str) -> list[VersionFact]:
    """All versions of a section, the newest first."""
    return [_fact(version) for version in PolicyVersion.objects.filter(section=section).order_by("-number")]


def versions_for(ids: Sequence[int]) -> dict[int, VersionFact]:
    """Versions by id."""
    return {version.id: _fact(version) for version in PolicyVersion.objects.filter(id__in=ids)}


def standing_of_sections() -> dict[str, dict[str, VersionFact]]:
    """Of every section its version in force and its newest draft, under `in_force` and `draft`."""
    found: dict[str, dict[str, VersionFact]] = {}
    rows = PolicyVersion.objects.filter(status__in=["in_force", "draft"]).order_by("section", "number")
    for version in rows:
        found.setdefault(version.section, {})[version.status] = _fact(version)
    return found


def forget() -> None:
    """Ask the database anew at the next reading in this process."""
    global _governing
    _governing = (float("-inf"), {})
    _versions.clear()


def _read_governing() -> dict[str, PolicyVersion]:
    global _governing
    read_at, governing = _governing
    now = time.monotonic()
    if now - read_at < CACHE_SECONDS:
        return governing
    governing = {version.section: version for version in PolicyVersion.objects.filter(status="in_force")}
    _governing = (now, governing)
    return governing


def _keep(version: PolicyVersion) -> InForce[Any]:
    known = _versions.get(version.id)
    if known is not None:
        return known
    section = section_of(version.section)
    decoded = decode(section, version.body, strict=False)
    if decoded.faults:
        named = "; ".join(f"{fault.field}: {fault.code}" for fault in decoded.faults)
        raise UnreadablePolicy(f"policy {version.section} {version.number} cannot be read: {named}")
    kept = InForce(version.id, version.number, decoded.value)
    if version.status != PolicyVersion.Status.DRAFT:
        _versions[version.id] = kept
    return kept


def _fact(version: PolicyVersion) -> VersionFact:
    return VersionFact(
        id=version.id,
        section=version.section,
        number=version.number,
        status=version.status,
        body=version.body,
        note=version.note,
        author=version.author,
        created_at=version.created_at,
        in_force_from=version.in_force_from,
        put_in_force_by=version.put_in_force_by,
        retired_at=version.retired_at,
    )


def working_time() -> WorkingTime:
    """The calendar in force, ready to reckon with; reckoned once a version."""
    governing = in_force(CALENDAR)
    known = _working_times.get(governing.version_id)
    if known is None:
        _working_times.clear()
        known = _working_times[governing.version_id] = rules.working_time(governing.value)
    return known
