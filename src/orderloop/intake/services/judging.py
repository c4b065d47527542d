"""Orders read from documents, judged in sets: whose they are, what they order, whether they came before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from orderloop.catalog import queries as catalog
from orderloop.catalog.facts import PriceStep, ProductFact
from orderloop.catalog.rules import unit_factors
from orderloop.customers import queries as customers
from orderloop.customers.facts import CustomerFact, ShipToFact
from orderloop.foundation.calendar import business_day
from orderloop.intake import queries
from orderloop.intake.facts import (
    SECTION,
    Claimed,
    Decision,
    DraftFact,
    EnvelopeKey,
    Finding,
    FindingCode,
    FoundOrder,
    Gate,
    Identified,
    IntakePolicy,
    Judged,
    LessonFact,
    Matched,
    ReadMessage,
)
from orderloop.intake.rules import parties, repeats
from orderloop.intake.rules.gates import TRUSTED, Surroundings, judge, match_order
from orderloop.intake.rules.matching import Shelf, codes_of, gtin, gtin_forms, match_line
from orderloop.intake.rules.merging import orders_of
from orderloop.intake.rules.repeats import Before, Wanted
from orderloop.interchange.facts import Fault, FaultCode, Method, Reading, ReadOrder, Role
from orderloop.orders import queries as orders
from orderloop.orders.facts import Channel
from orderloop.orders.rules import po_key
from orderloop.policy.queries import in_force, working_time

MOST_LIKENED = 50
Pair = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything the orders of a set are judged against, each table read once."""

    customers: Mapping[int, CustomerFact]
    ship_tos: Mapping[int, tuple[ShipToFact, ...]]
    lessons: Mapping[int, tuple[LessonFact, ...]]
    candidates: Mapping[int, tuple[tuple[str | None, ProductFact], ...]]
    near: Mapping[str, tuple[ProductFact, ...]]
    factors: Mapping[int, Mapping[str, Fraction]]
    prices: Mapping[tuple[int, int], tuple[PriceStep, ...]]


@dataclass(slots=True)
class _Case:
    """One order on its way through judgement."""

    claimed: Claimed
    found: FoundOrder
    identified: Identified
    known: Surroundings = field(default_factory=lambda: Surroundings(Shelf.of(())))
    matches: tuple[Matched, ...] = ()
    wanted: tuple[Wanted, ...] | None = None
    ship_to_code: str = ""

    @property
    def order(self) -> ReadOrder:
        return self.found.order

    @property
    def customer_id(self) -> int:
        return self.identified.customer_id or 0

    @property
    def po_key(self) -> str:
        return po_key(repeats.number_meant(self.order))


def identify_messages(messages: Sequence[ReadMessage]) -> list[tuple[ReadMessage, FoundOrder, Identified]]:
    """Every order of the messages, and whose it is; four statements whatever their number."""
    found = [(message, each) for message in messages for each in orders_of(message)]
    keys = [
        parties.keys_of(m.claimed, m.documents[each.ordinal].reading.envelope, each.format, each.order)
        for m, each in found
    ]
    known = known_parties(keys)
    return [
        (message, each, parties.identify(message.claimed.customer_id, key, known))
        for (message, each), key in zip(found, keys, strict=True)
    ]


def known_parties(keys: Sequence[parties.PartyKeys]) -> parties.KnownParties:
    """The customers to whom anything among the keys belongs."""
    partners = dict.fromkeys(pair for key in keys for pair in key.partners)
    emails = dict.fromkeys(email for key in keys for email in key.emails)
    codes = dict.fromkeys(code for key in keys for code in key.codes if "\x00" not in code)
    names = dict.fromkeys(name for key in keys for name in key.names if "\x00" not in name)
    return parties.KnownParties(
        {pair: each.customer_id for pair, each in queries.partners_for(list(partners)).items()} if partners else {},
        customers.ids_by_emails(list(emails)) if emails else {},
        {code: each.customer_id for code, each in customers.by_codes(list(codes)).items()} if codes else {},
        customers.ids_by_names(list(names)) if names else {},
    )


def judge_messages(messages: Sequence[ReadMessage], *, at: datetime, own_drafts: Collection[int] = ()) -> list[Judged]:
    """Every order in the messages with the decision about it. Writes nothing; reads each table once for the set.

    `own_drafts` are drafts these very messages have brought: nothing in them is a repetition of those.
    """
    policy = in_force(SECTION).value
    today = business_day(at, working_time().zone)
    cases = [_Case(m.claimed, found, whose) for m, found, whose in identify_messages(messages)]
    known = _read_known(cases, today)
    for case in cases:
        _look(case, messages, known, policy)
    before = _read_before(cases, policy, at, own_drafts)
    return [_decided(case, cases[:n], before, policy, today) for n, case in enumerate(cases)]


def _read_known(cases: Sequence[_Case], today: date) -> _Known:
    owners = {case.customer_id for case in cases if case.customer_id}
    by_id = customers.facts_for(owners) if owners else {}
    lessons = queries.lessons_for(owners) if owners else {}
    asked: dict[Pair, None] = {
        (case.customer_id, code): None
        for case in cases
        for line in case.order.lines
        for code in codes_of({name: value.text for name, value in line.items()})
        if "\x00" not in code
    }
    barcodes = {code: gtin_forms(code) for _owner, code in asked if gtin(code)}
    rows = catalog.candidates_for(list(asked), barcodes) if asked else []
    candidates: dict[int, list[tuple[str | None, ProductFact]]] = {}
    for owner, code, product in rows:
        candidates.setdefault(owner, []).append((code, product))
    near = _near(cases, candidates)
    products = {p.product_id: p for found in candidates.values() for _code, p in found}
    products |= {p.product_id: p for found in near.values() for p in found}
    packs = catalog.packs_for(list(products)) if products else {}
    lists = {each.price_list_id for each in by_id.values() if each.price_list_id is not None}
    return _Known(
        by_id,
        customers.ship_tos_for(owners) if owners else {},
        lessons,
        {owner: tuple(found) for owner, found in candidates.items()},
        near,
        {i: unit_factors(product, packs.get(i, ())) for i, product in products.items()},
        catalog.prices_for(lists, products, today) if lists and products else {},
    )


def _near(
    cases: Sequence[_Case], candidates: Mapping[int, Sequence[tuple[str | None, ProductFact]]]
) -> dict[str, tuple[ProductFact, ...]]:
    """Similar products for codes that hit nothing; a document full of strange codes gets help for the first ones."""
    unknown: dict[str, None] = {}
    for owner in {case.customer_id for case in cases}:
        shelf = _shelf(candidates.get(owner, ()))
        for case in cases:
            if case.customer_id == owner:
                unknown |= dict.fromkeys(_unknown_codes(case.order, shelf))
    codes = list(unknown)[:MOST_LIKENED]
    skus = catalog.nearest_skus(codes) if codes else {}
    found = catalog.by_skus({sku for near in skus.values() for sku in near}) if skus else {}
    return {code: tuple(found[sku] for sku in near) for code, near in skus.items()}


def _unknown_codes(order: ReadOrder, shelf: Shelf) -> list[str]:
    unknown = []
    for line in order.lines:
        match = match_line({name: value.text for name, value in line.items()}, shelf)
        if match.product is None and match.code and "\x00" not in match.code:
            unknown.append(match.code)
    return unknown


def _shelf(
    candidates: Sequence[tuple[str | None, ProductFact]], near: Mapping[str, tuple[ProductFact, ...]] | None = None
) -> Shelf:
    near = near or {}
    return Shelf.of(
        [product for _code, product in candidates] + [product for found in near.values() for product in found],
        [(code, product.product_id) for code, product in candidates if code is not None],
        {code: tuple(product.product_id for product in found) for code, found in near.items()},
    )


def _look(case: _Case, messages: Sequence[ReadMessage], known: _Known, policy: IntakePolicy) -> None:
    """Match the lines and the delivery address of one case."""
    message = next(m for m in messages if m.claimed.message_id == case.claimed.message_id)
    lessons = known.lessons.get(case.customer_id, ())
    case.found = replace(case.found, order=_with_units(case.order, lessons))
    customer = known.customers.get(case.customer_id)
    terms = (customer.currency, customer.tax_rate, customer.tax_included) if customer else ("", Fraction(0), False)
    candidates = known.candidates.get(case.customer_id, ())
    list_id = customer.price_list_id if customer else None
    others: dict[Gate, tuple[Finding, ...]] = {}
    aliases = {each.given: each.means for each in lessons if each.kind == "ship_to"}
    ship_tos = known.ship_tos.get(case.customer_id, ())
    case.ship_to_code, strange = parties.ship_to_of(case.order, ship_tos, aliases) if customer else ("", None)
    if case.ship_to_code or strange:
        others[Gate.SHIP_TO] = (strange,) if strange else ()
    case.known = Surroundings(
        shelf=_shelf(candidates, known.near),
        currency=terms[0],
        tax_rate=customer.tax_rate if customer else Surroundings(Shelf.of(())).tax_rate,
        tax_included=terms[2],
        prices={product_id: steps for (owner, product_id), steps in known.prices.items() if owner == list_id},
        factors=known.factors,
        format=case.found.format,
        trust=_trust(case),
        sender=case.claimed.sender,
        faults=_document_faults(message.documents[case.found.ordinal].reading),
        other_findings=others,
    )
    case.matches = match_order(case.order, case.known, policy)
    case.wanted = repeats.wanted_lines(case.order, case.matches, known.factors)


def _document_faults(reading: Reading) -> tuple[Fault, ...]:
    """The document's faults; one its sender marks as a test is never booked unless a person says so."""
    return (*reading.faults, Fault(FaultCode.TEST, rejects=False)) if reading.envelope.is_test else reading.faults


def _with_units(order: ReadOrder, lessons: Sequence[LessonFact]) -> ReadOrder:
    """The order with units as this customer means them."""
    taught = {each.given: each for each in lessons if each.kind == "unit"}
    if not taught:
        return order
    lines = []
    for line in order.lines:
        lesson = taught.get(parties.fold_text(line["unit"].text)) if "unit" in line else None
        if lesson is not None:
            learnt = replace(line["unit"], text=lesson.means, method=Method.LEARNT, origin=str(lesson.lesson_id))
            line = {**line, "unit": learnt}
        lines.append(line)
    return replace(order, lines=tuple(lines))


def _trust(case: _Case) -> str | None:
    """The channel's word on the sender; an electronic partner is known by its identifier, a fax by its number."""
    said = str(case.claimed.envelope.get(EnvelopeKey.TRUST, ""))
    if said:
        return said
    sure = {scheme for scheme, _value in case.identified.by}
    if case.claimed.channel is Channel.EDI:
        return TRUSTED if sure & {case.found.format.value, "channel"} or _is_partner(case) else "weak"
    if case.claimed.channel is Channel.FAX:
        return TRUSTED if sure & {parties.CALLER, "channel"} else "weak"
    return "weak" if case.claimed.channel is Channel.MAIL else None


def _is_partner(case: _Case) -> bool:
    partner = str(case.claimed.envelope.get(EnvelopeKey.PARTNER, "")).partition(":")[0]
    return bool(partner) and partner in {scheme for scheme, _value in case.identified.by}


@dataclass(frozen=True, slots=True)
class _Before:
    taken: Mapping[Pair, Before]
    recent: Mapping[int, tuple[Before, ...]]
    drafts: Mapping[Pair, DraftFact]


def _read_before(cases: Sequence[_Case], policy: IntakePolicy, at: datetime, own_drafts: Collection[int]) -> _Before:
    pairs = list({(case.customer_id, case.po_key): None for case in cases if case.customer_id and case.po_key})
    pairs = [pair for pair in pairs if "\x00" not in pair[1]]
    taken = orders.taken_po_keys(pairs) if pairs else {}
    lines = orders.lines_for([order_id for order_id, _number in taken.values()]) if taken else {}
    today = business_day(at, working_time().zone)
    skus = catalog.facts_for({line.product_id for each in lines.values() for line in each}) if lines else {}
    by_pair = {
        pair: Before(
            order_id,
            number,
            today,
            pair[1],
            tuple(
                Wanted(line.product_id, line.quantity - line.cancelled, line.requested_on, line.unit_price)
                for line in lines.get(order_id, ())
            ),
            skus={i: product.sku for i, product in skus.items()},
        )
        for pair, (order_id, number) in taken.items()
    }
    owners = {case.customer_id for case in cases if case.customer_id and case.wanted}
    return _Before(by_pair, _recent(owners, policy, at), _open_drafts(pairs, own_drafts))


def _open_drafts(pairs: Sequence[Pair], own_drafts: Collection[int]) -> dict[Pair, DraftFact]:
    found = queries.open_drafts_by_po(pairs, apart_from=own_drafts) if pairs else {}
    facts = queries.drafts_for([draft_id for draft_id, _status in found.values()]) if found else {}
    return {pair: facts[draft_id] for pair, (draft_id, _status) in found.items() if draft_id in facts}


def _recent(owners: set[int], policy: IntakePolicy, at: datetime) -> dict[int, tuple[Before, ...]]:
    if not owners or not policy.near_duplicate_days:
        return {}
    zone = working_time().zone
    rows = orders.recent_lines_for(owners, at - timedelta(days=policy.near_duplicate_days + 1))
    grouped: dict[tuple[int, int], Before] = {}
    for customer_id, order_id, number, key, received_at, product_id, quantity in rows:
        known = grouped.get((customer_id, order_id))
        lines = (*(known.lines if known else ()), Wanted(product_id, quantity))
        grouped[customer_id, order_id] = Before(order_id, number, business_day(received_at, zone), key, lines)
    found: dict[int, tuple[Before, ...]] = {}
    for (customer_id, _order_id), each in grouped.items():
        found[customer_id] = (*found.get(customer_id, ()), each)
    return found


def _decided(case: _Case, earlier: Sequence[_Case], before: _Before, policy: IntakePolicy, today: date) -> Judged:
    pair = (case.customer_id, case.po_key)
    taken = before.taken.get(pair) if case.po_key else None
    role = case.order.role
    if role in (Role.CHANGE, Role.CANCELLATION):
        return _change(case, taken, before, policy)
    if role is not Role.ORDER:
        judgement = judge(case.order, case.known, policy, case.matches)
        return _judged(case, judgement.decision, policy)
    if taken is not None:
        if case.wanted is not None and repeats.is_same(case.wanted, taken.lines):
            return _judged(case, Decision.DUPLICATE, policy, order_id=taken.order_id, order_number=taken.number)
        return _change(case, taken, before, policy)
    return _judged(case, None, policy, findings=_repeat_findings(case, earlier, before, policy, today))


def _repeat_findings(
    case: _Case, earlier: Sequence[_Case], before: _Before, policy: IntakePolicy, today: date
) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    draft = before.drafts.get((case.customer_id, case.po_key)) if case.po_key else None
    if draft is not None:
        number, lines = f"#{draft.draft_id}", draft.body.get("lines")
        if repeats.is_same_as_draft(case.order, case.matches, lines if isinstance(lines, list) else ()):
            day = business_day(draft.created_at, working_time().zone).isoformat()
            return (Finding(FindingCode.NEAR_DUPLICATE, "", params={"number": number, "day": day}),)
        params = {"given": case.order.text("po_number"), "number": number}
        findings.append(Finding(FindingCode.PO_REVISION, "po_number", params=params))
    if case.wanted:
        like = repeats.alike(case.wanted, before.recent.get(case.customer_id, ()), today, policy.near_duplicate_days)
        if like is not None:
            params = {"number": like.number, "day": like.received_on.isoformat()}
            findings.append(Finding(FindingCode.NEAR_DUPLICATE, "", params=params))
        elif any(_is_alike(case, other) for other in earlier):
            findings.append(Finding(FindingCode.NEAR_DUPLICATE, "", params={"number": "–", "day": today.isoformat()}))
    if case.found.differs:
        findings.append(Finding(FindingCode.DOCUMENT_FAULT, "lines", params={"fault": "body_differs"}))
    return tuple(findings)


def _is_alike(case: _Case, other: _Case) -> bool:
    return (
        other.customer_id == case.customer_id
        and other.wanted is not None
        and case.wanted is not None
        and other.claimed.message_id != case.claimed.message_id
        and repeats.is_same(case.wanted, other.wanted)
    )


def _change(case: _Case, taken: Before | None, before: _Before, policy: IntakePolicy) -> Judged:
    """A change of an order that is here is proposed; one of a draft, or of an order that is not here, is looked at as
    it is."""
    if taken is None:
        params = {"given": repeats.number_meant(case.order)}
        draft = before.drafts.get((case.customer_id, case.po_key)) if case.po_key else None
        code = FindingCode.NO_SUCH_ORDER if draft is None else FindingCode.CHANGES_DRAFT
        params |= {} if draft is None else {"number": f"#{draft.draft_id}"}
        return _judged(case, None, policy, findings=(Finding(code, "po_number", params=params),))
    diff = repeats.difference(case.order, case.matches, case.wanted, taken)
    return replace(
        _judged(case, Decision.CHANGE, policy, order_id=taken.order_id, order_number=taken.number), diff=diff
    )


def _judged(
    case: _Case,
    decision: Decision | None,
    policy: IntakePolicy,
    *,
    findings: tuple[Finding, ...] = (),
    order_id: int | None = None,
    order_number: str = "",
) -> Judged:
    """The case as judged; without a `decision` the gates decide, `findings` among them."""
    others = {**case.known.other_findings, Gate.REPEAT: findings}
    if case.identified.disagreeing:
        params = {"choices": ", ".join(f"#{i}" for i in case.identified.disagreeing)}
        others[Gate.REPEAT] = (*findings, Finding(FindingCode.CUSTOMER_UNSURE, "customer", params=params))
    order = replace(case.order, role=Role.ORDER) if decision is None else case.order
    judgement = judge(order, replace(case.known, other_findings=others), policy, case.matches)
    if decision is None:
        decision = judgement.decision
        if decision is Decision.ACCEPT and case.claimed.channel not in policy.accepting_channels:
            decision = Decision.REVIEW
    return Judged(
        case.found,
        case.identified,
        replace(judgement, decision=decision),
        decision,
        case.ship_to_code,
        order_id,
        order_number,
    )
