"""The demo's data, and what is derived from it without a database."""

import csv
import gzip
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from orderloop.demo import buyers, goods, records, staff
from orderloop.demo.chinese import UnknownWord, product_name
from orderloop.demo.founding import figures_policy
from orderloop.demo.pricing import PriceSpan, price_spans, step_of
from orderloop.demo.timeline import DAYS_TO_ARRIVE, LEFT_TO_ARRIVE, Clock, Timeline, lay_out
from orderloop.foundation.calendar_data import CHINA

TODAY = date(2026, 11, 20)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return lay_out(records.sales(), {store.code: store.country for store in records.stores()}, TODAY, CHINA)


def test_the_record_is_whole() -> None:
    sales = records.sales()
    assert len(records.stores()) == 701
    assert len(records.articles()) == 504
    assert len(sales) == 2_902
    assert sum(len(sale.lines) for sale in sales) == 47_572
    assert len({sale.store for sale in sales}) == 630
    assert sum(line.amount for sale in sales for line in sale.lines) == Decimal("64412534.3845")


def test_an_order_amounts_to_its_record_within_half_a_cent_a_line() -> None:
    for sale in records.sales():
        recorded = sum(line.amount for line in sale.lines)
        assert abs(buyers.net_of(sale.lines) - recorded) <= Decimal("0.0075") * len(sale.lines)
    total = sum((buyers.net_of(sale.lines) for sale in records.sales()), Decimal(0))
    assert abs(total - Decimal("64412534.38")) < 10


def test_tax_is_eight_per_cent_of_every_line() -> None:
    raw = gzip.decompress((files("orderloop.demo") / "data" / "ResellerSales.csv.gz").read_bytes()).decode()
    rows = list(csv.DictReader(raw.splitlines()))
    assert len(rows) == 47_572
    assert all(
        abs(Decimal(row["TaxAmt"]) - Decimal(row["SalesAmount"]) * buyers.TAX_RATE) < Decimal("0.0001") for row in rows
    )


def test_orders_before_the_last_day_keep_their_distances(timeline: Timeline) -> None:
    last = records.sales()[-1].ordered_on
    kept = [dated for dated in timeline.past if dated.sale.ordered_on < last]
    assert len(kept) == 2_726
    shift = TODAY - last
    assert {dated.ordered_on - dated.sale.ordered_on for dated in kept} == {shift}
    assert {dated.ship_on - dated.sale.shipped_on for dated in kept} == {shift}
    assert {dated.requested_on - dated.sale.due_on for dated in kept} == {shift}


def test_orders_of_the_last_day_are_spread_around_today(timeline: Timeline) -> None:
    last = records.sales()[-1].ordered_on
    spread = Counter(dated.ordered_on for dated in timeline.past if dated.sale.ordered_on == last)
    assert sum(spread.values()) == 176 - LEFT_TO_ARRIVE
    assert len(spread) == 10 and max(spread) == TODAY
    assert set(spread.values()) == {11, 12}
    assert all(CHINA.is_working_day(day) for day in spread)
    coming = Counter(dated.round for dated in timeline.to_come)
    assert coming == dict.fromkeys(range(1, DAYS_TO_ARRIVE + 1), LEFT_TO_ARRIVE // DAYS_TO_ARRIVE)
    assert min(dated.ordered_on for dated in timeline.to_come) > TODAY


def test_no_order_is_lost_or_doubled_by_laying_out(timeline: Timeline) -> None:
    numbers = [dated.sale.number for dated in (*timeline.past, *timeline.to_come)]
    assert sorted(numbers) == sorted(sale.number for sale in records.sales())


def test_a_founding_on_a_sunday_still_ends_on_that_day() -> None:
    sunday = date(2026, 11, 22)
    countries = {store.code: store.country for store in records.stores()}
    laid = lay_out(records.sales(), countries, sunday, CHINA)
    assert laid.past[-1].ordered_on == sunday
    assert laid.to_come[0].ordered_on == date(2026, 11, 23)


def test_the_dealer_list_gives_every_line_of_the_record_its_price(timeline: Timeline) -> None:
    spans: dict[tuple[str, int], list[PriceSpan]] = {}
    for span in price_spans(records.sales(), records.articles(), timeline.starts):
        spans.setdefault((span.sku, span.from_quantity), []).append(span)
    for dated in (*timeline.past, *timeline.to_come):
        day = dated.ordered_on
        for line in dated.sale.lines:
            valid = [
                span.unit_price
                for span in spans[line.sku, step_of(line.quantity)]
                if span.since <= day and (span.until is None or day < span.until)
            ]
            assert valid == [line.price]


def test_a_special_offer_ends_with_its_month_and_an_unsold_product_has_the_dealer_price(timeline: Timeline) -> None:
    spans = price_spans(records.sales(), records.articles(), timeline.starts)
    sold = {line.sku for sale in records.sales() for line in sale.lines}
    for article in records.articles():
        own = [span for span in spans if span.sku == article.sku and span.from_quantity == 1]
        if article.dealer_price is None:
            assert own == []
        elif article.sku not in sold:
            assert [(span.unit_price, span.until) for span in own] == [(article.dealer_price, None)]
        else:
            assert own[-1].unit_price == article.dealer_price


def test_customers_are_derived_by_stated_rules() -> None:
    rows = {row.code: row for row in buyers.customer_rows(records.stores(), records.sales())}
    assert len(rows) == 701
    assert Counter(row.language for row in rows.values()) == {"en": 561, "zh-hans": 140}
    assert Counter(row.importance for row in rows.values()) == {"A": 204, "B": 244, "C": 253}
    assert Counter(row.standing for row in rows.values()) == {"normal": 410, "good": 229, "watch": 56, "blocked": 6}
    assert {row.payment_terms_days for row in rows.values()} == {14, 30, 45, 60}
    assert all(row.credit_limit > 0 and row.credit_limit % 1000 == 0 for row in rows.values())
    contacts = buyers.contact_rows(records.stores())
    assert len({contact.email for contact in contacts}) == 701
    assert all(contact.email.endswith(".example") for contact in contacts)


def test_few_but_some_orders_are_larger_than_their_customers_limit() -> None:
    limits = {row.code: row.credit_limit for row in buyers.customer_rows(records.stores(), records.sales())}
    above = sum(buyers.net_of(sale.lines) * (1 + buyers.TAX_RATE) > limits[sale.store] for sale in records.sales())
    assert 50 < above < 250


def test_every_product_has_a_chinese_name() -> None:
    rows = goods.product_rows(records.articles())
    assert len(rows) == 504
    assert all(any("一" <= sign <= "鿿" for sign in row.name_zh) for row in rows)
    assert len({row.name_zh for row in rows}) == 504


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Mountain-100 Silver, 38", "山地-100 银色 38"),
        ("HL Road Frame - Black, 58", "高级公路车架 黑色 58"),
        ("Mountain-400-W Silver, 38", "山地-400 女款 银色 38"),
        ("Sport-100 Helmet, Red", "运动-100 头盔 红色"),
        ("Thin-Jam Hex Nut 9", "薄型六角螺母 9"),
        ("Patch Kit/8 Patches", "补胎套装/8片"),
        ("Water Bottle - 30 oz.", "水壶 30盎司"),
        ("Men's Bib-Shorts, M", "男式背带骑行裤 M"),
    ],
)
def test_a_chinese_name_keeps_model_and_size(english: str, chinese: str) -> None:
    assert product_name(english) == chinese


def test_a_word_without_chinese_is_named() -> None:
    with pytest.raises(UnknownWord, match="unicycle"):
        product_name("Unicycle - Black, 20")


def test_every_post_stands_for_a_job_title_of_the_record() -> None:
    titles = {title for _, title in records.job_titles()}
    assert {post.title for post in staff.POSTS} <= titles
    roles = "clerk credit_reviewer planner buyer warehouse service manager administrator integrator"
    assert {role for post in staff.POSTS for role in post.roles} == set(roles.split())


def test_the_password_comes_from_the_environment_when_given() -> None:
    assert staff.password({}) == staff.PASSWORD
    assert staff.password({"ORDERLOOP_DEMO_PASSWORD": "another-password"}) == "another-password"


def test_opening_stock_is_what_lay_there_and_at_least_the_first_month() -> None:
    openings = {each.sku: each for each in goods.opening_stock(records.articles(), records.placings(), records.sales())}
    lain: Counter[str] = Counter()
    for placing in records.placings():
        lain[placing.sku] += placing.quantity
    assert openings["AR-5381"].quantity == lain["AR-5381"] == 1_085
    assert openings["AR-5381"].warehouse == "PARTS"
    assert openings["BK-M82B-42"].warehouse == "FG"
    assert all(each.quantity >= lain[sku] for sku, each in openings.items())


def test_nothing_of_today_lies_after_now() -> None:
    now = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
    clock = Clock(now, SHANGHAI)
    assert clock.today == TODAY
    instants = [clock.instant(TODAY, share / 10) for share in range(11)]
    assert instants == sorted(instants) and instants[-1] == now
    assert instants[0] == datetime.combine(TODAY, time(5, 37, 30), tzinfo=SHANGHAI)
    yesterday = clock.instant(TODAY - timedelta(days=1), 1.0)
    assert yesterday == datetime.combine(date(2026, 11, 19), time(17, 30), tzinfo=SHANGHAI)


def test_work_costs_the_records_latest_wage_and_what_comes_beside_it_in_the_currency_of_the_sales() -> None:
    assert records.wages()["Stocker"] == Decimal("9.0000")
    assert staff.hourly_costs()["clerk"] == Decimal("32.31")  # 23.0769 and 40 %
    assert "integrator" not in staff.hourly_costs()
    policy = figures_policy()
    assert policy.currency == buyers.CURRENCY == "USD"
    assert {rate.role: rate.per_hour for rate in policy.rates} == staff.hourly_costs()
