"""Clauses 4.2a-d: which stages of an order are open now. The stages are data; nothing here names one of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from orderloop.access.facts import ROLE_NAMES, Role
from orderloop.flow.facts import (
    CONDITION_WORDS,
    STAGE_FAULT_WORDS,
    AgreedLine,
    AnswerClock,
    Closing,
    FlowPolicy,
    LineDecision,
    Opening,
    Passage,
    Settled,
    Stage,
    StageDefinition,
    StageState,
)
from orderloop.foundation.outcome import Reason
from orderloop.foundation.words import gettext_noop as _
from orderloop.interchange.facts import LineVerdict, Verdict
from orderloop.orders.facts import OrderStatus
from orderloop.policy.facts import Field, Kind, Section, WorkingTime


def faults_of(stages: Sequence[StageDefinition]) -> list[Reason]:
    """What makes a list of stages unusable: one missing, unknown or there twice, an unknown need, a circle."""
    codes = [stage.code for stage in stages]
    faults = [("stage_twice", code) for code in sorted({c for c in codes if codes.count(c) > 1})]
    faults += [("stage_missing", code) for code in Stage if code not in codes]
    faults += [("stage_unknown", code) for code in codes if code not in set(Stage)]
    faults += [("unknown_need", stage.code) for stage in stages for need in stage.needs if need not in codes]
    ordered = {stage.code for stage in in_order(stages)}
    faults += [("needs_in_circle", code) for code in codes if code not in ordered and not faults]
    return [Reason(code, "stages", {"text": STAGE_FAULT_WORDS[code], "stage": stage}) for code, stage in faults]


def in_order(stages: Sequence[StageDefinition]) -> list[StageDefinition]:
    """The stages so that each comes after those it needs; stages in a circle, or behind one, are left out."""
    left, done, result = list(stages), set(), []
    while ready := [stage for stage in left if all(need in done for need in stage.needs)]:
        result += ready
        done |= {stage.code for stage in ready}
        left = [stage for stage in left if stage.code not in done]
    return result


def next_passage(
    stages: Sequence[StageDefinition],
    recorded: Collection[StageState],
    settled: Mapping[str, Settled],
    applying: Collection[str],
    waits: Mapping[str, str],
    *,
    received_at: datetime,
    at: datetime,
    again: Collection[str] = (),
) -> Passage:
    """What to write into the record now, given what is recorded and what has become settled since.

    `stages` come as `in_order` gives them. `settled` names the stages that are finished as far as the order's facts
    go; `applying` the conditions that hold; `waits` why an unsettled stage waits. A stage whose needs are finished is
    opened, enabled when the last of them was finished (the first stages when the order was received); a settled one is
    closed in the same moment. A stage that does not apply counts as finished. A stage finished before stays finished,
    unless it is in `again`: then it is gone through once more, as a new round.
    """
    latest = _latest_rounds(recorded)
    openings: list[Opening] = []
    closings: list[Closing] = []
    finished: dict[str, datetime] = {}
    for stage in stages:
        code = stage.code
        state = latest.get(code)
        if state is None and not _applies(stage, applying):
            finished[code] = max((finished[n] for n in stage.needs if n in finished), default=received_at)
            continue
        done = settled.get(code)
        if state is not None and state.finished_at is not None:
            if code not in again:
                finished[code] = state.finished_at
                continue
        elif state is not None:
            if done is not None and state.record_id is not None:
                closings.append(Closing(state.record_id, code, done))
                finished[code] = at
            continue
        if all(need in finished for need in stage.needs):
            first = max((finished[need] for need in stage.needs), default=received_at)
            wait = "" if done else waits.get(code, "colleague")
            opens = (1, first) if state is None else (state.round + 1, at)
            openings.append(Opening(code, opens[0], stage.role, opens[1], done, wait, stage.due_hours))
            if done is not None:
                finished[code] = at
    return Passage(tuple(openings), tuple(closings))


def _applies(stage: StageDefinition, applying: Collection[str]) -> bool:
    return stage.condition == "always" or stage.condition in applying


def _latest_rounds(recorded: Collection[StageState]) -> dict[str, StageState]:
    latest: dict[str, StageState] = {}
    for state in recorded:
        if state.stage not in latest or state.round > latest[state.stage].round:
            latest[state.stage] = state
    return latest


# The one table by which every confirmation is decided: the first row whose test holds gives the line's verdict and the
# reason for it. What differs beside it (a later day as well as a smaller quantity) stands in the line's figures.
Row = tuple[Callable[[OrderStatus, AgreedLine], bool], LineVerdict, str]
ANSWER_TABLE: tuple[Row, ...] = (
    (lambda status, line: status is OrderStatus.REJECTED, LineVerdict.REJECTED, "rejected"),
    (lambda status, line: status is OrderStatus.CANCELLED, LineVerdict.REJECTED, "cancelled"),
    (lambda status, line: status is OrderStatus.IN_REVIEW, LineVerdict.HELD, "held"),
    (lambda status, line: line.agreed <= 0, LineVerdict.REJECTED, "nothing_left"),
    (lambda status, line: bool(line.substitute), LineVerdict.SUBSTITUTED, ""),
    (lambda status, line: line.agreed != line.ordered, LineVerdict.QUANTITY_CHANGED, ""),
    (lambda status, line: line.promised_on is None and line.covered < line.agreed, LineVerdict.BACKORDERED, "short"),
    (lambda status, line: None not in (line.ordered_price, line.agreed_price)
     and line.ordered_price != line.agreed_price, LineVerdict.PRICE_CHANGED, ""),
    (lambda status, line: line.promised_on is not None and line.requested_on is not None
     and line.promised_on > line.requested_on, LineVerdict.DATE_CHANGED, "later"),
    (lambda status, line: True, LineVerdict.ACCEPTED, ""),
)  # fmt: skip
_NOTHING_YET = frozenset({LineVerdict.HELD, LineVerdict.REJECTED})


def decide_line(status: OrderStatus, line: AgreedLine) -> LineDecision:
    """What a line of an order in this state is answered with."""
    verdict, reason = next((verdict, reason) for holds, verdict, reason in ANSWER_TABLE if holds(status, line))
    if verdict in _NOTHING_YET:
        return LineDecision(verdict, Decimal(0), reason)
    quantity = min(line.covered, line.agreed) if verdict is LineVerdict.BACKORDERED else line.agreed
    return LineDecision(verdict, quantity, reason)


def decide_answer(status: OrderStatus, lines: Sequence[LineDecision], *, is_held: bool) -> tuple[Verdict, str]:
    """What the order as a whole is answered with, and the key of the reason's words; `is_held`: a concern is open."""
    if status is OrderStatus.IN_REVIEW:
        return (Verdict.HELD, "held") if is_held else (Verdict.RECEIVED, "received")
    verdicts = {line.verdict for line in lines}
    if verdicts <= {LineVerdict.REJECTED}:
        return Verdict.REJECTED, "cancelled" if status is OrderStatus.CANCELLED else "rejected"
    return (Verdict.ACCEPTED, "") if verdicts == {LineVerdict.ACCEPTED} else (Verdict.CHANGED, "")


Span = tuple[datetime, datetime | None]


def asked_minutes(spans: Sequence[Span], time: WorkingTime, at: datetime) -> int:
    """For how many working minutes a customer was asked until `at`; a span without an end still runs."""
    return sum(
        time.calendar.working_minutes_between(since, min(until or at, at), time.hours, time.zone)
        for since, until in spans
        if since < at
    )


def read_clock(
    started_at: datetime, spans: Sequence[Span], target_hours: int, time: WorkingTime, at: datetime
) -> AnswerClock:
    """The confirmation's clock: `target_hours` of working time from the start, longer by what the customer was asked.
    At the due moment itself it is not late yet."""
    stood = asked_minutes(spans, time, at)
    due = time.calendar.add_working_minutes(started_at, target_hours * 60 + stood, time.hours, time.zone)
    paused = next((since for since, until in spans if until is None and since <= at), None)
    return AnswerClock(due, at > due, stood, paused)


_LEAST_DIGITS = 6


def caller_key(number: str) -> str:
    """The form in which two ways of writing a telephone number are the same: digits, without the Chinese country code
    and the zero before an area code. Empty for what is too short to tell one caller from another."""
    digits = "".join(sign for sign in number.partition("ext")[0] if sign in "0123456789")
    digits = digits.removeprefix("00")
    if digits.startswith("86") and len(digits) >= 11:
        digits = digits[2:]
    digits = digits.removeprefix("0")
    return digits if len(digits) >= _LEAST_DIGITS else ""


_ROLE_CHOICES = tuple(
    (str(role), name) for role, name in ROLE_NAMES.items() if role not in (Role.CUSTOMER, Role.INTEGRATOR)
)

SECTION = Section(
    "flow",
    _("Stages"),
    FlowPolicy,
    (
        Field(
            "stages",
            _("Stages"),
            Kind.TABLE,
            row=StageDefinition,
            minimum=1,
            columns=(
                Field("code", _("Code"), Kind.TEXT, minimum=1, maximum=30, unique=True),
                Field("name_en", _("English name"), Kind.TEXT, minimum=1, maximum=60),
                Field("name_zh", _("Chinese name"), Kind.TEXT, minimum=1, maximum=60),
                Field("role", _("Responsible role"), Kind.CHOICE, choices=_ROLE_CHOICES),
                Field("needs", _("After stages"), Kind.LIST,
                      help=_("Stages that do not need one another run side by side.")),
                Field("condition", _("Applies to"), Kind.CHOICE, choices=tuple(CONDITION_WORDS.items())),
                Field("standard_minutes", _("Standard time"), Kind.DECIMAL,
                      minimum=0, maximum=10000, unit=_("minutes")),
                Field("due_hours", _("Due within"), Kind.INT, minimum=1, maximum=1000, unit=_("working hours")),
                Field("procedure_en", _("Procedure in English"), Kind.TEXT, maximum=2000, optional=True),
                Field("procedure_zh", _("Procedure in Chinese"), Kind.TEXT, maximum=2000, optional=True),
            ),
        ),
        Field("partial_release_share", _("Release in part from this covered share of the value"),
              Kind.SHARE, minimum=0, maximum=1),
    ),
    summary=_("Which stages an order passes, who is responsible, how it is done and how long it should take."),
    check=lambda policy: faults_of(policy.stages),
)  # fmt: skip
