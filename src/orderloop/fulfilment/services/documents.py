"""Order confirmations and delivery notes as PDF, in the customer's language or the one asked for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, repeat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from orderloop.foundation.money import minor_unit
from orderloop.foundation.quantity import UNIT_NAMES
from orderloop.fulfilment import queries
from orderloop.fulfilment.facts import (
    SECTION,
    DeliveryNote,
    FulfilmentPolicy,
    OrderConfirmation,
    Paper,
    PaperLine,
    Party,
)
from orderloop.fulfilment.rules import amount_in_words
from orderloop.platform.documents import render_pdf
from orderloop.policy import queries as policy

# What the lines of orders are answered with, in the words of a language ("" for each customer's own), line by line.
LineWords = Callable[[Collection[int], str], Mapping[int, Sequence[str]]]
_line_words: list[LineWords] = []
PAPER = Path(__file__).parents[1] / "templates" / "fulfilment" / "paper.typ"


def register_line_words(words: LineWords) -> None:
    """Have `words` asked what each line of an order confirmation is answered with."""
    _line_words[:] = [words]


def line_words_for(order_ids: Collection[int], language: str = "") -> Mapping[int, Sequence[str]]:
    """What the lines of these orders are answered with, in words; nothing where nobody is asked."""
    return _line_words[0](order_ids, language) if _line_words and order_ids else {}


def print_order_confirmations(order_ids: Collection[int], *, language: str = "") -> dict[int, bytes]:
    """The order confirmation (订单确认书) of each order; an unknown order has no entry."""
    return print_papers(queries.order_confirmations_for(order_ids), language=language)


def print_delivery_notes(shipment_ids: Collection[int], *, language: str = "") -> dict[int, bytes]:
    """The delivery note (送货单) of each shipment; an unknown shipment has no entry."""
    return print_papers(queries.delivery_notes_for(shipment_ids), language=language)


def print_papers(
    papers: Mapping[int, OrderConfirmation] | Mapping[int, DeliveryNote], *, language: str = ""
) -> dict[int, bytes]:
    """The PDF of each paper in `language`, else its customer's: for papers gathered where only a customer may read."""
    company = policy.in_force(SECTION).value
    answered = line_words_for([i for i, each in papers.items() if isinstance(each, OrderConfirmation)], language)
    return {each: _print(content, company, language, answered.get(each, ())) for each, content in papers.items()}


def _print(
    content: OrderConfirmation | DeliveryNote, company: FulfilmentPolicy, language: str, answered: Sequence[str]
) -> bytes:
    chosen = language or content.paper.language
    with override(chosen):
        laid_out = (
            _confirmation(content, chosen, answered)
            if isinstance(content, OrderConfirmation)
            else _delivery_note(content, chosen)
        )
        data = {**_common(content.paper, company, chosen), **laid_out}
    return render_pdf(PAPER, data, dated=content.paper.dated)


def _common(paper: Paper, company: FulfilmentPolicy, language: str) -> dict[str, Any]:
    reach = (company.company_phone, company.company_mail)
    tax_number = _("Tax number %(number)s") % {"number": company.company_tax_number}
    return {
        "language": "zh" if language.startswith("zh") else "en",
        "company": {
            "name": company.name(language),
            "lines": [
                *company.address(language).splitlines(),
                " · ".join(part for part in reach if part),
                tax_number if company.company_tax_number else "",
            ],
        },
        "number": paper.number,
        "page": _("Page {page} of {pages}"),
        "note": {"label": _("Note"), "text": paper.note},
    }


def _confirmation(content: OrderConfirmation, language: str, answered: Sequence[str]) -> dict[str, Any]:
    paper, currency = content.paper, content.paper.currency
    rate = f"{(content.tax_rate * 100).normalize():f} %"
    # What is the same for all is said once: it would make a long order longer by half.
    is_same = len(answered) > 1 and len(set(answered)) == 1
    by_line = () if is_same else answered[: len(paper.lines)]
    remarks = [_("All lines: %(answer)s") % {"answer": answered[0]}] if is_same else []
    if content.tax_included and content.tax_rate:
        remarks.append(_("Unit prices include tax."))
    return {
        "title": _("Order confirmation"),
        "meta": [
            [_("Order number"), paper.order_number],
            [_("Your order number"), paper.po_number],
            [_("Date"), _day(paper)],
            [_("Requested for"), _plain_day(content.requested_on)],
            [_("Promised for"), _plain_day(content.promised_on)],
        ],
        "parties": [_party(_("Customer"), paper.customer), _party(_("Ship to"), paper.ship_to)],
        "columns": [*_item_columns(_("Quantity")), *_money_columns(currency), [_("Promised"), "right"]],
        "rows": [
            [*_item_cells(line, language, words), *_money_cells(line, currency), _plain_day(line.promised_on)]
            for line, words in zip(paper.lines, chain(by_line, repeat("")), strict=False)
        ],
        "totals": [
            [_("Net"), _money(content.net, currency)],
            [_("Tax %(rate)s") % {"rate": rate}, _money(content.tax, currency)],
            [_("Total"), f"{currency} {_money(content.gross, currency)}"],
        ],
        "words": _words(content.gross, currency, language),
        "remarks": remarks,
        "signatures": [],
    }


def _delivery_note(content: DeliveryNote, language: str) -> dict[str, Any]:
    paper, currency = content.paper, content.paper.currency
    lines = sorted((*paper.lines, *content.to_come), key=lambda line: line.n)
    return {
        "title": _("Delivery note"),
        "meta": [
            [_("Delivery note no."), paper.number],
            [_("Order number"), paper.order_number],
            [_("Your order number"), paper.po_number],
            [_("Date"), _day(paper)],
            [_("Carrier"), content.carrier],
            [_("Tracking number"), content.tracking_number],
            [_("Parcels"), str(content.parcels)],
        ],
        "parties": [_party(_("Customer"), paper.customer), _party(_("Ship to"), paper.ship_to)],
        "columns": [
            *_item_columns(_("In this delivery")),
            *_money_columns(currency),
            [_("Ordered"), "right"],
            [_("Still to come"), "right"],
        ],
        "rows": [
            [*_item_cells(line, language), *_money_cells(line, currency), _number(line.ordered), _number(line.rest)]
            for line in lines
        ],
        "totals": [[_("Value of goods, net"), f"{currency} {_money(content.value, currency)}"]],
        "words": _words(content.value, currency, language),
        "remarks": [],
        "signatures": [_("Prepared by"), _("Carrier"), _("Received by (signature, stamp)"), _("Date received")],
    }


def _item_columns(quantity: str) -> list[list[str]]:
    return [
        ["#", "right"],
        [_("Item"), "left"],
        [_("Description"), "left"],
        [quantity, "right"],
        [_("Unit"), "left"],
    ]


def _item_cells(line: PaperLine, language: str, answered: str = "") -> list[str]:
    chinese = language.startswith("zh")
    name = (line.name_zh or line.name_en) if chinese else (line.name_en or line.name_zh)
    below = []
    if line.item_code:
        below.append(_("Your item %(code)s") % {"code": line.item_code})
    if line.entered:
        ordered = f"{_number(line.entered[0])} {_unit(line.entered[1], chinese)}"
        below.append(_("ordered as %(quantity)s") % {"quantity": ordered})
    return [
        str(line.n),
        line.sku,
        "\n".join(part for part in (name, " · ".join(below), answered) if part),
        _number(line.quantity),
        _unit(line.unit, chinese),
    ]


def _money_columns(currency: str) -> list[list[str]]:
    return [[_("Unit price"), "right"], [_("Amount %(currency)s") % {"currency": currency}, "right"]]


def _money_cells(line: PaperLine, currency: str) -> list[str]:
    return [_price(line.unit_price, currency), _money(line.net, currency)]


def _party(label: str, party: Party) -> Mapping[str, Any]:
    return {"label": label, "name": party.name, "lines": list(party.lines)}


def _words(amount: Decimal, currency: str, language: str) -> list[str]:
    words = amount_in_words(amount, currency) if language.startswith("zh") else ""
    return [_("Amount in words"), words] if words else []


def _day(paper: Paper) -> str:
    """The date on the wall of the house, not that of Greenwich."""
    return paper.dated.astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat()


def _plain_day(day: date | None) -> str:
    return day.isoformat() if day else "–"


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount.quantize(minor_unit(currency)):,f}"


def _price(price: Decimal, currency: str) -> str:
    """A unit price with all its decimals, at least those of the currency."""
    exact = price.normalize()
    return f"{max(exact, price.quantize(minor_unit(currency)), key=lambda p: -int(p.as_tuple().exponent)):,f}"


def _number(quantity: Decimal) -> str:
    return f"{quantity.normalize():,f}"


def _unit(code: str, chinese: bool) -> str:
    if chinese:
        return next((name for name in UNIT_NAMES.get(code, "").split() if name >= "\u4e00"), code)
    return code
