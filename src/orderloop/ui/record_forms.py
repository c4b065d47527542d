"""The page that adds or changes one record: its form, what was refused at its fields, who was faster."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from orderloop.foundation.outcome import Reason, Refused, Stale
from orderloop.platform.tables import Column
from orderloop.ui.components import Crumb, Pair, Words


def version_of(text: str) -> datetime | None:
    """The moment of the last change that a form carries along; None for what is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def saved_id(
    form: forms.Form, entry: Any, put_at_fields: Callable[[forms.Form, Sequence[Reason]], None], stale_words: str
) -> int:
    """The id of the record that was saved; 0 when it was refused or somebody was faster, which the form then says."""
    if isinstance(entry, Refused):
        put_at_fields(form, entry.reasons)
        return 0
    if isinstance(entry, Stale):
        form.add_error(None, stale_words)
        return 0
    return int(entry.value.row_id)


def derived_pairs(derived: Mapping[str, object], columns: Sequence[Column], **further: Words) -> list[Pair]:
    """From what values of a record were derived, where they are not the company's own; `derived` by column, or by a
    name among `further` titles."""
    language = get_language() or "en"
    titles = {column.key: column.title(language) for column in columns}
    return [Pair(titles.get(name) or further.get(name, name), gettext(str(words))) for name, words in derived.items()]


def form_page(
    request: HttpRequest, template: str, form: forms.Form, crumbs: Sequence[Crumb], known: Any
) -> HttpResponse:
    """The form, answered 422 when what was sent has faults; `known` is the record, None for a new one."""
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, "crumbs": crumbs, "known": known}, status=status)
