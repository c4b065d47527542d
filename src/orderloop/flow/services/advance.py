"""Leading existing orders on: back from a review, when goods arrive, when priorities change."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from orderloop.customers import queries as customer_queries
from orderloop.customers import services as customers
from orderloop.flow import queries
from orderloop.flow.facts import Candidate, Decision, Settled, Stage, WantedLine
from orderloop.flow.rules import next_passage
from orderloop.flow.services import notices, record, take_in
from orderloop.flow.services.deciding import Governing, decide, lock_customers
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Done, Outcomes, Stale
from orderloop.inventory import queries as inventory_queries
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import MoveNew
from orderloop.orders import queries as order_queries
from orderloop.orders import services as orders
from orderloop.orders.facts import EventKind, LineFact, Move, OrderFact, OrderStatus
from orderloop.review import queries as review_queries
from orderloop.review import services as review
from orderloop.triage import queries as triage_queries
from orderloop.triage import services as triage
from orderloop.worklist.facts import WorkNew

ZERO = Decimal(0)


@transaction.atomic
def review_again(order_ids: Sequence[int], *, at: datetime, actor: Actor) -> Outcomes[int, OrderStatus]:
    """Review orders that stand in review once more, with what people have approved, and lead on what now passes.

    Stale: orders that stand elsewhere.
    """
    customer_ids = {fact.customer_id for fact in order_queries.facts_for(order_ids).values()}
    buyers = lock_customers(customer_ids)
    facts = order_queries.facts_for(order_ids, lock=True)
    due = [fact for fact in facts.values() if fact.status is OrderStatus.IN_REVIEW]
    ids = [fact.order_id for fact in due]
    stale = [Stale(i, facts[i].status if i in facts else None) for i in order_ids if i not in ids]
    if not due:
        return Outcomes.of(order_ids, stale=stale)
    governing = Governing.at(at)
    lines = order_queries.lines_for(ids)
    approved = review_queries.approved_kinds_for(ids)
    manual = triage_queries.manual_scores_for(ids, at=at)
    candidates = [
        _candidate(fact, lines[fact.order_id], approved.get(fact.order_id, frozenset()), manual.get(fact.order_id))
        for fact in sorted(due, key=lambda f: (f.received_at, f.order_id))
    ]
    decisions = decide(candidates, buyers, governing)
    _write_again({d.candidate.key: d for d in decisions}, facts, lines, governing, at=at, actor=actor)
    done = [Done(d.candidate.key, OrderStatus(take_in.status_of(d))) for d in decisions]
    return Outcomes.of(order_ids, done=done, stale=stale)


def _candidate(
    fact: OrderFact, lines: Sequence[LineFact], approved: frozenset[str], manual: Decimal | None
) -> Candidate:
    return Candidate(
        key=fact.order_id,
        customer_id=fact.customer_id,
        gross=fact.gross,
        net=fact.net,
        cost=fact.cost,
        requested_on=fact.requested_on,
        received_at=fact.received_at,
        lines=tuple(WantedLine(line.product_id, line.open, line.net, line.requested_on) for line in lines),
        approved=approved,
        manual_score=manual,
    )


def _write_again(
    decisions: Mapping[int, Decision],
    facts: Mapping[int, OrderFact],
    lines: Mapping[int, Sequence[LineFact]],
    governing: Governing,
    *,
    at: datetime,
    actor: Actor,
) -> None:
    sheets = review_queries.sheets_for(decisions)
    numbers = {order_id: sheet["n"] + 1 for order_id, sheet in sheets.items()}
    review.record_sheets(
        {i: d.sheet for i, d in decisions.items()}, policy_id=governing.review.version_id, at=at, n=numbers
    )
    triage.record_scores({i: d.scored for i, d in decisions.items()}, policy_id=governing.triage.version_id, at=at)
    orders.rank_orders({i: (d.priority, d.scored.size_class, d.scored.is_urgent) for i, d in decisions.items()})
    confirmed = {i: d for i, d in decisions.items() if d.confirmed}
    orders.move_orders(
        [Move(i, EventKind.CONFIRMED, OrderStatus.IN_REVIEW, OrderStatus.CONFIRMED) for i in confirmed],
        at=at,
        actor=actor,
    )
    line_ids = {i: [line.line_id for line in lines[i]] for i in confirmed}
    inventory.reserve([row for i, d in confirmed.items() for row in take_in.reservations_of(d, i, line_ids[i])], at=at)
    orders.promise_lines({n: day for i, d in confirmed.items() for n, day in zip(line_ids[i], d.promised, strict=True)})
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for d in confirmed.values():
        amounts[d.candidate.customer_id] += d.candidate.gross
    customers.add_open_orders(amounts)
    orders.move_orders(
        [
            Move(i, EventKind.RELEASED, OrderStatus.CONFIRMED, OrderStatus.RELEASED)
            for i, d in confirmed.items()
            if d.release
        ],
        at=at,
        actor=SYSTEM,
    )
    due = record.DueTimes(governing.time)
    held = {i: d for i, d in decisions.items() if not d.confirmed}
    review.open_holds(take_in.holds_of(held, due, governing, at), at=at, actor=SYSTEM)
    work = take_in.hold_work({i: (facts[i].number, d) for i, d in held.items()}, due, governing, at)
    steps = {
        i: Step(take_in.settled_stages(d), ("short",) if d.is_short and d.confirmed else (), take_in.waits_of(d))
        for i, d in decisions.items()
    }
    if confirmed:
        for i in confirmed:
            steps[i].settled[str(Stage.REVIEW)] = Settled("confirmed", actor)
    pass_on(steps, facts, governing, at=at, extra_work=work)
    notices.tell(dict.fromkeys(confirmed, "confirmed"), at=at)


class Step:
    """What has become of an order since its last passage."""

    def __init__(
        self,
        settled: Mapping[str, Settled],
        applying: Collection[str] = (),
        waits: Mapping[str, str] | None = None,
        again: Collection[str] = (),
    ) -> None:
        self.settled = dict(settled)
        self.applying = applying
        self.waits = waits or {}
        self.again = again


def pass_on(
    steps: Mapping[int, Step],
    facts: Mapping[int, OrderFact],
    governing: Governing,
    *,
    at: datetime,
    extra_work: Sequence[WorkNew] = (),
) -> None:
    """Write the next passage of each order, and finish the work that its closed stages had opened."""
    recorded = queries.stages_for(steps)
    passings = []
    closed: dict[str, list[int]] = defaultdict(list)
    for order_id, step in steps.items():
        fact = facts[order_id]
        passage = next_passage(
            governing.stages,
            recorded.get(order_id, ()),
            step.settled,
            step.applying,
            step.waits,
            received_at=fact.received_at,
            at=at,
            again=step.again,
        )
        for closing in passage.closings:
            closed[closing.stage].append(order_id)
        passings.append(record.Passing(order_id, fact.number, fact.customer_id, fact.priority, passage))
    record.finish_work(closed, at=at)
    record.record_passages(
        passings, record.DueTimes(governing.time), policy_id=governing.flow.version_id, at=at, extra_work=extra_work
    )


@transaction.atomic
def receive_goods(
    expected: Mapping[int, Decimal], unexpected: Sequence[MoveNew] = (), *, at: datetime, actor: Actor
) -> dict[int, Decimal]:
    """Goods come in, of expected receipts (quantities by id) or without: stock rises, waiting demand is served by rank,
    and orders that are now covered are released. Answers how much each order line gained.
    """
    products = inventory.book_receipts(expected, at=at, actor=actor) if expected else set()
    if unexpected:
        inventory.post_moves(unexpected, at=at, actor=actor)
    return serve_waiting(products | {move.product_id for move in unexpected}, at=at)


@transaction.atomic
def serve_waiting(product_ids: Collection[int], *, at: datetime) -> dict[int, Decimal]:
    """Give free stock of these products to whoever waits for it, and lead their orders on."""
    gained = inventory.fill_waiting(product_ids, at=at)
    if gained:
        order_ids = inventory_queries.orders_of_lines(gained)
        release_covered(order_ids, at=at)
    return gained


@transaction.atomic
def release_covered(order_ids: Collection[int], *, at: datetime) -> list[int]:
    """Release confirmed orders that stock now covers well enough; open a further picking round for shipped ones.

    Answers the orders released.
    """
    facts = order_queries.facts_for(order_ids, lock=True)
    lines = order_queries.lines_for(facts)
    held = inventory_queries.reservations_for(facts)
    governing = Governing.at(at)
    complete_only = _ship_complete({f.customer_id for f in facts.values()})
    steps: dict[int, Step] = {}
    released = []
    for order_id, fact in sorted(facts.items()):
        if fact.status not in (OrderStatus.CONFIRMED, OrderStatus.PART_SHIPPED, OrderStatus.RELEASED):
            continue
        rows = held.get(order_id, [])
        short = any(row["reserved"] < row["wanted"] for row in rows)
        settled = {} if short else {str(Stage.PRODUCTION_PLANNING): Settled("covered", SYSTEM)}
        steps[order_id] = Step(settled)
        if fact.status is OrderStatus.RELEASED:
            continue
        share = _covered_share(lines[order_id], rows)
        if not short or (
            fact.customer_id not in complete_only and share and share >= governing.flow.value.partial_release_share
        ):
            released.append(order_id)
            steps[order_id].settled[str(Stage.SHIPPING_PLANNING)] = Settled("planned", SYSTEM)
            if fact.status is OrderStatus.PART_SHIPPED:
                steps[order_id].again = (str(Stage.PICKING), str(Stage.DISPATCH), str(Stage.DELIVERY))
    confirmed = [i for i in released if facts[i].status is OrderStatus.CONFIRMED]
    orders.move_orders(
        [Move(i, EventKind.RELEASED, OrderStatus.CONFIRMED, OrderStatus.RELEASED) for i in confirmed],
        at=at,
        actor=SYSTEM,
    )
    pass_on(steps, facts, governing, at=at)
    return released


def _ship_complete(customer_ids: Collection[int]) -> set[int]:
    return {i for i, fact in customer_queries.facts_for(customer_ids).items() if fact.ship_complete}


def _covered_share(lines: Sequence[LineFact], reservations: Sequence[Mapping[str, object]]) -> Decimal:
    """Which share of the value still open is reserved now."""
    held: dict[int, Decimal] = defaultdict(Decimal)
    for row in reservations:
        held[row["line_id"]] += row["reserved"]  # type: ignore[index,operator]  # rows come from one query with known types
    value = sum((line.unit_price * line.open for line in lines), ZERO)
    covered = sum((line.unit_price * min(held[line.line_id], line.open) for line in lines), ZERO)
    return covered / value if value else Decimal(1)
