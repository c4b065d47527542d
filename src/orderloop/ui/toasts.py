"""Short words after a deed, with a way back where there is one. They reach full pages and htmx answers alike."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse

_LEVELS = {"neutral": messages.INFO, "info": messages.INFO, "good": messages.SUCCESS, "warn": messages.WARNING}


def toast(request: HttpRequest, text: Any, *, tone: str = "good", undo_url: str = "") -> None:
    """Say `text` on the next answer; with `undo_url` the toast carries a button that posts there."""
    messages.add_message(request, _LEVELS.get(tone, messages.ERROR), str(text), extra_tags=f"{tone} {undo_url}".strip())


def told(request: HttpRequest) -> list[dict[str, str]]:
    """The waiting toasts, which are thereby told."""
    return [_as_toast(message) for message in messages.get_messages(request)]


def _as_toast(message: Message) -> dict[str, str]:
    tone, _space, undo_url = (message.extra_tags or "").partition(" ")
    by_level = {messages.SUCCESS: "good", messages.WARNING: "warn", messages.ERROR: "bad"}
    return {"text": str(message), "tone": tone or by_level.get(message.level, "info"), "undo_url": undo_url}


class HtmxToasts:
    """Middleware: an htmx answer shows no base page, so waiting toasts travel in its `HX-Trigger` header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        shown = 200 <= response.status_code < 300 or response.status_code == 422
        plain = shown and "HX-Redirect" not in response and "HX-Refresh" not in response
        if not request.headers.get("HX-Request") or not plain:
            return response
        waiting = told(request)
        if waiting:
            events = _events(response.get("HX-Trigger", ""))
            response["HX-Trigger"] = json.dumps(events | {"toasts": {"toasts": waiting}})
        return response


def _events(header: str) -> dict[str, object]:
    """The events an answer triggers already; the header is a JSON object or names set apart by commas."""
    if header.startswith("{"):
        return dict(json.loads(header))
    return {name.strip(): None for name in header.split(",") if name.strip()}
