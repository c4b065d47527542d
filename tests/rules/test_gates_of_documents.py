"""What must hold before an order from a document is taken in by itself, and what each gate catches alone."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.rules.test_matching_ladder import product

from orderloop.intake.facts import Decision, Gate, GateState, IntakePolicy
from orderloop.intake.rules.gates import Surroundings, judge
from orderloop.intake.rules.matching import Shelf
from orderloop.interchange.facts import Fault, FaultCode, Format, Method, ReadOrder, Role, Value

POLICY = IntakePolicy()
BOLT, NUT = product(1, "BOLT"), product(2, "NUT", name="Nut", zh="螺母")
KNOWN: dict[str, Any] = {
    "shelf": Shelf.of([BOLT, NUT]),
    "currency": "CNY",
    "tax_rate": Decimal("0.13"),
    "factors": {1: {"EA": Fraction(1), "BOX": Fraction(100)}},
}
PAGE: dict[str, Any] = {**KNOWN, "format": Format.PDF, "trust": "trusted"}


def read(lines: list[dict[str, str]], method: Method = Method.COLUMN, sure: float = 0.99, **fields: str) -> ReadOrder:
    def values(texts: dict[str, str]) -> dict[str, Value]:
        return {name: Value(text, text, method=method, confidence=sure) for name, text in texts.items()}

    return ReadOrder(Role.ORDER, values({"po_number": "PO-1", **fields}), tuple(values(line) for line in lines))


LINES = [
    {"item": "BOLT", "quantity": "4", "unit_price": "12.5", "amount": "50.00"},
    {"item": "NUT", "quantity": "2", "unit_price": "12.50", "amount": "25"},
]


def changed(n: int, **texts: str) -> list[dict[str, str]]:
    return [{**line, **texts} if k == n else line for k, line in enumerate(LINES)]


def failed(order: ReadOrder, known: dict[str, Any] = PAGE, policy: IntakePolicy = POLICY) -> dict[str, list[str]]:
    judgement = judge(order, Surroundings(**known), policy)
    return {
        str(each.gate): [f"{f.code} {f.field}".strip() for f in each.findings]
        for each in judgement.gates
        if each.state is GateState.FAILED
    }


@pytest.mark.parametrize(
    "totals",
    [
        {"total": "75.00"},
        {"total": "84.75"},
        {"net_total": "75", "tax_total": "9.75", "total": "84.75"},
        {"net_total": "75.00"},
        {"net_total": "75", "tax_total": "9.75", "total": "84.75", "line_count": "2"},
    ],
)
def test_a_page_whose_figures_items_and_prices_agree_is_accepted(totals: dict[str, str]) -> None:
    judgement = judge(read(LINES, **totals), Surroundings(**PAGE), POLICY)
    assert (judgement.decision, judgement.failed, judgement.findings) == (Decision.ACCEPT, (), ())
    assert [match.rung for match in judgement.matches] == ["own", "own"]


@pytest.mark.parametrize(
    ("order", "gates"),
    [
        (read(changed(0, amount="51"), total="76"), {"arithmetic": ["E_AMOUNT_MISMATCH lines/0/amount"]}),
        (read(LINES, total="80"), {"arithmetic": ["E_TOTAL_MISMATCH total"]}),
        (read(LINES, total="75", line_count="3"), {"arithmetic": ["E_LINE_COUNT lines"]}),
        (read(LINES), {"arithmetic": ["E_NOT_CONFIRMED total"]}),
        (read(changed(0, item="B0LTX"), total="75"), {"catalogue": ["E_UNKNOWN_ITEM lines/0/item"]}),
        (read(changed(0, item=""), total="75"), {"catalogue": ["E_MISSING_ITEM lines/0/item"]}),
        (
            read(changed(0, unit_price="125.00", amount="500"), total="525"),
            {"price": ["E_PRICE_DEV lines/0/unit_price"]},
        ),
        (
            read(changed(0, unit_price=""), total="75"),
            {"price": ["E_NOT_CONFIRMED lines/0/unit_price"]},
        ),
        (
            read([{**line, "unit_price": "", "amount": ""} for line in LINES]),
            {"arithmetic": ["E_NOT_CONFIRMED total"], "price": ["E_NO_PRICES lines"]},
        ),
        (read(changed(0, unit="ROLL"), total="75"), {"price": ["E_UOM lines/0/unit"]}),
        (read(changed(0, quantity="four"), total="75"), {
            "lines": ["E_QTY_INVALID lines/0/quantity"],
        }),
        (read([], total="75"), {"lines": ["E_NO_LINES lines"], "arithmetic": ["E_NOT_CONFIRMED total"]}),
    ],
)  # fmt: skip
def test_each_gate_catches_its_own(order: ReadOrder, gates: dict[str, list[str]]) -> None:
    assert failed(order) == gates
    assert judge(order, Surroundings(**PAGE), POLICY).decision is Decision.REVIEW


def test_a_price_misread_a_thousandfold_in_price_amount_and_total_is_caught_by_the_price_list() -> None:
    lines = [{"item": "BOLT", "quantity": "1", "unit_price": "12500", "amount": "12500"}]
    assert failed(read(lines, total="12500")) == {"price": ["E_PRICE_DEV lines/0/unit_price"]}


def test_a_price_with_tax_in_it_is_named_as_such() -> None:
    lines = [{"item": "BOLT", "quantity": "4", "unit_price": "14.125", "amount": "56.50"}]
    judgement = judge(read(lines, total="56.50"), Surroundings(**PAGE), POLICY)
    assert judgement.failed == (Gate.PRICE,)
    assert judgement.findings[0].params["tax"] == "13"


@pytest.mark.parametrize("rate_in_amount", ["56.50", "50.00"])
def test_amounts_may_be_with_or_without_the_tax(rate_in_amount: str) -> None:
    lines = [{"item": "BOLT", "quantity": "4", "unit_price": "12.5", "amount": rate_in_amount}]
    assert failed(read(lines, total=rate_in_amount)) == {}


def test_a_price_for_a_hundred_is_compared_for_one() -> None:
    lines = [{"item": "BOLT", "quantity": "4", "unit_price": "1250", "price_basis": "100", "amount": "50.00"}]
    assert failed(read(lines, total="50")) == {}
    wrong = [{**lines[0], "unit_price": "1350", "amount": "54.00"}]
    assert failed(read(wrong, total="54")) == {"price": ["E_PRICE_DEV lines/0/unit_price"]}


def test_a_price_for_a_box_is_compared_by_the_boxs_own_factor() -> None:
    lines = [{"item": "BOLT", "quantity": "2", "unit": "BOX", "unit_price": "1250", "amount": "2500"}]
    assert failed(read(lines, total="2500")) == {}
    per_piece = [{**lines[0], "unit_price": "12.5", "amount": "25"}]
    assert failed(read(per_piece, total="25")) == {"price": ["E_PRICE_DEV lines/0/unit_price"]}


@pytest.mark.parametrize(("trust", "held"), [("trusted", True), ("weak", False), ("untrusted", False), (None, True)])
def test_only_a_trusted_sender_is_taken_at_his_word(trust: str | None, held: bool) -> None:
    gates = failed(read(LINES, total="75"), {**PAGE, "trust": trust})
    assert gates == ({} if held else {"sender": ["E_UNTRUSTED_SENDER"]})


def test_a_value_read_with_less_confidence_than_the_policy_asks_is_looked_at() -> None:
    floor = IntakePolicy(confidence_floor=Decimal("0.9"))
    assert failed(read(LINES, sure=0.9, total="75"), policy=floor) == {}
    doubted = failed(read(LINES, sure=0.89, total="75"), policy=floor)["confidence"]
    assert doubted[:2] == ["E_DOUBTFUL po_number", "E_DOUBTFUL lines/0/item"]


def test_a_coarse_page_always_goes_to_a_person() -> None:
    coarse = Fault(FaultCode.DOUBTFUL, params={"name": "resolution", "given": "98"}, rejects=False)
    assert failed(read(LINES, total="75"), {**PAGE, "format": Format.IMAGE, "faults": (coarse,)}) == {
        "resolution": ["E_LOW_RESOLUTION"]
    }


def test_without_a_total_amounts_confirm_a_page_only_where_the_policy_says_so() -> None:
    assert failed(read(LINES), policy=IntakePolicy(total_needed=False)) == {}
    assert failed(read(LINES)) == {"arithmetic": ["E_NOT_CONFIRMED total"]}


def stated(lines: list[dict[str, str]], **fields: str) -> ReadOrder:
    return read(lines, Method.STATED, 1.0, **fields)


EDI = {**KNOWN, "format": Format.EDIFACT, "trust": "trusted"}
BARE = [{"item": "BOLT", "quantity": "4"}]


def test_a_standards_order_needs_no_price_and_no_total() -> None:
    judgement = judge(stated(BARE), Surroundings(**EDI), POLICY)
    assert judgement.decision is Decision.ACCEPT
    assert [str(each.gate) for each in judgement.gates if each.state is GateState.NOT_STATED] == [
        "arithmetic", "price", "resolution", "ship_to", "repeat"
    ]  # fmt: skip


def test_what_a_standards_order_does_state_is_judged() -> None:
    assert failed(stated([{**BARE[0], "unit_price": "11"}]), EDI) == {"price": ["E_PRICE_DEV lines/0/unit_price"]}
    assert failed(stated([{**BARE[0], "unit_price": "12.5", "amount": "60"}]), EDI) == {
        "arithmetic": ["E_AMOUNT_MISMATCH lines/0/amount"]
    }


def test_the_customer_is_asked_only_where_nothing_was_read_and_only_he_can_say() -> None:
    unknown = [{"item": "ZZZ-9", "quantity": "4"}]
    assert judge(stated(unknown), Surroundings(**EDI), POLICY).decision is Decision.ASK
    assert judge(read(unknown), Surroundings(**PAGE), POLICY).decision is Decision.REVIEW
    assert judge(stated(unknown), Surroundings(**{**EDI, "trust": "weak"}), POLICY).decision is Decision.REVIEW


def test_a_standards_document_that_its_rules_reject_is_not_taken_in_though_a_remark_does_no_harm() -> None:
    remark = Fault(FaultCode.PASSED_OVER, rejects=False)
    wrong = Fault(FaultCode.CONTROL_COUNT, params={"given": "9", "counted": "8"})
    assert failed(stated(BARE), {**EDI, "faults": (remark,)}) == {}
    assert failed(stated(BARE), {**EDI, "faults": (wrong,)}) == {"faults": ["E_DOCUMENT_FAULT"]}
    assert failed(read(LINES, total="75"), {**PAGE, "faults": (remark,)}) == {}


@pytest.mark.parametrize("code", [FaultCode.UNSUPPORTED, FaultCode.DOUBTFUL, FaultCode.INCONSISTENT])
def test_what_a_standard_allows_and_nobody_here_carries_out_by_itself_waits_for_a_person(code: FaultCode) -> None:
    told = Fault(code, params={"name": "SDQ"}, rejects=False)
    assert failed(stated(BARE), {**EDI, "faults": (told,)}) == {"faults": ["E_DOCUMENT_FAULT"]}
    assert failed(read(LINES, total="75"), {**PAGE, "faults": (told,)}) == {"faults": ["E_DOCUMENT_FAULT"]}


@pytest.mark.parametrize(
    ("role", "decision"),
    [
        (Role.CHANGE, Decision.CHANGE),
        (Role.CANCELLATION, Decision.CHANGE),
        (Role.RECEIPT, Decision.RECEIPT),
        (Role.DESPATCH, Decision.NOT_AN_ORDER),
        (Role.CONFIRMATION, Decision.NOT_AN_ORDER),
        (Role.OTHER, Decision.NOT_AN_ORDER),
    ],
)
def test_what_is_no_order_is_told_by_its_role(role: Role, decision: Decision) -> None:
    assert judge(ReadOrder(role), Surroundings(**EDI), POLICY).decision is decision
