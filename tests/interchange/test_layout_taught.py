"""Pages read by what was taught of their words: nothing may be lost that was read before, and doubt stays doubt."""

import pytest
from tests.interchange.drawn_pages import page

from orderloop.interchange.facts import Hints, ReadOrder
from orderloop.interchange.rules.pages.layout import order_from_pages

SHOWN = {"mark": "item", "calledoff": "quantity", "comesto": "amount"}


def read(drawing: str, columns: dict[str, str] | None = None, labels: dict[str, str] | None = None) -> ReadOrder:
    """The order on a drawn page, by titles and labels taught as lesson 7."""
    taught = [{given: f"{means}\t7" for given, means in (each or {}).items()} for each in (columns, labels)]
    return order_from_pages([page(drawing)], Hints(columns=taught[0], labels=taught[1]))


def test_a_column_nobody_has_shown_is_told_by_the_figures_of_those_that_were_and_stays_doubtful():
    order = read(
        """
Mark        What            Counted    Called off    Rated          Comes to
FR-R92R     Steel frame     EA         10            12.50          125.00
HL-U509     Red helmet      SET        5             34.99          174.95
""",
        SHOWN,
    )
    first, second = order.lines
    assert [(line["unit_price"].text, line["unit"].text, line["description"].text) for line in (first, second)] == [
        ("12.50", "EA", "Steel frame"),
        ("34.99", "SET", "Red helmet"),
    ]
    assert all(first[name].confidence < 0.8 for name in ("unit_price", "unit", "description"))
    assert all(first[name].confidence > 0.9 for name in SHOWN.values())


@pytest.mark.parametrize("rated", ["12.60", "seldom"])
def test_figures_that_do_not_agree_in_every_row_tell_no_column(rated):
    order = read(
        f"""
Mark        Called off    Rated          Comes to
FR-R92R     10            {rated}          125.00
HL-U509     5             34.99          174.95
""",
        SHOWN,
    )
    assert ["unit_price" in line for line in order.lines] == [False, False]
