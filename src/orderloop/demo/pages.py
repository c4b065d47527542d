"""The demo's own page: what day has come, and a button for the next. It exists only where the demo was founded."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from orderloop.demo import company
from orderloop.platform.permissions import requires
from orderloop.ui.toasts import toast


@require_GET
@requires("orders.enter")
def show_demo(request: HttpRequest) -> HttpResponse:
    """How many days of the demo are still to come."""
    _must_be_founded()
    return render(request, "demo/demo.html", {"days_left": company.days_left(), "people": company.sign_ins()})


@require_POST
@requires("orders.enter")
def bring_next_day(request: HttpRequest) -> HttpResponse:
    """Let the next day's orders come in."""
    _must_be_founded()
    toast(request, company.bring_next_day(timezone.now()))
    return HttpResponseRedirect(reverse("demo"))


def _must_be_founded() -> None:
    if not company.is_founded():
        raise Http404


urlpatterns = [
    path("demo", show_demo, name="demo"),
    path("demo/next", bring_next_day, name="demo_next"),
]
