"""Which fields of an order that was read a person has to visit."""

from typing import Any

from orderloop.intake.facts import Finding, FindingCode
from orderloop.intake.rules.bodies import finding_body, finding_of
from orderloop.intake.rules.verifying import doubts_by_field

FIELDS = ["total", "lines/0/item", "lines/0/quantity", "lines/0/unit", "lines/0/unit_price"]
OWN = [{"rung": "own", "sku": "BOLT"}]


def read(confidence: float, page: int | None = None, **more: Any) -> dict[str, Any]:
    return {"confidence": confidence, "place": {"path": "line 7", "page": page}, **more}


def line(confidence: float, page: int | None = None) -> dict[str, dict[str, Any]]:
    return {f"lines/0/{name}": read(confidence, page) for name in ("item", "quantity", "unit")}


def test_what_is_typed_beside_a_code_we_know_needs_no_look() -> None:
    assert doubts_by_field([], line(0.85), FIELDS, OWN) == {}


def test_nor_does_what_a_person_has_said_or_what_was_read_surely() -> None:
    assert doubts_by_field([], {"total": read(0.2, author="Lin"), **line(0.9, 1)}, FIELDS) == {}


def test_beside_a_code_that_is_only_alike_or_on_paper_or_guessed_it_does() -> None:
    all_three = {"lines/0/item": (), "lines/0/quantity": (), "lines/0/unit": ()}
    assert doubts_by_field([], line(0.85), FIELDS, [{"rung": "skeleton", "sku": "BOLT"}]) == all_three
    assert doubts_by_field([], line(0.85), FIELDS, []) == all_three
    assert doubts_by_field([], line(0.85, 1), FIELDS, OWN) == all_three
    assert doubts_by_field([], line(0.75), FIELDS, OWN) == all_three


def test_that_nothing_confirms_the_order_is_asked_only_of_what_stands_there() -> None:
    told = [Finding(FindingCode.NOT_CONFIRMED, field) for field in ("total", "lines/0/unit_price")]
    # As it comes from the database, where a code is a text.
    told.append(finding_of({**finding_body(told[1]), "field": "lines/0/quantity"}))
    assert doubts_by_field(told, {}, FIELDS, OWN) == {}
    assert doubts_by_field(told, {**line(0.95), "total": read(0.95)}, FIELDS, OWN) == {
        "total": (told[0],),
        "lines/0/quantity": (told[2],),
    }


def test_what_is_wrong_with_an_empty_field_is_visited() -> None:
    missing = Finding(FindingCode.MISSING_QTY, "lines/0/quantity")
    assert doubts_by_field([missing], {}, FIELDS, OWN) == {"lines/0/quantity": (missing,)}
