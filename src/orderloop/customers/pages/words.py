"""Customers' values and reasons in the reader's language."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext

from orderloop.customers.facts import FAULT_WORDS, IMPORTANCE_WORDS, LANGUAGE_WORDS, STANDING_WORDS
from orderloop.foundation.outcome import Reason

STANDING_TONES = {"good": "good", "normal": "neutral", "watch": "warn", "blocked": "bad"}


def explain(reason: Reason) -> str:
    """A reason as a sentence."""
    return gettext(FAULT_WORDS.get(reason.code, reason.code)) % dict(reason.params)


def put_at_fields(form: forms.Form, reasons: Iterable[Reason]) -> None:
    """Show each reason at the field of the form it concerns, else above the form."""
    for reason in reasons:
        form.add_error(reason.field if reason.field in form.fields else None, explain(reason))


def choices(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Values with their words, for a form or a filter."""
    return [(value, gettext(text)) for value, text in words.items()]


def importance_choices() -> list[tuple[str, str]]:
    return [(value, f"{value} · {text}") for value, text in choices(IMPORTANCE_WORDS)]


def standing_choices() -> list[tuple[str, str]]:
    return choices(STANDING_WORDS)


def language_choices() -> list[tuple[str, str]]:
    return choices(LANGUAGE_WORDS)
