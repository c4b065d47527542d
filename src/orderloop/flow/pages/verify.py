"""Looking at an order beside its document: doubtful fields first, each value with its source, one key to accept."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from orderloop.access.services import actor_of
from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.flow.pages import intake_words, words
from orderloop.flow.pages.beside import beside_of
from orderloop.flow.pages.paper import paper_of
from orderloop.flow.pages.teaching import is_news, lesson_of
from orderloop.flow.pages.twins import place_words, twin_of
from orderloop.flow.queries import inbox
from orderloop.flow.services.arriving import own_names
from orderloop.flow.services.take_in import take_in_entries
from orderloop.flow.services.verifying import save_drafts_said, verify_drafts
from orderloop.foundation.outcome import Outcomes
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import (
    FIELD_WORDS,
    GATE_WORDS,
    RUNG_WORDS,
    DraftFact,
    DraftOrigin,
    DraftStatus,
    Finding,
    Gate,
    GateState,
    LessonFact,
    QuestionFact,
)
from orderloop.intake.jobs import question_link
from orderloop.intake.rules.bodies import HEADER_FIELDS, finding_of
from orderloop.intake.rules.questions import askable
from orderloop.intake.rules.verifying import THREE_GATES, doubts_by_field, field_of
from orderloop.intake.templatetags.intake_words import place, words_of
from orderloop.interchange.facts import Method
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

LIVE = (DraftStatus.OPEN, DraftStatus.ASKING)
# An order of thousands of lines is shown by its first and by those in doubt.
MOST_LINES = 200
LINE_NAMES = ("item", "quantity", "unit", "unit_price", "requested_on")
FIELD, CONFIRMED = "f:", "ok:"
METHOD_WORDS: Mapping[str, Any] = {
    Method.STATED: _("stated by the document's standard"),
    Method.COLUMN: _("by the column's title"),
    Method.LABEL: _("by the words beside it"),
    Method.LEARNT: _("as taught"),
    Method.PATTERN: _("by its form"),
    Method.TYPED: _("typed"),
    Method.ANSWERED: _("answered by the customer"),
}


def show_verify(request: HttpRequest, draft: DraftFact, origin: DraftOrigin | None) -> HttpResponse:
    """The document on the left, the form on the right."""
    documents = queries.documents_for([draft.message_id]).get(draft.message_id, ()) if draft.message_id else ()
    shown = next((each for each in documents if origin and each.document_id == origin.document_id), None)
    shown = shown or next((each for each in documents if each.parent_id is None), None)
    reading = queries.readings_for([shown.document_id]).get(shown.document_id) if shown else None
    messages = queries.messages_for([draft.message_id]) if draft.message_id else {}
    owner = customers.facts_for([draft.customer_id]).get(draft.customer_id) if draft.customer_id else None
    lessons = queries.lessons_for([draft.customer_id]).get(draft.customer_id, ()) if draft.customer_id else ()
    trials = queries.lessons_for([draft.customer_id], on_trial=True) if draft.customer_id else {}
    questions = queries.questions_for([draft.draft_id]).get(draft.draft_id, ())
    is_live = draft.status in LIVE
    context = {
        "draft": draft,
        "is_live": is_live,
        "tone": {"open": "warn", "asking": "info", "accepted": "good", "rejected": "neutral"}[draft.status],
        "customer_label": owner.name if owner else draft.body.get("customer") or gettext("Customer not known"),
        "message": messages.get(draft.message_id or 0),
        "channel": words.channel_word(draft.channel),
        "paper": paper_of(shown, reading) if shown else None,
        "has_error_sheet": is_live and intake.has_error_sheet(origin, shown, askable(draft.findings)),
        "others": [each for each in documents if shown and each.document_id != shown.document_id],
        "gates": gates_of(origin),
        "twin": twin_of(draft),
        "lessons": [lesson_of(each) for each in lessons],
        "may_read_again": is_live and is_news(lessons, origin),
        "trials": [lesson_of(each) for each in trials.get(draft.customer_id or 0, ())],
        "questions": [question_of(each, draft) for each in questions],
        "preview": preview_of(draft, questions),
        "owner_code": owner.code if owner else "",
        "link": question_link(draft.draft_id, draft.link_version, at=timezone.now())
        if draft.status is DraftStatus.ASKING
        else "",
        "ship_tos": customers.ship_tos_for([draft.customer_id]).get(draft.customer_id, ()) if draft.customer_id else (),
        **form_of(draft, origin, lessons, answers_in(questions)),
    }
    return render(request, "flow/verify.html", context)


def answers_in(questions: Sequence[QuestionFact]) -> dict[str, str]:
    """What mails have answered and nobody has applied yet, by field."""
    return {
        field_of(path): text
        for each in questions
        if each.closed_at is None
        for path, text in (each.proposed or {}).items()
        if text
    }


def form_of(
    draft: DraftFact, origin: DraftOrigin | None, lessons: Sequence[LessonFact], answers: Mapping[str, str]
) -> dict[str, Any]:
    """The fields of the form, those in doubt with why, each with where its value stands in the document."""
    sources = origin.sources if origin else {}
    matches: Sequence[Mapping[str, Any]] = origin.gates.get("matches", ()) if origin else ()
    lines: list[Mapping[str, Any]] = list(draft.body.get("lines") or ())
    names = [*HEADER_FIELDS, *(f"lines/{n}/{name}" for n in range(len(lines)) for name in LINE_NAMES)]
    doubts = doubts_by_field(draft.findings, sources, names, matches) if draft.status in LIVE else {}
    taught = {str(each.lesson_id): each for each in lessons}
    shown = [n for n in range(len(lines)) if n < MOST_LINES or any(d.startswith(f"lines/{n}/") for d in doubts)]
    products = catalog.by_skus(_skus(lines, matches, shown)) if lines else {}

    def field(path: str, value: Any) -> dict[str, Any]:
        made = _field(path, str(value or ""), sources.get(path, {}), doubts.get(path), taught)
        if path in answers:
            label = gettext("Answer: %(text)s") % {"text": answers[path]}
            made["suggestions"].insert(0, {"path": path, "text": answers[path], "label": label})
        return made

    rows = []
    for n in shown[: 2 * MOST_LINES]:
        line, match = lines[n], matches[n] if n < len(matches) else {}
        sku = str(line.get("sku") or match.get("sku") or "")
        product = products.get(sku)
        item = field(f"lines/{n}/item", line.get("item"))
        item["suggestions"] = _suggestions(n, match, products, item["is_doubt"]) or item["suggestions"]
        rows.append(
            {
                "n": n + 1,
                "fields": [item, *(field(f"lines/{n}/{name}", line.get(name)) for name in LINE_NAMES[1:])],
                "sku": sku,
                "said_sku": line.get("sku") or "",
                "product": (words.chinese() and product.name_zh) or product.name_en if product else "",
                "rung": gettext(RUNG_WORDS.get(match.get("rung", ""), ""))
                if match.get("rung", "none") != "none"
                else "",
                "description": line.get("description", ""),
            }
        )
    fields = {name: field(name, draft.body.get(name)) for name in HEADER_FIELDS}
    told = {each["code"] for gate in (origin.gates.get("gates", ()) if origin else ()) for each in gate["findings"]}
    general = [each for each in draft.findings if field_of(each.field) not in set(names) and each.code not in told]
    return {
        "header": [fields[name] for name in ("customer", "po_number", "requested_on", "ship_to")],
        "figures": [fields[name] for name in ("currency", "total", "note")],
        **beside_of(len(lines), sources),
        "has_dates": any(row["fields"][-1]["value"] or row["fields"][-1]["is_doubt"] for row in rows),
        "lines": rows,
        "left_out": len(lines) - len(rows),
        "doubts": len(doubts),
        "is_clean": not any(each.severity == "blocking" for each in draft.findings),
        "general": [{"words": words_of(e.code, e.params), "is_blocking": e.severity == "blocking"} for e in general],
    }


def _skus(lines: Sequence[Mapping[str, Any]], matches: Sequence[Mapping[str, Any]], shown: Sequence[int]) -> set[str]:
    found: set[str] = set()
    for n in shown:
        match = matches[n] if n < len(matches) else {}
        found |= {str(lines[n].get("sku") or ""), str(match.get("sku") or ""), *map(str, match.get("suggestions", ()))}
    return found - {""}


def _suggestions(n: int, match: Mapping[str, Any], products: Mapping[str, Any], is_doubt: bool) -> list[dict[str, str]]:
    if not is_doubt or match.get("sku"):
        return []
    return [
        {
            "path": f"lines/{n}/sku",
            "text": sku,
            "label": f"{sku} · {(words.chinese() and products[sku].name_zh) or products[sku].name_en}",
        }
        for sku in map(str, match.get("suggestions", ()))
        if sku in products
    ]


def _field(
    path: str,
    value: str,
    source: Mapping[str, Any],
    found: Sequence[Finding] | None,
    taught: Mapping[str, LessonFact],
) -> dict[str, Any]:
    spot: Mapping[str, Any] = source.get("place") or {}
    lesson = taught.get(str(source.get("origin", "")))
    proposals = [each.suggestion for each in found or () if each.suggestion and each.suggestion != value]
    return {
        "path": path,
        "name": f"{FIELD}{path}",
        "id": "f-" + path.replace("/", "-"),
        "label": gettext(FIELD_WORDS.get(path.rpartition("/")[2], path)),
        "value": value,
        "is_doubt": found is not None,
        "why": [words_of(each.code, each.params) for each in found or ()],
        "is_bad": any(each.severity == "blocking" for each in found or ()),
        "note": _note(source),
        "lesson": lesson_of(lesson) if lesson else None,
        "page": spot.get("page") or "",
        "box": ",".join(f"{side:.5f}" for side in spot.get("box") or ()),
        "place": spot.get("path") or "",
        "raw": source.get("raw") or source.get("text") or "",
        "is_date": path.endswith("requested_on"),
        "is_number": path.rpartition("/")[2] in {"quantity", "unit_price"},
        "suggestions": [{"path": path, "text": each, "label": each} for each in dict.fromkeys(proposals)],
    }


def _note(source: Mapping[str, Any]) -> str:
    """How a value came to be known, how surely, and who has said otherwise."""
    if not source:
        return ""
    if source.get("author"):
        at = parse_datetime(str(source.get("at", "")))
        day = timezone.localtime(at).strftime("%m-%d %H:%M") if at else ""
        return gettext("said by %(author)s %(at)s") % {"author": source["author"], "at": day}
    method = str(METHOD_WORDS.get(str(source.get("method")), ""))
    sure = round(float(source.get("confidence", 1.0)) * 100)
    where = place_words((source.get("place") or {}).get("path") or "")
    parts = [method, f"{sure} %" if sure < 100 else "", where]
    return " · ".join(part for part in parts if part)


def gates_of(origin: DraftOrigin | None) -> list[dict[str, Any]]:
    """The three lights, then whatever other gate failed."""
    kept: Sequence[Mapping[str, Any]] = origin.gates.get("gates", ()) if origin else ()
    known = {str(each["gate"]): each for each in kept}
    order = [*THREE_GATES, *(g for g in Gate if g not in THREE_GATES)]
    shown = [g for g in order if g in known and (g in THREE_GATES or known[g]["state"] == GateState.FAILED)]
    return [_gate(known[g]) for g in shown]


def _gate(gate: Mapping[str, Any]) -> dict[str, Any]:
    tones = {GateState.HELD: "good", GateState.FAILED: "bad", GateState.NOT_STATED: "neutral"}
    states = {
        GateState.HELD: gettext("holds"),
        GateState.FAILED: gettext("does not hold"),
        GateState.NOT_STATED: gettext("nothing stated to compare"),
    }
    state = GateState(str(gate["state"]))
    findings = [finding_of(each) for each in gate.get("findings", ())]
    figures: Mapping[str, str] = gate.get("figures", {})
    total = words.decimal_of(str(figures.get("sum", ""))) if figures.get("sum") else None
    return {
        "word": gettext(GATE_WORDS.get(str(gate["gate"]), str(gate["gate"]))),
        "tone": tones[state],
        "state": states[state],
        "sum": total,
        "why": [
            (place(each.field) + ": " if each.field else "") + words_of(each.code, each.params) for each in findings[:4]
        ],
        "more": max(0, len(findings) - 4),
    }


def question_of(question: QuestionFact, draft: DraftFact) -> dict[str, Any]:
    """A question as the thread shows it; what a mail proposed stands beside what the draft has."""
    proposed = [
        {"path": path, "label": place(path), "text": text} for path, text in (question.proposed or {}).items() if text
    ]
    is_open = question.closed_at is None
    return {
        "fact": question,
        "asked": [f"{place(each.field)}: {words_of(each.code, each.params)}" for each in question.findings],
        "proposed": proposed if is_open else [],
        "is_open": is_open,
        "still_hours": question.minutes // 60 if question.minutes is not None else None,
    }


def preview_of(draft: DraftFact, questions: Sequence[QuestionFact]) -> list[dict[str, Any]]:
    """What the customer would be asked, in both languages, with the value proposed."""
    if draft.status not in LIVE:
        return []
    before = {(each.code, each.field) for question in questions for each in question.findings}
    return [
        {"asked": [_in_language(each, language) for language in ("zh-hans", "en")], "suggestion": each.suggestion}
        for each in askable(draft.findings, before)
    ]


def _in_language(finding: Finding, language: str) -> str:
    with override(language):
        where = place(finding.field)
        return f"{where}: {words_of(finding.code, finding.params)}" if where else words_of(finding.code, finding.params)


def said_in(request: HttpRequest, draft: DraftFact) -> dict[str, str]:
    """What the form says otherwise than the draft, and what was looked at and left as it is."""
    lines: list[Mapping[str, Any]] = list(draft.body.get("lines") or ())
    said: dict[str, str] = {}
    confirmed = {name.removeprefix(CONFIRMED) for name in request.POST if name.startswith(CONFIRMED)}
    for name, value in request.POST.items():
        if not name.startswith(FIELD):
            continue
        path, text = name.removeprefix(FIELD), str(value).replace("\x00", "").strip()
        parts = path.split("/")
        is_line = len(parts) == 3 and parts[1].isascii() and parts[1].isdigit() and int(parts[1]) < len(lines)
        record: Mapping[str, Any] = lines[int(parts[1])] if is_line else draft.body
        before = str(record.get(parts[-1]) or "").strip()
        if text != before or path in confirmed:
            said[path] = text
    return said


@requires("intake.work", "orders.enter")
@never_cache
@require_POST
def verify_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Accept the draft with what the form says, or keep what it says."""
    draft = queries.drafts_for([draft_id]).get(draft_id)
    if draft is None:
        raise Http404
    said = {draft_id: said_in(request, draft)}
    at, actor = timezone.now(), actor_of(request)
    deed = request.POST.get("deed")
    if deed != "accept":
        if not _say_fault(request, save_drafts_said(said, at=at, actor=actor)):
            if deed == "reread":
                _read_again(request, draft_id)
            else:
                toast(request, gettext("Kept."))
        return HttpResponseRedirect(reverse("draft", args=[draft_id]))
    outcome = verify_drafts(said, at=at, actor=actor)
    if _say_fault(request, outcome):
        return HttpResponseRedirect(reverse("draft", args=[draft_id]))
    number = outcome.values[draft_id].number
    toast(request, gettext("Taken in as order %(number)s.") % {"number": number})
    return HttpResponseRedirect(_next_place(draft))


def _read_again(request: HttpRequest, draft_id: int) -> None:
    if not _say_fault(request, intake.reread_drafts([draft_id], own_names=own_names(), at=timezone.now())):
        toast(request, gettext("Read again with what was taught; what you put in has stayed."))


def _say_fault(request: HttpRequest, outcome: Outcomes[int, Any]) -> bool:
    if outcome.refused:
        reasons = outcome.refused[0].reasons
        fault = " ".join(dict.fromkeys(intake_words.refusal(reason) for reason in reasons))
        toast(request, fault, tone="warn" if reasons[0].code == "inbox.incomplete" else "bad")
    elif outcome.stale:
        toast(request, gettext("Somebody else was faster: this draft has ended."), tone="warn")
    return bool(outcome.refused or outcome.stale)


def _next_place(draft: DraftFact) -> str:
    """Where a clerk goes on: the next that waits to be confirmed, else the list."""
    chosen = inbox.InboxFilter(since=timezone.now() - timedelta(days=1))
    edge = [draft.created_at.isoformat(), str(draft.draft_id * 4)]
    following = [row for row in inbox.listed(inbox.Tab.CONFIRM, chosen, after=edge, limit=3) if row.draft_id]
    return reverse("draft", args=[following[0].draft_id]) if following else reverse("inbox")


@requires("intake.work", "orders.enter")
@require_POST
def confirm_answer(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Take what a mail answered as the customer's answer; the order goes on if nothing else is missing."""
    at, actor = timezone.now(), actor_of(request)
    outcome = intake.confirm_answers([draft_id], at=at, actor=actor)
    if _say_fault(request, outcome):
        return HttpResponseRedirect(reverse("draft", args=[draft_id]))
    taken = take_in_entries(list(outcome.values.values()), at=at, actor=actor).values[draft_id]
    if taken.order_id is None:
        toast(request, gettext("The answer is put in; something is still missing."), tone="warn")
        return HttpResponseRedirect(reverse("draft", args=[draft_id]))
    toast(request, gettext("Taken in as order %(number)s.") % {"number": taken.number})
    return HttpResponseRedirect(reverse("order_page", args=[taken.number]))
