"""A list's state is its address."""

import pytest
from django.test import RequestFactory

from orderloop.ui.listing import (
    Chip,
    Filter,
    Order,
    filters_from,
    order_from,
    read_cursor,
    url_with,
    write_cursor,
)

STATE = Filter("state", "State", [("late", "Late"), ("done", "Done")])


def asked(address: str) -> object:
    return RequestFactory().get(address)


def test_changing_a_parameter_keeps_the_others_and_forgets_the_place() -> None:
    request = asked("/things?state=late&sort=due&after=abc")

    assert url_with(request, sort="-due") == "/things?state=late&sort=-due"
    assert url_with(request, state=None, sort="") == "/things"
    assert url_with(request, after="xyz") == "/things?state=late&sort=due&after=xyz"


@pytest.mark.parametrize(
    ("address", "order"),
    [
        ("/things", Order("due", True)),
        ("/things?sort=number", Order("number")),
        ("/things?sort=-number", Order("number", True)),
        ("/things?sort=password", Order("due", True)),
        ("/things?sort=--number", Order("due", True)),
    ],
)
def test_order_is_one_of_those_allowed(address: str, order: Order) -> None:
    assert order_from(asked(address), ("number", "due"), "-due") == order


def test_filters_in_force_have_chips_that_take_them_away() -> None:
    bar = filters_from(asked("/things?state=late&mine=1&q= x &sort=due"), [STATE, Filter("mine", "Mine", kind="flag")])

    assert bar.values == {"state": "late", "mine": "1"}
    assert bar.q == "x"
    assert bar.kept == (("sort", "due"),)
    assert bar.chips == (
        Chip("State", "Late", "/things?mine=1&q=+x+&sort=due"),
        Chip("Mine", "", "/things?state=late&q=+x+&sort=due"),
    )
    assert bar.clear_url == "/things?sort=due"


def test_a_value_that_is_no_choice_counts_as_absent() -> None:
    bar = filters_from(asked("/things?state=drop+table"), [STATE])

    assert bar.values == {}
    assert bar.chips == ()


def test_export_takes_the_filter_along() -> None:
    bar = filters_from(asked("/things?state=late"), [STATE], export_path="/things.xlsx")

    assert bar.export_url == "/things.xlsx?state=late"


def test_cursor_comes_back_as_it_was_written() -> None:
    assert read_cursor(write_cursor(["2026-11-22", 17, "上海"])) == ["2026-11-22", "17", "上海"]


@pytest.mark.parametrize("text", ["", "x", "e30", "!!!", "WzFd", "é", "//8"])
def test_a_cursor_nobody_wrote_is_none(text: str) -> None:
    assert read_cursor(text) is None
