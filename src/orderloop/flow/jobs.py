"""What the flow does by the clock (scores, expired priorities, unnoticed stock, calls cut off), and its own mails."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from procrastinate.contrib.django import app

from orderloop.customers import queries as customers
from orderloop.flow.queries import exchanged
from orderloop.flow.services import clocks, robots
from orderloop.flow.services.advance import serve_waiting
from orderloop.flow.services.arriving import own_names, process_messages
from orderloop.flow.services.decisions import rescore_orders
from orderloop.flow.services.events import tell_of_orders
from orderloop.flow.services.exchanging import confirm_orders
from orderloop.flow.services.faxing import take_folder
from orderloop.foundation.actor import SYSTEM
from orderloop.fulfilment.facts import SECTION as FULFILMENT
from orderloop.intake import queries as intake_queries
from orderloop.intake import services as intake
from orderloop.intake.facts import MessageOutcome, Outcome
from orderloop.inventory import queries as inventory
from orderloop.orders import queries as orders
from orderloop.orders.facts import Channel
from orderloop.platform.files import read_files
from orderloop.platform.mail import Attachment
from orderloop.platform.outbox import DueEffect
from orderloop.policy.queries import in_force
from orderloop.tracking.jobs import tracking_link
from orderloop.triage import queries as triage
from orderloop.worklist import services as worklist
from orderloop.worklist.facts import WorkNew

CHUNK = 1000
# A caller whose connection broke has been told nothing, so nothing of the call may stay open.
CUT_OFF_AFTER = timedelta(minutes=5)
# On these nobody waits for an answer: what came is read by the clock. Other channels answer by themselves.
ARRIVING = (Channel.MAIL, Channel.FAX, Channel.EDI)
# A message that takes long holds up those it was taken with, so that not many are taken at once.
AT_ONCE = 20


@app.periodic(cron="10 22 * * *")
@app.task(queueing_lock="rescore_open_orders")
def rescore_open_orders(timestamp: int) -> int:
    """Score all open orders anew for the coming working day; in portions, so that no lock is held for long."""
    at, count, after = datetime.fromtimestamp(timestamp, UTC), 0, 0
    while ids := orders.open_ids(after=after, limit=CHUNK):
        count += len(rescore_orders(ids, at=at))
        after = ids[-1]
    return count


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="take_back_expired_priorities")
def take_back_expired_priorities(timestamp: int) -> int:
    """Orders whose priority by hand has run out are ranked by their own score again."""
    at = datetime.fromtimestamp(timestamp, UTC)
    return len(rescore_orders(triage.expired_manual(at), at=at))


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="serve_who_waits")
def serve_who_waits(timestamp: int) -> int:
    """Free stock that somebody waits for is given out, whatever made it free."""
    products = inventory.free_and_wanted()
    return len(serve_waiting(products, at=datetime.fromtimestamp(timestamp, UTC))) if products else 0


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="close_cut_off_messages")
def close_cut_off_messages(timestamp: int) -> int:
    """End as rejected what a call stored that died before it answered: its sender was told nothing and sends again."""
    at = datetime.fromtimestamp(timestamp, UTC)
    cut_off = intake_queries.unanswered_messages(at - CUT_OFF_AFTER)
    outcomes = {
        message_id: MessageOutcome(Outcome.REJECTED, None, ("unanswered",))
        for message_id, channel in cut_off
        if channel not in ARRIVING
    }
    return len(intake.record_outcomes(outcomes, at=at).done)


def read_arrivals(at: datetime) -> int:
    """Read what has arrived on channels where nobody waits for an answer; returns how many messages were ended. What
    holds pictures is left to `recognise_arrivals`."""
    waiting = intake_queries.waiting_messages(ARRIVING, at, AT_ONCE)
    return len(process_messages(waiting, at=at, actor=SYSTEM, recognise=False).done) if waiting else 0


def recognise_arrivals(at: datetime) -> int:
    """Read the message with pictures that has waited longest; returns whether there was one. It takes seconds a page,
    and therefore has a process of its own."""
    waiting = intake_queries.waiting_messages(ARRIVING, at, 1, needs_recognition=True)
    return len(process_messages(waiting, at=at, actor=SYSTEM).done) if waiting else 0


def try_lessons(at: datetime) -> int:
    """Try what clerks have taught on the customer's last documents, one document a pass; returns how many."""
    return intake.try_next_lesson(at=at, own_names=own_names())


def take_faxes(at: datetime) -> int:
    """Take in the faxes that lie in the folder the settings name; returns how many."""
    return take_folder(Path(settings.FAX_FOLDER), at=at)


def outgoing_contexts(effects: Sequence[DueEffect]) -> Mapping[str, Mapping[str, Any]]:
    """What the mails that carry a document to a partner are written from."""
    sent = {effect.key: int(str(effect.payload["outgoing_id"])) for effect in effects}
    facts = exchanged.outgoing_for(set(sent.values()))
    contents = read_files({fact.file for fact in facts.values()})
    company = in_force(FULFILMENT).value.name("en")
    return {
        key: {
            "outgoing": facts[i],
            "company": company,
            "attachments": (Attachment(facts[i].filename, facts[i].content_type, contents[facts[i].file]),),
        }
        for key, i in sent.items()
        if i in facts
    }


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="confirm_what_changed")
def confirm_what_changed(timestamp: int) -> int:
    """Answer orders anew whose answer has changed since the last: a later day, another quantity. In portions."""
    at, count, after = datetime.fromtimestamp(timestamp, UTC), 0, 0
    while ids := exchanged.confirmed_and_open(after=after, limit=CHUNK):
        count += len(confirm_orders(ids, at=at).done) + len(tell_of_orders(ids, at=at))
        after = ids[-1]
    return count


@app.periodic(cron="*/30 * * * *")
@app.task(queueing_lock="miss_receipts")
def miss_receipts(timestamp: int) -> int:
    """Put on the list what no partner has acknowledged by when he should have; returns how much that is."""
    at = datetime.fromtimestamp(timestamp, UTC)
    overdue = exchanged.overdue_receipts(at)
    worklist.open_items(
        [
            WorkNew("receipt_missing", "clerk", "outgoing", fact.outgoing_id, fact.filename[:200], at,
                    order_id=fact.order_id, customer_id=fact.customer_id, reason=fact.receiver[:60])
            for fact in overdue
        ],
        at=at,
    )  # fmt: skip
    return len(overdue)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="watch_answers")
def watch_answers(timestamp: int) -> tuple[int, int, int]:
    """Tell senders that their orders are here, raise the alarms of those who wait too long, and keep how long the
    others waited. Returns how many of each."""
    at = datetime.fromtimestamp(timestamp, UTC)
    return clocks.acknowledge_drafts(at=at), clocks.raise_late_answers(at=at), clocks.keep_answer_times(at=at)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="tell_robots")
def tell_robots(timestamp: int) -> int:
    """Have chat robots told of new alarms; returns how many messages that is."""
    return robots.tell_robots(at=datetime.fromtimestamp(timestamp, UTC))


def receipt_contexts(effects: Sequence[DueEffect]) -> Mapping[str, Mapping[str, Any]]:
    """What the mails that acknowledge an order still being read are written from."""
    company = in_force(FULFILMENT).value
    return {
        effect.key: {
            "name": effect.payload["name"],
            "po_number": effect.payload["po_number"],
            "company": company.name(str(effect.payload["language"])),
        }
        for effect in effects
    }


def question_contexts(effects: Sequence[DueEffect]) -> Mapping[str, Mapping[str, Any]]:
    """What the mails that ask about orders are written from. An order that is gone writes no mail."""
    now = datetime.now(UTC)
    details = orders.details_for({int(str(effect.payload["order_id"])) for effect in effects})
    buyers = customers.facts_for({order.customer_id for order in details.values()})
    company = in_force(FULFILMENT).value
    contexts = {}
    for effect in effects:
        order = details.get(int(str(effect.payload["order_id"])))
        if order is None:
            continue
        buyer = buyers[order.customer_id]
        contexts[effect.key] = {
            "order": order,
            "name": buyer.name,
            "question": str(effect.payload["question"]),
            "company": company.name(buyer.language),
            "link": tracking_link(order.order_id, order.link_version, at=now),
        }
    return contexts
