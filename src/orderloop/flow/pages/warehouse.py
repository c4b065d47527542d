"""The warehouse: what is to be picked, packed and shipped, as a list for many and one task at a time for the phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.services import actor_of
from orderloop.flow.pages import words
from orderloop.flow.queries import warehouse as queries
from orderloop.flow.services import shipping
from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Outcomes, Reason, Refused
from orderloop.fulfilment import queries as shipments
from orderloop.fulfilment import services as fulfilment
from orderloop.fulfilment.facts import (
    SECTION,
    Delivery,
    Packing,
    Picked,
    ShipmentFact,
    ShipmentStatus,
    ShipOrder,
    ShipOut,
)
from orderloop.inventory import queries as inventory
from orderloop.orders import queries as orders
from orderloop.platform.permissions import may, requires
from orderloop.policy.queries import in_force
from orderloop.ui.components import Choice
from orderloop.ui.listing import Page, filters_from, url_with
from orderloop.ui.toasts import toast

S = ShipmentStatus
ROWS = 50
MOST_TICKED = 500
# Tab -> the state of the shipments it lists; the first and the last tab list orders and lines.
TABS = {"picking": S.PICKING, "pack": S.PICKED, "ship": S.PACKED, "way": S.SHIPPED}
TAB_WORDS = {
    "pick": _("To pick"),
    "picking": _("Being picked"),
    "pack": _("To pack"),
    "ship": _("To ship"),
    "way": _("On the way"),
    "back": _("Back-orders"),
}
STAGES = {"pick": "picking", "picking": "picking", "pack": "dispatch", "ship": "dispatch", "way": "delivery"}
STAGE_OF = {S.PICKING: "picking", S.PICKED: "dispatch", S.PACKED: "dispatch", S.SHIPPED: "delivery"}
TONES = {S.PICKING: "warn", S.SHIPPED: "info", S.DELIVERED: "good", S.CANCELLED: "neutral"}
SHORT_REASONS = {
    "not_there": _("Not at its place"),
    "fewer": _("Fewer than booked"),
    "damaged": _("Damaged"),
    "wrong": _("Wrong goods at the place"),
}
WORDS = {
    S.PICKING: _("Being picked"),
    S.PICKED: _("To pack"),
    S.PACKED: _("To ship"),
    S.SHIPPED: _("On the way"),
    S.DELIVERED: _("Delivered"),
    S.CANCELLED: _("Cancelled"),
}


@require_GET
@requires("warehouse.view")
def show_warehouse(request: HttpRequest) -> HttpResponse:
    """One step's orders or shipments, the pressing ones first; without a step named, the first that has any."""
    bar = filters_from(request, [], placeholder=_("Order, shipment or customer"))
    text = bar.q.replace("\x00", "")[:80]
    counts = _counts(text)
    asked = request.GET.get("tab", "")
    tab = asked if asked in TAB_WORDS else next((name for name in TAB_WORDS if counts[name]), "pick")
    place = words.ids_of([request.GET.get("after", "")])
    offset = min(place[0], 100_000) if place else 0
    rows = list(_listed(tab, text, offset))
    context = {
        "tab": tab,
        "tabs": [
            Choice(label, url_with(request, tab=name), name == tab, counts[name]) for name, label in TAB_WORDS.items()
        ],
        "bar": bar,
        "rows": [_named(row) for row in rows[:ROWS]] if tab == "back" else rows[:ROWS],
        "page": Page(after=str(offset + ROWS) if len(rows) > ROWS else "", shown=len(rows[:ROWS]), total=counts[tab]),
        "previous": str(max(offset - ROWS, 0)) if offset else "",
        "carriers": _carriers(),
        "stage": words.stage_word(STAGES.get(tab, "")) if tab in STAGES else "",
        "procedure": words.procedure(STAGES.get(tab, "")),
    }
    return render(request, "flow/warehouse.html", context)


def _counts(text: str) -> dict[str, int]:
    found = queries.counts(text)
    names = {"pick": "pick", "back": "back"} | {tab: str(status) for tab, status in TABS.items()}
    return {tab: found.get(name, 0) for tab, name in names.items()}


def _listed(tab: str, text: str, offset: int) -> Sequence[Any]:
    if tab == "pick":
        return queries.pickable(text, offset=offset, limit=ROWS + 1)
    if tab == "back":
        return queries.back_orders(text, offset=offset, limit=ROWS + 1)
    return queries.parcels(TABS[tab], text, offset=offset, limit=ROWS + 1)


def _named(row: queries.BackOrder) -> dict[str, Any]:
    return {"line": row, "name": (row.name_zh if words.chinese() else row.name_en) or row.name_en or row.name_zh}


@require_GET
@requires("warehouse.view")
def show_task(request: HttpRequest, number: str) -> HttpResponse:
    """One shipment with the one step that is due."""
    return _task_page(request, _shipment_or_404(number))


@require_POST
@requires("warehouse.work")
def next_task(request: HttpRequest) -> HttpResponse:
    """On to the most pressing shipment being picked, else begin with the most pressing order."""
    waiting = queries.parcels(S.PICKING, limit=1)
    if waiting:
        return HttpResponseRedirect(reverse("warehouse_task", args=[waiting[0].number]))
    due = queries.pickable(limit=1)
    if not due:
        toast(request, gettext("Nothing is to be picked now."), tone="neutral")
        return HttpResponseRedirect(reverse("warehouse"))
    return _begun(request, [due[0].order_id])


@require_POST
@requires("warehouse.work")
def start_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Begin to pick one order and go to its task."""
    return _begun(request, [order_id])


def _begun(request: HttpRequest, order_ids: list[int]) -> HttpResponse:
    outcome = shipping.start_picks(order_ids, at=timezone.now(), actor=actor_of(request))
    if not outcome.done:
        toast(request, words.first_fault(outcome), tone="warn")
        return HttpResponseRedirect(reverse("warehouse"))
    shipment_id = outcome.done[0].value[0]
    return HttpResponseRedirect(
        reverse("warehouse_task", args=[shipments.facts_for([shipment_id])[shipment_id].number])
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """A step on one shipment: what it does with the form, and what is said when it is done."""

    act: Callable[[HttpRequest, ShipmentFact, datetime, Actor], Outcomes[int, Any]]
    said: Any
    permissions: tuple[str, ...] = ("warehouse.work",)


@require_POST
@requires("warehouse.work", "orders.change")
def do_step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Pick, pack, ship or deliver one shipment; with a fault, its page again with what was typed."""
    shipment = _shipment_or_404(number)
    known = _STEPS.get(step)
    if known is None:
        raise Http404
    if not any(may(request, each) for each in known.permissions):
        return _task_page(request, shipment, gettext("You may not do this."), 403)
    outcome = known.act(request, shipment, timezone.now(), actor_of(request))
    if outcome.refused:
        return _task_page(request, shipment, _faults(outcome), 422)
    if outcome.stale:
        return _task_page(request, _shipment_or_404(number), str(words.STALE), 409)
    short = outcome.done[0].value if step == "pick" else Decimal(0)
    if short:
        said = gettext("%(number)s is picked; %(count)s short. What is missing stays reserved and is picked later.")
        toast(request, said % {"number": number, "count": f"{short.normalize():f}"}, tone="warn")
    else:
        toast(request, str(known.said) % {"number": number})
    return HttpResponseRedirect(reverse("warehouse_task", args=[number]))


def _pick(request: HttpRequest, shipment: ShipmentFact, at: datetime, actor: Actor) -> Outcomes[int, Any]:
    """All lines in full, but those for which fewer or a reason is named; a reason alone means none were there."""
    lines = shipments.lines_for([shipment.shipment_id]).get(shipment.shipment_id, [])
    quantities, reasons = {}, []
    for n, line in enumerate(lines, 1):
        typed = request.POST.get(f"picked_{line.line_id}", "").strip()
        reason = SHORT_REASONS.get(request.POST.get(f"short_{line.line_id}", ""))
        picked = words.decimal_of(typed) if typed else Decimal(0) if reason else line.quantity
        if picked is None:
            fault = Reason("line_missing", f"line:{line.line_id}")
            return Outcomes.of([shipment.shipment_id], refused=[Refused(shipment.shipment_id, (fault,))])
        quantities[line.line_id] = picked
        if reason and picked < line.quantity:
            reasons.append((n, str(reason)))
    said = (
        reasons[0][1] if len({text for _n, text in reasons}) == 1 else "; ".join(f"{n}: {text}" for n, text in reasons)
    )
    return shipping.confirm_picks([Picked(shipment.shipment_id, quantities, said[:200])], at=at, actor=actor)


def _pack(request: HttpRequest, shipment: ShipmentFact, at: datetime, actor: Actor) -> Outcomes[int, Any]:
    parcels = words.ids_of([request.POST.get("parcels", "")])
    return shipping.pack_shipments([Packing(shipment.shipment_id, parcels[0] if parcels else 0)], at=at, actor=actor)


def _ship(request: HttpRequest, shipment: ShipmentFact, at: datetime, actor: Actor) -> Outcomes[int, Any]:
    tracking_number = words.clean(request.POST.get("tracking_number", ""), 80)
    return shipping.ship_shipments(
        [ShipOut(shipment.shipment_id, _carrier(request), tracking_number)], at=at, actor=actor
    )


def _deliver(request: HttpRequest, shipment: ShipmentFact, at: datetime, actor: Actor) -> Outcomes[int, Any]:
    received_by = words.clean(request.POST.get("received_by", ""), 120)
    return shipping.deliver_shipments([Delivery(shipment.shipment_id, received_by)], at=at, actor=actor)


def _give_up(request: HttpRequest, shipment: ShipmentFact, at: datetime, actor: Actor) -> Outcomes[int, Any]:
    if shipment.status is not S.PICKING:
        refused = Refused(shipment.shipment_id, (Reason("not_possible_now", "", {"status": WORDS[shipment.status]}),))
        return Outcomes.of([shipment.shipment_id], refused=[refused])
    return fulfilment.cancel_shipments([shipment.shipment_id], at=at, actor=actor)


_STEPS = {
    "pick": _Step(_pick, _("%(number)s is picked.")),
    "pack": _Step(_pack, _("%(number)s is packed.")),
    "ship": _Step(_ship, _("%(number)s is on its way.")),
    "deliver": _Step(_deliver, _("%(number)s is delivered."), ("warehouse.work", "orders.change")),
    "give-up": _Step(_give_up, _("Picking %(number)s is given up; the goods stay reserved.")),
}


def _faults(outcome: Outcomes[int, Any]) -> str:
    """Everything that is wrong, each once."""
    return " ".join(dict.fromkeys(words.explain(reason) for reason in outcome.refused[0].reasons))


@require_POST
@requires("warehouse.work", "orders.change")
def act_on_many(request: HttpRequest, deed: str) -> HttpResponse:
    """Start, ship at once, pick, pack, ship or deliver what is ticked; each row says what became of it."""
    ids = words.ids_of(request.POST.getlist("ids"))[:MOST_TICKED]
    may_act = may(request, "warehouse.work") or deed == "deliver"
    if deed not in _DEEDS:
        raise Http404
    outcome: Outcomes[int, Any]
    if may_act:
        outcome = _DEEDS[deed](request, ids, timezone.now(), actor_of(request))
    else:
        outcome = Outcomes.of(ids, refused=[Refused(i, (Reason("not_permitted"),)) for i in ids])
    labels = _order_labels(ids) if deed in ("start", "send") else _shipment_labels(ids)
    return render(request, "flow/warehouse_results.html", {"outcome": words.results_of(outcome, labels)})


def _start_many(request: HttpRequest, ids: list[int], at: datetime, actor: Actor) -> Outcomes[int, Any]:
    return shipping.start_picks(ids, at=at, actor=actor)


def _send_many(request: HttpRequest, ids: list[int], at: datetime, actor: Actor) -> Outcomes[int, Any]:
    carrier = _carrier(request)
    if not carrier:
        return Outcomes.of(ids, refused=[Refused(i, (Reason("carrier_missing", "carrier"),)) for i in ids])
    return shipping.ship_orders_completely([ShipOrder(i, carrier) for i in ids], at=at, actor=actor)


def _pick_many(request: HttpRequest, ids: list[int], at: datetime, actor: Actor) -> Outcomes[int, Any]:
    return shipping.confirm_picks([Picked(i) for i in ids], at=at, actor=actor)


def _pack_many(request: HttpRequest, ids: list[int], at: datetime, actor: Actor) -> Outcomes[int, Any]:
    return shipping.pack_shipments([Packing(i) for i in ids], at=at, actor=actor)


def _ship_many(request: HttpRequest, ids: list[int], at: datetime, actor: Actor) -> Outcomes[int, Any]:
    carrier = _carrier(request)
    outs = [ShipOut(i, carrier, words.clean(request.POST.get(f"tracking_{i}", ""), 80)) for i in ids]
    return shipping.ship_shipments(outs, at=at, actor=actor)


def _deliver_many(request: HttpRequest, ids: list[int], at: datetime, actor: Actor) -> Outcomes[int, Any]:
    return shipping.deliver_shipments([Delivery(i) for i in ids], at=at, actor=actor)


_DEEDS: dict[str, Callable[[HttpRequest, list[int], datetime, Actor], Outcomes[int, Any]]] = {
    "start": _start_many,
    "send": _send_many,
    "pick": _pick_many,
    "pack": _pack_many,
    "ship": _ship_many,
    "deliver": _deliver_many,
}


def _order_labels(ids: list[int]) -> dict[int, tuple[str, str]]:
    facts = orders.facts_for(ids)
    return {i: (fact.number, f"{reverse('warehouse')}?q={fact.number}") for i, fact in facts.items()}


def _shipment_labels(ids: list[int]) -> dict[int, tuple[str, str]]:
    facts = shipments.facts_for(ids)
    return {i: (fact.number, reverse("warehouse_task", args=[fact.number])) for i, fact in facts.items()}


def _carriers() -> tuple[str, ...]:
    return tuple(in_force(SECTION).value.carriers)


def _carrier(request: HttpRequest) -> str:
    """The carrier chosen, if the policy knows it."""
    chosen = request.POST.get("carrier", "")
    return chosen if chosen in _carriers() else ""


def _shipment_or_404(number: str) -> ShipmentFact:
    asked = number.replace("\x00", "")
    shipment_id = queries.shipment_ids([asked]).get(asked)
    if shipment_id is None:
        raise Http404
    return shipments.facts_for([shipment_id])[shipment_id]


def _task_page(request: HttpRequest, shipment: ShipmentFact, fault: str = "", status: int = 200) -> HttpResponse:
    order = orders.facts_for([shipment.order_id])[shipment.order_id]
    paper = shipments.delivery_notes_for([shipment.shipment_id])[shipment.shipment_id].paper
    can_work = may(request, "warehouse.work")
    context = {
        "shipment": shipment,
        "order": order,
        "paper": paper,
        "picks": _pick_lines(request, shipment) if shipment.status is S.PICKING else [],
        "step": str(shipment.status),
        "tone": TONES.get(shipment.status, "info"),
        "status_word": WORDS[shipment.status],
        "place": inventory.warehouses().get(shipment.warehouse_id, ("", ""))[1],
        "carriers": _carriers(),
        "reasons": list(SHORT_REASONS.items()),
        "stage": words.stage_word(STAGE_OF.get(shipment.status, "")),
        "procedure": words.procedure(STAGE_OF.get(shipment.status, "")),
        "fault": fault,
        "typed": request.POST,
        "may_act": can_work or (shipment.status is S.SHIPPED and may(request, "orders.change")),
        "is_gone": shipment.status in (S.SHIPPED, S.DELIVERED),
        "is_over": shipment.status in (S.SHIPPED, S.DELIVERED, S.CANCELLED) and can_work,
    }
    return render(request, "flow/warehouse_task.html", context, status=status)


def _pick_lines(request: HttpRequest, shipment: ShipmentFact) -> list[dict[str, Any]]:
    """The lines in the order in which one walks, with what was typed if the form came back."""
    tasks = shipments.pick_tasks(shipment_ids=[shipment.shipment_id])
    return [
        {
            "line": line,
            "name": (line.name_zh if words.chinese() else line.name_en) or line.name_en or line.name_zh,
            "typed": request.POST.get(f"picked_{line.line_id}", ""),
            "short": request.POST.get(f"short_{line.line_id}", ""),
        }
        for line in (tasks[0].lines if tasks else ())
    ]


def count_for(request: HttpRequest) -> int:
    """What the rail shows beside Pick and ship."""
    return queries.count_to_do()
