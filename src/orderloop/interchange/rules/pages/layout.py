"""An order read from words on pages, whether they were stated in the document or recognised from a picture of it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Page, Place, ReadOrder, Role, Value
from orderloop.interchange.rules.lexicon import fold_label
from orderloop.interchange.rules.pages.asides import sent_apart
from orderloop.interchange.rules.pages.days import cut_days
from orderloop.interchange.rules.pages.goods import lines_of_goods
from orderloop.interchange.rules.pages.header import Region, header_from, regions_of, role_from, sums_from
from orderloop.interchange.rules.pages.lines import Sheet, sheet_of, text_of
from orderloop.interchange.rules.pages.marks import caveats_on
from orderloop.interchange.rules.pages.recognised import with_doubts
from orderloop.interchange.rules.pages.rows import Usage, lines_from
from orderloop.interchange.rules.pages.several import groups_of, is_certain, numbers_on, parts_of
from orderloop.interchange.rules.pages.stacked import stacked_lines
from orderloop.interchange.rules.pages.tables import Table, tables_of
from orderloop.interchange.rules.pages.teaching import column_title_of, label_near
from orderloop.interchange.rules.values import currency_in, day_in, decimal_sign_of, number_in, plain

__all__ = ["column_title_of", "fold_label", "label_near", "order_from_pages", "orders_from_pages", "page_signature"]


def orders_from_pages(pages: Sequence[Page], hints: Hints) -> tuple[ReadOrder, ...]:
    """The orders that pages of words state, each by itself where it is certain where it begins; else one, of which a
    fault says that it is several."""
    whole, regions, usage = _read(pages, hints)
    parts = parts_of(pages, hints, usage)
    if len(parts) == 1:
        return (whole,)
    if len(parts) > len(pages):
        regions = [_read([part], hints)[1][0] for part in parts]
    begun = groups_of(parts, [numbers_on(region, hints, usage) for region in regions])
    if len(begun) == 1:
        return (whole,)
    groups: list[list[Page]] = []
    orders: list[ReadOrder] = []
    for group in begun:
        order = order_from_pages(group, hints)
        if groups and not (order.lines and orders[-1].lines):
            # Terms, drawings and covers name other numbers, and order nothing.
            groups[-1] += group
            orders[-1] = order_from_pages(groups[-1], hints)
        else:
            groups.append(group)
            orders.append(order)
    if len(orders) < 2:
        return (whole,)
    if is_certain(groups, orders):
        return tuple(orders)
    given = ", ".join(dict.fromkeys(order.text("po_number") for order in orders))
    several = Fault(FaultCode.SEVERAL_ORDERS, Place(page=groups[1][0].number), {"given": given}, rejects=False)
    return (replace(whole, faults=(*whole.faults, several)),)


def order_from_pages(pages: Sequence[Page], hints: Hints) -> ReadOrder:
    """What pages of words say as one order; never fails, and a field that is not found is simply not there.

    What can be read in two ways stays as written with a low confidence, and is named by a DOUBTFUL fault.
    """
    return _read(pages, hints)[0]


def _read(pages: Sequence[Page], hints: Hints) -> tuple[ReadOrder, list[Region], Usage]:
    """The order of the pages, each of them with its labels, and how figures are written there."""
    sheets = [sheet_of(page) for page in pages]
    tables = tables_of(sheets, hints.columns, hints.labels)
    usage = _usage(sheets, hints)
    stacked = stacked_lines(sheets, usage)
    lines = list(stacked.lines) or lines_of_goods([list(lines_from(table, usage)) for table in tables])
    taken = {table.sheet.number: (table.first, table.last) for table in tables if table.rows or table is not tables[0]}
    taken = stacked.taken or taken
    regions = regions_of(sheets, hints, taken)
    fields, faults = header_from(regions, hints, usage)
    fields.update(sums_from(regions, hints, usage, _sum(lines)))
    if "currency" not in fields:
        fields.update(_currency(sheets, tables))
    _doubt_cut_days([fields, *lines])
    faults += [*stacked.faults, *_doubts(fields, lines), *sent_apart(lines)]
    faults += caveats_on([sheet for sheet in sheets if sheet.number in {1, *taken}])
    order = ReadOrder(Role(role_from(sheets)), fields, tuple(lines), tuple(faults))
    order = with_doubts(order, pages) if usage.is_recognised else order
    return order, regions, usage


def page_signature(pages: Sequence[Page]) -> str:
    """A fingerprint of a form: the size of its pages and its labels and titles, whatever is filled in."""
    sheets = [sheet_of(page) for page in pages[:1]]
    tables = tables_of(sheets, {})
    # What stands below the titles moves with the number of lines, and to another page.
    below = {table.sheet.number: (table.first, len(table.sheet.lines)) for table in tables}
    labels = {fold_label(text_of(each.tokens)) for part in regions_of(sheets, Hints(), below) for each in part.labels}
    titles = {fold_label(column.title) for table in tables for column in table.columns}
    size = [f"{round(page.width / 10)}x{round(page.height / 10)}" for page in pages[:1]]
    return hashlib.sha256("\n".join([*size, *sorted(labels | titles)]).encode()).hexdigest()[:32]


def _usage(sheets: Sequence[Sheet], hints: Hints) -> Usage:
    """How the document writes numbers and days: as learnt, else as all of them together show."""
    texts = [token.text for sheet in sheets for line in sheet.lines[:2000] for token in line.tokens]
    sign = hints.formats.get("decimal_sign", "") or decimal_sign_of([*texts, *_spaced(sheets)])
    order = hints.formats.get("date_order", "") or _date_order(texts)
    return Usage(sign, order, hints.formats.get("price_basis", ""), any(sheet.is_scan for sheet in sheets))


def _spaced(sheets: Sequence[Sheet]) -> list[str]:
    """Numbers whose digits are grouped by blanks, as `1 191,840` is."""
    found = []
    for sheet in sheets:
        for line in sheet.lines[:2000]:
            for left, right in pairwise(line.tokens):
                if right.x0 - left.x1 < 0.4 * line.height and _GROUP.match(left.text) and _GROUPED.match(right.text):
                    found.append(f"{left.text} {right.text}")
    return found


_GROUP, _GROUPED = re.compile(r"^\d{1,3}$"), re.compile(r"^\d{3}[.,]\d+$")


def _date_order(texts: Sequence[str]) -> str:
    """The order of day and month that another day of the document, written alike, leaves no doubt about."""
    orders: set[str] = set()
    for text in texts:
        day = day_in(text) if 6 <= len(text) <= 10 and ("/" in text or "-" in text) else None
        if day is not None and day.day is not None and len(day.orders) == 1:
            orders |= day.orders
    orders.discard("ymd")
    return orders.pop() if len(orders) == 1 else ""


def _sum(lines: Sequence[dict[str, Value]]) -> Decimal | None:
    amounts = [Decimal(line["amount"].text) for line in lines if "amount" in line]
    return sum(amounts, Decimal(0)) if amounts else None


def _currency(sheets: Sequence[Sheet], tables: Sequence[Table]) -> dict[str, Value]:
    """The currency by what stands beside the figures or in the titles of their columns."""
    votes: dict[str, int] = {}
    for table in tables:
        for column in table.columns:
            if column.field in ("unit_price", "amount", "~gross_amount") and (code := currency_in(column.title)):
                votes[code] = votes.get(code, 0) + 3
    for sheet in sheets:
        for line in sheet.lines[:2000]:
            for token in line.tokens:
                number = number_in(token.text)
                code = number.mark if number is not None else _bare_mark(token.text)
                if code:
                    votes[code] = votes.get(code, 0) + 1
    if not votes:
        return {}
    code = max(votes, key=lambda each: (votes[each], each))
    confidence = 0.9 if len(votes) == 1 else 0.6
    return {"currency": Value(code, code, method=Method.PATTERN, confidence=confidence)}


def _bare_mark(text: str) -> str:
    return (
        currency_in(text) if plain(text) in ("¥", "$", "€", "£", "CNY", "RMB", "USD", "EUR", "元", "GBP", "HKD") else ""
    )


def _doubt_cut_days(parts: Sequence[dict[str, Value]]) -> None:
    """Take confidence from those days that lack a digit, by how the document writes its others."""
    days = [(part, name) for part in parts for name in ("ordered_on", "requested_on") if name in part]
    for at in cut_days([part[name].raw for part, name in days]):
        part, name = days[at]
        part[name] = replace(part[name], confidence=min(part[name].confidence, 0.4))


def _doubts(fields: dict[str, Value], lines: Sequence[dict[str, Value]]) -> list[Fault]:
    """Days that may be one of two, named; and lines without a day among lines that have one."""
    found = [("requested_on", line["requested_on"]) for line in lines if "requested_on" in line]
    found += [(name, fields[name]) for name in ("ordered_on", "requested_on") if name in fields]
    return [
        Fault(FaultCode.DOUBTFUL, value.place, {"name": name, "given": value.raw}, rejects=False)
        for name, value in found
        if value.confidence < 0.5
    ] + _undated(lines)


def _undated(lines: Sequence[dict[str, Value]]) -> list[Fault]:
    """Lines whose day was not found although others have theirs: that the header's day is meant is not said."""
    if not any("requested_on" in line for line in lines):
        return []
    return [
        Fault(FaultCode.DOUBTFUL, next(iter(line.values())).place, {"name": "requested_on", "given": ""}, rejects=False)
        for line in lines
        if "requested_on" not in line
    ]
