"""A section as a form made from its description, and what is typed into it as a body."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from orderloop.foundation.outcome import Reason
from orderloop.policy.facts import Field, Kind, Section
from orderloop.policy.pages.words import explain
from orderloop.policy.rules import percent_text

BLANK_ROWS = 2
MORE_ROWS = 5
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?\Z")
_BETWEEN = re.compile(r"[,，、\n]")


@dataclass(slots=True)
class Control:
    """One input as the template draws it; a table holds rows of further controls."""

    name: str
    field: Field
    value: Any = ""
    errors: list[str] = dataclasses.field(default_factory=list)
    rows: list[list["Control"]] = dataclasses.field(default_factory=list)
    in_table: bool = False

    @property
    def label(self) -> str:
        return gettext(self.field.label)

    @property
    def help(self) -> str:
        own = gettext(self.field.help) if self.field.help else ""
        if self.field.kind is not Kind.SHARE:
            return own
        percent = gettext("In percent: 90 means 90 %. A figure of 1 or less needs the sign: 0.5 %.")
        return f"{own} {percent}".strip()

    @property
    def unit(self) -> str:
        return gettext(self.field.unit) if self.field.unit else ""

    @property
    def kind(self) -> str:
        return str(self.field.kind)

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        chosen = self.value if isinstance(self.value, list) else [self.value]
        return [(value, gettext(label), value in chosen) for value, label in self.field.choices]

    @property
    def columns(self) -> list[tuple[str, ...]]:
        return [tuple(gettext(word) if word else "" for word in (c.label, c.unit, c.help)) for c in self.field.columns]

    @property
    def numeric(self) -> bool:
        return self.field.kind in (Kind.INT, Kind.DECIMAL)


def body_from(section: Section[Any], data: QueryDict) -> dict[str, Any]:
    """What was typed, in the shape of a body; nothing is judged here."""
    return {each.name: _typed(each, data, each.name) for each in section.fields}


def controls_for(
    section: Section[Any], body: Mapping[str, Any], faults: Sequence[Reason] = (), more: str = ""
) -> list[Control]:
    """The form of a body with each fault at its field; the table named `more` gets further blank rows."""
    by_path: dict[str, list[str]] = {}
    for fault in faults:
        by_path.setdefault(fault.field, []).append(explain(fault))
    return [_control(each, body.get(each.name), each.name, by_path, more) for each in section.fields]


def faults_without_field(section: Section[Any], faults: Sequence[Reason]) -> list[str]:
    """Faults that concern no field of the form."""
    names = {each.name for each in section.fields}
    return [explain(fault) for fault in faults if fault.field.split(".")[0] not in names]


def _control(
    spec: Field, raw: Any, name: str, faults: Mapping[str, list[str]], more: str = "", in_table: bool = False
) -> Control:
    made = Control(name, spec, _drawn(spec, raw, in_table), list(faults.get(name, ())), in_table=in_table)
    if spec.kind is Kind.TABLE:
        rows = list(raw or ()) + [{}] * (MORE_ROWS if more == name else BLANK_ROWS)
        made.rows = [
            [
                _control(c.in_row(row), row.get(c.name), f"{name}.{n}.{c.name}", faults, in_table=True)
                for c in spec.columns
            ]
            for n, row in enumerate(rows)
        ]
    return made


def _drawn(spec: Field, raw: Any, in_table: bool) -> Any:
    if spec.kind is Kind.LIST:
        return (", " if in_table else "\n").join(raw or ())
    if spec.kind in (Kind.CHOICES, Kind.BOOL, Kind.TABLE):
        return raw
    if isinstance(raw, Mapping):  # a share as it was typed
        return raw["percent"]
    if spec.kind is Kind.SHARE and raw:
        return percent_text(Decimal(str(raw)))
    return "" if raw is None else str(raw)


def _typed(spec: Field, data: QueryDict, name: str) -> Any:
    if spec.kind is Kind.TABLE:
        return _typed_rows(spec, data, name)
    if spec.kind is Kind.BOOL:
        return name in data
    if spec.kind is Kind.CHOICES:
        return data.getlist(name)
    typed = data.get(name, "").strip()
    if spec.kind is Kind.LIST:
        return [each.strip() for each in _BETWEEN.split(typed) if each.strip()]
    if spec.kind is Kind.SHARE:
        return {"percent": typed} if typed else ""
    if spec.unit == "%":
        typed = typed.rstrip("%％ ")
    if spec.kind in (Kind.INT, Kind.DECIMAL) and _GROUPED.match(typed):
        return typed.replace(",", "")
    return typed


def _typed_rows(spec: Field, data: QueryDict, name: str) -> list[dict[str, Any]]:
    """The rows that say something and are not ticked for removal."""
    given = data.get(f"{name}.rows", "0")
    rows = []
    for n in range(min(int(given) if given.isdecimal() else 0, 2000)):
        row: dict[str, Any] = {}
        for column in spec.columns:
            row[column.name] = _typed(column.in_row(row), data, f"{name}.{n}.{column.name}")
        # An empty tick says nothing: it looks the same in a row nobody touched.
        said = any(row[column.name] for column in spec.columns if column.kind is not Kind.BOOL)
        if said and f"{name}.{n}.remove" not in data:
            rows.append(row)
    return rows
