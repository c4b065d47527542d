"""`{% load ui_values %}`: money, figures, dates and durations as a reader expects them."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.money import MINOR_UNIT_DIGITS

register = template.Library()
CHINESE_WEEKDAYS = "一二三四五六日"
NOTHING = SafeString('<span class="nothing" aria-hidden="true">–</span>')


def _decimal(value: Any) -> Decimal | None:
    try:
        return None if value is None or value == "" else Decimal(str(value))
    except InvalidOperation:
        return None


def _digits(number: Decimal, places: int) -> str:
    # Halves go away from zero, as in every sum the product makes.
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


@register.filter
def money(amount: Any, currency: str = "") -> SafeString:
    """An amount in the currency's own digits, the code small in front of it."""
    number = _decimal(amount)
    if number is None:
        return NOTHING
    digits = _digits(number, MINOR_UNIT_DIGITS.get(currency, 2))
    code = format_html('<span class="currency">{}</span> ', currency) if currency else ""
    return format_html('<span class="figure">{}{}</span>', code, digits)


@register.filter
def price(amount: Any, currency: str = "") -> SafeString:
    """A price for one: at least the currency's own digits, and all it has beyond them."""
    number = _decimal(amount)
    if number is None:
        return NOTHING
    places = -int(number.normalize().as_tuple().exponent)
    return figure(number, max(places, MINOR_UNIT_DIGITS.get(currency, 2)))


@register.filter
def figure(number: Any, places: int | None = None) -> SafeString:
    """A number with thousands set apart; without `places` no digit is added or lost, trailing zeros excepted."""
    value = _decimal(number)
    if value is None:
        return NOTHING
    if places is None:
        text = f"{value:,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = _digits(value, places)
    return format_html('<span class="figure">{}</span>', text)


@register.filter
def who(name: str) -> str:
    """Whoever did something, by name as histories keep it; the product itself in the reader's words."""
    return _("System") if name == SYSTEM.name else name


@register.filter
def percent(fraction: Any, places: int = 1) -> SafeString:
    """0.934 as 93.4 %."""
    value = _decimal(fraction)
    if value is None:
        return NOTHING
    return format_html('<span class="figure">{}&#8239;%</span>', _digits(value * 100, places))


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _day_words(day: date, *, weekday: bool) -> str:
    other_year = day.year != timezone.localdate().year
    if _chinese():
        words = formats.date_format(day, "Y年n月j日" if other_year else "n月j日")
        return f"{words} 周{CHINESE_WEEKDAYS[day.weekday()]}" if weekday else words
    words = formats.date_format(day, "j M Y" if other_year else "j M")
    return f"{formats.date_format(day, 'D')} {words}" if weekday else words


@register.filter
def date_local(value: date | datetime | None) -> SafeString:
    """A day; an instant is taken to the reader's zone first."""
    if value is None:
        return NOTHING
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), _day_words(day, weekday=False))


@register.filter
def working_date(value: date | None) -> SafeString:
    """A promised day with its weekday, as it is said on the telephone."""
    if value is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), _day_words(value, weekday=True))


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Day and time in the reader's zone."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    words = f"{_day_words(local.date(), weekday=False)} {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


def duration_words(span: timedelta) -> str:
    """The largest unit that fits, rounded down: 3 min, 2 h, 5 days."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(n)d min", "%(n)d min", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)d h", "%(n)d h", minutes // 60) % {"n": minutes // 60}
    days = minutes // 1440
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


@register.filter
def duration(span: timedelta | None) -> SafeString:
    """How long something took or waits."""
    if span is None:
        return NOTHING
    return format_html('<span class="figure">{}</span>', duration_words(abs(span)))


@register.filter
def ago(value: datetime | None) -> SafeString:
    """How long since, or until; the instant itself on hovering."""
    if value is None:
        return NOTHING
    span = timezone.now() - value
    if abs(span) < timedelta(minutes=1):
        words = _("just now")
    elif span > timedelta(0):
        words = _("%(span)s ago") % {"span": duration_words(span)}
    else:
        words = _("in %(span)s") % {"span": duration_words(-span)}
    exact = f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, words)
