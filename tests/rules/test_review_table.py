"""2.2 Review: each check at its limits, without a database."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from orderloop.review.facts import CheckKind, CheckResult, OrderUnderReview, ReviewPolicy, SupplyView, Verdict
from orderloop.review.rules import amount_check, credit_check, date_check, hold_hours, review, risk_of, stock_check

TODAY = date(2026, 11, 23)
POLICY = ReviewPolicy()
PASS, WARNING, FAIL = CheckResult.PASS, CheckResult.WARNING, CheckResult.FAIL
SUPPLIED = SupplyView(lines=2, short_lines=0, short_share=D(0), earliest_on=TODAY)


def order(**changes: Any) -> OrderUnderReview:
    plain = OrderUnderReview(
        key=1, customer_id=1, gross=D(1000), margin_share=D("0.4"), standing="normal", credit_limit=D(10_000),
        exposure=D(0), overdue_amount=D(0), overdue_days=0, requested_on=TODAY + timedelta(days=14),
    )  # fmt: skip
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("limit", "exposure", "gross", "result", "codes"),
    [
        (1000, 0, 900, PASS, []),  # nine tenths reached is no warning yet
        (1000, 0, "900.01", WARNING, ["near_limit"]),
        (1000, 0, 1000, WARNING, ["near_limit"]),  # a limit reached is not a limit exceeded
        (1000, 0, "1000.01", FAIL, ["over_limit"]),
        (1000, 500, 500, WARNING, ["near_limit"]),
        (1000, 500, "500.01", FAIL, ["over_limit"]),
        (1000, 2000, 1, FAIL, ["over_limit"]),
        (0, 0, 1, FAIL, ["over_limit"]),  # without a limit nothing is on credit
        (0, 0, 0, PASS, []),
    ],
)
def test_credit_is_exposure_with_this_order_against_the_limit(
    limit: int, exposure: int, gross: Any, result: CheckResult, codes: list[str]
) -> None:
    found = credit_check(order(credit_limit=D(limit), exposure=D(exposure), gross=D(gross)), POLICY)
    assert (found.result, [reason.code for reason in found.reasons]) == (result, codes)
    assert found.figures["exposure_after"] == D(exposure) + D(gross)


@pytest.mark.parametrize(
    ("amount", "days", "result", "codes"),
    [(0, 0, PASS, []), (1, 1, WARNING, ["overdue"]), (1, 60, WARNING, ["overdue"]), (1, 61, FAIL, ["overdue"])],
)
def test_late_payment_warns_and_then_holds(amount: int, days: int, result: CheckResult, codes: list[str]) -> None:
    found = credit_check(order(overdue_amount=D(amount), overdue_days=days), POLICY)
    assert (found.result, [reason.code for reason in found.reasons]) == (result, codes)


@pytest.mark.parametrize(
    ("standing", "result", "codes"),
    [
        ("good", PASS, []),
        ("normal", PASS, []),
        ("watch", WARNING, ["customer_on_watch"]),
        ("blocked", FAIL, ["customer_blocked"]),
    ],
)
def test_standing_speaks_for_itself(standing: str, result: CheckResult, codes: list[str]) -> None:
    found = credit_check(order(standing=standing), POLICY)
    assert (found.result, [reason.code for reason in found.reasons]) == (result, codes)


def test_all_credit_concerns_are_named_at_once_failures_first() -> None:
    worst = order(standing="blocked", gross=D(20_000), overdue_amount=D(5), overdue_days=10)
    codes = [reason.code for reason in credit_check(worst, POLICY).reasons]
    assert codes == ["customer_blocked", "over_limit", "overdue"]


@pytest.mark.parametrize(
    ("gross", "standing", "overdue", "result", "codes"),
    [
        ("99999.99", "normal", 0, PASS, []),
        ("100000", "normal", 0, FAIL, ["large"]),
        ("100000", "good", 0, WARNING, ["large_fast_lane"]),
        ("200000", "good", 0, WARNING, ["large_fast_lane"]),
        ("200000.01", "good", 0, FAIL, ["large"]),
        ("100000", "good", 1, FAIL, ["large"]),  # overdue payments close the fast lane
        ("100000", "watch", 0, FAIL, ["large"]),
    ],
)
def test_a_large_amount_needs_a_person_or_a_good_name(
    gross: str, standing: str, overdue: int, result: CheckResult, codes: list[str]
) -> None:
    one = order(gross=D(gross), standing=standing, overdue_amount=D(overdue), credit_limit=D(10**9))
    sheet = review(one, SUPPLIED, POLICY, today=TODAY)
    found = sheet.checks[1]
    assert (found.kind, found.result) == (CheckKind.AMOUNT, result)
    assert [reason.code for reason in found.reasons] == codes
    assert found == amount_check(one, POLICY, fast_lane=sheet.fast_lane)


@pytest.mark.parametrize(
    ("lines", "share", "most", "result"),
    [
        (0, "0", "1", PASS),
        (1, "0.2", "1", WARNING),
        (2, "1", "1", WARNING),
        (1, "0.3", "0.3", WARNING),
        (1, "0.31", "0.3", FAIL),
    ],
)
def test_shortage_holds_only_beyond_the_share_the_policy_names(
    lines: int, share: str, most: str, result: CheckResult
) -> None:
    supply = SupplyView(lines=2, short_lines=lines, short_share=D(share), earliest_on=TODAY)
    assert stock_check(supply, replace(POLICY, short_share_fail=D(most))).result is result


@pytest.mark.parametrize(
    ("requested", "earliest", "result", "codes"),
    [
        (14, 14, PASS, []),
        (14, 3, PASS, []),
        (14, 15, WARNING, ["late_promise"]),
        (14, 14 + 45, WARNING, ["late_promise"]),
        (14, 14 + 46, FAIL, ["late_promise"]),
        (-1, 0, WARNING, ["requested_too_soon"]),
        (-1, 46, FAIL, ["late_promise", "requested_too_soon"]),
        (14, None, FAIL, ["no_promise"]),
    ],
)
def test_the_date_asked_for_against_the_first_that_can_be_kept(
    requested: int, earliest: int | None, result: CheckResult, codes: list[str]
) -> None:
    day = None if earliest is None else TODAY + timedelta(days=earliest)
    supply = SupplyView(lines=1, short_lines=0, short_share=D(0), earliest_on=day)
    found = date_check(order(requested_on=TODAY + timedelta(days=requested)), supply, POLICY, today=TODAY)
    assert (found.result, [reason.code for reason in found.reasons]) == (result, codes)


@pytest.mark.parametrize(
    ("changes", "approved", "verdict"),
    [
        ({}, (), Verdict.CONFIRM),
        ({"gross": D(20_000)}, (), Verdict.HOLD),
        ({"gross": D(20_000)}, ("credit",), Verdict.CONFIRM),
        ({"gross": D(20_000)}, ("amount",), Verdict.HOLD),
        ({"gross": D(100_000)}, ("credit",), Verdict.HOLD),
        ({"gross": D(100_000)}, ("credit", "amount"), Verdict.CONFIRM),
        ({"standing": "watch"}, (), Verdict.CONFIRM),  # a warning stops nothing
    ],
)
def test_an_order_is_held_while_a_failed_check_is_not_approved(
    changes: dict[str, Any], approved: tuple[str, ...], verdict: Verdict
) -> None:
    found = review(order(**changes, approved=frozenset(approved)), SUPPLIED, POLICY, today=TODAY)
    assert found.verdict is verdict
    assert [check.kind for check in found.checks] == list(CheckKind)


@pytest.mark.parametrize(
    ("changes", "short", "parts"),
    [
        ({"gross": D(100_000), "credit_limit": D(10**9)}, "0", (6, 0, 0, 0, 0)),
        ({"gross": D(500_000), "credit_limit": D(500_000)}, "0", (30, 12, 0, 0, 0)),
        ({"gross": D(500_000), "credit_limit": D(0)}, "1", (30, 25, 0, 0, 10)),
        (
            {"gross": D(9_000_000), "credit_limit": D(1), "overdue_days": 600, "margin_share": D(-1)},
            "1",
            (30, 25, 20, 15, 10),
        ),
        (
            {"gross": D(100_000), "credit_limit": D(10**9), "overdue_days": 30, "margin_share": D("0.15")},
            "0.5",
            (6, 0, 10, 8, 5),
        ),
    ],
)
def test_the_risk_of_a_large_order_is_five_parts_out_of_a_hundred(
    changes: dict[str, Any], short: str, parts: tuple[int, ...]
) -> None:
    supply = SupplyView(lines=1, short_lines=1, short_share=D(short), earliest_on=TODAY)
    risk = risk_of(order(**changes), supply, POLICY)
    assert tuple(risk.parts[name] for name in ("amount", "credit", "payment", "margin", "supply")) == parts
    assert risk.score == sum(parts)


def test_each_kind_of_hold_has_its_time() -> None:
    assert {kind: hold_hours(kind, POLICY) for kind in CheckKind} == {"credit": 8, "amount": 8, "stock": 16, "date": 16}
