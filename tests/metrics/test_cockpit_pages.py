"""The cockpit on the screen: two clicks to the very orders, alarms in sight, and a table to take away."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.metrics.record import an_order
from tests.shown import text_of

from orderloop.access.models import Person
from orderloop.customers.models import Customer
from orderloop.metrics import services
from orderloop.metrics.facts import FIGURES
from orderloop.platform.tables import read_sheet
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


def person(role: str, language: str = "en") -> Client:
    client = Client()
    client.force_login(
        Person.objects.create(username=role, roles=[role], language=language),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def days_ago(days: int) -> str:
    return (timezone.now() - timedelta(days=days)).astimezone(UTC).strftime("%Y-%m-%d %H:%M")


@pytest.fixture
def late_orders(customer: Customer) -> Callable[[int], None]:
    def made(count: int) -> None:
        for _ in range(count):
            an_order(customer, days_ago(12), days_ago(2), first="2020-01-01")

    return made


def test_the_cockpit_shows_every_figure_with_its_number_of_cases(late_orders: Callable[[int], None]) -> None:
    late_orders(3)
    answer = person("manager").get("/cockpit")
    page, shown = answer.content.decode(), text_of(answer)
    assert [figure.code for figure in FIGURES if f'href="/cockpit/{figure.code}"' not in page] == []
    assert "240.0" in shown
    assert "n = 3" in shown
    assert "Few cases" in shown


def test_trends_and_stages_are_fetched_once_the_page_is_shown(late_orders: Callable[[int], None]) -> None:
    late_orders(3)
    client = person("manager")
    page = client.get("/cockpit?channel=api").content.decode()
    assert 'hx-get="/cockpit/part/tiles?channel=api" hx-trigger="load"' in page
    assert 'hx-get="/cockpit/part/passages?channel=api" hx-trigger="load"' in page
    assert 'id="stages"' not in page
    tiles = client.get("/cockpit/part/tiles?channel=api").content.decode()
    assert ("240.0" in tiles, "n = 3" in tiles, "hx-get" in tiles, "<html" in tiles) == (True, True, False, False)
    assert 'href="/cockpit/cycle_total?channel=api"' in tiles
    passages = client.get("/cockpit/part/passages?channel=api").content.decode()
    assert [part in passages for part in ('id="stages"', 'id="waits"', 'id="causes"')] == [True] * 3
    whole = client.get("/cockpit?channel=api&whole=1").content.decode()
    assert ('id="stages"' in whole, "/cockpit/part/" in whole) == (True, False)


def test_the_parts_of_the_cockpit_are_for_those_who_see_figures(customer: Customer) -> None:
    paths = ("/cockpit/part/tiles", "/cockpit/part/passages")
    assert [person("clerk").get(path).status_code for path in paths[:1]] == [403]
    assert [person("warehouse").get(path).status_code for path in paths[1:]] == [403]


def test_an_empty_desk_is_told_how_figures_come_about(customer: Customer) -> None:
    page = person("manager").get("/cockpit").content.decode()
    assert "No orders in this period" in page
    assert "No alarm" not in page


def test_a_missed_target_is_named_first_with_a_way_to_the_orders(late_orders: Callable[[int], None]) -> None:
    late_orders(10)
    client = person("manager")
    page = client.get("/cockpit?period=90").content.decode()
    assert "Figures that miss their target" in page
    assert '<a href="/cockpit/on_time_first/orders?period=90&amp;only=missed">the orders</a>' in page
    behind = client.get("/cockpit/on_time_first/orders?period=90&only=missed").content.decode()
    assert [f"SO-{n}<" in behind for n in (1, 10)] == [True, True]


def test_a_figures_page_draws_its_course_and_names_the_latest_orders(late_orders: Callable[[int], None]) -> None:
    late_orders(2)
    page = person("planner").get("/cockpit/cycle_total").content.decode()
    assert 'data-chart="course-chart"' in page
    assert '"markLine"' in page
    assert re.findall(r">(SO-\d+)</a>", page) == ["SO-2", "SO-1"]
    assert "/cockpit/cycle_total/orders?from=" in page


def test_filters_of_the_address_reach_every_link(late_orders: Callable[[int], None]) -> None:
    late_orders(1)
    client = person("manager")
    assert (
        'href="/cockpit/cycle_total?channel=mail&amp;q=nobody"'
        in client.get("/cockpit?channel=mail&q=nobody").content.decode()
    )
    assert "SO-1" not in text_of(client.get("/cockpit/cycle_total/orders?q=nobody"))
    assert "SO-1" in text_of(client.get("/cockpit/cycle_total/orders?q=acme&period=365"))


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "until=0001-01-01",
        "period=x",
        "line=9999",
        "after=%00",
        "after=WyJhIiwiYiJd",
        "from=2026-13-01",
        "q=%00",
    ],
)
def test_an_address_that_says_nonsense_still_shows_a_page(customer: Customer, query: str) -> None:
    client = person("manager")
    for path in ("/cockpit", "/cockpit/cycle_total", "/cockpit/cycle_total/orders"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_an_unknown_figure_is_not_found(customer: Customer) -> None:
    client = person("manager")
    assert [client.get(f"/cockpit/nothing{tail}").status_code for tail in ("", "/orders", "/export")] == [404, 404, 404]


@pytest.mark.parametrize("role", ["clerk", "warehouse", "customer"])
def test_who_may_not_see_figures_is_refused(customer: Customer, role: str) -> None:
    client = person(role)
    paths = ("/cockpit", "/cockpit/cycle_total", "/cockpit/cycle_total/orders", "/cockpit/cycle_total/export")
    assert [client.get(path).status_code for path in paths] == [403] * 4


def test_the_orders_behind_a_figure_go_out_as_a_spreadsheet_and_as_csv(late_orders: Callable[[int], None]) -> None:
    late_orders(2)
    client = person("manager")
    sheet = read_sheet(client.get("/cockpit/otif_first/export").content)
    assert sheet.rows[0] == [
        "Order",
        "Customer",
        "Status",
        "Time",
        "On time and in full, first promise",
        "On time",
        "In full",
    ]
    assert [row[0] for row in sheet.rows[1:]] == ["SO-2", "SO-1"]
    assert [row[4:] for row in sheet.rows[1:]] == [["no", "no", "yes"]] * 2
    answer = client.get("/cockpit/cycle_total/export?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [row[4] for row in read_sheet(answer.content).rows] == ["Receipt to delivery", "240.00", "240.00"]


def test_pages_turn_over_with_more_than_fifty_orders(late_orders: Callable[[int], None]) -> None:
    late_orders(51)
    client = person("manager")
    first = client.get("/cockpit/cycle_total/orders")
    after = first.context["page"].after
    assert len(first.context["orders"]) == 50
    assert [row["number"] for row in client.get(f"/cockpit/cycle_total/orders?after={after}").context["orders"]] == [
        "SO-1"
    ]


def test_the_rail_counts_the_alarms_the_clock_has_raised(late_orders: Callable[[int], None]) -> None:
    late_orders(10)
    missed = services.raise_alarms(at=datetime.now(UTC))
    codes = {each.figure.code for each in missed}
    assert {"cycle_total", "on_time_first", "otif_first"} <= codes
    assert WorkItem.objects.filter(kind="figure_missed", role="manager", done_at=None).count() == len(codes)
    services.raise_alarms(at=datetime.now(UTC))
    assert WorkItem.objects.filter(kind="figure_missed").count() == len(codes)
    links = [link for section in person("manager").get("/cockpit").context["shell"].sections for link in section.links]
    assert [link.count for link in links if link.item.name == "cockpit"] == [len(codes)]


def test_an_alarm_ends_when_the_figure_is_met_again(late_orders: Callable[[int], None]) -> None:
    late_orders(10)
    services.raise_alarms(at=datetime.now(UTC))
    later = datetime.now(UTC) + timedelta(days=60)
    assert services.raise_alarms(at=later) == []
    ended = WorkItem.objects.filter(kind="figure_missed")
    assert {(item.done_at, item.outcome) for item in ended} == {(later, "met_again")}


def test_too_few_cases_raise_no_alarm(late_orders: Callable[[int], None]) -> None:
    late_orders(9)
    assert services.raise_alarms(at=datetime.now(UTC)) == []
    assert not WorkItem.objects.filter(kind="figure_missed").exists()
