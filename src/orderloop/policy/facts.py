"""What a policy section is: a frozen dataclass with a description of each field, and its versions.

A capability declares its section in its own facts and registers it when it is loaded:

    @dataclass(frozen=True, slots=True)
    class ReviewPolicy:
        large_order: Decimal = Decimal("100000")

    SECTION = Section(
        "review", _("Review"), ReviewPolicy, (Field("large_order", _("Large order from"), Kind.DECIMAL, minimum=0),)
    )

Every field of the dataclass has a default, so that version 1 can be made from it and a field added later finds a
value in older versions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from orderloop.foundation.calendar import WorkingCalendar, WorkingHours
from orderloop.foundation.calendar_data import CHINA_DAYS, SETTLED_YEARS
from orderloop.foundation.outcome import Reason
from orderloop.foundation.words import gettext_noop as _

T = TypeVar("T")


class Kind(StrEnum):
    """What a field holds, and how it is typed in.

    In the dataclass: int, Decimal, bool, str (CHOICE and TEXT), tuple[str, ...] (LIST and CHOICES) and, for TABLE,
    a tuple of the field's `row` dataclass. TIME is datetime.time. SHARE is a Decimal, a fraction of 1, and people see
    and type it in percent.
    """

    INT = "int"
    DECIMAL = "decimal"
    SHARE = "share"
    BOOL = "bool"
    CHOICE = "choice"
    CHOICES = "choices"
    LIST = "list"
    TEXT = "text"
    TIME = "time"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a section, or one column of a table in it.

    `choices` are (value, label); `minimum` and `maximum` bound a number, the length of a text, or the number of
    entries of a list or table. `unit` stands behind the value on the screen. `unique` holds for a table's column.
    A column that is a share in some rows only names in `share_with` the unique column and the values that make it one.
    """

    name: str
    label: str
    kind: Kind
    help: str = ""
    minimum: int | Decimal | None = None
    maximum: int | Decimal | None = None
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    optional: bool = False
    unique: bool = False
    row: type | None = None
    columns: tuple["Field", ...] = ()
    share_with: tuple[str, tuple[str, ...]] = ("", ())

    def in_row(self, row: Mapping[Any, Any]) -> "Field":
        """The column as it stands in that row: a share of at most all, or as it is described."""
        column, values = self.share_with
        return replace(self, kind=Kind.SHARE, maximum=1) if row.get(column) in values else self

    def __post_init__(self) -> None:
        if (self.kind is Kind.TABLE) != bool(self.row and self.columns):
            raise ValueError(f"policy field {self.name!r}: a table, and only a table, has a row class and columns")
        if (self.kind in (Kind.CHOICE, Kind.CHOICES)) != bool(self.choices):
            raise ValueError(f"policy field {self.name!r}: a choice, and only a choice, has choices")


@dataclass(frozen=True, slots=True)
class Section(Generic[T]):
    """A part of the company's rules that is versioned as one: `shape` is its dataclass.

    `check` looks at the fields together and names what does not fit; its reasons' `field` is the field to mend and
    their `params["text"]` the words, marked for translation.
    """

    name: str
    title: str
    shape: type[T]
    fields: tuple[Field, ...]
    summary: str = ""
    check: Callable[[T], Sequence[Reason]] | None = None

    def field(self, name: str) -> Field:
        """The field of that name; raises KeyError."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)


class UnknownSection(KeyError):
    """No capability has registered a section of that name."""


_sections: dict[str, Section[Any]] = {}


def register(section: Section[Any]) -> None:
    """Make a section known. Raises ValueError when another section has its name, or its fields and its dataclass do
    not agree."""
    known = _sections.get(section.name)
    if known is not None and known != section:
        raise ValueError(f"policy section {section.name!r} is registered twice")
    _compare(section.name, section.shape, section.fields)
    _sections[section.name] = section


def section_of(name: str) -> Section[Any]:
    """The registered section of that name."""
    try:
        return _sections[name]
    except KeyError:
        raise UnknownSection(name) from None


def sections() -> tuple[Section[Any], ...]:
    """All registered sections by name."""
    return tuple(_sections[name] for name in sorted(_sections))


def _compare(owner: str, shape: type, fields: tuple[Field, ...]) -> None:
    have = set(getattr(shape, "__dataclass_fields__", {}))
    described = {each.name for each in fields}
    if have != described:
        raise ValueError(f"policy section {owner!r}: described {sorted(described)}, declared {sorted(have)}")
    for each in fields:
        if each.row is not None:
            _compare(f"{owner}.{each.name}", each.row, each.columns)


@dataclass(frozen=True, slots=True)
class InForce(Generic[T]):
    """The version that governs now. A decision stores `version_id`."""

    version_id: int
    number: int
    value: T


@dataclass(frozen=True, slots=True)
class Decoded(Generic[T]):
    """A stored body read back: the value, or every fault in it."""

    value: T | None
    faults: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One field in which two versions differ; for a table, one cell or row. None stands for nothing there."""

    path: str
    label: str
    before: Any
    after: Any
    row: str = ""


@dataclass(frozen=True, slots=True)
class VersionFact:
    """A version of a section with who made it and when it governed."""

    id: int
    section: str
    number: int
    status: str
    body: Mapping[str, Any]
    note: str
    author: str
    created_at: datetime
    in_force_from: datetime | None
    put_in_force_by: str
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Governance:
    """How policies themselves are made."""

    four_eyes: bool = False
    note_required: bool = True


GOVERNANCE = Section(
    "governance",
    _("Making of policies"),
    Governance,
    (
        Field(
            "four_eyes",
            _("A second person puts a policy in force"),
            Kind.BOOL,
            help=_("The author of a draft cannot put it in force."),
        ),
        Field(
            "note_required",
            _("A reason is required"),
            Kind.BOOL,
            help=_("Whoever puts a draft in force says why."),
        ),
    ),
    summary=_("Who may put a policy in force, and what has to be said about it."),
)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not worked though its weekday says so, or the other way round; `day` as 2026-10-01."""

    day: str
    kind: str = "holiday"
    name: str = ""


@dataclass(frozen=True, slots=True)
class CalendarPolicy:
    """When the company works: its zone, the hours of its day, and its holidays with the make-up days."""

    time_zone: str = "Asia/Shanghai"
    day_starts: clock = clock(9)
    day_ends: clock = clock(18)
    days: tuple[SpecialDay, ...] = tuple(
        SpecialDay(day.isoformat(), str(kind)) for day, kind in sorted(CHINA_DAYS.items())
    )
    settled_years: tuple[str, ...] = tuple(str(year) for year in sorted(SETTLED_YEARS))


def _calendar_faults(policy: CalendarPolicy) -> list[Reason]:
    faults = []
    if policy.time_zone not in available_timezones():
        faults.append(Reason("time_zone_unknown", "time_zone", {"text": _("There is no time zone of this name.")}))
    if policy.day_ends <= policy.day_starts:
        faults.append(Reason("day_ends_early", "day_ends", {"text": _("The working day must end after it starts.")}))
    if any(not _is_day(special.day) for special in policy.days):
        faults.append(Reason("not_a_day", "days", {"text": _("Write each day as 2026-10-01.")}))
    return faults


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


CALENDAR = Section(
    "calendar",
    _("Working calendar"),
    CalendarPolicy,
    (
        Field("time_zone", _("Time zone"), Kind.TEXT, minimum=1, maximum=60),
        Field("day_starts", _("The working day starts at"), Kind.TIME),
        Field("day_ends", _("The working day ends at"), Kind.TIME),
        Field(
            "days",
            _("Holidays and make-up days"),
            Kind.TABLE,
            row=SpecialDay,
            columns=(
                Field("day", _("Day"), Kind.TEXT, minimum=10, maximum=10, unique=True),
                Field(
                    "kind",
                    _("Kind"),
                    Kind.CHOICE,
                    choices=(("holiday", _("Holiday")), ("make_up", _("Make-up working day"))),
                ),
                Field("name", _("Name"), Kind.TEXT, maximum=60, optional=True),
            ),
        ),
        Field(
            "settled_years",
            _("Years officially settled"),
            Kind.LIST,
            help=_("Dates of other years are shown as provisional."),
        ),
    ),
    summary=_("Which days and hours are worked; dates promised and due times follow from it."),
    check=_calendar_faults,
)


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The company's calendar, the hours of its day, and its zone, ready to reckon with."""

    calendar: WorkingCalendar
    hours: WorkingHours
    zone: ZoneInfo


# The words of each fault, with the figures they need; `label` is the field's.
FAULTS: Mapping[str, str] = {
    "policy.missing": _("“%(label)s” is missing."),
    "policy.not_int": _("“%(label)s” must be a whole number."),
    "policy.not_decimal": _("“%(label)s” must be a number."),
    "policy.not_share": _("“%(label)s” must be a number of percent such as 90 %%."),
    "policy.share_unclear": _(
        "“%(label)s” is in percent, and “%(value)s” may mean two things: write %(whole)s if it is a part of 1, or "
        "%(little)s, with the sign, if it is percent."
    ),
    "policy.not_bool": _("“%(label)s” must be yes or no."),
    "policy.not_text": _("“%(label)s” must be a text."),
    "policy.not_time": _("“%(label)s” must be a time of day such as 16:00."),
    "policy.not_list": _("“%(label)s” must be a list."),
    "policy.not_table": _("“%(label)s” must be a table."),
    "policy.too_small": _("“%(label)s” is %(value)s; it must be at least %(minimum)s."),
    "policy.too_large": _("“%(label)s” is %(value)s; it must be at most %(maximum)s."),
    "policy.too_few": _("“%(label)s” has %(value)s entries; it needs at least %(minimum)s."),
    "policy.too_many": _("“%(label)s” has %(value)s entries; at most %(maximum)s are allowed."),
    "policy.too_short": _("“%(label)s” has %(value)s characters; it needs at least %(minimum)s."),
    "policy.too_long": _("“%(label)s” has %(value)s characters; at most %(maximum)s are allowed."),
    "policy.not_a_choice": _("“%(label)s”: “%(value)s” is not one of %(choices)s."),
    "policy.twice": _("“%(label)s”: “%(value)s” stands there twice."),
    "policy.unknown": _("There is no field named “%(value)s”."),
    "policy.starts_in_future": _("A policy cannot be put in force from a later moment."),
    "policy.note_missing": _("Say why: a reason is required."),
    "policy.four_eyes": _("The author of a draft cannot put it in force; a second person must."),
    "policy.not_document": _("A policy must be a set of named values."),
}
