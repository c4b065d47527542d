"""Words of two cells without a gap between them, as cells too narrow for their text print them."""

import pytest
from tests.interchange.drawn_orders import table
from tests.interchange.drawn_pages import placed

from orderloop.interchange.facts import Hints
from orderloop.interchange.rules.pages.layout import order_from_pages

TITLES = (
    "Unit<66-84> Our<97-110> Part<112-125> No.<127-137> Size<220-240> Due<265-284> Date<287-309> "
    "Code<330-350> Qty<400-420> Price<450-470>"
)


def read(first: str) -> list[tuple[str, ...]]:
    rows = [
        f"{first} OS-7241<330-370> 60<405-420> 1.45<450-470>",
        "PCS<65-86> K12743-87<93-142> 6x80mm<208-250> 09/12/2026<258-308> OS-7240<330-370> 600<400-420> 11.45<450-475>",
        "PCS<65-86> K12743-88<93-142> 6x90mm<208-250> 16/12/2026<258-308> OS-7242<330-370> 600<400-420> 11.45<450-475>",
    ]
    found = order_from_pages([placed("\n".join([TITLES, *rows]))], Hints())
    return table(found, "unit", "customer_item", "requested_on", "item")[:1]


@pytest.mark.parametrize(
    ("first", "read_as"),
    [
        (
            "PACKK51644-53<65-142> 6x80mm<208-250> 02/12/2026<258-308>",
            ("PACK", "K51644-53", "2026-12-02", "OS-7241"),
        ),
        (
            "PCS<65-86> K51644-53<93-142> 20x180mm02/12/2026<208-308>",
            ("PCS", "K51644-53", "2026-12-02", "OS-7241"),
        ),
        (
            "PCS<65-86> K51644-53<93-142> 6x80mm<208-250> 02/12/2026<258-308>",
            ("PCS", "K51644-53", "2026-12-02", "OS-7241"),
        ),
    ],
)
def test_words_across_a_bound_are_parted_where_both_sides_are_what_belongs_there(first, read_as):
    assert read(first) == [read_as]


def test_a_word_across_a_bound_stays_whole_where_one_side_would_be_nothing():
    assert read("XYZK51644<65-142> 6x80mm<208-250> 02/12/2026<258-308>") == [("", "XYZK51644", "2026-12-02", "OS-7241")]
