"""Answers that come by mail: tied to their question, proposed, and confirmed at the desk."""

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Outcomes, Reason, Refused, Stale
from orderloop.intake import queries
from orderloop.intake.facts import EnvelopeKey, OrderEntry, QuestionFact, ReadMessage
from orderloop.intake.rules.mail_answers import answers_in
from orderloop.intake.services.asking import MAIL_KIND, answer_questions
from orderloop.interchange.facts import Format
from orderloop.interchange.rules.mail.autoreply import is_automatic
from orderloop.interchange.rules.mail.headers import addresses_in
from orderloop.interchange.rules.mail.threads import reply_address, thread_of
from orderloop.platform.bulk import columns_of, dumped, execute
from orderloop.platform.mail import effects_of

_MAC_LENGTH = 24


@dataclass(frozen=True, slots=True)
class MailAnswer:
    """A mail that answers a question, or only belongs to its thread (`automatic` says why it was written by a machine).

    `proposed` is what it says of each field asked; empty where a person must read it.
    """

    message_id: int
    question: QuestionFact | None
    proposed: Mapping[str, str]
    automatic: str = ""


def reply_to(question_id: int) -> str:
    """The address an answer to a question is sent to, which says by itself what it answers."""
    own = addresses_in(settings.MAIL_FROM)[0].address
    return reply_address(own, question_id, _mac(question_id))


def answers_of(messages: Sequence[ReadMessage]) -> dict[int, MailAnswer]:
    """Which mails answer a question that was asked, or were written by a machine; those that bring an order do neither.

    Two statements at most, whatever their number.
    """
    mails = [m for m in messages if m.documents[0].reading.format is Format.MAIL and not _brings_order(m)]
    if not mails:
        return {}
    tied = _question_ids(mails)
    questions = queries.questions_by_ids(set(tied.values())) if tied else {}
    found: dict[int, MailAnswer] = {}
    own = [each.address for each in addresses_in(settings.MAIL_FROM)]
    for mail in mails:
        message_id, reading = mail.claimed.message_id, mail.documents[0].reading
        envelope_from = mail.claimed.envelope.get("mail_from")
        why = is_automatic(reading.headers, None if envelope_from is None else str(envelope_from), own) or ""
        question = questions.get(tied.get(message_id, 0))
        if question is None and not why:
            continue
        is_open = question is not None and question.closed_at is None and not why
        proposed = answers_in(reading.text, question.findings) if is_open and question is not None else {}
        found[message_id] = MailAnswer(message_id, question, proposed, why)
    return found


def propose_answers(answers: Sequence[MailAnswer], *, at: datetime) -> None:
    """Keep what mails say with the questions they answer."""
    rows = [
        (each.question.question_id, dumped(dict(each.proposed)), each.message_id)
        for each in answers
        if each.question is not None and not each.automatic
    ]
    if rows:
        execute(
            """UPDATE intake_question q SET proposed = n.proposed, proposed_at = %s, proposed_by_id = n.message_id
               FROM unnest(%s::bigint[], %s::jsonb[], %s::bigint[]) AS n(id, proposed, message_id)
               WHERE q.id = n.id AND q.closed_at IS NULL""",
            [at, *columns_of(rows, 3)],
        )


@transaction.atomic
def confirm_answers(draft_ids: Collection[int], *, at: datetime, actor: Actor) -> Outcomes[int, OrderEntry]:
    """Take what mails have proposed as the customers' answers; each yields the entry to be taken in again.

    Refused: `intake.nothing_proposed`, and what `answer_questions` refuses. Stale: no question is open.
    """
    asked = queries.open_questions_for(draft_ids, lock=True)
    ready = {i: question.proposed for i, question in asked.items() if question.proposed}
    answered = answer_questions(ready, at=at, actor=actor) if ready else Outcomes.of(())
    missing = (Reason("intake.nothing_proposed"),)
    return Outcomes.of(
        draft_ids,
        done=answered.done,
        refused=[*answered.refused, *(Refused(i, missing) for i in asked if i not in ready)],
        stale=[Stale(i) for i in dict.fromkeys(draft_ids) if i not in asked],
    )


def _brings_order(message: ReadMessage) -> bool:
    return any(order.lines for document in message.documents for order in document.reading.orders)


def _question_ids(mails: Sequence[ReadMessage]) -> dict[int, int]:
    """The question each mail is tied to: by a token of ours, else by the id of the mail that asked it."""
    tied: dict[int, int] = {}
    ids: dict[int, tuple[str, ...]] = {}
    for mail in mails:
        envelope = mail.claimed.envelope
        recipient = str(envelope.get(EnvelopeKey.RECIPIENT, ""))
        thread = thread_of(mail.documents[0].reading.headers, (recipient,) if recipient else ())
        said = str(envelope.get(EnvelopeKey.TOKEN, "")).partition(".")
        token = (int(said[0]), said[2]) if said[0].isdigit() else thread.question
        if token is not None and hmac.compare_digest(_mac(token[0]), token[1].lower()):
            tied[mail.claimed.message_id] = token[0]
        else:
            ids[mail.claimed.message_id] = thread.answers_to
    asked = effects_of({each for group in ids.values() for each in group}) if any(ids.values()) else {}
    for message_id, group in ids.items():
        for key in (asked[each] for each in group if each in asked):
            kind, _mark, rest = key.partition(":")
            number = rest.partition(":")[0]
            if kind == MAIL_KIND and number.isdigit():
                tied.setdefault(message_id, int(number))
    return tied


def _mac(question_id: int) -> str:
    return salted_hmac("orderloop.reply", str(question_id), algorithm="sha256").hexdigest()[:_MAC_LENGTH]
