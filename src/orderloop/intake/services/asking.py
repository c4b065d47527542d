"""Asking customers for what is missing, and taking their answers in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from orderloop.customers import queries as customers
from orderloop.customers.facts import ContactFact, CustomerFact
from orderloop.foundation.actor import SYSTEM, Actor
from orderloop.foundation.outcome import Done, Outcomes, Reason, Refused, Stale
from orderloop.intake import queries
from orderloop.intake.facts import SECTION, DraftFact, Finding, IntakePolicy, OrderEntry, QuestionFact
from orderloop.intake.rules import questions as rules
from orderloop.intake.rules.bodies import entry_of, finding_body
from orderloop.orders.facts import Channel
from orderloop.platform.bulk import columns_of, dumped, execute, fetch_all
from orderloop.platform.mail import MailNew, put_mails
from orderloop.policy.facts import WorkingTime
from orderloop.policy.queries import in_force, working_time
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

MAIL_KIND = "question"
DESK_ROLE = "clerk"
LIVE = ("open", "asking")


def ask_customer(draft_ids: Collection[int], *, at: datetime, actor: Actor) -> Outcomes[int, int]:
    """Ask the customers of these drafts for what only they can say; each yields its question's id.

    The mail with the signed link leaves through the outbox. A question still open is asked anew with what is missing
    now. Refused: `intake.nothing_to_ask`, `intake.customer_unknown`, `intake.no_address`. Stale: ended.
    """
    return ask(draft_ids, at=at, actor=actor, repeat=True)


@dataclass(slots=True)
class _Sorted:
    """Drafts by what is to be done about them."""

    ask: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    desk: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def ask(
    draft_ids: Collection[int],
    *,
    at: datetime,
    actor: Actor,
    repeat: bool = False,
    person_first: Collection[int] = (),
) -> Outcomes[int, int]:
    """Ask what can be asked, and put on the desk's list what cannot; without `repeat` nothing is asked twice.

    Drafts in `person_first` go to the desk whatever could be asked.
    """
    drafts = queries.drafts_for(draft_ids, lock=True)
    live = {i: draft for i, draft in drafts.items() if draft.status in LIVE}
    before = {} if repeat else queries.questions_for(live)
    owners = {draft.customer_id for draft in live.values() if draft.customer_id is not None}
    known, contacts = customers.facts_for(owners), customers.contacts_for(owners)
    to = {customer_id: _address(contacts.get(customer_id, ())) for customer_id in owners}
    sort = _sort(live, before, to, person_first)
    questions = _write_questions(sort.ask, at=at, actor=actor)
    _put_on_lists(live, sort, at=at, actor=actor)
    put_mails([_mail(live[i], questions[i], known, to) for i in sort.ask], at=at)
    return Outcomes.of(
        draft_ids,
        done=[Done(i, question_id) for i, question_id in questions.items()],
        refused=[Refused(i, (Reason(code),)) for i, code in sort.refused.items()],
        stale=[Stale(i) for i in dict.fromkeys(draft_ids) if i not in live],
    )


@transaction.atomic
def answer_questions(
    answers: Mapping[int, Mapping[str, str]], *, at: datetime, actor: Actor
) -> Outcomes[int, OrderEntry]:
    """Put the answers, by draft and field, into the drafts; each yields the entry to be taken in again.

    Refused with every fault at its field: what was asked and not answered. Stale: no question is open.
    """
    asked = queries.open_questions_for(answers, lock=True)
    drafts = queries.drafts_for(asked, lock=True)
    done: dict[int, OrderEntry] = {}
    refused: dict[int, tuple[Reason, ...]] = {}
    bodies: dict[int, Mapping[str, object]] = {}
    for draft_id, question in asked.items():
        body, faults = rules.answer_body(drafts[draft_id].body, question.findings, answers[draft_id])
        if faults:
            refused[draft_id] = faults
        else:
            bodies[draft_id] = body
            done[draft_id] = _entry(drafts[draft_id], body)
    _write_answers({i: (asked[i], answers[i]) for i in done}, bodies, at=at)
    worklist.close_items("draft", list(done), kinds=("question",), at=at, actor=actor, outcome="answered")
    mails = [mail for i in done if (mail := asked[i].proposed_by) is not None]
    if mails:
        worklist.close_items("message", mails, kinds=("answer",), at=at, actor=actor, outcome="answered")
    return Outcomes.of(
        answers,
        done=[Done(i, entry) for i, entry in done.items()],
        refused=[Refused(i, faults) for i, faults in refused.items()],
        stale=[Stale(i) for i in answers if i not in asked],
    )


@transaction.atomic
def chase_questions(*, at: datetime) -> tuple[int, int]:
    """Remind customers of questions, once on the way and once when the time is over; those past their time go to the
    desk as well. Return how many were reminded on the way, and how many are past their time."""
    policy, time = in_force(SECTION).value, working_time()
    due = queries.questions_due(at)
    late = [question for question in due if question.due_at <= at]
    remind = [q for q in due if q.due_at > at and q.reminded_at is None and _remind_at(q, policy, time) <= at]
    drafts = queries.drafts_for([question.draft_id for question in (*late, *remind)])
    owners = {draft.customer_id for draft in drafts.values() if draft.customer_id is not None}
    known, contacts = customers.facts_for(owners), customers.contacts_for(owners)
    to = {customer_id: _address(contacts.get(customer_id, ())) for customer_id in owners}
    mails = [_mail(drafts[q.draft_id], q.question_id, known, to, ":reminder") for q in remind]
    mails += [_mail(drafts[q.draft_id], q.question_id, known, to, ":last") for q in late]
    put_mails(mails, at=at)
    _mark_reminded([question.question_id for question in (*remind, *late)], at)
    work = [_work("draft", drafts[question.draft_id], at, "no_answer") for question in late]
    if late:
        # Work that waited beside the question has another reason now, and is everybody's again.
        ids = [question.draft_id for question in late]
        worklist.close_items("draft", ids, kinds=("draft",), at=at, actor=SYSTEM, outcome="no_answer")
    worklist.open_items(work, at=at)
    return len(remind), len(late)


def entry_of_draft(draft: DraftFact) -> OrderEntry:
    """The entry a draft stands for, to be examined or taken in."""
    return _entry(draft, draft.body)


def _entry(draft: DraftFact, body: Mapping[str, object]) -> OrderEntry:
    return entry_of(
        body,
        key=draft.draft_id,
        channel=Channel(draft.channel),
        received_at=draft.created_at,
        customer_id=draft.customer_id,
        message_id=draft.message_id,
        draft_id=draft.draft_id,
    )


def _sort(
    live: Mapping[int, DraftFact],
    before: Mapping[int, Sequence[QuestionFact]],
    to: Mapping[int, str],
    person_first: Collection[int],
) -> _Sorted:
    sort = _Sorted()
    for i, draft in live.items():
        asked_before = {(each.code, each.field) for question in before.get(i, ()) for each in question.findings}
        askable = rules.askable(draft.findings, asked_before)
        if i in person_first:
            sort.refused[i] = "intake.looked_at_first"
        elif draft.customer_id is None:
            sort.refused[i] = "intake.customer_unknown"
        elif not askable:
            sort.refused[i] = "intake.nothing_to_ask"
        elif not to[draft.customer_id]:
            sort.refused[i] = "intake.no_address"
        else:
            sort.ask[i] = askable
        if i in sort.refused or rules.for_the_desk(draft.findings, askable):
            sort.desk[i] = sort.refused.get(i, "").removeprefix("intake.") or "findings"
    return sort


def _write_questions(asked: Mapping[int, Sequence[Finding]], *, at: datetime, actor: Actor) -> dict[int, int]:
    if not asked:
        return {}
    policy, time = in_force(SECTION).value, working_time()
    due_at = time.calendar.add_working_minutes(at, policy.answer_working_hours * 60, time.hours, time.zone)
    execute(
        "UPDATE intake_question SET closed_at = %s WHERE draft_id = ANY(%s::bigint[]) AND closed_at IS NULL",
        [at, list(asked)],
    )
    rows = [(i, dumped([finding_body(each) for each in findings])) for i, findings in sorted(asked.items())]
    written = fetch_all(
        """INSERT INTO intake_question (draft_id, findings, asked_at, asked_by, due_at)
           SELECT draft_id, findings, %s, %s, %s FROM unnest(%s::bigint[], %s::jsonb[]) AS n(draft_id, findings)
           RETURNING draft_id, id""",
        [at, actor.name, due_at, *columns_of(rows, 2)],
    )
    execute(
        "UPDATE intake_draft SET status = 'asking', updated_at = %s WHERE id = ANY(%s::bigint[])", [at, list(asked)]
    )
    return dict(written)


def _put_on_lists(live: Mapping[int, DraftFact], sort: _Sorted, *, at: datetime, actor: Actor) -> None:
    """Nothing waits unseen: a question is watched until it is due, the rest is cleared at the desk."""
    only_asked = [i for i in sort.ask if i not in sort.desk]
    if only_asked:
        worklist.close_items("draft", only_asked, kinds=("draft",), at=at, actor=actor, outcome="asked")
    work = [_work("question", live[i], at, "customer") for i in sort.ask]
    work += [_work("draft", live[i], at, reason) for i, reason in sort.desk.items()]
    if work:
        worklist.open_items(work, at=at)


def _work(kind: str, draft: DraftFact, at: datetime, reason: str) -> WorkNew:
    policy, time = in_force(SECTION).value, working_time()
    hours = policy.answer_working_hours if kind == "question" else policy.clerk_working_hours
    po_number = str(draft.body.get("po_number") or "")
    return WorkNew(
        kind=kind,
        role=DESK_ROLE,
        subject_kind="draft",
        subject_id=draft.draft_id,
        title=po_number[:200] or f"#{draft.draft_id}",
        due_at=time.calendar.add_working_minutes(at, hours * 60, time.hours, time.zone),
        customer_id=draft.customer_id,
        reason=reason,
        data={"codes": list(rules.codes_of(draft.findings))},
    )


def _mail(
    draft: DraftFact, question_id: int, known: Mapping[int, CustomerFact], to: Mapping[int, str], again: str = ""
) -> MailNew:
    customer = known[draft.customer_id or 0]
    return MailNew(
        key=f"question:{question_id}{again}",
        kind=MAIL_KIND,
        to=to[customer.customer_id],
        language=customer.language,
        payload={"question_id": question_id, "draft_id": draft.draft_id, "reminder": bool(again)},
    )


def _address(contacts: Sequence[ContactFact]) -> str:
    return next((contact.email for contact in contacts if contact.email), "")


def _write_answers(
    answers: Mapping[int, tuple[QuestionFact, Mapping[str, str]]],
    bodies: Mapping[int, Mapping[str, object]],
    *,
    at: datetime,
) -> None:
    """Keep the answers, and for how many working minutes the promise clock stood still for each."""
    if not answers:
        return
    time = working_time()
    rows = [
        (
            question.question_id,
            dumped({name: text[:500].replace("\x00", "") for name, text in said.items()}),
            time.calendar.working_minutes_between(question.asked_at, at, time.hours, time.zone),
        )
        for question, said in answers.values()
    ]
    execute(
        """UPDATE intake_question q SET answer = n.answer, answered_at = %s, closed_at = %s, minutes = n.minutes
           FROM unnest(%s::bigint[], %s::jsonb[], %s::int[]) AS n(id, answer, minutes) WHERE q.id = n.id""",
        [at, at, *columns_of(rows, 3)],
    )
    execute(
        """UPDATE intake_draft d SET body = n.body, status = 'open', updated_at = %s
           FROM unnest(%s::bigint[], %s::jsonb[]) AS n(id, body) WHERE d.id = n.id""",
        [at, *columns_of([(i, dumped(dict(body))) for i, body in bodies.items()], 2)],
    )


def _remind_at(question: QuestionFact, policy: IntakePolicy, time: WorkingTime) -> datetime:
    minutes = policy.reminder_working_hours * 60
    return time.calendar.add_working_minutes(question.asked_at, minutes, time.hours, time.zone)


def _mark_reminded(question_ids: Sequence[int], at: datetime) -> None:
    if question_ids:
        execute("UPDATE intake_question SET reminded_at = %s WHERE id = ANY(%s::bigint[])", [at, list(question_ids)])
