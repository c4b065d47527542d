"""Findings in the reader's language."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _

from orderloop.intake.facts import (
    DRAFT_WORDS,
    FIELD_WORDS,
    FINDING_TITLES,
    FINDING_WORDS,
    TAX_INCLUDED_WORDS,
    TAX_LEFT_OUT_WORDS,
    Finding,
    FindingCode,
)

register = template.Library()


class _Figures(dict[str, str]):
    """A figure that a finding of an earlier release lacks is left open instead of breaking the page."""

    def __missing__(self, name: str) -> str:
        return "…"


@register.filter
def words(finding: Finding) -> str:
    """What is wrong, in a sentence."""
    return words_of(finding.code, finding.params)


@register.filter
def title(code: str) -> str:
    """What a kind of finding is called."""
    return _(FINDING_TITLES.get(code, code))


@register.filter
def place(field: str) -> str:
    """Where a finding lies, as a person says it."""
    parts = field.split("/")
    label = _(FIELD_WORDS.get(parts[-1], parts[-1])) if parts[-1] else ""
    if len(parts) >= 2 and parts[0] == "lines" and parts[1].isdigit():
        line = _("Line %(n)s") % {"n": int(parts[1]) + 1}
        return f"{line} · {label}" if len(parts) == 3 else line
    return label


@register.filter
def draft_status(status: str) -> str:
    """What a draft's state is called."""
    return _(DRAFT_WORDS.get(status, status))


def words_of(code: str, params: Mapping[str, object]) -> str:
    """What is wrong, in a sentence with its figures."""
    source = FINDING_WORDS.get(code, code)
    figures = _Figures({name: str(value) for name, value in params.items()})
    if code == FindingCode.PRICE_DEV and "tax" in figures:
        source = TAX_LEFT_OUT_WORDS if figures.get("included") == "yes" else TAX_INCLUDED_WORDS
        figures["percent"] = figures["tax"]
    return _(source) % figures
