"""An order that looks like one that is here already: which one, and what differs line by line."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from orderloop.catalog import queries as catalog
from orderloop.flow.pages import words
from orderloop.intake import queries
from orderloop.intake.facts import DraftFact, DraftStatus, FindingCode
from orderloop.orders import queries as orders

REPEATS = (FindingCode.PO_REVISION, FindingCode.NEAR_DUPLICATE, FindingCode.DUP_PO)
_LINE = re.compile(r"line (\d+)")
_SPOT = re.compile(r"(?:message (\d+))?(?:, )?segment (\d+) \((\w+)\)(?:, element ([\d.]+))?")


def twin_of(draft: DraftFact) -> dict[str, Any] | None:
    """The draft or order a live draft repeats or revises, with every line of both; None where it stands alone."""
    if draft.status not in (DraftStatus.OPEN, DraftStatus.ASKING):
        return None
    numbers = [str(each.params.get("number", "")) for each in draft.findings if each.code in REPEATS]
    for number in numbers:
        if number[:1] == "#" and number[1:].isdigit():
            other = queries.drafts_for([int(number[1:])]).get(int(number[1:]))
            if other is not None:
                return _twin(draft, _of_body(other.body), _draft_label(other), reverse("draft", args=[other.draft_id]))
        order_id = orders.ids_by_numbers([number]).get(number) if number else None
        if order_id is not None:
            return _twin(draft, _of_order(order_id), number, reverse("order_page", args=[number]))
    return None


def place_words(path: str) -> str:
    """A place in a document in the reader's language: its line or its segment; a cell is called as it is."""
    if found := _LINE.fullmatch(path):
        return gettext("line %(n)s") % {"n": found.group(1)}
    if found := _SPOT.fullmatch(path):
        message, segment, tag, element = found.groups()
        said = gettext("segment %(n)s (%(tag)s)") % {"n": segment, "tag": tag}
        if element:
            said += gettext(", element %(n)s") % {"n": element}
        return said if message in (None, "1") else gettext("message %(n)s, ") % {"n": message} + said
    return path


def _draft_label(draft: DraftFact) -> str:
    state = gettext("given up") if draft.status is DraftStatus.REJECTED else ""
    label = gettext("Draft %(n)s") % {"n": draft.draft_id}
    return f"{label} · {state}" if state else label


def _of_body(body: Mapping[str, Any]) -> dict[str, Decimal]:
    lines: Sequence[Mapping[str, Any]] = list(body.get("lines") or ())
    found: dict[str, Decimal] = {}
    for line in lines:
        item = str(line.get("sku") or line.get("item") or "")
        quantity = words.decimal_of(str(line.get("quantity") or "")) or Decimal(0)
        found[item] = found.get(item, Decimal(0)) + quantity
    return found


def _of_order(order_id: int) -> dict[str, Decimal]:
    lines = orders.lines_for([order_id]).get(order_id, [])
    products = catalog.facts_for({line.product_id for line in lines}) if lines else {}
    found: dict[str, Decimal] = {}
    for line in lines:
        sku = products[line.product_id].sku
        found[sku] = found.get(sku, Decimal(0)) + line.quantity - line.cancelled
    return found


def _twin(draft: DraftFact, there: Mapping[str, Decimal], label: str, url: str) -> dict[str, Any]:
    here = _of_body(draft.body)
    items = [*here, *(item for item in there if item not in here)]
    rows = [
        {"item": item, "there": there.get(item), "here": here.get(item), "is_same": there.get(item) == here.get(item)}
        for item in items
    ]
    return {"label": label, "url": url, "rows": rows, "is_same": all(row["is_same"] for row in rows)}
