"""What people decide about orders, and where the orders go from there."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from orderloop.customers import queries as customer_queries
from orderloop.customers import services as customers
from orderloop.flow.facts import Settled, Stage
from orderloop.flow.services import notices, record
from orderloop.flow.services.advance import Step, pass_on, review_again, serve_waiting
from orderloop.flow.services.deciding import Governing, lock_customers
from orderloop.foundation.actor import Actor
from orderloop.foundation.calendar import business_day
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.fulfilment import queries as fulfilment_queries
from orderloop.inventory import services as inventory
from orderloop.orders import queries as order_queries
from orderloop.orders import services as orders
from orderloop.orders.facts import EventKind, Move, OrderFact, OrderStatus
from orderloop.policy.queries import in_force
from orderloop.review import queries as review_queries
from orderloop.review import services as review
from orderloop.review.facts import CheckKind
from orderloop.triage import queries as triage_queries
from orderloop.triage import rules as triage_rules
from orderloop.triage import services as triage
from orderloop.triage.facts import SECTION as TRIAGE
from orderloop.triage.facts import OrderToScore
from orderloop.worklist import services as worklist

CANCELLABLE = frozenset({OrderStatus.IN_REVIEW, OrderStatus.CONFIRMED, OrderStatus.RELEASED})


@transaction.atomic
def decide_holds(
    decisions: Sequence[review.HoldDecision], *, at: datetime, actor: Actor
) -> Outcomes[int, tuple[int, CheckKind]]:
    """Close holds as decided; orders without another open hold are reviewed again and led on, rejected ones end.

    Ids are the holds'. The customers are locked first, as for every decision about credit.
    """
    _lock_buyers_behind([d.hold_id for d in decisions])
    outcome = review.decide_holds(decisions, at=at, actor=actor)
    by_hold = {decision.hold_id: decision for decision in decisions}
    rejected = {
        order_id: by_hold[i].reason for i, (order_id, _) in outcome.values.items() if by_hold[i].decision == "rejected"
    }
    approved = {order_id for i, (order_id, _) in outcome.values.items() if by_hold[i].decision == "approved"} - set(
        rejected
    )
    worklist.close_pairs(
        [(f"hold_{kind}", order_id) for order_id, kind in outcome.values.values()],
        at=at,
        actor=actor,
        outcome="decided",
    )
    if rejected:
        _end(rejected, EventKind.REJECTED, OrderStatus.REJECTED, at=at, actor=actor)
        notices.tell(dict.fromkeys(rejected, "rejected"), at=at)
    still_held = {
        i for i, holds in review_queries.holds_for(approved).items() if any(h["status"] == "open" for h in holds)
    }
    if ready := sorted(approved - still_held):
        review_again(ready, at=at, actor=actor)
    return outcome


def _lock_buyers_behind(hold_ids: Sequence[int]) -> None:
    found = order_queries.facts_for(review_queries.orders_of_holds(hold_ids))
    customer_queries.lock_credit({fact.customer_id for fact in found.values()})


def _end(
    reasons: dict[int, str], kind: EventKind, after: OrderStatus, *, at: datetime, actor: Actor
) -> Outcomes[int, OrderStatus]:
    """Move orders to an end: what they held goes back, their stages and work are finished."""
    facts = order_queries.facts_for(reasons, lock=True)
    outcome = orders.move_orders(
        [Move(i, kind, facts[i].status, after, reasons[i]) for i in sorted(facts)], at=at, actor=actor
    )
    ended = outcome.done_ids
    if not ended:
        return outcome
    counted = [facts[i] for i in ended if facts[i].status is not OrderStatus.IN_REVIEW]
    customers.add_open_orders(_taken_back(counted))
    freed = inventory.release_reservations([fact.order_id for fact in counted], at=at)
    orders.cancel_open_quantities(ended)
    review.release_holds(ended, at=at, reason=str(after))
    record.end_stages(ended, outcome=str(after), at=at, actor=actor)
    worklist.close_order_items(ended, at=at, actor=actor, outcome=str(after))
    if freed:
        serve_waiting(freed, at=at)
    return outcome


def _taken_back(facts: Sequence[OrderFact]) -> dict[int, Decimal]:
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for fact in facts:
        amounts[fact.customer_id] -= fact.gross
    return amounts


@transaction.atomic
def cancel_orders(order_ids: Sequence[int], *, reason: str, at: datetime, actor: Actor) -> Outcomes[int, OrderStatus]:
    """Cancel whole orders of which nothing has left yet; their stock goes to whoever waits for it.

    Refused: `reason_missing`; `already_shipping` once goods have left or are being picked; `ended`.
    """
    if not reason.strip():
        return Outcomes.of(
            order_ids, refused=[Refused(i, (Reason("reason_missing", "reason"),)) for i in dict.fromkeys(order_ids)]
        )
    lock_customers({fact.customer_id for fact in order_queries.facts_for(order_ids).values()})
    facts = order_queries.facts_for(order_ids, lock=True)
    picking = {order_id for order_id, _ in fulfilment_queries.in_house_orders(order_ids)}
    refused = [Refused(i, (why,)) for i, fact in facts.items() if (why := _not_cancellable(fact, i in picking))]
    forbidden = {entry.id for entry in refused}
    due = {i: reason.strip() for i in facts if i not in forbidden}
    outcome = _end(due, EventKind.CANCELLED, OrderStatus.CANCELLED, at=at, actor=actor) if due else Outcomes()
    notices.tell(dict.fromkeys(outcome.done_ids, "cancelled"), at=at)
    return Outcomes.of(
        order_ids,
        done=outcome.done,
        refused=[*refused, *outcome.refused],
        stale=[*outcome.stale, *(Stale(i) for i in dict.fromkeys(order_ids) if i not in facts)],
    )


def _not_cancellable(fact: OrderFact, is_picked: bool) -> Reason | None:
    if fact.status in (OrderStatus.REJECTED, OrderStatus.CANCELLED, OrderStatus.DELIVERED):
        return Reason("ended", "", {"status": fact.status})
    if fact.status not in CANCELLABLE or is_picked:
        return Reason("already_shipping", "", {"status": fact.status})
    return None


@transaction.atomic
def set_priorities(wishes: Sequence[triage.ManualPriority], *, at: datetime, actor: Actor) -> Outcomes[int, Decimal]:
    """Set priorities by hand, with a reason and until when; what the orders still wait for is ranked anew."""
    outcome = triage.set_manual_priorities(wishes, in_force(TRIAGE).value, at=at, actor=actor)
    reasons = {wish.order_id: wish for wish in wishes}
    facts = order_queries.facts_for(outcome.done_ids, lock=True)
    data = {i: {"score": outcome.values[i], "until": reasons[i].until} for i in facts}
    orders.move_orders(
        [Move(i, EventKind.PRIORITY, fact.status, None, reasons[i].reason, data[i]) for i, fact in facts.items()],
        at=at,
        actor=actor,
    )
    _rank(facts, outcome.values)
    return outcome


@transaction.atomic
def rescore_orders(order_ids: Collection[int], *, at: datetime) -> dict[int, Decimal]:
    """Score open orders anew, as days pass and facts change; one set by hand keeps its score until it expires."""
    ended = (OrderStatus.DELIVERED, OrderStatus.REJECTED, OrderStatus.CANCELLED)
    facts = {i: f for i, f in order_queries.facts_for(order_ids, lock=True).items() if f.status not in ended}
    triage.clear_manual_priorities([i for i in triage_queries.expired_manual(at) if i in facts])
    manual = triage_queries.manual_scores_for(facts, at=at)
    buyers = customer_queries.facts_for({fact.customer_id for fact in facts.values()})
    governing = Governing.at(at)
    policy = governing.triage
    scored = {
        i: triage_rules.score(
            OrderToScore(
                i,
                buyers[f.customer_id].importance,
                f.gross,
                f.net - f.cost,
                f.requested_on,
                business_day(f.received_at, governing.time.zone),
            ),
            policy.value,
            today=governing.today,
        )
        for i, f in facts.items()
    }  # fmt: skip
    triage.record_scores(scored, policy_id=policy.version_id, at=at)
    ranks = {i: triage_rules.effective_score(s.score, manual.get(i)) for i, s in scored.items()}
    orders.rank_orders({i: (ranks[i], s.size_class, s.is_urgent) for i, s in scored.items()})
    _carry(ranks)
    return ranks


def _rank(facts: dict[int, OrderFact], ranks: dict[int, Decimal]) -> None:
    orders.rank_orders({i: (ranks[i], fact.size_class, fact.is_urgent) for i, fact in facts.items()})
    _carry(ranks)


def _carry(ranks: dict[int, Decimal]) -> None:
    """Reservations and work items follow their orders' priority."""
    inventory.rank_reservations(ranks)
    worklist.rank_items(ranks)


@transaction.atomic
def plan_shortages(order_ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, None]:
    """A planner has planned what these orders lack: production planning is finished; goods lead them on from here."""
    facts = order_queries.facts_for(order_ids, lock=True)
    governing = Governing.at(at)
    due = {
        i: f
        for i, f in facts.items()
        if f.status in (OrderStatus.CONFIRMED, OrderStatus.RELEASED, OrderStatus.PART_SHIPPED)
    }
    pass_on({i: Step({str(Stage.PRODUCTION_PLANNING): Settled("planned", actor)}) for i in due}, due, governing, at=at)
    return Outcomes.of(
        order_ids, done=[Done(i, None) for i in due], stale=[Stale(i) for i in dict.fromkeys(order_ids) if i not in due]
    )
