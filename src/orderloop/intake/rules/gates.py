"""The gates an order read from a document must pass before it is taken in without a person.

Arithmetic, catalogue and price are independent of one another: a slip that deceives one is caught by another. What a
standard states is judged by what it states; what was found on a page must be confirmed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from orderloop.catalog.facts import PriceStep, ProductFact
from orderloop.catalog.rules import price_at
from orderloop.foundation.quantity import canonical_unit
from orderloop.intake.facts import (
    ESSENTIAL,
    OF_READING,
    Decision,
    Finding,
    FindingCode,
    Gate,
    GateResult,
    GateState,
    IntakePolicy,
    Judgement,
    Matched,
    Mismatch,
    Severity,
)
from orderloop.intake.rules.arithmetic import Agreement, LineFigures, agreement, figures_of
from orderloop.intake.rules.matching import Shelf, match_line
from orderloop.intake.rules.pricing import plain, tax_confused
from orderloop.interchange.facts import Fault, FaultCode, Format, Method, ReadOrder, Role, Value

TRUSTED = "trusted"
_SURE_METHODS = frozenset({Method.STATED, Method.TYPED, Method.ANSWERED})
# What is read from these was found, not stated, whatever the reader says of a single value.
_FOUND_FORMATS = frozenset({Format.PDF, Format.IMAGE, Format.MAIL, Format.TEXT, Format.SHEET, Format.CSV})
_JUDGED_HEADER = ("po_number", "requested_on", "ship_to_code", "currency", "customer_code")
_JUDGED_LINE = ("item", "customer_item", "barcode", "quantity", "unit", "unit_price", "price_basis", "requested_on")
# What a standard allows and its reader cannot carry out or believe: conditions, schedules, copies, sums that differ.
_FOR_A_PERSON = frozenset({FaultCode.TEST, FaultCode.UNSUPPORTED, FaultCode.DOUBTFUL, FaultCode.INCONSISTENT})
_REMARKS = frozenset({FaultCode.READ_AS, FaultCode.PASSED_OVER, FaultCode.CHECK_DIGIT})
# What the customer can clear, and nobody at the desk.
_FOR_THE_CUSTOMER = frozenset({Gate.CATALOGUE, Gate.PRICE, Gate.LINES})
_OTHER_ROLES = {
    Role.CHANGE: Decision.CHANGE,
    Role.CANCELLATION: Decision.CHANGE,
    Role.RECEIPT: Decision.RECEIPT,
    Role.CONFIRMATION: Decision.NOT_AN_ORDER,
    Role.DESPATCH: Decision.NOT_AN_ORDER,
    Role.OTHER: Decision.NOT_AN_ORDER,
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an order read is judged against: the products it may mean, the customer's terms, and where it came from.

    `trust` is the channel's word on the sender, None where a channel proves nothing and nothing needs proof.
    `prices` are the customer's, per product; a product without any has its list price. `other_findings` are what was
    found around the order before (repeats, delivery address), each under its gate.
    """

    shelf: Shelf
    currency: str = ""
    tax_rate: Decimal = Decimal(0)
    tax_included: bool = False
    prices: Mapping[int, Sequence[PriceStep]] = field(default_factory=dict)
    factors: Mapping[int, Mapping[str, Fraction]] = field(default_factory=dict)
    format: Format = Format.UNKNOWN
    trust: str | None = None
    sender: str = ""
    faults: tuple[Fault, ...] = ()
    other_findings: Mapping[Gate, tuple[Finding, ...]] = field(default_factory=dict)


def match_order(order: ReadOrder, known: Surroundings, policy: IntakePolicy) -> tuple[Matched, ...]:
    """Every line of an order read, matched as far as it can be."""
    lines = [{name: value.text for name, value in line.items()} for line in order.lines]
    figures = [figures_of(line) for line in lines]
    return tuple(
        match_line(line, known.shelf, partial(_price_fits, line=line, figure=figure, known=known, policy=policy))
        for line, figure in zip(lines, figures, strict=True)
    )


def judge(
    order: ReadOrder, known: Surroundings, policy: IntakePolicy, matches: tuple[Matched, ...] | None = None
) -> Judgement:
    """What is to become of an order read, by every gate at once, each with its figures and findings.

    `matches` are those of `match_order` where they were made before.
    """
    matches = match_order(order, known, policy) if matches is None else matches
    if order.role in _OTHER_ROLES:
        return Judgement(_OTHER_ROLES[order.role], (), matches)
    lines = [{name: value.text for name, value in line.items()} for line in order.lines]
    figures = [figures_of(line) for line in lines]
    found = is_found(order, known.format)
    gates: tuple[GateResult, ...] = (
        _faults(order, known, found),
        _lines(lines, figures),
        _arithmetic(order, figures, known, found, policy),
        _catalogue(matches),
        _prices(lines, figures, matches, known, found, policy),
        _confidence(order, policy),
        _resolution(order, known),
        _sender(known),
        *(_given(gate, known) for gate in (Gate.SHIP_TO, Gate.REPEAT)),
    )
    gates = tuple(_weighed(each, policy, found) for each in gates)
    return Judgement(_decision(gates, found), gates, matches)


def _weighed(result: GateResult, policy: IntakePolicy, found: bool) -> GateResult:
    """The gate with its findings as heavy as the policy has them: a remark only remarks where all is stated."""
    findings = []
    for finding in result.findings:
        setting = policy.setting_of(finding.code)
        is_remark = not (found or finding.code in OF_READING or finding.code in ESSENTIAL) and (
            not setting.active or setting.severity == Severity.WARNING
        )
        severity = Severity.WARNING if is_remark else Severity.BLOCKING
        findings.append(replace(finding, severity=severity, ask_customer=setting.ask_customer))
    if result.state is GateState.FAILED and all(each.severity is Severity.WARNING for each in findings):
        return replace(result, state=GateState.HELD, findings=())
    return replace(result, findings=tuple(findings))


def is_found(order: ReadOrder, format: Format) -> bool:
    """Whether the order was found by looking, on a page or in a text, rather than stated where a standard puts it."""
    values = [*order.fields.values(), *(value for line in order.lines for value in line.values())]
    return format in _FOUND_FORMATS or any(value.method not in _SURE_METHODS for value in values)


def _decision(gates: Sequence[GateResult], found: bool) -> Decision:
    failed = {each.gate for each in gates if each.state is GateState.FAILED}
    if not failed:
        return Decision.ACCEPT
    return Decision.ASK if not found and failed <= _FOR_THE_CUSTOMER else Decision.REVIEW


def _result(
    gate: Gate, findings: Sequence[Finding], figures: Mapping[str, object] = {}, *, stated: bool = True
) -> GateResult:
    state = GateState.FAILED if findings else GateState.HELD if stated else GateState.NOT_STATED
    return GateResult(gate, state, tuple(findings), {name: str(value) for name, value in figures.items()})


def _finding(code: FindingCode, path: str = "", suggestion: str = "", **params: object) -> Finding:
    shown = {name: str(value)[:200] for name, value in params.items()}
    return Finding(code, path, params=shown, suggestion=suggestion)


def _faults(order: ReadOrder, known: Surroundings, found: bool) -> GateResult:
    """What rejects by the format's own rules, and what its reader leaves to a person; of a page or a text also
    whatever its reader doubted."""
    faults = [each for each in (*known.faults, *order.faults) if not _is_resolution(each)]
    heavy = [fault for fault in faults if fault.rejects or fault.code in _FOR_A_PERSON or (found and _doubts(fault))]
    return _result(
        Gate.FAULTS,
        [
            _finding(FindingCode.DOCUMENT_FAULT, fault=fault.code, at=fault.place.path, **fault.params)
            for fault in heavy
        ],
        {"faults": len(faults)},
    )


def _doubts(fault: Fault) -> bool:
    """Whether a fault is more than a note of how a value was read, which the value's own confidence judges."""
    return fault.code not in _REMARKS


def _is_resolution(fault: Fault) -> bool:
    return fault.code is FaultCode.DOUBTFUL and fault.params.get("name") == "resolution"


def _resolution(order: ReadOrder, known: Surroundings) -> GateResult:
    coarse = any(_is_resolution(fault) for fault in (*known.faults, *order.faults))
    findings = [_finding(FindingCode.LOW_RESOLUTION)] if coarse else []
    return _result(Gate.RESOLUTION, findings, stated=known.format in (Format.IMAGE, Format.PDF))


def _lines(lines: Sequence[Mapping[str, str]], figures: Sequence[LineFigures]) -> GateResult:
    if not lines:
        return _result(Gate.LINES, [_finding(FindingCode.NO_LINES, "lines")])
    findings = []
    for n, (line, figure) in enumerate(zip(lines, figures, strict=True)):
        if not line.get("quantity", "").strip():
            findings.append(_finding(FindingCode.MISSING_QTY, f"lines/{n}/quantity"))
        elif figure.quantity is None or figure.quantity <= 0:
            findings.append(_finding(FindingCode.QTY_INVALID, f"lines/{n}/quantity", given=line["quantity"]))
    return _result(Gate.LINES, findings, {"lines": len(lines)})


def _arithmetic(
    order: ReadOrder, figures: Sequence[LineFigures], known: Surroundings, found: bool, policy: IntakePolicy
) -> GateResult:
    header = {name: value.text for name, value in order.fields.items()}
    agreed = agreement(header, figures, known.tax_rate)
    findings = [
        _finding(
            FindingCode.AMOUNT_MISMATCH,
            f"lines/{fault.index}/amount",
            given=fault.figures.amount,
            quantity=fault.figures.quantity,
            price=_money(fault.figures.price),
            counted=_money(fault.figures.counted),
        )
        for fault in agreed.faults
    ]
    if agreed.is_total_wrong:
        counted = _money(agreed.sum)
        gross = _money(None if agreed.sum is None else agreed.sum * (1 + Fraction(known.tax_rate)))
        findings.append(_finding(FindingCode.TOTAL_MISMATCH, "total", given=agreed.stated, net=counted, gross=gross))
    findings += _line_count(header, len(figures))
    if found and not findings and not _is_confirmed(agreed, policy):
        findings.append(_finding(FindingCode.NOT_CONFIRMED, "total"))
    figures_shown = {"sum": _money(agreed.sum), "total": agreed.total, "amounts": agreed.all_amounts}
    return _result(Gate.ARITHMETIC, findings, figures_shown, stated=agreed.total or agreed.all_amounts)


def _is_confirmed(agreed: Agreement, policy: IntakePolicy) -> bool:
    return agreed.total or (agreed.all_amounts and not policy.total_needed)


def _line_count(header: Mapping[str, str], count: int) -> list[Finding]:
    stated = header.get("line_count", "").strip()
    if not stated or stated == str(count):
        return []
    return [_finding(FindingCode.LINE_COUNT, "lines", given=stated, counted=count)]


def _catalogue(matches: Sequence[Matched]) -> GateResult:
    findings = []
    for n, match in enumerate(matches):
        where = f"lines/{n}/item"
        choices = ", ".join(match.suggestions)
        if match.product is not None:
            if not match.product.is_active:
                findings.append(_finding(FindingCode.INACTIVE_ITEM, where, given=match.product.sku))
        elif match.reason == Mismatch.MISSING:
            findings.append(_finding(FindingCode.MISSING_ITEM, where))
        else:
            code = {
                Mismatch.AMBIGUOUS: FindingCode.AMBIGUOUS_ITEM,
                Mismatch.CODES_DISAGREE: FindingCode.CODES_DISAGREE,
            }.get(Mismatch(match.reason), FindingCode.UNKNOWN_ITEM)
            suggestion = match.suggestions[0] if match.suggestions else ""
            findings.append(_finding(code, where, suggestion, given=match.code, choices=choices))
    rungs: dict[str, object] = {}
    for match in matches:
        rungs[match.rung] = int(str(rungs.get(match.rung, 0))) + 1
    return _result(Gate.CATALOGUE, findings, rungs, stated=bool(matches))


def _prices(
    lines: Sequence[Mapping[str, str]],
    figures: Sequence[LineFigures],
    matches: Sequence[Matched],
    known: Surroundings,
    found: bool,
    policy: IntakePolicy,
) -> GateResult:
    """Every price stated is ours within the tolerance; on a page one must be stated."""
    if found and lines and not any(line.get("unit_price", "").strip() for line in lines):
        return _result(Gate.PRICE, [_finding(FindingCode.NO_PRICES, "lines")], {"compared": 0})
    findings: list[Finding] = []
    compared = 0
    for n, (line, figure, match) in enumerate(zip(lines, figures, matches, strict=True)):
        where = f"lines/{n}/unit_price"
        if line.get("unit_price", "").strip() and figure.price is None:
            findings.append(_finding(FindingCode.PRICE_INVALID, where, given=line["unit_price"]))
        elif figure.price is None:
            findings += [_finding(FindingCode.NOT_CONFIRMED, where)] if found else []
        elif match.product is not None:
            compared += 1
            findings += _price_finding(match.product, line, figure, known, policy, where)
    return _result(Gate.PRICE, findings, {"compared": compared}, stated=bool(compared))


def _price_finding(
    product: ProductFact,
    line: Mapping[str, str],
    figure: LineFigures,
    known: Surroundings,
    policy: IntakePolicy,
    where: str,
) -> list[Finding]:
    factor = _factor(product, line, known)
    if factor is None:
        # Said of the unit, which is at fault, and not of the price that cannot be compared for it.
        choices = ", ".join(sorted({product.unit, *known.factors.get(product.product_id, {})}))
        unit = where.replace("unit_price", "unit")
        return [_finding(FindingCode.UOM, unit, product.unit, given=line["unit"], item=product.sku, choices=choices)]
    own = own_price(product, line, figure, known)
    if own is None or figure.price is None:
        return [_finding(FindingCode.PRICE_MISSING, where, item=product.sku, currency=known.currency)]
    if _is_within(figure.price, own, policy):
        return []
    given, ours = _decimal(figure.price), _decimal(own)
    percent = round(abs(figure.price - own) * 100 / own, 1) if own else Fraction(100)
    rate = tax_confused(given, ours, known.tax_rate, known.tax_included)
    cause: dict[str, object] = {"tax": f"{(rate * 100).normalize():f}"} if rate is not None else {}
    return [
        _finding(
            FindingCode.PRICE_DEV,
            where,
            plain(ours),
            given=plain(given),
            own=plain(ours),
            percent=_decimal(percent),
            included="yes" if known.tax_included else "no",
            **cause,
        )
    ]


def own_price(
    product: ProductFact, line: Mapping[str, str], figure: LineFigures, known: Surroundings
) -> Fraction | None:
    """Our price for one of the unit the line is ordered in, at its quantity; None without one, or in a strange unit."""
    factor = _factor(product, line, known)
    if factor is None:
        return None
    quantity = figure.quantity * factor.numerator / factor.denominator if figure.quantity is not None else Decimal(1)
    price = price_at(known.prices.get(product.product_id, ()), quantity)
    if price is None and product.currency == (known.currency or product.currency) and product.list_price > 0:
        price = product.list_price
    return None if price is None else Fraction(price) * factor


def _factor(product: ProductFact, line: Mapping[str, str], known: Surroundings) -> Fraction | None:
    """How many of the product's own unit are one of the line's; None in a unit in which it is not sold."""
    unit = line.get("unit", "").strip()
    if not unit or unit == product.unit or canonical_unit(unit) == product.unit:
        return Fraction(1)
    factor = known.factors.get(product.product_id, {}).get(canonical_unit(unit) or unit)
    return None if factor is None else Fraction(factor)


def _price_fits(
    product: ProductFact, line: Mapping[str, str], figure: LineFigures, known: Surroundings, policy: IntakePolicy
) -> bool:
    own = own_price(product, line, figure, known)
    return own is not None and figure.price is not None and _is_within(figure.price, own, policy)


def _is_within(given: Fraction, own: Fraction, policy: IntakePolicy) -> bool:
    off = abs(given - own)
    return off <= Fraction(policy.price_tolerance_amount) or off * 100 <= Fraction(policy.price_tolerance_percent) * own


def _confidence(order: ReadOrder, policy: IntakePolicy) -> GateResult:
    judged: list[tuple[str, Value]] = [
        (name, order.fields[name]) for name in _JUDGED_HEADER if name in order.fields and order.fields[name].text
    ]
    for n, line in enumerate(order.lines):
        judged += [(f"lines/{n}/{name}", line[name]) for name in _JUDGED_LINE if name in line and line[name].text]
    floor = float(policy.confidence_floor)
    findings = [
        _finding(FindingCode.DOUBTFUL, path, given=value.text, percent=round(value.confidence * 100))
        for path, value in judged
        if value.confidence < floor
    ]
    least = min((value.confidence for _path, value in judged), default=1.0)
    return _result(Gate.CONFIDENCE, findings, {"least": round(least, 3), "floor": policy.confidence_floor})


def _sender(known: Surroundings) -> GateResult:
    if known.trust is None:
        return _result(Gate.SENDER, (), stated=False)
    findings = [] if known.trust == TRUSTED else [_finding(FindingCode.UNTRUSTED_SENDER, given=known.sender)]
    return _result(Gate.SENDER, findings, {"trust": known.trust})


def _given(gate: Gate, known: Surroundings) -> GateResult:
    return _result(gate, known.other_findings.get(gate, ()), stated=gate in known.other_findings)


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.000001"))


def _money(value: Fraction | None) -> str:
    return "" if value is None else plain(_decimal(value))
