"""What runs beside the pages: notices become mails, mails are written, moved dates are told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override
from procrastinate.contrib.django import app

from orderloop.customers import queries as customers
from orderloop.fulfilment import services as fulfilment
from orderloop.fulfilment.facts import SECTION as FULFILMENT
from orderloop.platform.links import link_for
from orderloop.platform.mail import Attachment
from orderloop.platform.outbox import DueEffect, Fault
from orderloop.policy.queries import in_force
from orderloop.tracking import queries, services
from orderloop.tracking.facts import SECTION, CustomerLine, CustomerView, NoticeNew, ProgressEvent
from orderloop.tracking.templatetags.tracking_words import explanation

NOTICE_KIND = "notice"
LINK_PURPOSE = "track"
TRACKING_PAGE = "track_order"
PDF = "application/pdf"
Listener = Callable[[Sequence[DueEffect], datetime], None]
_listeners: list[Listener] = []
# These say what becomes of each line; that it was received says nothing of them yet.
_ANSWERING = frozenset({"confirmed", "delayed", "rejected", "cancelled"})


def tracking_link(order_id: int, version: int, *, at: datetime) -> str:
    """The address under which a customer follows an order without signing in, as long as the policy says."""
    token = link_for(LINK_PURPOSE, order_id, version, in_force(SECTION).value.link_days, at=at)
    return settings.PUBLIC_URL + reverse(TRACKING_PAGE, args=[token])


def tell_customers(effects: Sequence[DueEffect], now: datetime) -> dict[str, Fault]:
    """The outbox handler of notices: `order_id`, `event` and perhaps `subject` in the payload."""
    notices, faults = [], {}
    for effect in effects:
        try:
            event = ProgressEvent(str(effect.payload["event"]))
            notices.append(
                NoticeNew(int(str(effect.payload["order_id"])), event, str(effect.payload.get("subject", "")))
            )
        except (KeyError, ValueError) as error:
            faults[effect.key] = Fault(f"no notice can be made of this: {error!r}", permanent=True)
    services.notify(notices, at=now)
    sound = [effect for effect in effects if effect.key not in faults]
    for listener in _listeners:
        listener(sound, now)
    return faults


def register_listener(listener: Listener) -> None:
    """Have `listener` too told of what customers are told of, perhaps more than once."""
    if listener not in _listeners:
        _listeners.append(listener)


def progress_contexts(effects: Sequence[DueEffect]) -> Mapping[str, Mapping[str, Any]]:
    """What the mails of progress are written from. An order that is gone writes no mail."""
    now = datetime.now(UTC)
    views = queries.customer_views_for({int(str(effect.payload["order_id"])) for effect in effects})
    buyers = customers.facts_for({view.order.customer_id for view in views.values()})
    company = in_force(FULFILMENT).value
    papers = _papers(effects, views)
    answered = fulfilment.line_words_for(
        {int(str(effect.payload["order_id"])) for effect in effects if effect.payload.get("event") in _ANSWERING}
    )
    contexts = {}
    for effect in effects:
        view = views.get(int(str(effect.payload["order_id"])))
        if view is None:
            continue
        subject = str(effect.payload.get("subject", ""))
        contexts[effect.key] = {
            "order": view.order,
            "name": buyers[view.order.customer_id].name,
            "lines": _told_lines(view, answered.get(view.order.order_id, ())),
            "shipments": [shipment for shipment in view.shipments if not subject or shipment.number == subject],
            "explanation": explained(view),
            "company": company.name(view.language),
            "link": tracking_link(view.order.order_id, view.order.link_version, at=now),
            "attachments": papers.get(effect.key, ()),
        }
    return contexts


def _told_lines(view: CustomerView, answered: Sequence[str]) -> list[tuple[CustomerLine, str, str]]:
    """Each line with its name in the view's language and what it is answered with."""
    return [
        (line, line.name_zh if _is_chinese(view) and line.name_zh else line.name_en, words)
        for line, words in zip(view.lines, chain(answered, repeat("")), strict=False)
    ]


def explained(view: CustomerView) -> str:
    """The explanation in the view's language."""
    with override(view.language):
        return explanation(view)


def _papers(effects: Sequence[DueEffect], views: Mapping[int, CustomerView]) -> dict[str, tuple[Attachment, ...]]:
    """The confirmation with the mail that confirms, the delivery note with the one that tells of goods shipped."""
    if not in_force(SECTION).value.attach_documents:
        return {}
    confirmed = {e.key: int(str(e.payload["order_id"])) for e in effects if e.payload.get("event") == "confirmed"}
    shipped = {
        effect.key: shipment
        for effect in effects
        if effect.payload.get("event") == "shipped"
        for view in (views.get(int(str(effect.payload["order_id"]))),)
        if view is not None
        for shipment in view.shipments
        if shipment.number == effect.payload.get("subject")
    }
    confirmations = fulfilment.print_order_confirmations(set(confirmed.values()))
    notes = fulfilment.print_delivery_notes({shipment.shipment_id for shipment in shipped.values()})
    found: dict[str, tuple[Attachment, ...]] = {
        key: (Attachment(f"{views[order_id].order.number}.pdf", PDF, confirmations[order_id]),)
        for key, order_id in confirmed.items()
        if order_id in confirmations
    }
    return found | {
        key: (Attachment(f"{shipment.number}.pdf", PDF, notes[shipment.shipment_id]),)
        for key, shipment in shipped.items()
    }


def _is_chinese(view: CustomerView) -> bool:
    return view.language.startswith("zh")


@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="tell_of_moved_dates")
def tell_of_moved_dates(timestamp: int) -> int:
    """Tell customers of dates that moved; returns how many were told."""
    return services.notify_of_delays(at=datetime.fromtimestamp(timestamp, UTC))
