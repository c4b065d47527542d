"""Rows of their files as rows of our tables, by the mapping alone."""

from collections.abc import Mapping, Sequence

from orderloop.foundation.written import date_from, number_from
from orderloop.onboarding.facts import KEYS, SAID_AGAIN, TARGETS, Field, Form, Record, RowFault, Source, TableMapping

_YES, _NO = {"yes", "y", "true", "1", "是"}, {"no", "n", "false", "0", "否", ""}
Lookups = Mapping[tuple[str, str, str], Mapping[str, str]]


def records_from(
    table: TableMapping, rows: Sequence[Sequence[str]], lookups: Lookups
) -> tuple[list[Record], list[RowFault]]:
    """The rows of a file (its header first) as rows of our table, and every fault in them; a wrong row is left out."""
    if not rows:
        return [], [RowFault(table.file, 0, "", "required")]
    header = [cell.strip() for cell in rows[0]]
    missing = {column for source in table.fields.values() for column in source.columns if column not in header}
    if missing:
        possible = ", ".join(header)
        return [], [
            RowFault(table.file, 1, "", "column_missing", {"name": n, "possible": possible}) for n in sorted(missing)
        ]
    records: list[Record] = []
    faults: list[RowFault] = []
    seen: dict[tuple[object, ...], Record] = {}
    keys = KEYS[table.target]
    # Lines without numbers are lines all the same, with the same goods twice or not.
    is_keyed = table.target != "order_lines" or "n" in table.fields
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False))
        values, wrong = _values(table, number, row, lookups)
        record = Record(table.file, number, values)
        before = record if wrong or not is_keyed else seen.setdefault(tuple(values[name] for name in keys), record)
        if before is not record:
            if table.target in SAID_AGAIN and before.values == values:
                continue
            wrong = [RowFault(table.file, number, "", "repeated", {"row": before.row})]
        faults += wrong
        if not wrong:
            records.append(record)
    return records, faults


def _values(
    table: TableMapping, number: int, row: Mapping[str, str], lookups: Lookups
) -> tuple[dict[str, object], list[RowFault]]:
    values: dict[str, object] = {}
    faults: list[RowFault] = []
    for name, wanted in TARGETS[table.target].items():
        source = table.fields.get(name)
        try:
            values[name] = wanted.default if source is None else _value(wanted, source, row, lookups)
        except _Wrong as wrong:
            column = source.columns[0] if source and source.columns else name
            faults.append(RowFault(table.file, number, column, wrong.code, wrong.params))
    return values, faults


class _Wrong(ValueError):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, object] = params


def _value(wanted: Field, source: Source, row: Mapping[str, str], lookups: Lookups) -> object:
    text = _text(source, row, lookups)
    if not text:
        if wanted.required:
            raise _Wrong("required")
        return wanted.default
    return _typed(wanted.form, source, text)


def _text(source: Source, row: Mapping[str, str], lookups: Lookups) -> str:
    if source.constant is not None:
        text = source.constant
    else:
        text = source.join.join(part for part in (row[column].strip() for column in source.columns) if part)
    text = text or source.default or ""
    if text and source.lookup:
        if text not in lookups[source.lookup]:
            raise _Wrong("not_found", file=source.lookup[0])
        text = lookups[source.lookup][text]
    if text and source.words:
        if text not in source.words and source.others is None:
            raise _Wrong("not_in_map")
        text = source.words.get(text, source.others or "")
    text = text.upper() if source.upper else text
    return text[: source.most].rstrip() if source.most else text


def _typed(form: Form, source: Source, text: str) -> object:
    if form is Form.TEXT:
        return text
    if form is Form.FLAG:
        if text.lower() not in _YES | _NO:
            raise _Wrong("not_yes_or_no")
        return text.lower() in _YES
    if form is Form.DAY:
        try:
            return date_from(text, source.date_form)
        except ValueError as error:
            raise _Wrong("not_a_date", form=source.date_form or "2026-03-31") from error
    try:
        number = number_from(text, decimal_comma=source.decimal_comma)
    except ValueError as error:
        raise _Wrong("not_a_number") from error
    if form is Form.NUMBER:
        return number
    if number != number.to_integral_value():
        raise _Wrong("not_whole")
    return int(number)
