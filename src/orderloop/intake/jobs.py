"""What runs beside the pages: mails that ask customers, and the chasing of open questions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from orderloop.customers import queries as customers
from orderloop.intake import queries, services
from orderloop.intake.facts import SECTION, Finding, QuestionFact
from orderloop.intake.templatetags.intake_words import words
from orderloop.platform import house
from orderloop.platform.links import link_for
from orderloop.platform.mail import Attachment
from orderloop.platform.outbox import DueEffect
from orderloop.policy.queries import in_force

LINK_PURPOSE = "question"


def question_link(draft_id: int, version: int, *, at: datetime) -> str:
    """The address under which the customer answers, without signing in, as long as the policy says."""
    token = link_for(LINK_PURPOSE, draft_id, version, in_force(SECTION).value.link_days, at=at)
    return settings.PUBLIC_URL + reverse("question", args=[token])


def question_contexts(effects: Sequence[DueEffect]) -> Mapping[str, Mapping[str, Any]]:
    """What the mails that ask are written from. A question that is gone writes no mail."""
    now = datetime.now(UTC)
    asked = queries.questions_by_ids([int(str(effect.payload["question_id"])) for effect in effects])
    drafts = queries.drafts_for([question.draft_id for question in asked.values()])
    known = customers.facts_for([draft.customer_id for draft in drafts.values() if draft.customer_id is not None])
    languages = {asked_by: str(each.payload["language"]) for each in effects if (asked_by := _draft_of(each, asked))}
    sheets = sheets_with_errors({each.draft_id: each.findings for each in asked.values()}, languages)
    contexts: dict[str, Mapping[str, Any]] = {}
    for effect in effects:
        question = asked.get(int(str(effect.payload["question_id"])))
        draft = drafts.get(question.draft_id) if question else None
        if question is None or draft is None:
            continue
        customer = known.get(draft.customer_id or 0)
        contexts[effect.key] = {
            "company": house.name(str(effect.payload["language"])),
            "reminder": effect.payload.get("reminder") is True,
            "po_number": draft.body.get("po_number") or "",
            "name": customer.name if customer else "",
            "findings": question.findings,
            "due_at": question.due_at,
            "reply_to": services.reply_to(question.question_id),
            "link": question_link(draft.draft_id, draft.link_version, at=now),
            "attachments": tuple(
                Attachment(each.filename, each.content_type, each.content)
                for i, each in sheets.items()
                if i == draft.draft_id
            ),
        }
    return contexts


def _draft_of(effect: DueEffect, asked: Mapping[int, QuestionFact]) -> int:
    question = asked.get(int(str(effect.payload["question_id"])))
    return question.draft_id if question else 0


def sheets_with_errors(
    findings: Mapping[int, Sequence[Finding]], languages: Mapping[int, str]
) -> dict[int, services.ErrorSheet]:
    """The senders' own sheets with what is asked beside each row, by draft, each in its customer's language."""
    made: dict[int, services.ErrorSheet] = {}
    for language in sorted(set(languages.values())):
        mine = {i: found for i, found in findings.items() if languages.get(i) == language}
        with override(language):
            made |= services.error_sheets(mine, words, title=_("What is to be clarified"), language=language)
    return made


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="chase_questions")
def chase_questions(timestamp: int) -> tuple[int, int]:
    """Remind customers and hand late questions to the desk; returns how many of each."""
    return services.chase_questions(at=datetime.fromtimestamp(timestamp, UTC))
