"""The order form as it was sent: what is in it, where, and the document it is kept as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict

HEADER_INPUTS = ("customer", "po_number", "requested_on", "ship_to", "note")
# Input name on the page -> name in the document.
LINE_INPUTS = {
    "item": "item",
    "quantity": "quantity",
    "unit": "unit",
    "line_date": "requested_on",
    "unit_price": "unit_price",
}
FIRST_ROWS = 10
MORE_ROWS = 10
MOST_ROWS = 1_000
MOST_LENGTH = 4_001


@dataclass(slots=True)
class OrderForm:
    """Header values, and one mapping per row of the grid, empty rows included so that rows keep their places."""

    token: UUID
    header: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def sent(cls, data: QueryDict) -> "OrderForm":
        """The form in a POST. A token that is none gets a new form, never somebody else's."""
        columns = {name: data.getlist(name) for name in LINE_INPUTS}
        count = min(max((len(values) for values in columns.values()), default=0), MOST_ROWS)
        agreed = set(data.getlist("agreed"))
        rows = [
            {
                **{key: _cell(columns[name], n) for name, key in LINE_INPUTS.items()},
                "price_agreed": "1" if str(n) in agreed else "",
            }
            for n in range(count)
        ]
        return cls(_token(data.get("token", "")), {name: _clean(data.get(name, "")) for name in HEADER_INPUTS}, rows)

    @classmethod
    def of_body(cls, token: UUID, body: Mapping[str, Any]) -> "OrderForm":
        """The form that shows a kept document."""
        rows = [
            {
                **{key: str(line.get(key, "")) for key in LINE_INPUTS.values()},
                "price_agreed": "1" if line.get("price_agreed") else "",
            }
            for line in body.get("lines", ())
        ]
        form = cls(token, {name: str(body.get(name, "")) for name in HEADER_INPUTS}, rows)
        form.add_rows(max(MORE_ROWS - len(rows), 2))
        return form

    @classmethod
    def blank(cls) -> "OrderForm":
        """An empty form with a token of its own."""
        form = cls(uuid4())
        form.add_rows(FIRST_ROWS)
        return form

    @property
    def filled(self) -> list[int]:
        """The places of the rows that hold anything."""
        return [n for n, row in enumerate(self.rows) if any(row[key] for key in LINE_INPUTS.values())]

    def add_rows(self, count: int) -> None:
        """Empty rows at the end, up to the most a form may have."""
        for _ in range(min(count, MOST_ROWS - len(self.rows))):
            self.rows.append({key: "" for key in (*LINE_INPUTS.values(), "price_agreed")})

    def body(self) -> dict[str, Any]:
        """The document of the form, without its empty rows and fields."""
        header = {name: value for name, value in self.header.items() if value}
        return {**header, "lines": [_line(self.rows[n]) for n in self.filled]}


def _line(row: Mapping[str, str]) -> dict[str, Any]:
    line: dict[str, Any] = {key: row[key] for key in LINE_INPUTS.values() if row[key]}
    if row.get("price_agreed"):
        line["price_agreed"] = True
    return line


def _cell(values: Sequence[str], n: int) -> str:
    return _clean(values[n]) if n < len(values) else ""


def _clean(text: str) -> str:
    return text.strip().replace("\x00", "\ufffd")[:MOST_LENGTH]


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
