"""A document read again under other hints, to try what a person has taught. Runs in a limited child."""

import json

from orderloop.interchange.facts import Format, Hints, Reading, ReadOrder
from orderloop.interchange.readers import read
from orderloop.interchange.rules.forms import as_json, hints_of, reading_body, reading_of
from orderloop.interchange.rules.pages.layout import orders_from_pages


def orders_by_hints(content: bytes, argument: bytes) -> bytes:
    """The orders of a document by each of the `hints` of the argument, as JSON: `read`, a list of readings.

    The content is the document, or with `is_reading` what was read of it once, as JSON, whose pages are gone through
    again: recognising a page anew would take seconds.
    """
    asked = json.loads(argument)
    every = [hints_of(each) for each in asked["hints"]]
    if asked["is_reading"]:
        kept = reading_of(json.loads(content))
        bodies = [_body(kept.format, orders_from_pages(kept.pages, hints)) for hints in every]
    else:
        bodies = [_reread(content, hints) for hints in every]
    return as_json({"read": bodies})


def _reread(content: bytes, hints: Hints) -> dict[str, object]:
    reading = read(content, hints)
    return _body(reading.format, reading.orders)


def _body(format: Format, orders: tuple[ReadOrder, ...]) -> dict[str, object]:
    return reading_body(Reading(format, orders))
