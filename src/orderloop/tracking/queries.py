"""What happened to orders and what their customers see of them, for sets, by a constant number of statements."""

from collections.abc import Collection, Mapping

from orderloop.catalog import queries as catalog
from orderloop.catalog.facts import ProductFact
from orderloop.customers import queries as customers
from orderloop.foundation.words import gettext_noop as _
from orderloop.fulfilment import queries as fulfilment
from orderloop.fulfilment.facts import GONE
from orderloop.inventory import queries as inventory
from orderloop.orders import queries as orders
from orderloop.orders.facts import LineDetail
from orderloop.platform import mailbox
from orderloop.platform.mailbox import SentMail
from orderloop.tracking import rules
from orderloop.tracking.facts import CustomerLine, CustomerView, EntryKind, TimelineEntry


def timeline_for(order_ids: Collection[int]) -> dict[int, tuple[TimelineEntry, ...]]:
    """All that happened to each order, the oldest first: history, shipments, mails; an unknown order has no entry."""
    history = orders.history_for(order_ids)
    shipments = fulfilment.shipments_for(order_ids)
    mails = mailbox.mails_for(order_ids)
    return {
        order_id: rules.timeline(
            order_id, rows, shipments.get(order_id, ()), [_of_mail(order_id, mail) for mail in mails.get(order_id, ())]
        )
        for order_id, rows in history.items()
    }


def customer_views_for(order_ids: Collection[int]) -> dict[int, CustomerView]:
    """What each order's customer sees of it; an unknown order has no entry. Reads only what a customer may read."""
    details = orders.details_for(order_ids)
    lines = orders.line_details_for(details)
    history = orders.history_for(details)
    shipments = fulfilment.shipments_for(details)
    known = customers.facts_for({order.customer_id for order in details.values()})
    products = catalog.facts_for({line.product_id for group in lines.values() for line in group})
    short = {shortage.order_id for shortage in inventory.shortages(order_ids=list(details))} if details else set()
    found = {}
    for order_id, order in details.items():
        gone = tuple(each for each in shipments.get(order_id, ()) if each.status in GONE)
        events = history.get(order_id, [])
        moved = [str(row["reason"]) for row in events if row["kind"] == "promised"]
        entries = rules.timeline(order_id, events, gone)
        found[order_id] = CustomerView(
            order,
            known[order.customer_id].language,
            rules.steps(order, shipments.get(order_id, ())),
            rules.explanation(order, is_short=order_id in short, move_reason=moved[-1] if moved else ""),
            tuple(_line(line, products) for line in lines.get(order_id, ())),
            gone,
            tuple(entry for entry in entries if entry.for_customer),
        )
    return found


def link_version_of(order_id: int) -> int | None:
    """Which version of its tracking links an order honours; None where there is no such order."""
    order = orders.details_for([order_id]).get(order_id)
    return order.link_version if order else None


def _line(line: LineDetail, products: Mapping[int, ProductFact]) -> CustomerLine:
    product = products[line.product_id]
    return CustomerLine(
        line.n, product.sku, line.item_code if line.item_code != product.sku else "", product.name_en, product.name_zh,
        product.unit, line.quantity, line.shipped, line.cancelled, line.open, line.unit_price, line.net,
        line.requested_on, line.first_promised_on, line.promised_on,
    )  # fmt: skip


def _of_mail(order_id: int, mail: SentMail) -> TimelineEntry:
    code = "given_up" if mail.given_up else "sent" if mail.sent_at else mail.transport
    words = {
        "given_up": _("Mail to %(recipient)s could not be sent"),
        "sent": _("Mail sent to %(recipient)s"),
        "kept": _("Mail to %(recipient)s kept, no mail server is set"),
        "smtp": _("Mail to %(recipient)s waiting to be sent"),
    }
    return TimelineEntry(
        order_id,
        mail.sent_at or mail.created_at,
        EntryKind.MAIL,
        code,
        words[code],
        {"recipient": mail.recipient},
        text=mail.fault or mail.subject,
        reference=str(mail.mail_id),
    )
