"""The bench's figures as text and as plain data."""

import dataclasses
from collections.abc import Iterable

from bench.intake.metrics import Summary, share


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """A mark to reach: what was measured, and whether it is reached. `is_proof`: by enough documents."""

    name: str
    measured: str
    wanted: str
    is_reached: bool
    is_proof: bool = True


def table(name: str, summary: Summary, *, grown: float) -> str:
    """One track's figures."""
    lines = [
        f"\n== {name}: {summary.documents} documents",
        f"   exact {_of(summary.exact, summary.documents)}   right in all that is booked"
        f" {_of(summary.bookable, summary.documents)}",
        f"   touchless {_of(summary.accepted, summary.documents)}"
        f"   wrongly accepted {summary.wrongly_accepted} of {summary.accepted}",
        f"   seconds a document: {summary.seconds[0]:.3f} middle, {summary.seconds[1]:.3f} at 95 %"
        f"   memory: at most {grown / 2**20:.0f} MB more",
        f"   {'field':24}{'right':>7}{'wrong':>7}{'missed':>7}{'extra':>7}{'precision':>11}{'recall':>8}",
    ]
    lines += [
        f"   {field:24}{score.right:7}{score.wrong:7}{score.missed:7}{score.extra:7}"
        f"{score.precision:11.3f}{score.recall:8.3f}"
        for field, score in summary.by_field.items()
    ]
    if summary.broken:
        lines.insert(3, f"   broken ones that were noticed: {_of(summary.noticed, summary.broken)}")
    if len(summary.by_lessons) > 1:
        lines += [
            f"   after {taught} taught documents: exact {_of(exact, every)}"
            for taught, (exact, every) in summary.by_lessons.items()
        ]
    lines += ["   confidence: values, of which right"] + [
        f"   {bucket.least:.2f} to {bucket.below:.2f} {bucket.values:10} {share(bucket.right, bucket.values):8.3f}"
        for bucket in summary.calibration
    ]
    lines += [f"   fault {fault}: {count}" for fault, count in sorted(summary.faults.items())]
    lines += [f"   not accepted for {reason}: {count}" for reason, count in _most(summary.reasons.items())]
    poor = [f"{name} {exact}/{every}" for name, (exact, every) in summary.by_template.items() if exact < every]
    return "\n".join([*lines, *([f"   not all exact: {', '.join(poor)}"] if poor else [])])


def _of(part: int, whole: int) -> str:
    return f"{share(part, whole):.1%} ({part}/{whole})"


def _most(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counts, key=lambda pair: -pair[1])[:8]


def plain(summary: Summary) -> dict:
    """The summary as data for JSON."""
    return dataclasses.asdict(summary)


def bars(summaries: dict[str, Summary], one_page: list[float], sheet_seconds: float | None) -> list[Bar]:
    """The marks that the tracks measured speak about."""
    found = []
    if "text" in summaries:
        found.append(_exact_bar("text PDF, known labels, exact", summaries["text"], 0.98))
    if "unknown" in summaries and 1 in summaries["unknown"].by_lessons:
        exact, every = summaries["unknown"].by_lessons[1]
        measured = share(exact, every)
        found.append(Bar("unknown labels after one correction, exact", f"{measured:.1%}", "95.0%", measured >= 0.95))
    if "fax-fine" in summaries:
        found.append(_exact_bar("fine fax, exact", summaries["fax-fine"], 0.80))
    accepted = sum(summary.accepted for summary in summaries.values())
    wrong = sum(summary.wrongly_accepted for summary in summaries.values())
    rate = f"{wrong} of {accepted}"
    found.append(Bar("wrong accepts", rate, "1 in 1,000", wrong * 1000 <= accepted, accepted >= 3000))
    if one_page:
        middle = sorted(one_page)[len(one_page) // 2]
        found.append(Bar("one page of text PDF, seconds", f"{middle:.3f}", "0.300", middle <= 0.3))
    if sheet_seconds is not None:
        found.append(Bar("spreadsheet of 50,000 rows, seconds", f"{sheet_seconds:.2f}", "3.00", sheet_seconds <= 3))
    return found


def _exact_bar(name: str, summary: Summary, wanted: float) -> Bar:
    measured = share(summary.exact, summary.documents)
    return Bar(name, f"{measured:.1%}", f"{wanted:.1%}", measured >= wanted, summary.documents >= 100)


def bar_table(found: list[Bar]) -> str:
    """The bars, one a line."""
    lines = ["\n== bars"]
    for bar in found:
        verdict = "reached" if bar.is_reached else "NOT reached"
        proof = "" if bar.is_proof else "   (too few documents to say)"
        lines.append(f"   {bar.name:46}{bar.measured:>14}   wanted {bar.wanted:>10}   {verdict}{proof}")
    return "\n".join(lines)
