"""The catalogue's values and reasons in the reader's language."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import get_language, gettext

from orderloop.catalog.facts import FAULT_WORDS, SUPPLY_WORDS, ProductLineFact
from orderloop.foundation.outcome import Reason


def explain(reason: Reason) -> str:
    """A reason as a sentence."""
    return gettext(FAULT_WORDS.get(reason.code, reason.code)) % dict(reason.params)


def put_at_fields(form: forms.Form, reasons: Iterable[Reason]) -> None:
    """Show each reason at the field of the form it concerns, else above the form."""
    for reason in reasons:
        form.add_error(reason.field if reason.field in form.fields else None, explain(reason))


def supply_choices() -> list[tuple[str, str]]:
    return [(value, gettext(text)) for value, text in SUPPLY_WORDS.items()]


def line_choices(lines: Iterable[ProductLineFact]) -> list[tuple[str, str]]:
    return [(line.code, line.name(get_language() or "en")) for line in lines]
