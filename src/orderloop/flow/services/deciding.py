"""The decision about a set of orders: credit, amount, stock, date, priority, reservation, release.

Reads once, writes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.customers.facts import CustomerFact
from orderloop.flow import rules as flow
from orderloop.flow.facts import Candidate, Decision, FlowPolicy, StageDefinition
from orderloop.foundation.calendar import business_day
from orderloop.inventory import queries as inventory_queries
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import SECTION as INVENTORY
from orderloop.inventory.facts import Allocated, Demand, InventoryPolicy, Replenishing, StockFact
from orderloop.policy.facts import InForce, WorkingTime
from orderloop.policy.queries import in_force, working_time
from orderloop.review import rules as review
from orderloop.review.facts import SECTION as REVIEW
from orderloop.review.facts import MoneyChecks, OrderUnderReview, ReviewPolicy, SheetDrafted, SupplyView, Verdict
from orderloop.triage import rules as triage
from orderloop.triage.facts import SECTION as TRIAGE
from orderloop.triage.facts import OrderToScore, Scored, TriagePolicy

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Governing:
    """The policy versions a set of decisions is taken under, and the calendar they reckon with."""

    review: InForce[ReviewPolicy]
    triage: InForce[TriagePolicy]
    inventory: InForce[InventoryPolicy]
    flow: InForce[FlowPolicy]
    stages: tuple[StageDefinition, ...]
    time: WorkingTime
    today: date

    @classmethod
    def at(cls, at: datetime) -> "Governing":
        time, stages = working_time(), in_force(flow.SECTION)
        return cls(
            in_force(REVIEW),
            in_force(TRIAGE),
            in_force(INVENTORY),
            stages,
            tuple(flow.in_order(stages.value.stages)),
            time,
            business_day(at, time.zone),
        )


def lock_customers(customer_ids: Collection[int]) -> dict[int, "Buyer"]:
    """The customers with their credit, locked: the first lock of every decision."""
    credit = customers.lock_credit(customer_ids)
    facts = customers.facts_for(customer_ids)
    return {
        customer_id: Buyer(facts[customer_id], limit.limit, limit.exposure) for customer_id, limit in credit.items()
    }


@dataclass(slots=True)
class Buyer:
    """A customer while its orders are decided; `exposure` grows with each order confirmed."""

    fact: CustomerFact
    limit: Decimal
    exposure: Decimal
    overdue: tuple[Decimal, int] = (ZERO, 0)


def decide(candidates: Sequence[Candidate], buyers: Mapping[int, Buyer], governing: Governing) -> list[Decision]:
    """Decide all orders of a set together, in the order given for credit, by priority for stock.

    Credit and amount come first, since they need no stock; what they stop gets no stock, and its stock check tells what
    would be left for it. An order that its stock or date check stops gives its share to the others.
    """
    today = governing.today
    for customer_id, overdue in customers.overdue_for(buyers, on=today).items():
        buyers[customer_id].overdue = overdue
    scored = {c.key: _score(c, buyers[c.customer_id].fact, governing) for c in candidates}
    priority = {c.key: triage.effective_score(scored[c.key].score, c.manual_score) for c in candidates}
    stock = inventory_queries.stock_for({line.product_id for c in candidates for line in c.lines}, lock=True)
    dates = _Dates(governing)
    looked_at: dict[int, tuple[OrderUnderReview, MoneyChecks]] = {}
    for candidate in candidates:
        looked_at[candidate.key] = _look_at_money(candidate, buyers[candidate.customer_id], governing.review.value)
    passing = [c for c in candidates if not review.stops(looked_at[c.key][0], *_both(looked_at[c.key][1]))]
    while True:
        allocated = _allocate(candidates, passing, priority, stock, buyers, governing)
        sheets = {
            c.key: _sheet(c, looked_at[c.key], allocated[c.key], dates, governing.review.value, today)
            for c in candidates
        }
        still = [c for c in passing if sheets[c.key].verdict is Verdict.CONFIRM]
        if len(still) == len(passing):
            break
        passing = still
    return [
        _conclude(
            c, sheets[c.key], scored[c.key], priority[c.key], allocated[c.key], dates, buyers, governing.flow.value
        )
        for c in candidates
    ]


def _score(candidate: Candidate, customer: CustomerFact, governing: Governing) -> Scored:
    received_on = business_day(candidate.received_at, governing.time.zone)
    order = OrderToScore(
        candidate.key,
        customer.importance,
        candidate.gross,
        candidate.net - candidate.cost,
        candidate.requested_on,
        received_on,
    )
    return triage.score(order, governing.triage.value, today=governing.today)


def _look_at_money(candidate: Candidate, buyer: Buyer, policy: ReviewPolicy) -> tuple[OrderUnderReview, MoneyChecks]:
    order = OrderUnderReview(
        key=candidate.key,
        customer_id=candidate.customer_id,
        gross=candidate.gross,
        margin_share=(candidate.net - candidate.cost) / candidate.net if candidate.net else ZERO,
        standing=buyer.fact.standing,
        credit_limit=buyer.limit,
        exposure=buyer.exposure,
        overdue_amount=buyer.overdue[0],
        overdue_days=buyer.overdue[1],
        requested_on=candidate.requested_on,
        approved=candidate.approved,
    )
    money = review.money_checks(order, policy)
    if not review.stops(order, *_both(money)):
        buyer.exposure += candidate.gross
    return order, money


def _both(money: MoneyChecks) -> tuple:
    return money.credit, money.amount


def _allocate(
    candidates: Sequence[Candidate],
    passing: Sequence[Candidate],
    priority: Mapping[int, Decimal],
    stock: Sequence[StockFact],
    buyers: Mapping[int, Buyer],
    governing: Governing,
) -> dict[int, tuple[Allocated, ...]]:
    """Shares of all orders; those that do not pass come after all others, so that they take nothing from them."""
    ahead = {candidate.key for candidate in passing}
    demands = [
        Demand(
            c.key,
            index,
            line.product_id,
            line.quantity,
            line.requested_on,
            priority[c.key] if c.key in ahead else priority[c.key] - inventory.BEHIND_ALL,
            buyers[c.customer_id].fact.ship_complete,
        )
        for c in candidates
        for index, line in enumerate(c.lines)
    ]
    found = inventory.allocate_demands(demands, stock, _replenishing, governing.inventory.value, today=governing.today)
    result: dict[int, list[Allocated]] = defaultdict(list)
    for share in found:
        result[share.order_key].append(share)
    return {key: tuple(sorted(shares, key=lambda s: s.line_key)) for key, shares in result.items()}


def _replenishing(product_ids: Collection[int]) -> dict[int, Replenishing]:
    return {
        product_id: Replenishing(product_id, product.supply, product.lead_time_days)
        for product_id, product in catalog.facts_for(product_ids).items()
    }


class _Dates:
    """Days of delivery for days of availability, each reckoned once a set."""

    def __init__(self, governing: Governing) -> None:
        policy = governing.inventory.value
        self._days = policy.handling_days + policy.transit_days
        self._calendar = governing.time.calendar
        self._known: dict[date, date] = {}
        self._worked: dict[date, date] = {}

    def delivery(self, available_on: date | None) -> date | None:
        if available_on is None:
            return None
        if available_on not in self._known:
            self._known[available_on] = self._calendar.add_working_days(available_on, self._days)
        return self._known[available_on]

    def promise(self, requested_on: date, available_on: date | None) -> date | None:
        """The day asked for where it can be kept and is worked, else the first that is possible."""
        day = self.delivery(available_on)
        if day is None:
            return None
        wanted = max(requested_on, day)
        if wanted not in self._worked:
            self._worked[wanted] = self._calendar.next_working_day(wanted)
        return self._worked[wanted]

    def latest(self, available: Iterable[Allocated]) -> date | None:
        days = [self.delivery(share.available_on) for share in available]
        return None if None in days else max(day for day in days if day is not None)


def _sheet(
    candidate: Candidate,
    looked_at: tuple[OrderUnderReview, MoneyChecks],
    allocated: Sequence[Allocated],
    dates: _Dates,
    policy: ReviewPolicy,
    today: date,
) -> SheetDrafted:
    short = [(line, share) for line, share in zip(candidate.lines, allocated, strict=True) if share.short]
    supply = SupplyView(
        lines=len(candidate.lines),
        short_lines=len(short),
        short_share=_short_share(candidate, short) if short else ZERO,
        earliest_on=dates.latest(allocated),
    )
    order, money = looked_at
    return review.sheet(order, money, supply, policy, today=today)


def _short_share(candidate: Candidate, short: Sequence[tuple]) -> Decimal:
    if not candidate.net:
        return Decimal(1)
    value: Decimal = sum((line.net * share.short / line.quantity for line, share in short), ZERO)
    return (value / candidate.net).quantize(Decimal("0.0001"))


def _conclude(
    candidate: Candidate,
    sheet: SheetDrafted,
    scored: Scored,
    priority: Decimal,
    allocated: tuple[Allocated, ...],
    dates: _Dates,
    buyers: Mapping[int, Buyer],
    policy: FlowPolicy,
) -> Decision:
    """Promise the day asked for where it can be kept, else the first possible; release what is covered well enough."""
    confirmed = sheet.verdict is Verdict.CONFIRM
    promised = tuple(
        dates.promise(line.requested_on, share.available_on)
        for line, share in zip(candidate.lines, allocated, strict=True)
    )
    covered = 1 - sheet.checks[2].figures["short_share"]  # type: ignore[operator]  # the stock check's figures hold a share
    complete = not any(share.short for share in allocated)
    partly = (
        not buyers[candidate.customer_id].fact.ship_complete and covered and covered >= policy.partial_release_share
    )
    return Decision(
        candidate, sheet, scored, priority, allocated, promised if confirmed else (None,) * len(promised),
        release=confirmed and (complete or bool(partly)),
    )  # fmt: skip
