"""Money, dates and durations as a reader expects them, in both languages."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from orderloop.foundation.actor import SYSTEM
from orderloop.ui.templatetags import ui_values


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html).replace("&#8239;", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Decimal("1234567.5"), "CNY", "CNY 1,234,567.50"),
        (Decimal("1234.6"), "JPY", "JPY 1,235"),
        (Decimal("-3.2"), "KWD", "KWD -3.200"),
        (Decimal("0"), "", "0.00"),
        (None, "CNY", "–"),
    ],
)
def test_money_has_the_digits_of_its_currency(amount: Decimal | None, currency: str, shown: str) -> None:
    assert words(ui_values.money(amount, currency)) == shown


@pytest.mark.parametrize(
    ("number", "places", "shown"),
    [
        (Decimal("1200.50"), None, "1,200.5"),
        (Decimal("1200"), None, "1,200"),
        (100, None, "100"),
        (Decimal("1E+3"), None, "1,000"),
        (Decimal("2.345"), 1, "2.3"),
    ],
)
def test_figures_lose_and_gain_no_digit_unasked(number: Decimal, places: int | None, shown: str) -> None:
    assert words(ui_values.figure(number, places)) == shown


def test_percent_is_of_a_fraction() -> None:
    assert words(ui_values.percent(Decimal("0.9345"))) == "93.5 %"


@pytest.mark.parametrize(("language", "shown"), [("en", "Mon 5 Jan 2099"), ("zh-hans", "2099年1月5日 周一")])
def test_a_promised_day_has_its_weekday(language: str, shown: str) -> None:
    with translation.override(language):
        assert words(ui_values.working_date(date(2099, 1, 5))) == shown


def test_an_instant_is_shown_in_the_readers_zone() -> None:
    with translation.override("en"), timezone.override("Asia/Shanghai"):
        assert words(ui_values.moment(datetime(2099, 1, 5, 18, 30, tzinfo=UTC))) == "6 Jan 2099 02:30"
        assert words(ui_values.date_local(datetime(2099, 1, 5, 18, 30, tzinfo=UTC))) == "6 Jan 2099"


@pytest.mark.parametrize(
    ("language", "span", "shown"),
    [
        ("en", timedelta(minutes=3, seconds=59), "3 min"),
        ("en", timedelta(hours=47, minutes=59), "47 h"),
        ("en", timedelta(days=2), "2 days"),
        ("zh-hans", timedelta(days=2), "2 天"),
        ("zh-hans", timedelta(hours=5), "5 小时"),
    ],
)
def test_durations_are_rounded_down_to_one_unit(language: str, span: timedelta, shown: str) -> None:
    with translation.override(language):
        assert words(ui_values.duration(span)) == shown


@pytest.mark.parametrize(
    ("language", "span", "shown"),
    [
        ("en", timedelta(seconds=20), "just now"),
        ("en", timedelta(hours=3, seconds=5), "3 h ago"),
        ("en", timedelta(days=-3, seconds=-5), "in 3 days"),
        ("zh-hans", timedelta(hours=3, seconds=5), "3 小时前"),
        ("zh-hans", timedelta(days=-3, seconds=-5), "3 天后"),
    ],
)
def test_ago_says_how_long_since_or_until(language: str, span: timedelta, shown: str) -> None:
    with translation.override(language):
        assert words(ui_values.ago(timezone.now() - span)) == shown


def test_nothing_is_a_dash() -> None:
    nothing = ui_values.NOTHING
    assert [ui_values.moment(None), ui_values.ago(None), ui_values.duration(None), ui_values.figure("")] == [
        nothing
    ] * 4


def test_a_price_has_at_least_the_digits_of_its_currency_and_loses_none() -> None:
    assert "72.00" in ui_values.price(Decimal("72"), "USD")
    assert "38.10" in ui_values.price(Decimal("38.1000"), "USD")
    assert "1,430.442" in ui_values.price(Decimal("1430.4420"), "USD")
    assert ">72<" in ui_values.price(Decimal("72.0000"), "JPY")
    assert ui_values.price(None, "USD") == ui_values.NOTHING


@pytest.mark.parametrize(("language", "shown"), [("en", "System"), ("zh-hans", "系统")])
def test_what_the_product_did_is_told_in_the_readers_words_and_a_name_stays(language: str, shown: str) -> None:
    with translation.override(language):
        assert (ui_values.who(SYSTEM.name), ui_values.who("Li Na"), ui_values.who("")) == (shown, "Li Na", "")
