"""From what came in to released orders, in one transaction: examine, decide, write. One order is a set of one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from orderloop.customers import services as customers
from orderloop.flow.facts import Candidate, Decision, Settled, Stage, StageDefinition, TakenIn, WantedLine
from orderloop.flow.rules import next_passage
from orderloop.flow.services import notices, record
from orderloop.flow.services.deciding import Buyer, Governing, decide
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Done, Outcomes
from orderloop.intake import services as intake
from orderloop.intake.facts import Examined, Finding, MessageOutcome, OrderEntry, Outcome
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import ReservationNew
from orderloop.orders import services as orders
from orderloop.orders.facts import EventKind, NewOrder, Opened, Opening, OrderStatus, Step
from orderloop.platform.bulk import pipelined
from orderloop.review import rules as review_rules
from orderloop.review import services as review
from orderloop.review.facts import HOLD_ROLE, CheckResult
from orderloop.triage import services as triage
from orderloop.worklist.facts import WorkNew

_WAITS = {"credit": "credit", "amount": "approval", "stock": "stock", "date": "date"}


@transaction.atomic(savepoint=False)
def take_in_entries(
    entries: Sequence[OrderEntry],
    *,
    at: datetime,
    actor: Actor,
    actors: Mapping[int, Actor] | None = None,
    keep: Collection[int] | None = None,
) -> Outcomes[int, TakenIn]:
    """Take in a set of entries. Every one is done: as an order (confirmed or held), or incomplete, with its findings.

    An incomplete one becomes a draft that somebody works on, or is asked about; with `keep`, only those of the keys in
    it do, and of the rest nothing stays but the message and its rejection.

    Ids are the entries' keys; `actors` names who sent each where they differ. The customers' credit rows are locked
    first, so that two calls never both use up one limit, nor both take one purchase order number.
    """
    examined, customers_by_id, credit = intake.examine_under_lock(entries, at=at)
    buyers = {i: Buyer(customers_by_id[i], account.limit, account.exposure) for i, account in credit.items()}
    complete = [e.new_order for e in examined if e.new_order is not None]
    done: list[Done[int, TakenIn]] = []
    if complete:
        governing = Governing.at(at)
        decisions = decide([_candidate(order) for order in complete], buyers, governing)
        senders = {order.key: (actors or {}).get(order.key, actor) for order in complete}
        opened = _write(complete, decisions, governing, at=at, senders=senders)
        warnings = {e.entry.key: e.findings for e in examined if e.new_order is not None}
        done += [Done(o.key, _taken_in(o, d, warnings[o.key])) for o, d in zip(opened, decisions, strict=True)]
        _settle_sources(examined, opened, at=at)
    incomplete = [e for e in examined if e.new_order is None]
    wanted = {e.entry.key for e in incomplete} if keep is None else set(keep)
    done += _keep_incomplete([e for e in incomplete if e.entry.key in wanted], at=at, actor=actor)
    done += _turn_away([e for e in incomplete if e.entry.key not in wanted], at=at)
    return Outcomes.of([entry.key for entry in entries], done=done)


def _candidate(order: NewOrder) -> Candidate:
    return Candidate(
        key=order.key,
        customer_id=order.customer_id,
        gross=order.gross,
        net=order.net,
        cost=order.cost,
        requested_on=order.requested_on,
        received_at=order.received_at,
        lines=tuple(WantedLine(line.product_id, line.quantity, line.net, line.requested_on) for line in order.lines),
    )


def _write(
    complete: Sequence[NewOrder],
    decisions: Sequence[Decision],
    governing: Governing,
    *,
    at: datetime,
    senders: Mapping[int, Actor],
) -> list[Opened]:
    with pipelined():
        return _write_together(complete, decisions, governing, at=at, senders=senders)


def _write_together(
    complete: Sequence[NewOrder],
    decisions: Sequence[Decision],
    governing: Governing,
    *,
    at: datetime,
    senders: Mapping[int, Actor],
) -> list[Opened]:
    openings = [
        _opening(order, d, at=at, actor=senders[order.key]) for order, d in zip(complete, decisions, strict=True)
    ]
    opened = orders.open_orders(openings)
    ids = {new.key: new for new in opened}
    confirmed = [d for d in decisions if d.confirmed]
    review.record_sheets(
        {ids[d.candidate.key].order_id: d.sheet for d in decisions}, policy_id=governing.review.version_id, at=at
    )
    triage.record_scores(
        {ids[d.candidate.key].order_id: d.scored for d in decisions}, policy_id=governing.triage.version_id, at=at
    )
    inventory.reserve(
        [
            row
            for d in confirmed
            for row in reservations_of(d, ids[d.candidate.key].order_id, ids[d.candidate.key].line_ids)
        ],
        at=at,
    )
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for d in confirmed:
        amounts[d.candidate.customer_id] += d.candidate.gross
    customers.add_open_orders(amounts)
    due = record.DueTimes(governing.time)
    held = {ids[d.candidate.key].order_id: d for d in decisions if not d.confirmed}
    review.open_holds(holds_of(held, due, governing, at), at=at, actor=SYSTEM)
    record.record_passages(
        [
            _passing(order, d, ids[d.candidate.key], governing.stages, at=at, actor=senders[order.key])
            for order, d in zip(complete, decisions, strict=True)
        ],
        due,
        policy_id=governing.flow.version_id,
        at=at,
        extra_work=hold_work({i: (ids[d.candidate.key].number, d) for i, d in held.items()}, due, governing, at),
    )  # fmt: skip
    notices.tell(
        {new.order_id: "confirmed" if d.confirmed else "received" for new, d in zip(opened, decisions, strict=True)},
        at=at,
    )
    return opened


def _opening(order: NewOrder, decision: Decision, *, at: datetime, actor: Actor) -> Opening:
    steps = [Step(EventKind.RECEIVED, OrderStatus.IN_REVIEW, actor, order.received_at, data={"channel": order.channel})]
    if decision.confirmed:
        steps.append(Step(EventKind.CONFIRMED, OrderStatus.CONFIRMED, SYSTEM, at))
    else:
        held_for = [check.kind for check in decision.sheet.failed]
        steps.append(Step(EventKind.HELD, OrderStatus.IN_REVIEW, SYSTEM, at, data={"holds": held_for}))
    if decision.release:
        steps.append(Step(EventKind.RELEASED, OrderStatus.RELEASED, SYSTEM, at))
    return Opening(
        order, tuple(steps), decision.promised, decision.priority, decision.scored.size_class, decision.scored.is_urgent
    )


def reservations_of(decision: Decision, order_id: int, line_ids: Sequence[int]) -> list[ReservationNew]:
    """What a confirmed order reserves, and what it waits for, warehouse by warehouse."""
    return [
        ReservationNew(
            order_id, line_id, allocated.product_id, share.warehouse_id, share.wanted, share.reserved,
            line.requested_on, allocated.available_on if share.wanted > share.reserved else None, decision.priority,
        )
        for line, allocated, line_id in zip(decision.candidate.lines, decision.allocated, line_ids, strict=True)
        for share in allocated.shares
    ]  # fmt: skip


def holds_of(
    held: Mapping[int, Decision], due: record.DueTimes, governing: Governing, at: datetime
) -> list[review.HoldNew]:
    """One hold per failed check of each held order, due as the policy says."""
    policy = governing.review.value
    return [
        review.HoldNew(order_id, check, due.after(at, review_rules.hold_hours(check.kind, policy)))
        for order_id, decision in held.items()
        for check in decision.sheet.failed
        if check.kind not in decision.candidate.approved
    ]


def hold_work(
    held: Mapping[int, tuple[str, Decision]], due: record.DueTimes, governing: Governing, at: datetime
) -> list[WorkNew]:
    """The work items behind the holds of each order, given with its number."""
    return [
        WorkNew(
            kind=f"hold_{check.kind}",
            role=HOLD_ROLE[check.kind],
            subject_kind="order",
            subject_id=order_id,
            title=number,
            due_at=due.after(at, review_rules.hold_hours(check.kind, governing.review.value)),
            order_id=order_id,
            customer_id=decision.candidate.customer_id,
            reason=check.reasons[0].code,
            priority=decision.priority,
        )
        for order_id, (number, decision) in held.items()
        for check in decision.sheet.failed
        if check.kind not in decision.candidate.approved
    ]


def settled_stages(decision: Decision) -> dict[str, Settled]:
    """Which stages a decision finishes by itself."""
    settled = {Stage.STOCK: Settled("short" if decision.is_short else "reserved", SYSTEM)}
    if decision.confirmed:
        settled[Stage.REVIEW] = Settled("confirmed", SYSTEM)
    if decision.release:
        settled[Stage.SHIPPING_PLANNING] = Settled("planned", SYSTEM)
    return {str(stage): done for stage, done in settled.items()}


def waits_of(decision: Decision) -> dict[str, str]:
    """Why the stages wait that a decision leaves open."""
    waits = {str(Stage.SHIPPING_PLANNING): "stock" if decision.is_short else "colleague"}
    for check in decision.sheet.checks:
        if check.result is CheckResult.FAIL and check.kind not in decision.candidate.approved:
            waits.setdefault(str(Stage.REVIEW), _WAITS[check.kind])
    return waits


def _passing(
    order: NewOrder, decision: Decision, new: Opened, stages: Sequence[StageDefinition], *, at: datetime, actor: Actor
) -> record.Passing:
    settled = {str(Stage.ENTRY): Settled("complete", actor), **settled_stages(decision)}
    passage = next_passage(
        stages,
        (),
        settled,
        ("short",) if decision.is_short and decision.confirmed else (),
        waits_of(decision),
        received_at=order.received_at,
        at=at,
    )
    return record.Passing(new.order_id, new.number, order.customer_id, decision.priority, passage)


def _taken_in(opened: Opened, decision: Decision, findings: Sequence[Finding]) -> TakenIn:
    days = [day for day in decision.promised if day is not None]
    return TakenIn(
        order_id=opened.order_id,
        number=opened.number,
        status=status_of(decision),
        findings=tuple(findings),
        holds=tuple(str(check.kind) for check in decision.sheet.failed) if not decision.confirmed else (),
        promised_on=max(days) if len(days) == len(decision.promised) and days else None,
        total=decision.candidate.gross,
    )


def status_of(decision: Decision) -> str:
    if not decision.confirmed:
        return OrderStatus.IN_REVIEW
    return OrderStatus.RELEASED if decision.release else OrderStatus.CONFIRMED


def _settle_sources(examined: Sequence[Examined], opened: Sequence[Opened], *, at: datetime) -> None:
    """Messages and drafts end in the orders that came of them."""
    order_ids = {new.key: new.order_id for new in opened}
    entries = [e.entry for e in examined if e.entry.key in order_ids]
    intake.record_outcomes(
        {e.message_id: MessageOutcome(Outcome.ORDER, order_ids[e.key]) for e in entries if e.message_id is not None},
        at=at,
    )
    drafts = {e.draft_id: order_ids[e.key] for e in entries if e.draft_id is not None}
    if drafts:
        intake.accept_drafts(drafts, at=at)


def _keep_incomplete(incomplete: Sequence[Examined], *, at: datetime, actor: Actor) -> list[Done[int, TakenIn]]:
    """What lacks something becomes a draft; where the customer can help, the question goes out at once."""
    if not incomplete:
        return []
    drafts = intake.keep_drafts(incomplete, at=at, actor=actor)
    return [
        Done(one.entry.key, TakenIn(None, "", "incomplete", draft_id=drafts[one.entry.key], findings=one.findings))
        for one in incomplete
    ]


def _turn_away(incomplete: Sequence[Examined], *, at: datetime) -> list[Done[int, TakenIn]]:
    """The sender hears at once what is wrong and sends again; the message ends as rejected."""
    reasons = {
        e.entry.message_id: MessageOutcome(Outcome.REJECTED, None, tuple(sorted({str(f.code) for f in e.blocking})))
        for e in incomplete
        if e.entry.message_id is not None
    }
    intake.record_outcomes(reasons, at=at)
    return [Done(e.entry.key, TakenIn(None, "", "incomplete", findings=e.findings)) for e in incomplete]
