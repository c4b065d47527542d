"""Figures read from the record: their value, their trend, and the very orders behind them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from orderloop.metrics.facts import (
    BY_CODE,
    FIGURES,
    SECTION,
    ErrorCause,
    Figure,
    FigureFilter,
    Judged,
    LiveCounts,
    OrderPart,
    Point,
    Reading,
    StageReading,
    WaitReading,
)
from orderloop.metrics.queries import measured as kept
from orderloop.metrics.queries import statements
from orderloop.metrics.queries.measured import Source
from orderloop.metrics.queries.statements import ERRORS, MEASURED, Family
from orderloop.metrics.rules import judge, trend_starts
from orderloop.platform.bulk import fetch_all
from orderloop.policy.queries import in_force, working_time

# Else what a row is made of would be looked up anew for every figure that speaks of it.
ONCE = "OFFSET 0"
_STEP = Decimal("0.000001")
_MISSED = {True: "min(value) < 1", False: "max(value) > 0"}


def figures_for(codes: Sequence[str], asked: FigureFilter, *, drawn: Collection[str] | None = None) -> list[Judged]:
    """Each figure over the orders asked for, beside its target, with its trend up to the end of the period: twelve
    weeks, or months. One statement reads all figures that look at the same orders.

    `drawn` names those whose trend is wanted, where not all are: a trend looks at several times as many orders.
    """
    policy = in_force(SECTION).value
    families: dict[str, list[str]] = {}
    for code in codes:
        families.setdefault(MEASURED[code].family.name, []).append(code)
    found: dict[str, tuple[Reading, tuple[Point, ...]]] = {}
    starts, since = _spans(asked, is_drawn=drawn is None or bool(drawn))
    with kept.one_moment():
        source = kept.source_for(asked, since)
        for family in families.values():
            is_drawn = drawn is None or not set(drawn).isdisjoint(family)
            found |= _with_trends(family, asked, starts, source) if is_drawn else _without(family, asked, source)
    return [
        judge(BY_CODE[code], found[code][0], policy, found[code][1] if drawn is None or code in drawn else ())
        for code in codes
    ]


def alarms_for(asked: FigureFilter) -> list[Judged]:
    """The figures that have a target and miss it over the orders asked for, unless too few cases say so."""
    policy = in_force(SECTION).value
    aimed = [figure.code for figure in FIGURES if policy.target_of(figure.code) is not None]
    return [each for each in figures_for(aimed, asked, drawn=()) if each.is_alarm]


def _spans(asked: FigureFilter, *, is_drawn: bool) -> tuple[list[date], datetime]:
    """The first days of a trend's spans, and from when on orders are looked at."""
    if not is_drawn:
        return [], asked.since
    zone = zone_in_force()
    # The period ends at midnight as a rule, which is the first moment outside of it.
    first, last = (moment.astimezone(zone).date() for moment in (asked.since, asked.until - datetime.resolution))
    starts = trend_starts(first, last)
    return starts, min(start_of(starts[0], zone), asked.since)


def _without(codes: Sequence[str], asked: FigureFilter, source: Source) -> dict[str, tuple[Reading, tuple[Point, ...]]]:
    """Figures of one family over the orders asked for; durations by their median."""
    rows, parameters = _rows(MEASURED[codes[0]].family, asked, asked.since, source)
    row = fetch_all(f"SELECT {_aggregates(codes)} FROM ({rows} {ONCE}) part", parameters)[0]
    return {code: (reading, ()) for code, reading in _readings(codes, row).items()}


def _with_trends(
    codes: Sequence[str], asked: FigureFilter, starts: Sequence[date], source: Source
) -> dict[str, tuple[Reading, tuple[Point, ...]]]:
    """The same, and over each of the twelve weeks or months that end with the period, in one pass over the orders."""
    zone = zone_in_force()
    moments = [start_of(day, zone) for day in starts]
    rows, parameters = _rows(MEASURED[codes[0]].family, asked, min(moments[0], asked.since), source)
    found = fetch_all(
        f"""SELECT grouping(span), span, within, {_aggregates(codes)}
        FROM (SELECT r.*, width_bucket(r.at, %(moments)s::timestamptz[]) AS span, r.at >= %(asked_since)s AS within
            FROM ({rows} {ONCE}) r) part GROUP BY GROUPING SETS ((span), (within))""",
        {**parameters, "moments": moments, "asked_since": asked.since},
    )
    spans = {row[1]: _readings(codes, row[3:]) for row in found if not row[0]}
    whole = next((_readings(codes, row[3:]) for row in found if row[0] and row[2]), {})
    none: Mapping[str, Reading] = dict.fromkeys(codes, Reading(None, 0))
    trends = [(day, spans.get(n, none)) for n, day in enumerate(starts[:-1], 1)]
    return {code: ({**none, **whole}[code], tuple(Point(day, span[code]) for day, span in trends)) for code in codes}


def causes_for(asked: FigureFilter) -> dict[ErrorCause, int]:
    """How many of the orders asked for count as erroneous, by cause; one order may have several."""
    sums = ", ".join(f"coalesce(sum({cause}), 0)" for cause in ErrorCause)
    with kept.one_moment():
        rows, parameters = _rows(ERRORS, asked, asked.since, kept.source_for(asked, asked.since))
        row = fetch_all(f"SELECT {sums} FROM ({rows}) part", parameters)[0]
    return dict(zip(ErrorCause, row, strict=True))


def orders_behind(
    code: str,
    asked: FigureFilter,
    *,
    only_missed: bool = False,
    cause: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[OrderPart]:
    """The orders a figure is made of, the latest first, each with its part in it; `after` is the last one seen.

    `only_missed` leaves those on the wrong side: late, erroneous, or above the target of a duration or cost. `cause`
    names one of the figure's further columns that must be 1.
    """
    figure, measured = BY_CODE[code], MEASURED[code]
    source = kept.source_for(asked, asked.since)
    rows, parameters = _rows(measured.family, asked, asked.since, source)
    parts = measured.parts(rows)
    further = "".join(f", min({name}) AS {name}" for name in measured.further)
    having = [_missed(figure, parameters)] if only_missed else []
    having += [f"max({cause}) > 0"] if cause in measured.further else []
    place = "WHERE (p.at, p.order_id) < (%(after_at)s, %(after_id)s)" if after else ""
    parameters |= {"after_at": after[0], "after_id": after[1]} if after else {}
    worst = "min(value)" if figure.higher_is_better else "max(value)"
    columns = "".join(f", p.{name}" for name in measured.further)
    found = fetch_all(
        f"""SELECT p.order_id, o.number, c.name, o.status, p.at, p.value{columns}
        FROM (SELECT order_id, max(at) AS at, {worst} AS value{further} FROM ({parts}) part GROUP BY order_id
            {"HAVING " + " AND ".join(having) if having else ""}) p
        JOIN orders_order o ON o.id = p.order_id JOIN customers_customer c ON c.id = o.customer_id
        {place} ORDER BY p.at DESC, p.order_id DESC LIMIT %(limit)s""",
        {**parameters, "limit": limit},
    )
    return [_order_part(row, tuple(measured.further)) for row in found]


def _order_part(row: Sequence[Any], further: Sequence[str]) -> OrderPart:
    order_id, number, customer_name, status, at, value = row[:6]
    parts = {name: Decimal(part) for name, part in zip(further, row[6:], strict=True)}
    return OrderPart(order_id, number, customer_name, status, at, _number(value) or Decimal(0), parts)


def stages_for(asked: FigureFilter) -> list[StageReading]:
    """Each stage over the passages finished in the period, and how many run now."""
    done = {row[0]: row for row in _stage_rows(statements.STAGES, asked)}
    running = {row[0]: row[1:] for row in _stage_rows(statements.STAGES_RUNNING, asked)}
    return [_stage_reading(stage, done.get(stage), running.get(stage)) for stage in dict.fromkeys([*done, *running])]


def _stage_reading(stage: str, done: Sequence[Any] | None, running: Sequence[Any] | None) -> StageReading:
    role, now, late_now = running or ("", 0, 0)
    row = done or (stage, role, 0, *[None] * 3, 0, None, 0, 0)
    pairs = (pair or (None, None) for pair in row[3:6])
    (wait_p50, wait_p90), (work_p50, work_p90), (total_p50, total_p90) = (map(_number, pair) for pair in pairs)
    return StageReading(
        stage=stage,
        role=row[1],
        n=row[2],
        wait_p50=wait_p50,
        wait_p90=wait_p90,
        work_p50=work_p50,
        work_p90=work_p90,
        total_p50=total_p50,
        total_p90=total_p90,
        by_hand=row[6],
        within_standard=_number(row[7]),
        late=row[8],
        repeated=row[9],
        running=now,
        running_late=late_now,
    )


def waits_for(asked: FigureFilter) -> list[WaitReading]:
    """How long orders waited for what, the longest first."""
    rows = _stage_rows(statements.WAITS, asked)
    return [WaitReading(reason, n, _number(hours) or Decimal(0), running) for reason, n, hours, running in rows]


def counts_at(at: datetime) -> LiveCounts:
    """How things stand now: what is open, and what of it is late."""
    today = at.astimezone(zone_in_force()).date()
    return LiveCounts(*fetch_all(statements.LIVE, {"at": at, "today": today})[0])


def open_alarms() -> int:
    """How many alarms stand on the work list."""
    found = fetch_all("SELECT count(*) FROM worklist_workitem WHERE kind = 'figure_missed' AND done_at IS NULL")
    return int(found[0][0])


def product_lines() -> list[tuple[int, str, str]]:
    """The product lines to filter by: id, English name, Chinese name."""
    return fetch_all("SELECT id, name_en, name_zh FROM catalog_productline ORDER BY name_en")


def zone_in_force() -> ZoneInfo:
    """The company's time zone, by whose days figures are counted."""
    return working_time().zone


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), zone)


def _missed(figure: Figure, parameters: dict[str, Any]) -> str:
    if figure.unit == "share":
        return _MISSED[figure.higher_is_better]
    parameters["target"] = in_force(SECTION).value.target_of(figure.code)
    return "max(value) > %(target)s"


def _aggregates(codes: Sequence[str]) -> str:
    return ", ".join(MEASURED[code].aggregates() for code in codes)


def _readings(codes: Sequence[str], row: Sequence[Any]) -> dict[str, Reading]:
    triples = (row[3 * n : 3 * n + 3] for n in range(len(codes)))
    return {
        code: Reading(_number(value), n, _number(p90)) for code, (value, n, p90) in zip(codes, triples, strict=True)
    }


def _number(value: Any) -> Decimal | None:
    # Percentiles come as binary floating point; six decimals are more than any clock behind them tells.
    return None if value is None else Decimal(str(value)).quantize(_STEP)


def _stage_rows(statement: str, asked: FigureFilter) -> list[tuple[Any, ...]]:
    filters, parameters = _filters(asked)
    period = "(r.finished_at >= %(since)s AND r.finished_at < %(until)s)"
    parameters |= {"since": asked.since, "until": asked.until}
    orders = "JOIN orders_order o ON o.id = r.order_id" if filters else ""
    return fetch_all(statement.format(period=period, filters=filters, orders=orders), parameters)


def _rows(family: Family, asked: FigureFilter, since: datetime, source: Source) -> tuple[str, Any]:
    """The family's rows from `since` to the end of what is asked for."""
    filters, parameters = _filters(asked)
    parameters |= {"since": since, "until": asked.until, "zone": zone_in_force().key, "fresh": source.fresh or []}
    return source.rows(family, filters), parameters | kept.prices(in_force(SECTION).value)


_FILTERS: Mapping[str, str] = {
    "customer": """ AND o.customer_id IN (SELECT id FROM customers_customer c
        WHERE upper(c.code) = upper(%(customer)s) OR position(upper(%(customer)s) IN upper(c.name)) > 0)""",
    "product_line_id": " AND o.product_line_id = %(product_line_id)s",
    "channel": " AND o.channel = %(channel)s",
    "size_class": " AND o.size_class = %(size_class)s",
}


def _filters(asked: FigureFilter) -> tuple[str, dict[str, Any]]:
    given = {name: getattr(asked, name) for name in _FILTERS if getattr(asked, name)}
    return "".join(_FILTERS[name] for name in given), given
