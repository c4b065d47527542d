"""Turning the pages of a list that is read by keyset."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.http import HttpRequest

from orderloop.ui.listing import Page, read_cursor, write_cursor

Row = TypeVar("Row")
ROWS = 50
Check = Callable[[str], Any]


def stretch_of(
    request: HttpRequest,
    read: Callable[[Sequence[str] | None, bool, int], Sequence[Row]],
    edge: Callable[[Row], Sequence[Any]],
    check: Check,
    *,
    total: int | None = None,
    size: int = ROWS,
) -> tuple[list[Row], Page]:
    """The rows of the page the address asks for, and the way to its neighbours.

    `read(after, backwards, limit)` reads a stretch; `edge` gives a row's (sort value, id); `check` refuses, by
    ValueError, a sort value that no row of the list could have.
    """
    after, before = (_place(request, name, check) for name in ("after", "before"))
    backwards = before is not None
    rows = list(read(before or after, backwards, size + 1))
    more = len(rows) > size
    rows = (rows[1:] if backwards else rows[:-1]) if more else rows
    if not rows:
        return [], Page(total=total)
    has_next, has_previous = (True, more) if backwards else (more, after is not None)
    return rows, Page(
        after=write_cursor(edge(rows[-1])) if has_next else "",
        before=write_cursor(edge(rows[0])) if has_previous else "",
        shown=len(rows),
        total=total,
    )


def _place(request: HttpRequest, name: str, check: Check) -> list[str] | None:
    text = request.GET.get(name, "")
    place = read_cursor(text) if text else None
    if not place or len(place) != 2 or not (place[1].isascii() and place[1].isdigit() and len(place[1]) < 18):
        return None
    try:
        check(place[0])
    except (ValueError, ArithmeticError):
        return None
    return place


def an_instant(text: str) -> datetime:
    """`text` as an instant; ValueError for what is none."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not 1990 <= found.year < 9000:
        raise ValueError(text)
    return found


def a_day(text: str) -> date | None:
    """`text` as a day, None for never; ValueError for what is neither."""
    return None if text == "infinity" else date.fromisoformat(text)
