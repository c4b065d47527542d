"""The two clocks of an answer: that an order was received is told within minutes, what becomes of it within hours."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from orderloop.customers import queries as customers
from orderloop.customers.facts import ContactFact
from orderloop.flow.facts import AnswerClock, Stage
from orderloop.flow.queries import clocks
from orderloop.flow.queries.clocks import Answered, Waiting
from orderloop.flow.rules import SECTION as FLOW
from orderloop.flow.rules import Span, asked_minutes, read_clock
from orderloop.foundation.actor import SYSTEM
from orderloop.platform.bulk import RowSet
from orderloop.platform.mail import MailNew, put_mails
from orderloop.policy.queries import in_force, working_time
from orderloop.tracking.facts import SECTION as TELLING
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

MAIL = "receipt"
RECEIPT_LATE, CONFIRMATION_LATE = "receipt_late", "confirmation_late"
_CLERK = "clerk"
_TIMES = RowSet(
    "flow_answertime",
    order_id="bigint", receipt_minutes="int", confirmation_minutes="int", asked_minutes="int", receipt_in_time="bool",
    confirmation_in_time="bool", kept_at="timestamptz",
)  # fmt: skip


def order_clocks(started: dict[int, datetime], *, at: datetime) -> dict[int, AnswerClock]:
    """The confirmation's clock of each order, by when it came."""
    return _clocks(started, clocks.asked_of_orders(started) if started else {}, at)


def draft_clocks(started: dict[int, datetime], *, at: datetime) -> dict[int, AnswerClock]:
    """The confirmation's clock of each draft, by when it came."""
    return _clocks(started, clocks.asked_of_drafts(started) if started else {}, at)


@transaction.atomic
def acknowledge_drafts(*, at: datetime) -> int:
    """Tell customers whose orders a person must look at first that they have arrived; each message once."""
    found = clocks.untold_drafts(at)
    owners = {each.customer_id for each in found if each.customer_id is not None}
    known, contacts = customers.facts_for(owners), customers.contacts_for(owners)
    mails = [
        MailNew(
            f"{MAIL}:{each.message_id}", MAIL, address, known[each.customer_id].language,
            {"name": known[each.customer_id].name, "po_number": each.po_number},
        )
        for each in found
        if each.customer_id is not None
        if (address := _address(contacts.get(each.customer_id, ()), each.sender))
    ]  # fmt: skip
    return put_mails(mails, at=at)


@transaction.atomic
def raise_late_answers(*, at: datetime) -> int:
    """Put on the list whose receipt or confirmation is later than the policy says, and take off what was answered
    since; returns how many are new."""
    target = timedelta(minutes=in_force(TELLING).value.receipt_minutes)
    untold = clocks.untold_messages(at - target, at)
    untold = [each for each in untold if each.received_at + target < at]
    late = _late_confirmations(at)
    roles = {stage.code: stage.role for stage in in_force(FLOW).value.stages}
    by_kind = {"order": roles.get(Stage.REVIEW, _CLERK), "draft": roles.get(Stage.ENTRY, _CLERK)}
    worklist.open_items(
        [
            *(WorkNew(RECEIPT_LATE, _CLERK, "message", each.message_id, each.po_number[:200] or f"#{each.message_id}",
                      each.received_at + target, customer_id=each.customer_id) for each in untold),
            *(WorkNew(CONFIRMATION_LATE, by_kind[each.kind], each.kind, each.subject_id, each.title[:200], clock.due_at,
                      order_id=each.subject_id if each.kind == "order" else None, customer_id=each.customer_id)
              for each, clock in late),
        ],
        at=at,
    )  # fmt: skip
    _close_answered(at)
    return len(untold) + len(late)


def _late_confirmations(at: datetime) -> list[tuple[Waiting, AnswerClock]]:
    """Working time never passes faster than time: what came less than the target ago cannot be late."""
    hours = in_force(TELLING).value.confirmation_working_hours
    waiting = clocks.unanswered(at - timedelta(hours=hours), at)
    by_kind = {
        kind: {each.subject_id: each.started_at for each in waiting if each.kind == kind} for kind in ("order", "draft")
    }
    read = {"order": order_clocks(by_kind["order"], at=at), "draft": draft_clocks(by_kind["draft"], at=at)}
    found = [(each, read[each.kind][each.subject_id]) for each in waiting]
    return [(each, clock) for each, clock in found if clock.is_late and clock.paused_since is None]


def _close_answered(at: datetime) -> None:
    told, answered = clocks.told_alarms(at), clocks.answered_alarms()
    if told:
        worklist.close_items("message", told, kinds=(RECEIPT_LATE,), at=at, actor=SYSTEM, outcome="told")
    for kind in ("order", "draft"):
        if ids := [subject_id for each, subject_id in answered if each == kind]:
            worklist.close_items(kind, ids, kinds=(CONFIRMATION_LATE,), at=at, actor=SYSTEM, outcome="answered")


def keep_answer_times(*, at: datetime) -> int:
    """Keep of orders decided since how long their senders waited; returns how many."""
    found = clocks.decided_unkept(at)
    spans = clocks.asked_of_orders([each.order_id for each in found]) if found else {}
    rows = [_time_row(each, spans.get(each.order_id, ()), at) for each in found]
    return len(_TIMES.insert(rows, suffix="ON CONFLICT (order_id) DO NOTHING RETURNING order_id"))


def _time_row(answered: Answered, spans: Sequence[Span], at: datetime) -> tuple[object, ...]:
    policy, time = in_force(TELLING).value, working_time()
    asked = asked_minutes(spans, time, answered.decided_at)
    whole = time.calendar.working_minutes_between(
        min(answered.started_at, answered.decided_at), answered.decided_at, time.hours, time.zone
    )
    clock = read_clock(answered.started_at, spans, policy.confirmation_working_hours, time, answered.decided_at)
    told = None if answered.told_at is None else answered.told_at - answered.started_at
    minutes = None if told is None else max(told // timedelta(minutes=1), 0)
    in_time = None if told is None else told <= timedelta(minutes=policy.receipt_minutes)
    return (answered.order_id, minutes, max(whole - asked, 0), asked, in_time, not clock.is_late, at)


def _clocks(started: dict[int, datetime], spans: dict[int, list[Span]], at: datetime) -> dict[int, AnswerClock]:
    hours, time = in_force(TELLING).value.confirmation_working_hours, working_time()
    return {i: read_clock(since, spans.get(i, ()), hours, time, at) for i, since in started.items()}


def _address(contacts: Collection[ContactFact], sender: str) -> str:
    """Whoever sent it, if he is known as one who writes for the customer; else the first who has an address."""
    addresses = [contact.email for contact in contacts if contact.email]
    return next((each for each in addresses if each.lower() == sender.strip().lower()), next(iter(addresses), ""))
