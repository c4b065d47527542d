"""An order as the people of a store write it: in a mail, on paper, in a sheet of their own."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from orderloop.demo.purchases import CURRENCY, Purchase, PurchaseLine
from orderloop.demo.staff import DOMAIN
from orderloop.platform.documents import render_pdf

OUR_MAILBOX = f"orders@{DOMAIN}"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEMPLATE = Path(__file__).parent / "templates" / "demo" / "purchase_order.typ"
# What is printed on a store's paper, and at the head of its sheet, in its language. Not for translation: these are the
# store's words and not the product's.
_WORDS = {
    "en": {
        "title": "Purchase Order",
        "po": "PO No.",
        "day": "Order date",
        "wanted": "Delivery date",
        "revision": "Revision",
        "to": "Supplier",
        "ship_to": "Ship to",
        "columns": ("No.", "Item No.", "Description", "Quantity", "Unit", "Unit Price", "Amount"),
        "total": "Total",
        "units": ("EA", "PR"),
    },
    "zh-hans": {
        "title": "采购订单",
        "po": "订单编号",
        "day": "下单日期",
        "wanted": "交货日期",
        "revision": "修订",
        "to": "供应商",
        "ship_to": "送货地址",
        "columns": ("序号", "物料编码", "品名", "数量", "单位", "单价", "金额"),
        "total": "合计",
        "units": ("个", "双"),
    },
}
# Titles a store has made up itself: nobody knows them until he is told.
_OWN_WORDS = {
    "title": "Replenishment Slip",
    "po": "Slip ref",
    "day": "Written on",
    "wanted": "On our shelf by",
    "columns": ("Pos", "Stk code", "Goods", "Pcs wanted", "", "Each at", "Makes"),
    "total": "Makes in all",
}


def pdf(order: Purchase, at: datetime, *, own_words: bool = False) -> bytes:
    """The order on the store's paper; with `own_words` under titles only the store uses."""
    words: Mapping[str, Any] = _words(order) | (_OWN_WORDS if own_words else {})
    data = {
        **{name: words[name] for name in ("title", "to", "ship_to", "columns", "total")},
        "store": {"name": order.store, "address": order.address},
        "supplier": "Adventure Works Cycles",
        "facts": [
            (words["po"], order.po_number),
            (words["day"], _day(order.ordered_on)),
            (words["wanted"], _day(order.requested_on)),
            *([(words["revision"], str(order.revision))] if order.revision else []),
        ],
        "lines": [_cells(n, line, words["units"]) for n, line in enumerate(order.lines, start=1)],
        "sum": f"{CURRENCY} {order.total:,.2f}",
    }
    return render_pdf(_TEMPLATE, data, dated=at)


def _words(order: Purchase) -> dict[str, Any]:
    return _WORDS[order.language]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _cells(n: int, line: PurchaseLine, units: tuple[str, str]) -> tuple[str, ...]:
    return (
        str(n),
        line.item,
        line.name,
        line.quantity,
        units[line.is_pair],
        f"{line.price:,.4f}",
        f"{line.amount:,.2f}",
    )


def sheet(order: Purchase) -> bytes:
    """The order as a workbook with the store's own head and column titles."""
    words, target = _words(order), io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page, bold = book.add_worksheet(), book.add_format({"bold": True})
        page.write(0, 0, f"{order.store}  {words['title']}", bold)
        facts = ((words["po"], order.po_number), (words["day"], _day(order.ordered_on)))
        for row, (name, text) in enumerate((*facts, (words["wanted"], _day(order.requested_on))), start=1):
            page.write(row, 0, name)
            page.write(row, 2, text)
        page.write_row(5, 0, words["columns"], bold)
        for n, line in enumerate(order.lines, start=1):
            figures = (float(line.price), float(line.amount))
            quantity = int(line.quantity) if line.quantity else ""
            page.write_row(5 + n, 0, (n, line.item, line.name, quantity, words["units"][line.is_pair], *figures))
        page.write_row(6 + len(order.lines), 4, (words["total"], "", float(order.total)), bold)
    return target.getvalue()


def text(order: Purchase) -> str:
    """The order as somebody types it into a mail."""
    units = _words(order)["units"]
    lines = "\n".join(f"{line.item}  {line.quantity} {units[line.is_pair]}" for line in order.lines)
    if order.language == "zh-hans":
        return (
            f"您好,\n\n请安排以下订单,订单编号:{order.po_number}\n要求交期:{_day(order.requested_on)}\n\n{lines}\n\n"
            f"谢谢!\n{order.store}"
        )
    return (
        f"Hello,\n\nplease send us the following.\nPO number: {order.po_number}\n"
        f"Delivery date: {_day(order.requested_on)}\n\n{lines}\n\nBest regards\n{order.store}"
    )


def mail(order: Purchase, body: str, at: datetime, *, attached: tuple[str, str, bytes] | None = None) -> bytes:
    """A mail from the store's mailbox to ours, with at most one file: its name, kind and content."""
    message = EmailMessage()
    message["From"], message["To"] = order.mailbox, OUR_MAILBOX
    message["Subject"] = subject_of(order)
    message["Message-ID"] = message_id_of(order)
    message["Date"] = format_datetime(at.astimezone(UTC))
    message.set_content(body)
    if attached:
        name, kind, content = attached
        main, _slash, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def subject_of(order: Purchase) -> str:
    """What the mail is about."""
    return f"{_words(order)['title']} {order.po_number}".strip()


def message_id_of(order: Purchase) -> str:
    """The mail's own id, the same for the same order and revision."""
    return f"<{order.serial}.{order.revision}@{order.mailbox.partition('@')[2]}>"


def note(order: Purchase) -> str:
    """What stands in a mail whose attachment is the order."""
    if order.language == "zh-hans":
        return f"您好,\n\n附件为我司采购订单,请查收。\n\n{order.store}"
    return f"Hello,\n\nplease find our order attached.\n\n{order.store}"
