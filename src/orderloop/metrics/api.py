"""Figures by API: every figure with target and number of cases, and the orders behind one."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from orderloop.access.api import needs
from orderloop.metrics.facts import BY_CODE, FIGURES, FigureFilter, Judged
from orderloop.metrics.queries import figures
from orderloop.platform.problems import REFUSALS

router = Router(tags=["figures"])
MOST_ORDERS = 500
LONGEST_DAYS = 3660
EARLIEST = date(1990, 1, 1)


class Period(Schema):
    """Days from `since` to `until`, both included, by the company's time zone; the last 30 days if nothing is said."""

    since: Annotated[date | None, Field(ge=EARLIEST)] = None
    until: Annotated[date | None, Field(ge=EARLIEST)] = None
    customer: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    channel: Annotated[str, Field(max_length=20, pattern=r"^[a-z_]*$")] = ""
    size_class: Annotated[str, Field(max_length=10, pattern=r"^[a-z_]*$")] = ""


class FigureOut(Schema):
    """A figure over the orders asked for. Shares are fractions. `met` is null without target or without orders."""

    code: str
    unit: str
    value: Decimal | None
    p90: Decimal | None
    n: int
    target: Decimal | None
    met: bool | None
    is_thin: bool


class OrderPartOut(Schema):
    """An order behind a figure, with its part in it."""

    number: str
    status: str
    at: datetime
    value: Decimal
    parts: dict[str, Decimal]


@router.get("/figures", response={200: list[FigureOut], **REFUSALS}, auth=needs("figures:read"))
def list_figures(request: HttpRequest, period: Query[Period]) -> list[FigureOut]:
    """Every figure, each with its target and the number of cases behind it."""
    judged = figures.figures_for([figure.code for figure in FIGURES], _filter(period), drawn=())
    return [_out(each) for each in judged]


@router.get("/figures/{code}/orders", response={200: list[OrderPartOut], **REFUSALS}, auth=needs("figures:read"))
def list_orders_behind(
    request: HttpRequest, code: str, period: Query[Period], only_missed: bool = False
) -> list[OrderPartOut]:
    """The orders a figure is made of, the latest first, at most 500."""
    if code not in BY_CODE:
        raise HttpError(404, "There is no figure of this code.")
    found = figures.orders_behind(code, _filter(period), only_missed=only_missed, limit=MOST_ORDERS)
    return [OrderPartOut(number=p.number, status=p.status, at=p.at, value=p.value, parts=dict(p.parts)) for p in found]


def _filter(period: Period) -> FigureFilter:
    zone = figures.zone_in_force()
    today = timezone.now().astimezone(zone).date()
    last = min(period.until or today, today)
    first = period.since or last - timedelta(days=29)
    if first > last or (last - first).days > LONGEST_DAYS:
        raise HttpError(422, "A period begins before it ends and is at most ten years long.")
    return FigureFilter(
        figures.start_of(first, zone),
        figures.start_of(last + timedelta(days=1), zone),
        period.customer,
        channel=period.channel,
        size_class=period.size_class,
    )


def _out(judged: Judged) -> FigureOut:
    figure, reading = judged.figure, judged.reading
    return FigureOut(
        code=figure.code,
        unit=figure.unit,
        value=reading.value,
        p90=reading.p90,
        n=reading.n,
        target=judged.target,
        met=judged.met,
        is_thin=judged.is_thin,
    )
