"""Which orders a page looks at, as its address says."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from orderloop.metrics.facts import FigureFilter
from orderloop.metrics.queries import figures
from orderloop.orders.facts import CHANNEL_WORDS
from orderloop.ui.listing import Filter, FilterBar, filters_from

PERIODS = (7, 30, 90, 365)
DEFAULT_PERIOD = 30
SIZES = (("small", gettext_lazy("Small")), ("large", gettext_lazy("Large")))


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a page and what they mean; `first` and `last` are the days of the period, both included."""

    bar: FilterBar
    filter: FigureFilter
    first: date
    last: date


def asked_in(request: HttpRequest, *, export_path: str = "") -> Asked:
    """Read period and filters off the address; what it says wrongly counts as not said."""
    bar = filters_from(request, _filters(), placeholder=gettext("Customer code or name"), export_path=export_path)
    zone = figures.zone_in_force()
    today = timezone.now().astimezone(zone).date()
    last = min(_day(bar.values.get("until", "")) or today, today)
    length = int(bar.values.get("period", DEFAULT_PERIOD))
    first = min(_day(bar.values.get("from", "")) or last - timedelta(days=length - 1), last)
    asked = FigureFilter(
        since=figures.start_of(first, zone),
        until=figures.start_of(last + timedelta(days=1), zone),
        customer=bar.q.replace("\x00", ""),
        product_line_id=int(bar.values["line"]) if "line" in bar.values else None,
        channel=bar.values.get("channel", ""),
        size_class=bar.values.get("size", ""),
    )
    return Asked(bar, asked, first, last)


def _filters() -> list[Filter]:
    lines = [(str(i), zh if _chinese() and zh else en) for i, en, zh in figures.product_lines()]
    periods = [(str(n), ngettext("Last %(n)d day", "Last %(n)d days", n) % {"n": n}) for n in PERIODS]
    channels = [(str(channel), gettext(words)) for channel, words in CHANNEL_WORDS.items()]
    return [
        Filter("period", gettext("Last 30 days"), periods),
        Filter("from", gettext("From"), kind="date"),
        Filter("until", gettext("Until"), kind="date"),
        Filter("line", gettext("Product line"), lines),
        Filter("channel", gettext("Channel"), channels),
        Filter("size", gettext("Order size"), SIZES),
    ]


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(1990, 1, 1) <= found < date(9000, 1, 1) else None
