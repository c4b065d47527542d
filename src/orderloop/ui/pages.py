"""The shell's own pages: palette answers, language and theme, the gallery of components, and error pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from orderloop.platform.permissions import public, requires
from orderloop.ui import gallery, palette, preferences, toasts
from orderloop.ui.preferences import THEME_COOKIE, THEMES

A_YEAR = 365 * 24 * 3600


@require_GET
@requires("account.use")
def palette_hits(request: HttpRequest) -> JsonResponse:
    """What the palette finds for `q` among records, as JSON."""
    fields = ("label", "url", "hint", "icon", "group")
    found = palette.hits_for(request, request.GET.get("q", "")[:100])
    return JsonResponse({"hits": [{name: str(getattr(hit, name)) for name in fields} for hit in found]})


@public("the sign-in page is read in a theme too")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie; a form without script is led back where it came from."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponse(status=400)
    response: HttpResponse = HttpResponse(status=204)
    back = request.POST.get("next", "")
    if back:
        safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        response = HttpResponseRedirect(back if safe else "/")
    response.set_cookie(
        THEME_COOKIE, chosen, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
    return response


@public("the sign-in page is read in a language too")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language and lead back to where it was chosen; an unknown language changes nothing."""
    response: HttpResponse = set_language(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        preferences.language_chosen(request, chosen)
    return response


@require_GET
@requires("system.view")
def show_gallery(request: HttpRequest) -> HttpResponse:
    """Every component in use, with made-up words: what page builders copy from and browser tests look at."""
    return render(request, "ui/gallery.html", gallery.context(request))


@require_GET
@requires("system.view")
def show_portal_gallery(request: HttpRequest) -> HttpResponse:
    """The customers' frame around a few components."""
    return render(request, "ui/gallery_portal.html", gallery.context(request))


@require_POST
@requires("system.view")
def act_in_gallery(request: HttpRequest) -> HttpResponse:
    """Answers the gallery's batch buttons: with a results panel to htmx, and a toast that can be undone."""
    ticked = request.POST.getlist("ids")
    if "undo" in request.GET:
        toasts.toast(request, gallery.UNDONE, tone="neutral")
        return HttpResponseRedirect("/ui/gallery")
    toasts.toast(request, gallery.acted_on(len(ticked)), undo_url=f"{request.path}?undo=1")
    return render(request, "ui/gallery_results.html", {"outcome": gallery.outcome_for(ticked)})


def _error_page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400"""
    return _error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403"""
    return _error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404"""
    return _error_page(request, 404)


def too_many_requests(request: HttpRequest, *_details: object) -> HttpResponse:
    """429, also what a locked sign-in answers."""
    return _error_page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """500"""
    return _error_page(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, for a start or a maintenance that takes a while."""
    return _error_page(request, 503)


app_name = "ui"
urlpatterns = [
    path("palette", palette_hits, name="palette"),
    path("ui/theme", theme, name="theme"),
    path("ui/language", language, name="language"),
    path("ui/gallery", show_gallery, name="gallery"),
    path("ui/gallery/portal", show_portal_gallery, name="gallery_portal"),
    path("ui/gallery/act", act_in_gallery, name="gallery_act"),
]
