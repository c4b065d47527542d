"""A reading goes through JSON and comes back the same."""

import dataclasses
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from orderloop.interchange.facts import (
    HEADER_FIELDS,
    LINE_FIELDS,
    Envelope,
    Fault,
    FaultCode,
    Format,
    Hints,
    Method,
    Page,
    Part,
    Place,
    Reading,
    ReadOrder,
    Role,
    Value,
    Word,
)
from orderloop.interchange.rules.forms import as_json, hints_body, hints_of, reading_body, reading_of

# Everything a database keeps: no NUL, no half of a surrogate pair.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=12)
fractions = st.floats(0, 1)
boxes = st.tuples(fractions, fractions, fractions, fractions)
places = st.builds(Place, texts) | st.builds(Place, texts, st.integers(1, 99) | st.none(), boxes | st.none())
values = st.builds(Value, texts, texts, places, st.sampled_from(Method), fractions, texts | st.just(""))
maps = st.dictionaries(texts, texts, max_size=3)
faults = st.builds(Fault, st.sampled_from(FaultCode), places, maps, st.booleans())
orders = st.builds(
    ReadOrder,
    st.sampled_from(Role),
    st.dictionaries(st.sampled_from(HEADER_FIELDS), values, max_size=3),
    st.lists(st.dictionaries(st.sampled_from(LINE_FIELDS), values, max_size=3), max_size=3).map(tuple),
    st.lists(faults, max_size=2).map(tuple),
)
words = st.builds(Word, texts, boxes, fractions)
sizes = st.floats(1, 2000)
pages = st.builds(
    Page,
    st.integers(1, 50),
    sizes,
    sizes,
    st.lists(words, max_size=3).map(tuple),
    st.booleans(),
    st.lists(boxes, max_size=2).map(tuple),
    st.lists(st.tuples(fractions, fractions), max_size=4).map(tuple),
)
readings = st.builds(
    Reading,
    st.sampled_from(Format),
    st.lists(orders, max_size=2).map(tuple),
    st.lists(faults, max_size=2).map(tuple),
    st.builds(Envelope, texts, texts, texts, st.booleans(), st.booleans(), maps),
    st.lists(pages, max_size=2).map(tuple),
    st.lists(st.builds(Part, texts, texts, st.binary(max_size=20)), max_size=2).map(tuple),
    texts,
    maps,
)
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=5,
)
hints = st.builds(
    Hints, texts, texts, maps, maps, maps, st.dictionaries(texts, plain_json, max_size=2), maps,
    st.lists(texts, max_size=2).map(tuple), st.none() | st.dates(), st.lists(texts, max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(readings)
def test_a_reading_comes_back_the_same(reading: Reading) -> None:
    assert reading_of(json.loads(as_json(reading_body(reading)))) == reading


@settings(max_examples=200, deadline=None)
@given(hints)
def test_hints_come_back_the_same(given_hints: Hints) -> None:
    assert hints_of(json.loads(json.dumps(hints_body(given_hints)))) == given_hints


def test_no_part_of_a_reading_is_forgotten() -> None:
    """A field added to the facts must be added here and in the strategies above."""
    names = {
        each: [field.name for field in dataclasses.fields(each)] for each in (Value, Page, Reading, Envelope, Hints)
    }
    assert names == {
        Value: ["text", "raw", "place", "method", "confidence", "origin"],
        Page: ["number", "width", "height", "words", "is_scan", "rulings", "corners"],
        Reading: ["format", "orders", "faults", "envelope", "pages", "parts", "text", "headers"],
        Envelope: ["sender", "receiver", "control", "is_test", "wants_receipt", "details"],
        Hints: [
            "filename", "content_type", "labels", "columns", "formats", "mapping", "profile", "own_names", "today",
            "words",
        ],
    }  # fmt: skip


def test_what_no_database_keeps_is_replaced_by_a_mark() -> None:
    order = ReadOrder(Role.ORDER, {"note": Value("a\x00b\ud800c", "😀")})
    back = reading_of(json.loads(as_json(reading_body(Reading(Format.TEXT, (order,))))))
    assert back.orders[0].fields["note"] == Value("a\ufffdb\ufffdc", "😀")
