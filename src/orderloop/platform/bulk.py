"""Sets of rows in one statement: arrays in, `unnest` on the server, whatever their number."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

# By place, or by name.
Parameters = Sequence[Any] | Mapping[str, Any]


def dumped(value: object) -> str:
    """JSON text of plain data; dates and decimals become text, so that no figure passes through a float."""
    return _JSON.encode(value)


def _plain(value: object) -> object:
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no plain form")


_JSON = json.JSONEncoder(default=_plain, ensure_ascii=False, separators=(",", ":"))
# Put between texts while a whole column is escaped at once; a column that holds it is escaped text by text.
_BETWEEN = "\x1f"


class RowSet:
    """The columns of a table that are written together, each with its PostgreSQL type.

    Columns travel as array literals made here: for thousands of values that is several times faster than having the
    driver look at every one.
    """

    def __init__(self, table: str, **columns: str) -> None:
        names = ", ".join(columns)
        fields = ", ".join(_unnested(kind) for kind in columns.values())
        self.statement = f"INSERT INTO {table} ({names}) SELECT {fields}"
        self.writers = tuple(_WRITERS.get(kind, _plain_array) for kind in columns.values())

    def insert(self, rows: Sequence[tuple[Any, ...]], *, suffix: str = "") -> list[tuple[Any, ...]]:
        """Write all rows by one statement; with a `RETURNING` in `suffix`, give back what it returns."""
        if not rows:
            return []
        columns = [write(column) for write, column in zip(self.writers, zip(*rows, strict=True), strict=True)]
        cursor = _run(f"{self.statement} {suffix}", columns)
        return cursor.fetchall() if "RETURNING" in suffix else []


def _unnested(kind: str) -> str:
    """An array's elements in the select list, where they go from row to row; in FROM each column is first stored."""
    return "unnest(%s::text[])::jsonb" if kind == "jsonb" else f"unnest(%s::{kind}[])"


def _plain_array(values: Sequence[Any]) -> str:
    """Numbers, days, instants and truth values: their text needs no quotes."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _text_array(values: Sequence[str | None]) -> str:
    if not values or None in values:
        return "{" + ",".join(["NULL" if value is None else f'"{_escaped(value)}"' for value in values]) + "}"
    column = _BETWEEN.join(values)  # type: ignore[arg-type]  # no None is left
    if column.count(_BETWEEN) >= len(values):
        return "{" + ",".join([f'"{_escaped(value)}"' for value in values if value is not None]) + "}"
    return '{"' + _escaped(column).replace(_BETWEEN, '","') + '"}'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _bytes_array(values: Sequence[bytes | None]) -> str:
    return "{" + ",".join(["NULL" if value is None else f'"\\\\x{value.hex()}"' for value in values]) + "}"


_WRITERS: dict[str, Callable[[Sequence[Any]], str]] = {"text": _text_array, "jsonb": _text_array, "bytea": _bytes_array}


@contextmanager
def pipelined() -> Iterator[None]:
    """Within this block statements that answer nothing travel together; one whose rows are wanted waits for all before.

    A fault of one of them is raised where the block (or the next waiting statement) ends, and fails the transaction.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def columns_of(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """The rows turned on their side: one list a column, `width` of them also when there are no rows."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]


def fetch_all(statement: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """All rows of one reading (or returning) statement."""
    with connection.wrap_database_errors:
        return list(_run(statement, parameters).fetchall())


def execute(statement: str, parameters: Parameters = ()) -> int:
    """Run one writing statement and say how many rows it touched (-1 while pipelined)."""
    return int(_run(statement, parameters).rowcount)


def _run(statement: str, parameters: Parameters) -> Any:
    """Run a statement on the connection's own cursor, past the layers that a page's few statements do not notice but a
    set's many do. Whoever counts or wraps statements still sees each one."""
    values = (
        {name: _value(value) for name, value in parameters.items()}
        if isinstance(parameters, Mapping)
        else [_value(value) for value in parameters]
    )
    own = connections[DEFAULT_DB_ALIAS]  # looked up once: `connection` looks for the thread's own at every use
    if own.queries_logged or own.execute_wrappers:
        cursor = own.cursor()
        cursor.execute(statement, values)
        return cursor
    own.ensure_connection()
    own.validate_no_broken_transaction()
    with own.wrap_database_errors:
        return own.connection.execute(statement, values)


def _value(value: Any) -> Any:
    return _literal(value) if type(value) is list else value


def _literal(values: list[Any]) -> Any:
    """A list as an array literal where its elements have a plain text; anything else is left to the driver."""
    first = next((value for value in values if value is not None), None)
    if first is None:
        return "{" + ",".join(["NULL"] * len(values)) + "}"
    if isinstance(first, str):
        return _text_array(values)
    return _plain_array(values) if isinstance(first, int | Decimal | date) else values


def next_ids(**wanted: int) -> dict[str, list[int]]:
    """Fresh ids for several tables by one statement: `next_ids(orders_order=3, orders_line=9)`."""
    # OFFSET 0 has each sequence's name looked up once, not for every id.
    parts = ", ".join(
        f"ARRAY(SELECT nextval(s) FROM (SELECT pg_get_serial_sequence('{table}', 'id')::regclass AS s OFFSET 0) n,"
        " generate_series(1, %s))"
        for table in wanted
    )
    row = fetch_all(f"SELECT {parts}", list(wanted.values()))[0]
    return dict(zip(wanted, row, strict=True))
