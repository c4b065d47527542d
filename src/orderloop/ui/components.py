"""Plain values the component templates draw. Labels are ready for the reader: translated already."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Tone = Literal["neutral", "info", "good", "warn", "bad"]
Words = Any  # a str, or a lazy translation of one


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way down to a page; the last has no url."""

    label: Words
    url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A tab, a saved view: a label that leads to a url, with a count."""

    label: Words
    url: str
    current: bool = False
    count: int | None = None


StepState = Literal["done", "now", "next", "skipped", "bad"]


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a status bar: done, now, next, or skipped; `bad` marks a station that is stuck."""

    label: Words
    state: StepState
    at: datetime | None = None
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a timeline."""

    at: datetime
    title: Words
    actor: Words = ""
    text: Words = ""
    tone: Tone = "neutral"
    icon: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and a value of a key-value list; `hint` says where the value is from."""

    label: Words
    value: Any
    hint: Words = ""


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure with what it is judged by. `trend` holds the same figure of earlier periods, oldest first, None where
    there was none; `n` the number of cases behind the figure; `good_is` which way is better."""

    label: Words
    value: Words
    target: Words = ""
    met: bool | None = None
    trend: Sequence[float | None] = ()
    target_line: float | None = None
    n: int | None = None
    change: Words = ""
    change_tone: Tone = "neutral"
    url: str = ""
    unit: Words = ""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch."""

    label: Words
    state: Literal["done", "refused", "stale"]
    reasons: Sequence[Words] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a comparison; `before` or `after` is None where the line did not exist."""

    label: Words
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        if self.before == self.after:
            return "same"
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class Results:
    """The outcome of a batch, counted."""

    rows: Sequence[RowResult] = field(default_factory=tuple)

    def _count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def done(self) -> int:
        return self._count("done")

    @property
    def refused(self) -> int:
        return self._count("refused")

    @property
    def stale(self) -> int:
        return self._count("stale")
