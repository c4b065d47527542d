"""The signed link: a customer fills in just what is missing, without signing in, and the order goes on by itself."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.flow.pages.intake_words import REFUSALS
from orderloop.flow.pages.paper import errors_of
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import Actor
from orderloop.intake import queries, services
from orderloop.intake.facts import DraftFact, DraftStatus, Finding, QuestionFact
from orderloop.intake.jobs import LINK_PURPOSE
from orderloop.intake.rules.questions import LEAVE_OUT, is_repeat
from orderloop.intake.templatetags.intake_words import place, words
from orderloop.orders import queries as orders
from orderloop.platform.links import BadLink, EndedLink, read_link
from orderloop.platform.permissions import public

WITHDRAWN = "withdrawn by the customer"
_MOST_VALUE = 500


@dataclass(slots=True)
class Asked:
    """One field of the question, with all that is said about it."""

    name: str
    label: str
    kind: str
    value: str
    remarks: list[str]
    choices: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""
    line: int | None = None


@public("the link itself is signed, ends, and shows one order's open questions to the customer asked")
@never_cache
@require_http_methods(["GET", "POST"])
def answer_question(request: HttpRequest, token: str) -> HttpResponse:
    """The question behind a link. Opening it changes nothing; sending the answer takes the order in again."""
    at = timezone.now()
    try:
        draft_id = read_link(LINK_PURPOSE, token, at=at, version_of=queries.link_version_of)
    except EndedLink:
        return render(request, "flow/question_ended.html", {"why": "ended"}, status=410)
    except BadLink:
        return render(request, "flow/question_ended.html", {"why": "bad"}, status=404)
    draft = queries.drafts_for([draft_id])[draft_id]
    with override(_language(request, draft)):
        if request.method == "POST":
            return _answered(request, draft)
        return _show(request, draft)


@public("the link itself is signed, ends, and gives the customer asked nothing but the own file")
@never_cache
@require_GET
def download_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """The customer's own sheet with what is asked beside each row."""
    try:
        draft_id = read_link(LINK_PURPOSE, token, at=timezone.now(), version_of=queries.link_version_of)
    except BadLink as bad:
        raise Http404 from bad
    draft = queries.drafts_for([draft_id])[draft_id]
    question = queries.open_questions_for([draft_id]).get(draft_id)
    if question is None:
        raise Http404
    return errors_of(draft, question.findings, _language(request, draft))


def _language(request: HttpRequest, draft: DraftFact) -> str:
    """What the reader chose, else the customer's language: the browser's is not asked, a mail came before it."""
    if request.COOKIES.get("django_language"):
        return get_language_from_request(request)
    owner = customers.facts_for([draft.customer_id]).get(draft.customer_id) if draft.customer_id else None
    return owner.language if owner else get_language_from_request(request)


def _answered(request: HttpRequest, draft: DraftFact) -> HttpResponse:
    at = timezone.now()
    actor = Actor("customer", None, _owner_name(draft))
    if "withdraw" in request.POST:
        services.reject_drafts({draft.draft_id: WITHDRAWN}, at=at, actor=actor)
        return _result(request, queries.drafts_for([draft.draft_id])[draft.draft_id])
    values = {name: request.POST[name][:_MOST_VALUE] for name in request.POST if name != "csrfmiddlewaretoken"}
    with transaction.atomic():
        outcome = services.answer_questions({draft.draft_id: values}, at=at, actor=actor)
        if outcome.refused:
            faults = {
                reason.field: str(REFUSALS.get(reason.code, reason.code)) for reason in outcome.refused[0].reasons
            }
            return _show(request, draft, values, faults, status=422)
        take_in_entries(list(outcome.values.values()), at=at, actor=actor)
    # What the answer itself lacks is asked again at once, while the customer is still here.
    return _show(request, queries.drafts_for([draft.draft_id])[draft.draft_id], status=422)


def _show(
    request: HttpRequest,
    draft: DraftFact,
    values: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    question = queries.open_questions_for([draft.draft_id]).get(draft.draft_id)
    if question is None:
        return _result(request, draft)
    asked = _fields(draft, question, values or {}, faults or {})
    context = {
        "draft": draft,
        "question": question,
        "owner": _owner_name(draft),
        "header": [each for each in asked if each.line is None],
        "lines": _by_line(draft, asked),
        "leave_out": LEAVE_OUT,
        "is_repeat": is_repeat(question.findings),
        "faults": faults or {},
        "has_sheet": _has_sheet(draft, question),
    }
    return render(request, "flow/question.html", context, status=status)


def _has_sheet(draft: DraftFact, question: QuestionFact) -> bool:
    origin = queries.origins_for([draft.draft_id]).get(draft.draft_id)
    documents = queries.documents_by_ids([origin.document_id]) if origin else {}
    document = documents.get(origin.document_id) if origin else None
    owners = queries.customers_of_documents(documents)
    return all(len(each) == 1 for each in owners.values()) and services.has_error_sheet(
        origin, document, question.findings
    )


def _result(request: HttpRequest, draft: DraftFact) -> HttpResponse:
    order = orders.facts_for([draft.order_id]).get(draft.order_id) if draft.order_id else None
    context = {"draft": draft, "order": order, "is_withdrawn": draft.status is DraftStatus.REJECTED}
    return render(request, "flow/question_done.html", context)


def _fields(draft: DraftFact, question: QuestionFact, values: dict[str, str], faults: dict[str, str]) -> list[Asked]:
    by_field: dict[str, list[Finding]] = {}
    for finding in question.findings:
        by_field.setdefault(finding.field, []).append(finding)
    return [
        _field(draft, name, findings, values.get(name), faults.get(name, "")) for name, findings in by_field.items()
    ]


def _field(draft: DraftFact, name: str, findings: list[Finding], value: str | None, fault: str) -> Asked:
    parts = name.split("/")
    line = int(parts[1]) if len(parts) == 3 else None
    suggestion = next((each.suggestion for each in findings if each.suggestion), "")
    asked = Asked(
        name=name,
        label=str(place(name)).rpartition(" · ")[2],
        kind=_kind(parts[-1]),
        value=value if value is not None else suggestion or _present(draft, name),
        remarks=[words(each) for each in findings],
        fault=fault,
        line=line,
    )
    if parts[-1] == "ship_to" and draft.customer_id is not None:
        known = customers.ship_tos_for([draft.customer_id]).get(draft.customer_id, ())
        asked.choices = [(each.code, f"{each.name}, {each.city}") for each in known if each.is_active]
    elif parts[-1] == "item":
        codes = [
            each.strip()
            for finding in findings
            for each in finding.params.get("choices", "").split(",")
            if each.strip()
        ]
        asked.choices = [(sku, each.name_en) for sku, each in catalog.by_skus(codes).items()]
    return asked


def _kind(name: str) -> str:
    return {"requested_on": "date", "quantity": "decimal", "unit_price": "decimal", "total": "decimal"}.get(
        name, "text"
    )


def _present(draft: DraftFact, name: str) -> str:
    """What stands in the draft now: shown so that it is corrected and not typed anew."""
    parts = name.split("/")
    record: Any = draft.body
    if len(parts) == 3:
        record = record["lines"][int(parts[1])]
    value = str(record.get(parts[-1], ""))
    return value if _kind(parts[-1]) != "date" else ""


def _by_line(draft: DraftFact, asked: list[Asked]) -> list[dict[str, Any]]:
    lines: dict[int, list[Asked]] = {}
    for each in asked:
        if each.line is not None:
            lines.setdefault(each.line, []).append(each)
    known: Any = draft.body.get("lines") or []
    return [
        {"n": n, "title": _("Line %(n)s") % {"n": n + 1}, "about": _about(known[n]), "fields": fields}
        for n, fields in sorted(lines.items())
    ]


def _about(line: dict[str, Any]) -> str:
    """What the customer wrote in the line, so that it is known again."""
    return " · ".join(str(line[name]) for name in ("item", "description", "quantity", "unit") if line.get(name))


def _owner_name(draft: DraftFact) -> str:
    owner = customers.facts_for([draft.customer_id]).get(draft.customer_id) if draft.customer_id else None
    return owner.name if owner else ""
