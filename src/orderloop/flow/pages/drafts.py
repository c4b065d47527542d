"""Orders that wait to be completed: each one with what it lacks, and what can be done about it."""

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orderloop.access.services import actor_of
from orderloop.flow.pages.intake_words import refusal
from orderloop.flow.pages.verify import show_verify
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.outcome import Outcomes
from orderloop.intake import queries, services
from orderloop.intake.facts import DraftStatus
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast


@requires("intake.view")
@never_cache
@require_GET
def show_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """One draft beside the document it came from, everything it lacks, and what its customer was asked."""
    draft = queries.drafts_for([draft_id]).get(draft_id)
    if draft is None:
        raise Http404
    return show_verify(request, draft, queries.origins_for([draft_id]).get(draft_id))


@requires("intake.work", "orders.enter")
@require_POST
def ask_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Ask the customer what is missing."""
    outcome = services.ask_customer([draft_id], at=timezone.now(), actor=actor_of(request))
    _say(request, outcome, _("The customer is asked; the question goes out by mail."))
    return HttpResponseRedirect(reverse("draft", args=[draft_id]))


@requires("intake.work", "orders.enter")
@require_POST
def take_up_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Open the draft in the grid to be corrected."""
    outcome = services.take_up_drafts({draft_id: uuid4()}, at=timezone.now())
    if not outcome.all_done:
        _say(request, outcome, "")
        return HttpResponseRedirect(reverse("draft", args=[draft_id]))
    return HttpResponseRedirect(f"{reverse('order_new')}?draft={draft_id}")


@requires("intake.work", "orders.enter")
@require_POST
def retry_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Examine the draft anew, as after a product, price or address was added, and take it in if nothing is missing."""
    draft = queries.drafts_for([draft_id]).get(draft_id)
    if draft is None:
        raise Http404
    if draft.status in (DraftStatus.OPEN, DraftStatus.ASKING):
        entry = services.entry_of_draft(draft)
        taken = take_in_entries([entry], at=timezone.now(), actor=actor_of(request)).values[draft_id]
        if taken.order_id is not None:
            return HttpResponseRedirect(reverse("order_taken", args=[draft_id]))
        toast(request, _("Something is still missing."), tone="warn")
    return HttpResponseRedirect(reverse("draft", args=[draft_id]))


@requires("intake.work", "orders.enter")
@require_POST
def reject_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Give the draft up, with a reason."""
    reasons = {draft_id: request.POST.get("reason", "").replace("\x00", "")}
    outcome = services.reject_drafts(reasons, at=timezone.now(), actor=actor_of(request))
    _say(request, outcome, _("The draft is given up."))
    return HttpResponseRedirect(reverse("draft", args=[draft_id]))


def _say(request: HttpRequest, outcome: Outcomes[int, Any], good: str) -> None:
    if outcome.refused:
        toast(request, refusal(outcome.refused[0].reasons[0]), tone="bad")
    elif outcome.stale:
        toast(request, _("Somebody else was faster: this draft has ended."), tone="warn")
    else:
        toast(request, good)
