"""Clauses 2.2a-e: credit, amount, stock and delivery date, looked at side by side, every concern named at once."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from orderloop.foundation.outcome import Reason
from orderloop.review.facts import (
    Check,
    CheckKind,
    CheckResult,
    Figure,
    MoneyChecks,
    OrderUnderReview,
    ReviewPolicy,
    Risk,
    SheetDrafted,
    SupplyView,
    Verdict,
)

ZERO = Decimal(0)


def money_checks(order: OrderUnderReview, policy: ReviewPolicy) -> MoneyChecks:
    """Credit and amount: what can be said before stock is looked at."""
    fast_lane = order.standing == "good" and order.gross <= policy.fast_lane_amount and not order.overdue_amount
    return MoneyChecks(fast_lane, credit_check(order, policy), amount_check(order, policy, fast_lane=fast_lane))


def stops(order: OrderUnderReview, *checks: Check) -> bool:
    """Whether one of the checks holds the order: it failed and nobody has approved that concern."""
    return any(check.result is CheckResult.FAIL and check.kind not in order.approved for check in checks)


def sheet(
    order: OrderUnderReview, money: MoneyChecks, supply: SupplyView, policy: ReviewPolicy, *, today: date
) -> SheetDrafted:
    """All four checks of one order side by side, every concern named at once, and the verdict they lead to."""
    checks = (money.credit, money.amount, stock_check(supply, policy), date_check(order, supply, policy, today=today))
    return SheetDrafted(
        key=order.key,
        verdict=Verdict.HOLD if stops(order, *checks) else Verdict.CONFIRM,
        fast_lane=money.fast_lane,
        checks=checks,
        risk=risk_of(order, supply, policy) if order.gross >= policy.large_amount else None,
    )


def review(order: OrderUnderReview, supply: SupplyView, policy: ReviewPolicy, *, today: date) -> SheetDrafted:
    """The whole review of one order in one call."""
    return sheet(order, money_checks(order, policy), supply, policy, today=today)


def credit_check(order: OrderUnderReview, policy: ReviewPolicy) -> Check:
    """Exposure with this order against the limit (reaching it is allowed), overdue payments, and the standing."""
    after = order.exposure + order.gross
    figures: dict[str, Figure] = {
        "limit": order.credit_limit,
        "exposure": order.exposure,
        "exposure_after": after,
        "overdue_amount": order.overdue_amount,
        "overdue_days": order.overdue_days,
        "standing": order.standing,
    }
    fails: list[Reason] = []
    warnings: list[Reason] = []
    if order.standing == "blocked":
        fails.append(Reason("customer_blocked"))
    if after > order.credit_limit:
        excess = after - order.credit_limit
        fails.append(Reason("over_limit", "", {"exposure_after": after, "excess": excess, "limit": order.credit_limit}))
    elif after > order.credit_limit * policy.credit_warning_share:
        share = policy.credit_warning_share
        warnings.append(
            Reason("near_limit", "", {"exposure_after": after, "share": share, "limit": order.credit_limit})
        )
    if order.overdue_amount:
        overdue = Reason("overdue", "", {"overdue_amount": order.overdue_amount, "overdue_days": order.overdue_days})
        (fails if order.overdue_days > policy.overdue_days_fail else warnings).append(overdue)
    if order.standing == "watch":
        warnings.append(Reason("customer_on_watch"))
    return _check(CheckKind.CREDIT, figures, fails, warnings)


def amount_check(order: OrderUnderReview, policy: ReviewPolicy, *, fast_lane: bool) -> Check:
    """A large order needs a person with the risk sheet before them, unless good standing opens the fast lane."""
    figures: dict[str, Figure] = {
        "gross": order.gross,
        "threshold": policy.large_amount,
        "margin_share": order.margin_share,
    }
    if order.gross < policy.large_amount:
        return _check(CheckKind.AMOUNT, figures, [], [])
    if fast_lane:
        return _check(CheckKind.AMOUNT, figures, [], [Reason("large_fast_lane")])
    large = Reason("large", "", {"gross": order.gross, "threshold": policy.large_amount})
    return _check(CheckKind.AMOUNT, figures, [large], [])


def stock_check(supply: SupplyView, policy: ReviewPolicy) -> Check:
    """How much of the order stock covers now; what is short goes to production and purchasing either way."""
    figures: dict[str, Figure] = {
        "lines": supply.lines,
        "short_lines": supply.short_lines,
        "short_share": supply.short_share,
    }
    if not supply.short_lines:
        return _check(CheckKind.STOCK, figures, [], [])
    short = Reason("short", "", {"short_lines": supply.short_lines, "lines": supply.lines})
    if supply.short_share > policy.short_share_fail:
        return _check(CheckKind.STOCK, figures, [short], [])
    return _check(CheckKind.STOCK, figures, [], [short])


def date_check(order: OrderUnderReview, supply: SupplyView, policy: ReviewPolicy, *, today: date) -> Check:
    """Whether the day asked for can be kept; a promise too far behind it needs a word with the customer first."""
    first_day = today + timedelta(days=policy.earliest_days)
    figures: dict[str, Figure] = {
        "requested_on": order.requested_on,
        "earliest_on": supply.earliest_on,
        "first_day": first_day,
    }
    if supply.earliest_on is None:
        return _check(CheckKind.DATE, figures, [Reason("no_promise")], [])
    fails: list[Reason] = []
    warnings: list[Reason] = []
    if order.requested_on < first_day:
        asked = {"requested_on": order.requested_on, "first_day": first_day}
        warnings.append(Reason("requested_too_soon", "", asked))
    days_late = (supply.earliest_on - max(order.requested_on, first_day)).days
    if days_late > 0:
        late = Reason("late_promise", "", {"earliest_on": supply.earliest_on, "days_late": days_late})
        (fails if days_late > policy.late_promise_days_fail else warnings).append(late)
    return _check(CheckKind.DATE, figures, fails, warnings)


def risk_of(order: OrderUnderReview, supply: SupplyView, policy: ReviewPolicy) -> Risk:
    """The risk sheet of a large order: five contributions with stated weights, 0 none to 100 all of them in full."""
    after = order.exposure + order.gross
    use = after / order.credit_limit if order.credit_limit else Decimal(2)
    parts = {
        "amount": _points(30, order.gross / (policy.large_amount * 5)),
        "credit": _points(25, use / 2),
        "payment": _points(20, Decimal(order.overdue_days) / max(policy.overdue_days_fail, 1)),
        "margin": _points(15, (Decimal("0.3") - order.margin_share) / Decimal("0.3")),
        "supply": _points(10, supply.short_share),
    }
    return Risk(score=sum(parts.values()), parts=parts)


def hold_hours(kind: CheckKind, policy: ReviewPolicy) -> int:
    """Within how many working hours a hold of this kind is to be decided."""
    return {
        CheckKind.CREDIT: policy.hold_hours_credit,
        CheckKind.AMOUNT: policy.hold_hours_amount,
        CheckKind.STOCK: policy.hold_hours_stock,
        CheckKind.DATE: policy.hold_hours_date,
    }[kind]


def _check(kind: CheckKind, figures: Mapping[str, Figure], fails: list[Reason], warnings: list[Reason]) -> Check:
    result = CheckResult.FAIL if fails else CheckResult.WARNING if warnings else CheckResult.PASS
    return Check(kind, result, figures, (*fails, *warnings))


def _points(weight: int, share: Decimal) -> int:
    return int((weight * min(max(share, ZERO), Decimal(1))).to_integral_value())
