"""Teaching beside a document: a value shown is learnt, how that goes on is told, and it is taken back."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.services import actor_of
from orderloop.flow.pages import intake_words, words
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.facts import FIELD_WORDS, DraftOrigin, LessonFact
from orderloop.intake.services import READ_WITH, Teaching
from orderloop.intake.templatetags.intake_words import place
from orderloop.interchange.facts import Place
from orderloop.interchange.rules.lexicon import fold_label
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast

# Nothing was learnt, but the value stands in the draft.
KEPT_ALL_THE_SAME = frozenset({"intake.nothing_to_learn", "intake.set_by_standard", "intake.customer_unknown"})


def lesson_of(lesson: LessonFact) -> dict[str, Any]:
    """What was taught, as a person reads it."""
    kinds = {
        "label": gettext("The words “%(given)s” stand beside: %(means)s"),
        "column": gettext("The column “%(given)s” holds: %(means)s"),
        "format": gettext("%(given)s is written as %(means)s"),
        "item": gettext("“%(given)s” is our %(means)s"),
        "ship_to": gettext("The address “%(given)s” is %(means)s"),
        "unit": gettext("The unit “%(given)s” is %(means)s"),
    }
    formats = {"date_order": gettext("The date"), "decimal_sign": gettext("The decimal sign"), "dmy": "31.12.2026"}
    formats |= {"mdy": "12/31/2026", "ymd": "2026-12-31"}
    named = lesson.kind in ("label", "column")
    means = gettext(FIELD_WORDS.get(lesson.means, lesson.means)) if named else formats.get(lesson.means, lesson.means)
    given = formats.get(lesson.given, lesson.given)
    return {
        "lesson_id": lesson.lesson_id,
        "words": kinds.get(lesson.kind, "%(given)s: %(means)s") % {"given": given, "means": means},
        "by": lesson.taught_by,
        "at": lesson.taught_at,
        "contradicted": lesson.contradicted,
        "tried": lesson.tried,
        "to_try": lesson.tried + len(lesson.to_try),
    }


def is_news(lessons: Sequence[LessonFact], origin: DraftOrigin | None) -> bool:
    """Whether something was taught on a draft's document that it has not been read with yet."""
    if origin is None:
        return False
    read_with = origin.gates.get(READ_WITH, ())
    return any(each.document_id == origin.document_id and each.lesson_id not in read_with for each in lessons)


@requires("intake.work", "orders.enter")
@require_POST
def teach_field(request: HttpRequest, draft_id: int) -> HttpResponse:
    """A value shown in the document: put in, and learnt for the customer's next one. Answers JSON for the page."""
    spot = _spot(request)
    path, text = request.POST.get("path", ""), words.clean(request.POST.get("text", ""), 4_000)
    shown = Teaching(draft_id, path, text, spot, words.clean(request.POST.get("raw", ""), 4_000), _title(request))
    outcome = intake.teach_fields([shown], at=timezone.now(), actor=actor_of(request))
    if outcome.stale:
        return JsonResponse({"fault": gettext("Somebody else was faster: this draft has ended.")}, status=409)
    if outcome.refused:
        reason = outcome.refused[0].reasons[0]
        kept = reason.code in KEPT_ALL_THE_SAME
        return JsonResponse({"note": intake_words.refusal(reason), "kept": kept}, status=200 if kept else 422)
    lesson_id = outcome.values[0].lesson_id
    return JsonResponse({"kept": True, **_told_of(queries.lessons_by_ids([lesson_id])[lesson_id])})


@requires("intake.work", "orders.enter")
@never_cache
@require_GET
def lesson_state(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """How far a lesson on trial has come, and what became of it. Answers JSON for the page."""
    lesson = queries.lessons_by_ids([lesson_id]).get(lesson_id)
    if lesson is None:
        raise Http404
    return JsonResponse(_told_of(lesson))


def _told_of(lesson: LessonFact) -> dict[str, str]:
    """A lesson for the page: `learnt` and how to undo it; a `note` where it was not kept or is on trial, then with
    `state`, where to ask how it goes on."""
    said = lesson_of(lesson)["words"]
    instead = [lesson_of(each)["words"] for each in queries.replaced_by([lesson.lesson_id]).get(lesson.lesson_id, ())]
    if instead:
        said = gettext("%(words)s, in place of: %(instead)s") % {"words": said, "instead": "; ".join(instead)}
    undo = {"undo": reverse("lesson_undo", args=[lesson.lesson_id]), "undo_words": gettext("Undo")}
    if lesson.off_at is not None:
        return {"note": _why_off(lesson)}
    if lesson.kept_at is None:
        counts = {"done": lesson.tried, "count": lesson.tried + len(lesson.to_try), "words": said}
        note = gettext("Being tried on this customer's documents, %(done)s of %(count)s: %(words)s") % counts
        return {"note": note, "state": reverse("lesson_state", args=[lesson.lesson_id]), **undo}
    tried = gettext("tried on %(count)s earlier documents") % {"count": lesson.tried - 1}
    learnt = f"{gettext('Learnt:')} {said}" + (f" ({tried})" if lesson.tried > 1 else "")
    return {"learnt": learnt, "again": gettext("Read this document again with it"), **undo}


def _why_off(lesson: LessonFact) -> str:
    why, _colon, rest = lesson.off_reason.partition(":")
    if why == "breaks":
        path = rest.partition(":")[2]
        return gettext(
            "The value is put in, but not learnt: in an earlier document %(field)s would be read wrongly by it."
        ) % {"field": f"“{place(path)}”"}
    if why == "nothing_to_learn":
        return str(intake_words.REFUSALS["intake.nothing_to_learn"])
    if why == "replaced" and rest:
        now = queries.lessons_by_ids([int(rest)])[int(rest)]
        return gettext("Learnt no more: since then shown as: %(words)s") % {"words": lesson_of(now)["words"]}
    return gettext("Taken back.")


def _title(request: HttpRequest) -> str:
    """The column's title as readers know it; a title that is a figure names nothing."""
    title = fold_label(words.clean(request.POST.get("title", ""), 200))
    return title if any(sign.isalpha() for sign in title) else ""


def _spot(request: HttpRequest) -> Place:
    try:
        sides = [float(side) for side in request.POST.get("box", "").split(",")]
        page = int(request.POST.get("page", ""))
    except ValueError:
        return Place(words.clean(request.POST.get("place", ""), 200))
    if len(sides) != 4 or not all(-0.1 <= side <= 1.1 for side in sides):
        return Place()
    return Place(page=page, box=(sides[0], sides[1], sides[2], sides[3]))


@requires("intake.work", "orders.enter")
@require_POST
def undo_lesson(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Take a lesson back; a page that asked by script stays where it is.

    Undone, what it had taken the place of holds again; switched off, nothing is learnt of these words any more.
    """
    is_step_back = request.POST.get("deed") != "off"
    before = queries.replaced_by([lesson_id]).get(lesson_id, ()) if is_step_back else ()
    intake.undo_lessons([lesson_id], at=timezone.now(), actor=actor_of(request), is_step_back=is_step_back)
    again = "; ".join(lesson_of(each)["words"] for each in before)
    done = gettext("Taken back. As before again: %(words)s") % {"words": again} if again else ""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"done": done or gettext("Taken back.")})
    toast(request, done or gettext("Taken back; the next documents are read without it."))
    draft = words.ids_of([request.POST.get("draft", "")])
    return HttpResponseRedirect(reverse("draft", args=draft) if draft else reverse("inbox"))
