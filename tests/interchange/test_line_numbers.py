"""Under `No.` stands the number of the line or, in some programs, that of the goods."""

import pytest
from tests.interchange.drawn_orders import order

from orderloop.interchange.facts import Hints, Value
from orderloop.interchange.readers import read
from orderloop.interchange.rules.line_numbers import with_codes

TITLES = ("No.", "Description", "Quantity", "Unit of Measure", "Direct Unit Cost", "Line Amount")
FIGURES = (("Bicycle", "10", "PCS", "12.50", "125.00"), ("Helmet", "5", "PCS", "34.99", "174.95"))


def numbered(*numbers: str) -> list[dict[str, Value]]:
    return [{"line_no": Value(number), "quantity": Value("1")} for number in numbers]


@pytest.mark.parametrize(
    "numbers",
    [
        ("1896-S", "1900-S"),
        ("70000", "70001"),
        ("70000", "70000"),
        ("1896-S", "1896-S"),
        ("LS-75", "70000"),
        ("40217",),
    ],
)
def test_a_number_that_counts_nothing_is_the_code(numbers: tuple[str, ...]) -> None:
    lines = with_codes(numbered(*numbers))
    assert [(line["item"].text, line["item"].confidence, "line_no" in line) for line in lines] == [
        (number, 0.72, False) for number in numbers
    ]


@pytest.mark.parametrize(
    "numbers",
    [("1", "2"), ("0010", "0020"), ("10", "20", "30"), ("10000", "20000"), ("00010", "00020"), ("1.1", "1.2"),
     ("11", "12"), ("10000",)],
)  # fmt: skip
def test_what_counts_the_lines_stays_their_number(numbers: tuple[str, ...]) -> None:
    assert with_codes(numbered(*numbers)) == numbered(*numbers)


def test_beside_a_code_a_number_is_the_lines() -> None:
    lines = [{**line, "item": Value("X-1")} for line in numbered("70000", "70001")]
    assert with_codes(lines) == lines


@pytest.mark.parametrize("codes", [("1896-S", "1900-S"), ("70000", "70000")])
def test_a_form_of_dynamics_is_read_on_a_page_in_a_sheet_and_in_a_mail(codes: tuple[str, str]) -> None:
    rows = [TITLES, *((code, *figures) for code, figures in zip(codes, FIGURES, strict=True))]
    drawn = order("\n".join(["  PO No.: PO-4711", *("  " + "".join(f"{cell:18}" for cell in row) for row in rows)]))
    (sheet,) = read("\n".join(["PO No.;PO-4711", "", *map(";".join, rows)]).encode(), Hints(filename="x.csv")).orders
    (text,) = read("\n".join(["PO No.: PO-4711", "", *map("\t".join, rows)]).encode(), Hints()).orders
    for each in (drawn, sheet, text):
        assert [
            tuple(line[name].text for name in ("item", "description", "quantity", "unit")) for line in each.lines
        ] == [(code, *figures[:3]) for code, figures in zip(codes, FIGURES, strict=True)]
        assert [line["unit_price"].text.rstrip("0") for line in each.lines] == ["12.5", "34.99"]
