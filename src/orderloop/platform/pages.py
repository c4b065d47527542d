"""Answers to those who watch over the installation: is the process there, can it serve, what waits."""

import secrets
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orderloop.platform import health
from orderloop.platform.permissions import public

LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("X-Forwarded-For", "Forwarded")


@public("a watcher asks whether the process is there; nothing is told")
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@public("a watcher asks whether to send requests here; only names and ages are told")
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve, else 503, with each check."""
    checks = health.readiness(datetime.now(UTC))
    body = {
        "ready": all(check.ok for check in checks),
        "checks": {check.name: {"ok": check.ok, "note": check.note} for check in checks},
    }
    return JsonResponse(body, status=200 if body["ready"] else 503)


@public("for this machine itself, or whoever knows the token in ORDERLOOP_METRICS_TOKEN")
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures for Prometheus; 403 for anyone else."""
    if not _may_measure(request):
        return HttpResponse(status=403)
    return HttpResponse(health.metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_measure(request: HttpRequest) -> bool:
    """Behind a proxy everyone comes from this machine: what was forwarded needs the token."""
    token = settings.METRICS_TOKEN
    if token and secrets.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        return True
    forwarded = any(name in request.headers for name in FORWARDED)
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded and not token


urlpatterns = [
    path("livez", live, name="livez"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
