"""A line of an EDIFACT or X12 order whose quantity is spread over several days or places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from orderloop.interchange.facts import Value
from orderloop.interchange.rules.edi import Blaming, Segment, add

# What is said of the whole line and of none of its parts.
_OF_THE_WHOLE = ("amount", "quantity")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One part of a line: how much of it, when, and where if that is said; `segment` begins it."""

    segment: Segment
    place: str = ""
    values: dict[str, Value] = field(default_factory=dict)


def places_of(deliveries: Sequence[Delivery]) -> str:
    """How much goes where, in words for the line's note; empty where no place is said.

    An order has one delivery address, so what is to go to several is for a person.
    """
    said = [each for each in deliveries if each.place]
    return "; ".join(" ".join([f"{each.place}:", *_texts(each)]) for each in said)


def _texts(delivery: Delivery) -> list[str]:
    return [delivery.values[name].text for name in ("quantity", "requested_on") if name in delivery.values]


def is_agreed(line: Mapping[str, Value], deliveries: Sequence[Delivery]) -> bool:
    """Whether the parts add up to the line; a single part need not repeat the quantity."""
    parts = [each.values["quantity"].text for each in deliveries if "quantity" in each.values]
    if len(deliveries) == 1 and not parts:
        return True
    if len(parts) < len(deliveries):
        return False
    return "quantity" not in line or sum(map(Decimal, parts), Decimal(0)) == Decimal(line["quantity"].text)


def spread(line: Mapping[str, Value], deliveries: Sequence[Delivery]) -> list[dict[str, Value]]:
    """The line once for each of its parts, that add up to it, numbered `1/1`, `1/2`; one part leaves its number."""
    if len(deliveries) == 1:
        return [{**line, **deliveries[0].values}]
    common = {name: value for name, value in line.items() if name not in _OF_THE_WHOLE}
    number = line["line_no"]
    return [
        {**common, **each.values, "line_no": replace(number, text=f"{number.text}/{part}")}
        for part, each in enumerate(deliveries, start=1)
    ]


class Delivering(Blaming):
    """Of a reading of an order: the line whose deliveries were gathered, as one line or as several."""

    def _delivered(self, line: dict[str, Value], deliveries: list[Delivery]) -> list[dict[str, Value]]:
        """The line by its deliveries; it stays whole where these do not add up to it or are for several places."""
        if not deliveries:
            return [line]
        first, places = deliveries[0].segment, {each.place for each in deliveries}
        if len(places) == 1 and is_agreed(line, deliveries):
            return spread(line, deliveries)
        self._unsupported(first, f"{first.tag} {first.get(1)}" if len(places) > 1 else first.tag)
        add(line, "note", places_of(deliveries), first.spot())
        return [line]
