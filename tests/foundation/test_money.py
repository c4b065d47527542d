"""Amounts: rounding, tax, and Chinese capitals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloop.foundation.money import (
    LineTotals,
    TaxRounding,
    TaxRule,
    line_net,
    minor_unit,
    rmb_in_words,
    round_money,
    totals,
)

D = Decimal
amounts = st.decimals(-10_000, 10_000, places=2)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.125", "CNY", "0.13"),
        ("-0.125", "CNY", "-0.13"),
        ("2.675", "USD", "2.68"),
        ("1234.5", "JPY", "1235"),
        ("1.2345", "KWD", "1.235"),
        ("7", "EUR", "7.00"),
    ],
)
def test_halves_are_rounded_away_from_zero_at_the_minor_unit(amount: str, currency: str, rounded: str) -> None:
    assert str(round_money(D(amount), currency)) == rounded


def test_minor_units_follow_the_currency() -> None:
    assert [str(minor_unit(code)) for code in ("CNY", "JPY", "KWD")] == ["0.01", "1", "0.001"]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1E+15", "-1E+999999"])
def test_what_is_not_a_number_or_beyond_measure_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match="is not an amount of money"):
        round_money(D(amount), "CNY")


def test_a_line_is_rounded_once_after_multiplying_a_fine_unit_price() -> None:
    assert line_net(D(3), D("0.3333"), "CNY") == D("1.00")
    assert line_net(D(1000), D("0.0015"), "CNY") == D("1.50")


def test_tax_on_top_is_rounded_at_each_line() -> None:
    result = totals([D("0.10"), D("0.10"), D("0.10")], TaxRule(D("0.13")), "CNY")
    assert (result.net, result.tax, result.gross) == (D("0.30"), D("0.03"), D("0.33"))
    assert result.lines == (LineTotals(D("0.10"), D("0.01"), D("0.11")),) * 3


def test_rounding_per_document_puts_the_rest_on_the_largest_line() -> None:
    rule = TaxRule(D("0.13"), rounding=TaxRounding.PER_DOCUMENT)
    result = totals([D("0.10"), D("0.12"), D("0.12"), D("0.10")], rule, "CNY")
    assert result.tax == D("0.06")  # 0.44 x 0.13 = 0.0572, while the lines alone come to 0.01 + 0.02 + 0.02 + 0.01
    result = totals([D("0.10"), D("0.11"), D("0.11")], rule, "CNY")
    assert [line.tax for line in result.lines] == [D("0.01"), D("0.02"), D("0.01")]
    assert (result.net, result.tax, result.gross) == (D("0.32"), D("0.04"), D("0.36"))


def test_included_tax_is_taken_out_of_the_price() -> None:
    result = totals([D("113.00"), D("100.00")], TaxRule(D("0.13"), included=True), "CNY")
    assert result.lines == (
        LineTotals(D("100.00"), D("13.00"), D("113.00")),
        LineTotals(D("88.50"), D("11.50"), D("100.00")),
    )
    assert result.gross == D("213.00")


def test_a_document_without_lines_amounts_to_nothing() -> None:
    result = totals([], TaxRule(D("0.13"), rounding=TaxRounding.PER_DOCUMENT), "JPY")
    assert (result.net, result.tax, result.gross, result.lines) == (D(0), D(0), D(0), ())


@pytest.mark.parametrize("rate", ["-0.01", "NaN"])
def test_an_impossible_tax_rate_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="a tax rate cannot be"):
        TaxRule(D(rate))


@given(st.lists(amounts, max_size=20), st.sampled_from(["0", "0.06", "0.09", "0.13"]), st.booleans(), st.booleans())
def test_lines_always_add_up_to_their_document(lines: list[Decimal], rate: str, included: bool, whole: bool) -> None:
    rounding = TaxRounding.PER_DOCUMENT if whole else TaxRounding.PER_LINE
    result = totals(lines, TaxRule(D(rate), included, rounding), "CNY")
    assert result.net == sum(line.net for line in result.lines)
    assert result.tax == sum(line.tax for line in result.lines)
    assert result.gross == result.net + result.tax
    assert all(line.gross == line.net + line.tax for line in result.lines)
    assert (result.gross if included else result.net) == sum(lines)
    if whole:
        base = sum(lines, D(0))
        exact = base * D(rate) / (1 + D(rate)) if included else base * D(rate)
        assert abs(result.tax - exact) <= D("0.005")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0", "零元整"),
        ("100", "壹佰元整"),
        ("0.50", "伍角"),
        ("0.05", "伍分"),
        ("10.05", "壹拾元零伍分"),
        ("10000500", "壹仟万零伍佰元整"),
        ("100000005", "壹亿零伍元整"),
        ("1000050000", "壹拾亿零伍万元整"),
        ("120000000000", "壹仟贰佰亿元整"),
        ("-3.2", "负叁元贰角"),
        ("99.995", "壹佰元整"),
    ],
)
def test_an_amount_is_written_in_chinese_capitals(amount: str, words: str) -> None:
    assert rmb_in_words(D(amount)) == words


def test_an_amount_too_large_for_words_is_refused() -> None:
    with pytest.raises(ValueError, match="too large to be written in words"):
        rmb_in_words(D(10) ** 12)


@given(st.integers(0, 10**14 - 1))
def test_words_read_back_give_the_same_amount(cents: int) -> None:
    assert _read(rmb_in_words(D(cents).scaleb(-2))) == cents


def _read(words: str) -> int:
    yuan, _, rest = words.rpartition("元")
    total = group = digit = 0
    for sign in yuan:
        if sign in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(sign)
        elif sign in "拾佰仟":
            group, digit = group + digit * 10 ** (1 + "拾佰仟".index(sign)), 0
        else:
            total, group, digit = total + (group + digit) * {"万": 10**4, "亿": 10**8}[sign], 0, 0
    cents = (total + group + digit) * 100
    for unit, value in (("角", 10), ("分", 1)):
        head, found, _ = rest.partition(unit)
        if found:
            cents += "零壹贰叁肆伍陆柒捌玖".index(head[-1]) * value
    return cents
