"""Clauses 3.1-3.2: class by amount and urgency, and a priority score whose every term can be shown."""

from datetime import date
from decimal import Decimal

from orderloop.triage.facts import OrderToScore, Scored, Term, TriagePolicy

THOUSANDTH = Decimal("0.001")
ONE = Decimal(1)
ZERO = Decimal(0)


def score(order: OrderToScore, policy: TriagePolicy, *, today: date) -> Scored:
    """The order's priority: customer, urgency, profit, and time waited, so that a small order never starves."""
    days_left = (order.due_on - today).days
    terms = (
        _term("customer", _importance(order.importance, policy), policy.weight_customer),
        _term(
            "urgency",
            _share(policy.urgency_horizon_days - days_left, policy.urgency_horizon_days),
            policy.weight_urgency,
        ),
        _term("profit", _capped(order.profit / policy.full_profit), policy.weight_profit),
        _term("waiting", _share((today - order.received_on).days, policy.waiting_full_days), policy.weight_waiting),
    )
    return Scored(
        key=order.key,
        score=sum((term.points for term in terms), ZERO),
        terms=terms,
        size_class="large" if order.gross >= policy.large_amount else "small",
        is_urgent=days_left <= policy.urgent_days,
    )


def effective_score(computed: Decimal, manual: Decimal | None) -> Decimal:
    """What ranks the order: the score set by hand while it lasts, else the computed one."""
    return computed if manual is None else manual


def _importance(grade: str, policy: TriagePolicy) -> Decimal:
    return {"A": policy.importance_a, "B": policy.importance_b, "C": policy.importance_c}.get(grade, ZERO)


def _share(days: int, of: int) -> Decimal:
    return _capped(Decimal(days) / of)


def _capped(share: Decimal) -> Decimal:
    return ZERO if share < ZERO else ONE if share > ONE else share


def _term(name: str, share: Decimal, weight: Decimal) -> Term:
    return Term(name, share.quantize(THOUSANDTH), weight, (share * weight).quantize(THOUSANDTH))
