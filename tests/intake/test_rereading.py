"""A draft's document read again with what was just taught: what people have put in stays."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.intake.test_teaching import TITLES, arrive, customer, page, try_out
from tests.makers import CLERK, NOW, a_product

from orderloop.customers.models import Customer
from orderloop.foundation.outcome import Reason
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.models import Document, Draft, Lesson
from orderloop.intake.rules.rereading import moved_lines, said_since
from orderloop.intake.services import READ_WITH, Teaching
from orderloop.interchange.facts import Place

__all__ = ["customer"]
UNKNOWN = ("Mark", "Called off", "Rated")
ROWS = [("BOLT-M8", "4", "12.50", "50.00"), ("NUT-M8", "6", "2.00", "12.00")]


def arrived(titles: Sequence[str], label: str = "PO Number:") -> Draft:
    a_product("WASHER", price="1")
    arrive(page("PO-1", [row[: len(titles)] for row in ROWS], "62.00", label=label, titles=titles))
    return Draft.objects.get()


def teach(draft: Draft, shown: Mapping[str, str]) -> None:
    (reading,) = queries.readings_for([draft.document_id]).values()
    boxes = {word.text: word.box for word in reading.pages[0].words}
    for path, text in shown.items():
        teaching = Teaching(draft.id, path, text, Place("", 1, boxes[text]), raw=text)
        intake.teach_fields([teaching], at=NOW, actor=CLERK)
    try_out()


def read_again(draft: Draft) -> None:
    assert intake.reread_drafts([draft.id], own_names=(), at=NOW).all_done
    draft.refresh_from_db()


@pytest.mark.django_db
def test_columns_just_taught_are_read_on_every_line_and_what_was_typed_stays(customer: Customer) -> None:
    draft = arrived(UNKNOWN)
    assert draft.body["lines"] == []
    intake.correct_drafts({draft.id: {"note": "By boat", "po_number": "PO-1A"}}, at=NOW, actor=CLERK)
    teach(draft, {"lines/0/item": "BOLT-M8", "lines/0/quantity": "4", "lines/0/unit_price": "12.50"})
    read_again(draft)
    assert [(line["item"], line["quantity"], line["unit_price"]) for line in draft.body["lines"]] == [
        ("BOLT-M8", "4", "12.50"), ("NUT-M8", "6", "2.00"),
    ]  # fmt: skip
    assert (draft.body["po_number"], draft.body["note"], draft.status) == ("PO-1A", "By boat", "open")
    assert draft.sources["po_number"]["author"] == CLERK.name
    lessons = list(Lesson.objects.order_by("id").values_list("id", flat=True))
    assert sorted(draft.gates[READ_WITH]) == lessons
    assert draft.sources["lines/1/item"]["origin"] == str(lessons[0])
    assert "E_NO_LINES" not in {each["code"] for each in draft.findings}
    reading = Document.objects.get(id=draft.document_id).reading
    assert len(reading["orders"][0]["lines"]) == 2


@pytest.mark.django_db
def test_read_again_twice_takes_what_was_read_for_nothing_a_person_said(customer: Customer) -> None:
    draft = arrived(UNKNOWN)
    teach(draft, {"lines/0/item": "BOLT-M8", "lines/0/quantity": "4", "lines/0/unit_price": "12.50"})
    read_again(draft)
    intake.correct_drafts({draft.id: {"lines/1/item": "WASHER"}}, at=NOW, actor=CLERK)
    teach(draft, {"lines/0/description": "4"})  # the column of the quantity is said to be another
    read_again(draft)
    assert [line.get("item") for line in draft.body["lines"]] == ["BOLT-M8", "WASHER"]
    assert [(line.get("quantity"), line.get("description")) for line in draft.body["lines"]] == [
        (None, "4"), (None, "6"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_draft_is_no_repetition_of_itself(customer: Customer) -> None:
    draft = arrived((*TITLES[:3], "Sum Q"), "Vorgang Q7:")
    before = {each["code"] for each in draft.findings}
    teach(draft, {"lines/0/amount": "50.00"})
    read_again(draft)
    assert {each["code"] for each in draft.findings} <= before
    assert draft.body["lines"][1]["quantity"] == "6"


@pytest.mark.django_db
def test_an_ended_draft_and_one_that_cannot_be_read_are_left_as_they_are(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = arrived(UNKNOWN)
    body, sources = draft.body, draft.sources
    monkeypatch.setattr("orderloop.intake.services.rereading.read_by", lambda *_a: [None])
    outcome = intake.reread_drafts([draft.id], own_names=(), at=NOW)
    assert outcome.refused[0].reasons == (Reason("intake.not_read_again"),)
    intake.reject_drafts({draft.id: "Sent twice"}, at=NOW, actor=CLERK)
    assert intake.reread_drafts([draft.id], own_names=(), at=NOW).counts["stale"] == 1
    draft.refresh_from_db()
    assert (draft.body, draft.sources) == (body, sources)


def body(*items: str, **header: str) -> dict[str, Any]:
    return {**header, "lines": [{"item": item, "quantity": "1"} for item in items]}


@pytest.mark.parametrize(
    ("read", "now", "sources", "said"),
    [
        (body("A", po_number="1"), body("A", po_number="2"), {}, {"po_number": "2"}),
        (body("A", note="x"), body("A"), {}, {"note": ""}),
        (body("A"), body("B"), {}, {"lines/0/item": "B"}),
        (body("A"), body("A"), {"lines/0/item": {"author": "Li"}, "note": {"text": ""}}, {"lines/0/item": "A"}),
        (body("A"), body("A", "B"), {}, None),
        (body("A"), body("A"), {}, {}),
    ],
)
def test_what_was_said_is_what_differs_or_was_found_right(read, now, sources, said):
    assert said_since(read, now, sources) == said


@pytest.mark.parametrize(
    ("read", "new", "path", "place"),
    [
        (body("A", "B"), body("C", "D"), "lines/1/quantity", "lines/1/quantity"),
        (body("A", "B"), body("B"), "lines/1/quantity", "lines/0/quantity"),
        (body("A", "B"), body("B"), "po_number", "po_number"),
        (body("A", "B"), body("B"), "lines/0/quantity", None),
        (body("A"), body("A", "A"), "lines/0/quantity", None),
        (body("A", "A"), body("A"), "lines/0/quantity", None),
        (body(""), body("", "B"), "lines/0/quantity", None),
    ],
)
def test_a_line_is_found_again_by_its_place_or_its_item(read, new, path, place):
    assert moved_lines({path: "7"}, read, new) == (None if place is None else {path: place})
