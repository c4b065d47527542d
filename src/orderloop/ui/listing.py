"""Lists whose state is their address: filters, sort order and place are query parameters, so a view can be sent to a
colleague, kept, and exported as it stands."""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

PLACE = ("after", "before")  # cursors into a list: meaningless once filter or order changes
Words = Any


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: a choice among values, a free text, a date, or a flag (present or not)."""

    name: str
    label: Words
    choices: Sequence[tuple[str, Words]] = ()
    kind: str = "choice"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address without it."""

    label: Words
    value: Words
    remove_url: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A filter with the value it has on this page."""

    filter: Filter
    value: str


@dataclass(frozen=True, slots=True)
class FilterBar:
    """The filters of a list as the address states them. `values` holds those in force, `q` the words searched for."""

    fields: tuple[Bound, ...]
    chips: tuple[Chip, ...]
    values: dict[str, str]
    q: str
    kept: tuple[tuple[str, str], ...]
    clear_url: str
    export_url: str = ""
    placeholder: Words = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list by keyset: cursors to the stretches before and after it, empty at the ends; `total` where it
    is known cheaply."""

    after: str = ""
    before: str = ""
    shown: int = 0
    total: int | None = None


def url_with(request: HttpRequest, **changes: Any) -> str:
    """The request's address with parameters changed; None or "" removes one. The place in the list is forgotten unless
    it is what changes."""
    parameters = request.GET.copy()
    for name in (*PLACE, *changes):
        parameters.pop(name, None)
    for name, value in changes.items():
        if value not in (None, ""):
            parameters[name] = str(value)
    query = parameters.urlencode()
    return f"{request.path}?{query}" if query else request.path


def order_from(request: HttpRequest, allowed: Sequence[str], default: str) -> Order:
    """The order the address asks for (`?sort=name` or `?sort=-name`), or the default for anything not allowed."""
    asked = request.GET.get("sort", "")
    chosen = asked if asked.removeprefix("-") in allowed else default
    return Order(chosen.removeprefix("-"), chosen.startswith("-"))


def filters_from(
    request: HttpRequest, filters: Iterable[Filter], *, placeholder: Words = "", export_path: str = ""
) -> FilterBar:
    """Read the filters off the address. A value that is not among a filter's choices is as good as absent."""
    bound = tuple(Bound(filter_, _value(request, filter_)) for filter_ in filters)
    names = {field.filter.name for field in bound}
    own = {"q", *PLACE, *names}
    kept = tuple((name, value) for name in request.GET if name not in own for value in request.GET.getlist(name))
    q = request.GET.get("q", "").strip()
    query = request.GET.urlencode()
    return FilterBar(
        fields=bound,
        chips=tuple(_chip(request, field) for field in bound if field.value),
        values={field.filter.name: field.value for field in bound if field.value},
        q=q,
        kept=kept,
        clear_url=url_with(request, q=None, **dict.fromkeys(names)),
        export_url=f"{export_path}?{query}" if export_path else "",
        placeholder=placeholder,
    )


def _value(request: HttpRequest, filter_: Filter) -> str:
    value = request.GET.get(filter_.name, "").strip()
    if filter_.kind == "choice" and value not in {str(choice) for choice, _label in filter_.choices}:
        return ""
    return value


def _chip(request: HttpRequest, bound: Bound) -> Chip:
    words = {str(choice): label for choice, label in bound.filter.choices}
    shown = "" if bound.filter.kind == "flag" else words.get(bound.value, bound.value)
    return Chip(bound.filter.label, shown, url_with(request, **{bound.filter.name: None}))


def write_cursor(values: Sequence[Any]) -> str:
    """A place in a list as an address can carry it: the sort key and the id of the row at the edge."""
    packed = json.dumps([str(value) for value in values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_cursor(text: str) -> list[str] | None:
    """The values `write_cursor` was given, as strings; None for anything it did not write."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        return None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return None
    return values
