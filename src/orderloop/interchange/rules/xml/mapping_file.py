"""A mapping as somebody writes it: TOML or JSON, with the settings of his EDI. Each mistake is told by its line."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orderloop.interchange.facts import Fault, FaultCode, Place
from orderloop.interchange.rules.xml.mapping import mapping_of

MOST_CHARACTERS = 20_000
# Settings of reading, each with what it may say; `None` is any text. Those of a kind are named with a partner's code.
SETTINGS: Mapping[str, frozenset[str] | None] = {"lenient": frozenset({"", "counts"}), "price_basis": None}
KINDS: Mapping[str, frozenset[str]] = {
    "item": frozenset({"item", "customer_item", "barcode", "description", ""}),
    "date": frozenset({"requested_on", "ordered_on", ""}),
    "party": frozenset({"customer", "ship_to", ""}),
}
_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class MappingFile:
    """What a file says: a mapping (empty where it has none), settings by name, and every fault by its line."""

    mapping: Mapping[str, Any] = field(default_factory=dict)
    profile: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def is_setting(name: str) -> bool:
    """Whether a profile's key is a setting of reading, that such a file states."""
    return name in SETTINGS or name.partition(".")[0] in KINDS


def mapping_in(text: str) -> MappingFile:
    """The mapping and settings in a file's text; none of them where anything in it is wrong."""
    if len(text) > MOST_CHARACTERS:
        limit = f"{MOST_CHARACTERS:,}"
        return MappingFile(faults=(Fault(FaultCode.TOO_LARGE, Place(), {"limit": limit}),))
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except json.JSONDecodeError as error:
        return MappingFile(faults=(_damaged(f"line {error.lineno}", error.msg),))
    except tomllib.TOMLDecodeError as error:
        reason, _at, place = str(error).partition(" (at ")
        return MappingFile(faults=(_damaged(place.rstrip(")"), reason),))
    except RecursionError:
        return MappingFile(faults=(_damaged("", "depth"),))
    rest = {key: value for key, value in data.items() if key != "profile"}
    profile, wrong = _settings(data.get("profile", {}))
    faults = [fault for path in wrong if (fault := _meaningless(text, f"profile/{path}" if path else "profile"))]
    if rest:
        faults += [_meaningless(text, each.params["given"]) for each in mapping_of(rest)[1]]
    return MappingFile(faults=tuple(faults)) if faults else MappingFile(rest, profile)


def _settings(stated: object) -> tuple[dict[str, str], list[str]]:
    if not isinstance(stated, Mapping):
        return {}, [""]
    found: dict[str, str] = {}
    wrong: list[str] = []
    for path, value in _flat(stated):
        kind, _dot, code = path.partition(".")
        known = KINDS.get(kind) if code else SETTINGS.get(path, frozenset())
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else "\x00"
        if (known is not None and text not in known) or (path == "price_basis" and not _NUMBER.fullmatch(text)):
            wrong.append(path.replace(".", "/"))
        found[path] = text
    return found, wrong


def _flat(stated: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    for key, value in stated.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{code}", each) for code, each in value.items())
        else:
            yield str(key), value


def _damaged(place: str, reason: str) -> Fault:
    return Fault(FaultCode.DAMAGED, Place(place), {"detail": reason[:120]})


def _meaningless(text: str, path: str) -> Fault:
    return Fault(FaultCode.INVALID_ELEMENT, Place(f"line {_line(text, path)}"), {"name": "mapping", "given": path[:80]})


def _line(text: str, path: str) -> int:
    """The line where the last part of a path stands: each part is looked for behind the one before it."""
    at = position = 0
    for part in path.split("/"):
        match = re.compile(rf"(?<![\w-])[\"']?{re.escape(part)}[\"']?(?=\s*[=:.\]])").search(text, position)
        if match is None:
            break
        at, position = match.start(), match.end()
    return text.count("\n", 0, at) + 1
