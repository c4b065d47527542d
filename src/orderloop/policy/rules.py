"""From a stored body to a typed value and back, and what differs between two versions."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from orderloop.foundation.calendar import DayKind, WorkingCalendar, WorkingHours
from orderloop.foundation.outcome import Reason
from orderloop.policy.facts import CalendarPolicy, Change, Decoded, Field, Kind, Section, WorkingTime

T = TypeVar("T")
Found = tuple[Any, tuple[Reason, ...]]

_WHOLE = re.compile(r"[+-]?\d{1,15}\Z")
_LARGEST_EXPONENT, _SMALLEST_EXPONENT = 15, -9  # beyond them a figure is a slip of the hand
_PERCENT = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,7})?)\s*([%％]?)\Z")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\Z")


def decode(section: Section[T], body: object, *, strict: bool = True) -> Decoded[T]:
    """Read a body. A field it lacks takes the dataclass's default. `strict` also refuses names the section does not
    have; without it they are passed over, as when an old version is read after a field was given up."""
    if not isinstance(body, Mapping):
        return Decoded(None, (Reason("policy.not_document"),))
    value, faults = _read_record(section.shape, section.fields, body, "", strict)
    if faults:
        return Decoded(None, faults)
    together = tuple(section.check(value)) if section.check else ()
    return Decoded(None, together) if together else Decoded(value)


def encode(section: Section[T], value: T) -> dict[str, Any]:
    """The body that `decode` reads back to an equal value: JSON types only, decimals as text."""
    return {each.name: _write(each, getattr(value, each.name)) for each in section.fields}


def defaults_of(section: Section[T]) -> T:
    """The section with every field at its default."""
    return section.shape()


def differences(section: Section[Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Field by field what the second body says otherwise than the first; of a table, its cells and rows.

    Rows of a table belong together by the column marked unique, else by their place.
    """
    found: list[Change] = []
    for each in section.fields:
        old, new = before.get(each.name), after.get(each.name)
        if _is_same(each, old, new):
            continue
        if each.kind is Kind.TABLE:
            found += _table_differences(each, old or (), new or ())
        else:
            found.append(Change(each.name, each.label, old, new))
    return tuple(found)


def _read_record(
    shape: type, described: Sequence[Field], body: Mapping[Any, Any], path: str, strict: bool
) -> tuple[Any, tuple[Reason, ...]]:
    have = {each.name: each for each in fields(shape)}
    values: dict[str, Any] = {}
    faults: list[Reason] = []
    for each in described:
        at = f"{path}{each.name}"
        if each.name not in body:
            if have[each.name].default is MISSING and have[each.name].default_factory is MISSING:
                faults.append(_fault("missing", each, at))
            continue
        values[each.name], found = _read(each.in_row(body), body[each.name], at, strict)
        faults += found
    known = {each.name for each in described}
    if strict:
        faults += [Reason("policy.unknown", f"{path}{n}", {"value": str(n)}) for n in body if n not in known]
    return (None, tuple(faults)) if faults else (shape(**values), ())


def _read(spec: Field, raw: object, at: str, strict: bool) -> Found:
    if spec.kind is Kind.TABLE:
        return _read_table(spec, raw, at, strict)
    if spec.optional and (raw is None or raw == ""):
        return (() if spec.kind in (Kind.LIST, Kind.CHOICES) else "" if spec.kind in _WORDS else None), ()
    return _READERS[spec.kind](spec, raw, at)


def _read_int(spec: Field, raw: object, at: str) -> Found:
    if isinstance(raw, bool) or not isinstance(raw, int | str) or not _WHOLE.match(str(raw).strip()):
        return None, (_fault("not_int", spec, at, raw),)
    value = int(raw)
    return value, _bounds(spec, value, at, "too_small", "too_large")


def _read_decimal(spec: Field, raw: object, at: str) -> Found:
    try:
        if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
            raise InvalidOperation
        value = Decimal(str(raw).strip())
    except InvalidOperation:
        return None, (_fault("not_decimal", spec, at, raw),)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value.adjusted() > _LARGEST_EXPONENT or exponent < _SMALLEST_EXPONENT:
        return None, (_fault("not_decimal", spec, at, raw),)
    return value, _bounds(spec, value, at, "too_small", "too_large")


def percent_text(share: Decimal | int) -> str:
    """A fraction of 1 as it is shown and typed: 0.9 is 90 %."""
    text = f"{Decimal(share).scaleb(2):f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def _read_share(spec: Field, raw: object, at: str) -> Found:
    """A share as it is kept, a fraction; or as a person typed it, {"percent": "90 %"}.

    What is typed without the sign and is no more than 1 is refused: 0.9 may be meant as 90 % or as 0.9 %.
    """
    if not isinstance(raw, Mapping):
        return _read_decimal(spec, raw, at)
    text = str(raw.get("percent", "")).strip()
    typed = _PERCENT.match(text)
    if typed is None:
        return None, (_fault("not_share", spec, at, text),)
    figure = Decimal(typed[1])
    if not typed[2] and 0 < figure <= 1:
        either = {"label": spec.label, "value": text, "whole": percent_text(figure), "little": f"{text} %"}
        return None, (Reason("policy.share_unclear", at, either),)
    return _read_decimal(spec, f"{figure.scaleb(-2).normalize():f}", at)


def _read_bool(spec: Field, raw: object, at: str) -> Found:
    return (raw, ()) if isinstance(raw, bool) else (None, (_fault("not_bool", spec, at, raw),))


def _read_text(spec: Field, raw: object, at: str) -> Found:
    if not isinstance(raw, str):
        return None, (_fault("not_text", spec, at, raw),)
    value = raw.strip()
    if not value:
        return None, (_fault("missing", spec, at),)
    faults = _bounds(spec, len(value), at, "too_short", "too_long")
    return value, faults


def _read_choice(spec: Field, raw: object, at: str) -> Found:
    if raw is None or raw == "":
        return None, (_fault("missing", spec, at),)
    if isinstance(raw, str) and raw in {value for value, _label in spec.choices}:
        return raw, ()
    return None, (_no_choice(spec, raw, at),)


def _read_choices(spec: Field, raw: object, at: str) -> Found:
    value, faults = _read_list(spec, raw, at)
    allowed = {choice for choice, _label in spec.choices}
    strange = tuple(_no_choice(spec, each, at) for each in value or () if each not in allowed)
    return value, faults + strange


def _read_list(spec: Field, raw: object, at: str) -> Found:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not all(isinstance(each, str) for each in raw):
        return None, (_fault("not_list", spec, at, raw),)
    value = tuple(each.strip() for each in raw if each.strip())
    twice = tuple(_fault("twice", spec, at, each) for each in _doubles(value))
    return value, _bounds(spec, len(value), at, "too_few", "too_many") + twice


def _read_time(spec: Field, raw: object, at: str) -> Found:
    clock = _CLOCK.match(raw.strip()) if isinstance(raw, str) else None
    if clock is None:
        return None, (_fault("not_time", spec, at, raw),)
    return time(int(clock[1]), int(clock[2])), ()


def _read_table(spec: Field, raw: object, at: str, strict: bool) -> Found:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not all(isinstance(row, Mapping) for row in raw):
        return None, (_fault("not_table", spec, at, raw),)
    assert spec.row is not None  # a Field of this kind cannot be made without
    read = [_read_record(spec.row, spec.columns, row, f"{at}.{n}.", strict) for n, row in enumerate(raw)]
    faults = tuple(fault for _row, found in read for fault in found)
    for column in (each for each in spec.columns if each.unique):
        cells = [str(row.get(column.name, "")).strip() for row in raw]
        last = {cell: n for n, cell in enumerate(cells)}
        faults += tuple(_fault("twice", column, f"{at}.{last[each]}.{column.name}", each) for each in _doubles(cells))
    faults += _bounds(spec, len(read), at, "too_few", "too_many")
    return tuple(row for row, _found in read), faults


_WORDS = (Kind.TEXT, Kind.CHOICE)
_READERS: Mapping[Kind, Callable[[Field, object, str], Found]] = {
    Kind.INT: _read_int,
    Kind.DECIMAL: _read_decimal,
    Kind.SHARE: _read_share,
    Kind.BOOL: _read_bool,
    Kind.TEXT: _read_text,
    Kind.CHOICE: _read_choice,
    Kind.CHOICES: _read_choices,
    Kind.LIST: _read_list,
    Kind.TIME: _read_time,
}


def _bounds(spec: Field, size: int | Decimal, at: str, below: str, above: str) -> tuple[Reason, ...]:
    if spec.minimum is not None and size < spec.minimum:
        return (_fault(below, spec, at, size),)
    if spec.maximum is not None and size > spec.maximum:
        return (_fault(above, spec, at, size),)
    return ()


def _doubles(values: Sequence[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def _no_choice(spec: Field, raw: object, at: str) -> Reason:
    return Reason(
        "policy.not_a_choice",
        at,
        {"label": spec.label, "value": str(raw), "choices": tuple(label for _value, label in spec.choices)},
    )


def _fault(code: str, spec: Field, at: str, value: object = "") -> Reason:
    figures = {"value": value, "minimum": spec.minimum, "maximum": spec.maximum}
    params = {name: _said(spec, figure) for name, figure in figures.items()}
    return Reason(f"policy.{code}", at, {"label": spec.label, **params})


def _said(spec: Field, figure: object) -> str:
    if spec.kind is Kind.SHARE and isinstance(figure, Decimal | int):
        return percent_text(figure)
    return str(figure)


def _write(spec: Field, value: Any) -> Any:
    if spec.kind is Kind.TABLE:
        return [{column.name: _write(column, getattr(row, column.name)) for column in spec.columns} for row in value]
    if spec.kind in (Kind.LIST, Kind.CHOICES):
        return list(value)
    if spec.kind is Kind.TIME:
        return None if value is None else value.strftime("%H:%M")
    return str(value) if isinstance(value, Decimal) else value


def _is_same(spec: Field, old: Any, new: Any) -> bool:
    """Whether two stored values say the same: 0.90 is 0.9."""
    if old == new or spec.kind not in (Kind.DECIMAL, Kind.SHARE) or None in (old, new):
        return bool(old == new)
    return Decimal(str(old)) == Decimal(str(new))


def _table_differences(spec: Field, old: Sequence[Any], new: Sequence[Any]) -> list[Change]:
    key = next((column.name for column in spec.columns if column.unique), None)
    before = {str(row.get(key) if key else n + 1): row for n, row in enumerate(old)}
    after = {str(row.get(key) if key else n + 1): row for n, row in enumerate(new)}
    found = []
    for name in dict.fromkeys((*before, *after)):
        for column in spec.columns:
            was, now = (side.get(name, {}).get(column.name) for side in (before, after))
            if not _is_same(column, was, now):
                found.append(Change(f"{spec.name}.{name}.{column.name}", column.label, was, now, row=name))
    if not found and [*before] != [*after]:  # the same rows in another order
        found.append(Change(spec.name, spec.label, list(before), list(after)))
    return found


def working_time(policy: CalendarPolicy) -> WorkingTime:
    """What the calendar section says, ready to reckon with."""
    return WorkingTime(
        WorkingCalendar(
            holidays={date.fromisoformat(special.day): DayKind(special.kind) for special in policy.days},
            settled_years=frozenset(int(year) for year in policy.settled_years if year.isdigit()),
        ),
        WorkingHours(((policy.day_starts, policy.day_ends),)),
        ZoneInfo(policy.time_zone),
    )
