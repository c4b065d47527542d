"""Policy values and faults in the reader's language."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, pgettext

from orderloop.foundation.outcome import Reason
from orderloop.policy.facts import FAULTS, Change, Field, Kind, Section
from orderloop.policy.rules import percent_text
from orderloop.ui.components import Difference


def explain(reason: Reason) -> str:
    """A fault as a sentence that names field and bounds."""
    params = dict(reason.params)
    for name in ("label", "text"):
        if name in params:
            params[name] = gettext(str(params[name]))
    choices = params.get("choices")
    if isinstance(choices, tuple):
        params["choices"] = joined(gettext(choice) for choice in choices)
    if reason.code in FAULTS:
        return gettext(FAULTS[reason.code]) % params
    return str(params.get("text", reason.code))


def joined(words: Iterable[str]) -> str:
    """An enumeration, set apart as the language does."""
    return pgettext("between the members of an enumeration", ", ").join(words)


def shown(field: Field, raw: Any, *, unit: bool = True) -> str:
    """A stored value as a reader writes it."""
    if raw is None or raw == "" or raw == []:
        return "–"
    if field.kind is Kind.BOOL:
        return gettext("Yes") if raw else gettext("No")
    labels = dict(field.choices)
    if field.kind is Kind.CHOICE:
        return gettext(labels.get(raw, str(raw)))
    if field.kind is Kind.CHOICES:
        return joined(gettext(labels.get(each, each)) for each in raw)
    if field.kind is Kind.LIST:
        return joined(raw)
    if field.kind is Kind.TABLE:
        return joined(str(each) for each in raw)
    if field.kind is Kind.SHARE:
        return percent_text(Decimal(str(raw)))
    figure = _figure(raw) if field.kind in (Kind.INT, Kind.DECIMAL) else str(raw)
    return f"{figure} {gettext(field.unit)}" if unit and field.unit else figure


def differences(section: Section[Any], changes: Iterable[Change]) -> list[Difference]:
    """Changes between two versions as lines of a comparison."""
    lines = []
    for change in changes:
        field = _field_at(section, change)
        label = gettext(change.label)
        if change.row:
            label = f"{gettext(section.field(change.path.split('.')[0]).label)} · {change.row} · {label}"
        before, after = (None if v is None else shown(field, v) for v in (change.before, change.after))
        lines.append(Difference(label, before, after))
    return lines


def _field_at(section: Section[Any], change: Change) -> Field:
    parts = change.path.split(".")
    field = section.field(parts[0])
    if not change.row:
        return field
    columns: Mapping[str, Field] = {column.name: column for column in field.columns}
    return columns[parts[-1]].in_row({column.name: change.row for column in field.columns if column.unique})


def _figure(raw: Any) -> str:
    text = f"{Decimal(str(raw)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
