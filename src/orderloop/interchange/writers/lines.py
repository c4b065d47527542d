"""The lines of an answer by the lines of the order: what a partner ordered for several days stands in parts here."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from orderloop.interchange.facts import AnsweredLine


def number_of(line: AnsweredLine) -> str:
    """The number of the partner's own line: that of its part `2/1` is `2`."""
    return line.line_no.partition("/")[0]


def by_ordered_line(lines: Sequence[AnsweredLine]) -> list[tuple[AnsweredLine, ...]]:
    """The parts of each ordered line; a line that stands alone is its only part, whatever number it has."""
    keyed = ((number_of(line) if "/" in line.line_no else n, line) for n, line in enumerate(lines))
    return [tuple(line for _key, line in group) for _key, group in groupby(keyed, key=lambda each: each[0])]


def joined(parts: Sequence[AnsweredLine]) -> AnsweredLine:
    """The parts of a line as one: quantities added up, all else as in the first, each reason once."""
    reasons = dict.fromkeys(part.reason for part in parts if part.reason)
    return replace(
        parts[0],
        line_no=number_of(parts[0]),
        ordered_quantity=sum((part.ordered_quantity for part in parts), Decimal(0)),
        quantity=sum((part.quantity for part in parts), Decimal(0)),
        reason=" ".join(reasons),
    )
