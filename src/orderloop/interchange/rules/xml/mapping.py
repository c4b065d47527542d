"""A mapping file: where in somebody's XML or JSON an order's fields stand. Its form is told in docs/reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from orderloop.interchange.facts import HEADER_FIELDS, LINE_FIELDS, Fault, FaultCode, Place, Role
from orderloop.interchange.rules.values import number_in
from orderloop.interchange.rules.xml.values import day_stated, number_stated

DAYS = frozenset({"ordered_on", "requested_on"})
NUMBERS = frozenset(
    {"net_total", "tax_total", "total", "line_count", "quantity", "unit_price", "price_basis", "amount"}
)
_KEYS = frozenset({"format", "orders", "lines", "role", "date_format", "decimal_sign", "header", "line", "title"})
_FIELD_KEYS = frozenset({"path", "constant", "default", "values", "date_format", "decimal_sign", "join"})


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where one field comes from: the first path that leads to a text, a constant, or a default."""

    paths: tuple[str, ...] = ()
    constant: str = ""
    default: str = ""
    values: Mapping[str, str] | None = None
    date_format: str = ""
    decimal_sign: str = ""
    join: str = ""


@dataclass(frozen=True, slots=True)
class DocumentMapping:
    """A mapping that was found right."""

    format: str
    orders: str
    lines: str
    role: FieldSource
    header: Mapping[str, FieldSource]
    line: Mapping[str, FieldSource]


def mapping_of(data: Mapping[str, object]) -> tuple[DocumentMapping | None, tuple[Fault, ...]]:
    """The mapping, or a fault for everything in it that means nothing."""
    wrong = [f"mapping/{key}" for key in data if key not in _KEYS]
    wrong += [f"mapping/{key}" for key in ("header", "line") if not isinstance(data.get(key, {}), Mapping)]
    texts = ("format", "orders", "lines", "date_format", "decimal_sign")
    wrong += [f"mapping/{key}" for key in texts if not isinstance(data.get(key, ""), str)]
    if data.get("decimal_sign", ".") not in (".", ","):
        wrong.append("mapping/decimal_sign")
    if wrong:
        return None, _faults(wrong)
    usual = {key: str(data.get(key, "")) for key in ("date_format", "decimal_sign")}
    role, wrong = _source("role", data.get("role", "order"), {}, is_role=True)
    parts: dict[str, dict[str, FieldSource]] = {}
    for key, names in (("header", HEADER_FIELDS), ("line", LINE_FIELDS)):
        parts[key] = {}
        fields = data.get(key, {})
        for name, stated in fields.items() if isinstance(fields, Mapping) else ():
            parts[key][name], faulty = _source(f"{key}/{name}", stated, usual)
            wrong += faulty if name in names else [f"mapping/{key}/{name}"]
    if wrong:
        return None, _faults(wrong)
    format, orders, lines = (str(data.get(key, "")) for key in ("format", "orders", "lines"))
    return DocumentMapping(format, orders, lines, role, parts["header"], parts["line"]), ()


def _faults(wrong: list[str]) -> tuple[Fault, ...]:
    return tuple(
        Fault(FaultCode.INVALID_ELEMENT, Place(path), {"name": "mapping", "given": path.partition("/")[2]})
        for path in wrong
    )


def _source(
    name: str, stated: object, usual: Mapping[str, str], *, is_role: bool = False
) -> tuple[FieldSource, list[str]]:
    if isinstance(stated, str):
        return (
            FieldSource(constant=stated)
            if is_role
            else FieldSource((stated,), date_format=usual["date_format"], decimal_sign=usual["decimal_sign"])
        ), []
    if not isinstance(stated, Mapping):
        return FieldSource(), [f"mapping/{name}"]
    wrong = [f"mapping/{name}/{key}" for key in stated if key not in _FIELD_KEYS]
    path = stated.get("path", ())
    paths = (path,) if isinstance(path, str) else tuple(path) if isinstance(path, list | tuple) else (None,)
    if any(not isinstance(each, str) for each in paths):
        wrong.append(f"mapping/{name}/path")
    values = stated.get("values")
    if values is not None and not isinstance(values, Mapping):
        wrong.append(f"mapping/{name}/values")
    texts = {key: str(stated.get(key, usual.get(key, ""))) for key in _FIELD_KEYS - {"path", "values"}}
    if wrong:
        return FieldSource(), wrong
    translated = {str(k): str(v) for k, v in values.items()} if isinstance(values, Mapping) else None
    return FieldSource(tuple(str(each) for each in paths), values=translated, **texts), []


def meant(name: str, text: str, source: FieldSource) -> str | None:
    """What a text means for a field under its source's value table and forms; None where it fits none of them."""
    if source.values is not None:
        return source.values.get(text)
    if name in DAYS:
        return _day(text, source.date_format)
    if name in NUMBERS:
        return _number(text, source.decimal_sign)
    return text


def _day(text: str, form: str) -> str | None:
    if not form:
        return day_stated(text)
    try:
        return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  # a day of the calendar has no zone
    except ValueError:
        return None


def _number(text: str, sign: str) -> str | None:
    if not sign:
        return number_stated(text) or exponent_resolved(text)
    number = number_in(text)
    value = None if number is None else number.comma if sign == "," else number.point
    return None if value is None else format(value, "f")


def exponent_resolved(text: str) -> str | None:
    """A number that JSON writes with an exponent, in plain digits, where these are few."""
    head, mark, exponent = text.lower().partition("e")
    digits = exponent.lstrip("+-")
    if not mark or number_stated(head) is None or not digits.isdecimal() or len(digits) > 2 or int(digits) > 12:
        return None
    return number_stated(format(Decimal(text), "f"))


def role_meant(text: str) -> Role | None:
    """The role of that name, or None."""
    return Role(text) if text in {role.value for role in Role} else None
