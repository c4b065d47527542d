"""One order: where it stands, what to do next, its lines, why each decision fell as it did, and all that happened."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.flow import queries
from orderloop.flow.facts import AnswerClock
from orderloop.flow.pages import words
from orderloop.flow.pages.review import hold_row, may_decide, order_or_404, sheet_of
from orderloop.flow.pages.work import place_of
from orderloop.flow.queries import work as work_queries
from orderloop.flow.services import clocks
from orderloop.flow.services.decisions import CANCELLABLE
from orderloop.foundation.words import gettext_noop
from orderloop.fulfilment import queries as fulfilment
from orderloop.fulfilment.facts import STATUS_WORDS as SHIPMENT_WORDS
from orderloop.fulfilment.facts import ShipmentFact, ShipmentStatus
from orderloop.intake import queries as intake
from orderloop.inventory import queries as inventory
from orderloop.inventory.facts import SECTION as INVENTORY
from orderloop.orders import queries as orders
from orderloop.orders.facts import ENDED, LineDetail, OrderDetail, OrderFact, OrderStatus
from orderloop.platform.permissions import may, requires
from orderloop.policy import queries as policy
from orderloop.review import queries as review_queries
from orderloop.tracking import queries as tracking
from orderloop.tracking.facts import EntryKind, TimelineEntry
from orderloop.tracking.jobs import tracking_link
from orderloop.triage import queries as triage
from orderloop.triage.facts import TERM_WORDS
from orderloop.ui.components import Crumb, Pair, Step, StepState
from orderloop.ui.templatetags.ui_values import moment, working_date

MOST_GOODS = 12
SHIPMENT_TONES = {"shipped": "info", "delivered": "good", "cancelled": "neutral"}
STEPS = (
    ("received", _("Received")),
    ("confirmed", _("Reviewed")),
    ("released", _("Released")),
    ("shipped", _("Shipped")),
    ("delivered", _("Delivered")),
)
PICKING, PICKED, PACKED = ShipmentStatus.PICKING, ShipmentStatus.PICKED, ShipmentStatus.PACKED
HAND_OVERS = {
    "taken": gettext_noop("Taken on: %(work)s"),
    "sent_back": gettext_noop("Sent back: %(work)s"),
    "done": gettext_noop("Finished: %(work)s"),
}
_REACHED = {"in_review": 1, "confirmed": 2, "released": 3, "part_shipped": 3, "shipped": 4, "delivered": 5}


@require_GET
@requires("orders.view")
def open_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """The way from an order's id to its page."""
    found = orders.facts_for([order_id]).get(order_id)
    if found is None:
        raise Http404
    return HttpResponseRedirect(reverse("order_page", args=[found.number]))


@require_GET
@requires("orders.view")
def show_order(request: HttpRequest, number: str) -> HttpResponse:
    """All of one order."""
    return order_page(request, order_or_404(number))


def order_page(
    request: HttpRequest, fact: OrderFact, typed: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """The page of an order; `typed` is what somebody wrote into one of its forms, with the fault in it."""
    ids, order_id = [fact.order_id], fact.order_id
    detail = orders.details_for(ids)[order_id]
    shipments = fulfilment.shipments_for(ids).get(order_id, [])
    holds = review_queries.holds_for(ids).get(order_id, [])
    reservations = inventory.reservations_for(ids).get(order_id, [])
    message = intake.messages_for([fact.message_id]).get(fact.message_id) if fact.message_id else None
    tone, word = words.status_of(fact.status)
    lines = _lines(orders.line_details_for(ids).get(order_id, []), reservations)
    score = score_of(fact)
    context = {
        "fact": fact,
        "detail": detail,
        "tone": tone,
        "status": word,
        "crumbs": [Crumb(_("Orders"), reverse("orders")), Crumb(fact.number)],
        "steps": steps_of(detail, shipments, holds),
        "next": next_action(request, fact, holds, reservations, shipments),
        "customer": customers.facts_for([fact.customer_id])[fact.customer_id],
        "lines": lines,
        "goods": _goods(lines),
        "holds": [hold_row(request, hold, fact.currency) for hold in holds],
        "facts": _facts(fact, detail),
        "sheet": sheet_of(fact),
        "score": score,
        "without": _without_hand(fact, score),
        "clock": _clock(fact, message),
        "stages": _stages(fact),
        "entries": _entries(fact, message),
        "shipments": [_shipment(shipment) for shipment in shipments],
        "message": message,
        "work": _work(fact),
        "open_holds": [words.check_word(hold["kind"]) for hold in holds if hold["status"] == "open"],
        "has_ended": fact.status in ENDED,
        "may_cancel": may(request, "orders.cancel") and fact.status in CANCELLABLE,
        "link": _link(request, detail),
        "last_day": (timezone.localdate() + timedelta(days=7)).isoformat(),
        "typed": typed or {},
    }  # fmt: skip
    return render(request, "flow/order.html", context, status=status)


def steps_of(detail: OrderDetail, shipments: Sequence[ShipmentFact], holds: Sequence[Mapping[str, Any]]) -> list[Step]:
    """The status bar: five stations, the present one marked, a stuck one said to be stuck."""
    left = [each.shipped_at for each in shipments if each.shipped_at]
    times = {
        "received": detail.received_at,
        "confirmed": detail.confirmed_at,
        "released": detail.released_at,
        "shipped": detail.shipped_at or min(left, default=None),
        "delivered": detail.delivered_at,
    }
    ended = detail.status in (OrderStatus.REJECTED, OrderStatus.CANCELLED)
    reached = (2 if detail.confirmed_at else 1) if ended else _REACHED[detail.status]
    stuck = any(hold["status"] == "open" for hold in holds)
    steps = []
    for n, (code, label) in enumerate(STEPS):
        state: StepState = "done" if n < reached else "skipped" if ended else "now" if n == reached else "next"
        note = gettext("in part") if code == "shipped" and detail.status is OrderStatus.PART_SHIPPED else ""
        if state == "now" and stuck:
            state, note = "bad", gettext("held")
        steps.append(Step(label, state, times[code] if n < reached or note else None, note))
    return steps


def next_action(
    request: HttpRequest,
    fact: OrderFact,
    holds: Sequence[Mapping[str, Any]],
    reservations: Sequence[Mapping[str, Any]],
    shipments: Sequence[ShipmentFact],
) -> dict[str, Any] | None:
    """The one thing that brings the order on, if the reader may do it."""
    if any(hold["status"] == "open" and may_decide(request, hold["kind"]) for hold in holds):
        return _action(gettext("Decide hold"), "shield-check", reverse("review_sheet", args=[fact.number]))
    is_short = any(row["reserved"] < row["wanted"] for row in reservations)
    if (
        fact.status is OrderStatus.CONFIRMED
        and is_short
        and (may(request, "triage.adjust") or may(request, "stock.move"))
    ):
        label = gettext("Plan shortage") if may(request, "triage.adjust") else gettext("See the shortage")
        return _action(label, "building-factory-2", f"{reverse('shortages')}?order={fact.number}")
    held = any(row["reserved"] for row in reservations)
    return _step_of_goods(request, fact, shipments, held=held)


def _step_of_goods(
    request: HttpRequest, fact: OrderFact, shipments: Sequence[ShipmentFact], *, held: bool
) -> dict[str, Any] | None:
    """What brings the goods on: the shipment that is due, else picking what is held, else hearing of the arrival."""
    by_status = {shipment.status: shipment for shipment in reversed(shipments)}
    if may(request, "warehouse.work"):
        for status, label in (
            (PACKED, _("Pack and ship")),
            (PICKED, _("Pack and ship")),
            (PICKING, _("Confirm picking")),
        ):
            if status in by_status:
                return _action(label, "package-export", reverse("warehouse_task", args=[by_status[status].number]))
        if held and fact.status in (OrderStatus.RELEASED, OrderStatus.PART_SHIPPED):
            return _action(_("Start picking"), "package-export", f"{reverse('warehouse')}?tab=pick&q={fact.number}")
    if ShipmentStatus.SHIPPED in by_status and (may(request, "warehouse.work") or may(request, "orders.change")):
        task = reverse("warehouse_task", args=[by_status[ShipmentStatus.SHIPPED].number])
        return _action(_("Confirm delivery"), "truck-delivery", task)
    return None


def _action(label: Any, icon: str, url: str) -> dict[str, Any]:
    return {"label": label, "icon": icon, "url": url}


def _lines(lines: Sequence[LineDetail], reservations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    products = catalog.facts_for({line.product_id for line in lines})
    places = inventory.warehouses()
    language = get_language() or "en"
    found = []
    for line in lines:
        rows = [row for row in reservations if row["line_id"] == line.line_id]
        reserved = sum((row["reserved"] for row in rows), Decimal(0))
        short = sum((row["wanted"] - row["reserved"] for row in rows), Decimal(0))
        found.append(
            {
                "line": line,
                "product": products[line.product_id],
                "name": products[line.product_id].name(language),
                "reserved": reserved,
                "short": short,
                "places": [
                    (places.get(row["warehouse_id"], ("", ""))[0], row["reserved"]) for row in rows if row["reserved"]
                ],
                "expected": max((row["expected_on"] for row in rows if row["expected_on"]), default=None),
                "moved": line.first_promised_on and line.promised_on and line.promised_on > line.first_promised_on,
            }
        )
    return found


def _goods(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Where the goods come from: every line of a short order, of a long one those that lack something or take from
    several places; the others are counted."""
    still_open = [row for row in lines if row["line"].open]
    told = [row for row in still_open if len(still_open) <= MOST_GOODS or row["short"] or len(row["places"]) != 1]
    return {"rows": told, "covered": len(still_open) - len(told)}


def _without_hand(fact: OrderFact, score: Mapping[str, Any] | None) -> str:
    """What a priority set by hand changes: the score by the policy, and the places among the orders that wait."""
    if score is None or not score["is_manual"]:
        return ""
    ahead = queries.orders_ahead(fact.order_id, [fact.priority, score["score"]])
    text = gettext("By the policy it would be %(score)s: place %(place)s of %(n)s orders under way instead of %(now)s.")
    return text % {
        "score": f"{score['score']:.1f}",
        "place": ahead.of[1] + 1,
        "now": ahead.of[0] + 1,
        "n": ahead.waiting,
    }


def _facts(fact: OrderFact, detail: OrderDetail) -> list[Pair]:
    ship_to = next(
        (
            s
            for s in customers.ship_tos_for([fact.customer_id]).get(fact.customer_id, ())
            if s.ship_to_id == detail.ship_to_id
        ),
        None,
    )
    line = catalog.lines_for([fact.product_line_id]).get(fact.product_line_id) if fact.product_line_id else None
    address = (
        ", ".join(part for part in (ship_to.name, ship_to.address, ship_to.city, ship_to.country) if part)
        if ship_to
        else None
    )
    kinds = [words.size_word(fact.size_class), gettext("Urgent") if fact.is_urgent else gettext("Ordinary")]
    if line is not None:
        kinds.insert(0, (line.name_zh if words.chinese() else line.name_en) or line.code)
    return [
        Pair(_("PO number"), fact.po_number),
        Pair(_("Channel"), words.channel_word(fact.channel)),
        Pair(_("Received on"), moment(fact.received_at)),
        Pair(_("Requested for"), working_date(fact.requested_on)),
        Pair(_("First promised for"), working_date(detail.first_promised_on)),
        Pair(_("Promised for"), working_date(fact.promised_on), _promise_note(fact, detail)),
        Pair(_("Class"), " · ".join(kinds)),
        Pair(_("Ship to"), address),
        Pair(_("Note"), detail.note),
    ]


def _promise_note(fact: OrderFact, detail: OrderDetail) -> str:
    """How the promise came about, in a few words."""
    if fact.promised_on is None:
        return gettext("No stock or receipt covers the order yet.") if fact.status is OrderStatus.CONFIRMED else ""
    handling = policy.in_force(INVENTORY).value
    text = gettext("day the goods can leave, plus working days: %(handling)s to dispatch, %(transit)s to the customer")
    return text % {"handling": handling.handling_days, "transit": handling.transit_days}


def score_of(fact: OrderFact) -> dict[str, Any] | None:
    """The priority with each of its terms, and what was set by hand."""
    found = triage.scores_for([fact.order_id]).get(fact.order_id)
    if found is None:
        return None
    version = policy.versions_for([found["policy_id"]]).get(found["policy_id"])
    is_manual = found["manual_score"] is not None and found["manual_until"] > timezone.now()
    terms = [
        {
            "name": gettext(TERM_WORDS.get(term["name"], term["name"])),
            "share": Decimal(str(term["share"])),
            "weight": Decimal(str(term["weight"])),
            "points": Decimal(str(term["points"])),
        }
        for term in words.plain(found["terms"])
    ]
    return {
        **found,
        "terms": terms,
        "is_manual": is_manual,
        "version": version.number if version else None,
        "now": fact.priority,
    }


def _clock(fact: OrderFact, message: dict[str, Any] | None) -> AnswerClock | None:
    """By when the customer is to have his answer, as long as he has none."""
    if fact.status is not OrderStatus.IN_REVIEW:
        return None
    started = message["received_at"] if message else fact.received_at
    return clocks.order_clocks({fact.order_id: started}, at=timezone.now())[fact.order_id]


def _stages(fact: OrderFact) -> list[dict[str, Any]]:
    """Each passage through a stage: since when, by whom, why it waited, and the time it took against the standard."""
    known, now = words.stages(), timezone.now()
    rows = []
    for row in queries.record_for(fact.order_id):
        stage = known.get(row["stage"])
        running = row["finished_at"] is None
        rows.append(
            {
                **row,
                "title": words.stage_word(row["stage"]),
                "role_word": words.role_word(row["role"]),
                "wait": words.wait_word(row["wait_reason"]) if running else "",
                "standard": stage.standard_minutes if stage else None,
                "span": (row["finished_at"] or now) - row["enabled_at"],
                "is_over": bool(stage and row["minutes"] is not None and row["minutes"] > stage.standard_minutes),
                "is_late": running and words.is_late(row["due_at"], now),
                "procedure": words.procedure(row["stage"]) if running else "",
            }
        )
    return rows


def _entries(fact: OrderFact, message: Mapping[str, Any] | None) -> list[TimelineEntry]:
    """All that happened, on one line: message, history, shipments, mails, and work handed from one to another."""
    entries = list(tracking.timeline_for([fact.order_id]).get(fact.order_id, ()))
    if message is not None:
        sender = str(message["sender"] or message["filename"] or "")
        title = gettext_noop("Message stored as it came")
        entries.append(
            TimelineEntry(fact.order_id, message["received_at"], EntryKind.ORDER, "message", title, text=sender)
        )
    for each in work_queries.hand_overs_of(fact.order_id):
        params = {"work": words.kind_word(each.kind)}
        entries.append(
            TimelineEntry(
                fact.order_id, each.at, EntryKind.ORDER, each.deed, HAND_OVERS[each.deed], params, each.who, each.cause
            )
        )
    return sorted(entries, key=lambda entry: entry.at)


def _shipment(shipment: ShipmentFact) -> dict[str, Any]:
    return {
        "shipment": shipment,
        "tone": SHIPMENT_TONES.get(shipment.status, "warn"),
        "word": gettext(SHIPMENT_WORDS[shipment.status]),
    }


def _work(fact: OrderFact) -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "item": item,
            "kind": words.kind_word(item.kind),
            "role": words.role_word(item.role),
            "url": place_of(item.kind, item.subject_id, fact.number),
            "is_late": words.is_late(item.due_at, now),
        }
        for item in work_queries.about(fact.order_id)
    ]


def _link(request: HttpRequest, detail: OrderDetail) -> str:
    """The signed link a customer follows the order by; empty where its page is not there."""
    try:
        return tracking_link(detail.order_id, detail.link_version, at=timezone.now())
    except NoReverseMatch:
        return ""
