"""Quantities: units as customers write them, exact factors, whole packs."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloop.foundation.outcome import Reason
from orderloop.foundation.quantity import UNIT_NAMES, canonical_unit, pack_fault, round_up_to_pack, to_base

D = Decimal
FACTORS = {"EA": Fraction(1), "CTN": Fraction(24), "KG": Fraction(1, 3)}


@pytest.mark.parametrize(
    "written", ["个", "件", "PCS", "pcs.", " EA ", "只", "each", "Pieces", "C62", "St", "st.", "Stk"]
)
def test_every_customers_word_for_a_piece_is_a_piece(written: str) -> None:
    assert canonical_unit(written) == "EA"


@pytest.mark.parametrize(
    ("written", "code"),
    [("箱", "CTN"), ("KGM", "KG"), ("公斤", "KG"), ("打", "DZ"), ("㎡", "M2"), ("ud", "EA"), ("uds", "EA"),
     ("un", "EA"),
     ("pza", "EA"), ("pz", "EA"), ("rollo", "ROLL"), ("rll", "ROLL"), ("VE", "PK"), ("cx", "BOX"), ("KRT", "CTN"),
     ("FL", "BTL"), ("ST", "SHEET"), ("套", "SET"), ("卷", "ROLL"), ("双", "PR")],
)  # fmt: skip
def test_other_units_have_their_code(written: str, code: str) -> None:
    assert canonical_unit(written) == code


@pytest.mark.parametrize("written", ["", "furlong", "个个"])
def test_a_word_nobody_uses_is_no_unit(written: str) -> None:
    assert canonical_unit(written) is None


def test_no_word_stands_for_two_units() -> None:
    words = [word for code, names in UNIT_NAMES.items() for word in (code, *names.split())]
    assert sorted(words) == sorted(set(words))
    assert all(word == word.upper() for word in words)


def test_a_quantity_is_turned_into_the_base_unit_exactly() -> None:
    assert str(to_base(D("10"), "箱", FACTORS)) == "240"
    assert str(to_base(D("2.5"), "CTN", FACTORS)) == "60"
    assert str(to_base(D("1.5"), "kg", FACTORS)) == "0.5"


def test_an_unknown_unit_is_refused() -> None:
    assert to_base(D(1), "furlong", FACTORS) == Reason("unit_unknown", "unit", {"unit": "furlong"})


def test_a_unit_the_product_is_not_sold_in_is_refused_and_the_possible_ones_named() -> None:
    expected = Reason("unit_not_for_product", "unit", {"unit": "ROLL", "possible": ("CTN", "EA", "KG")})
    assert to_base(D(1), "卷", FACTORS) == expected


def test_a_quantity_without_an_exact_decimal_is_refused() -> None:
    assert to_base(D(1), "KG", FACTORS) == Reason("quantity_not_exact", "quantity", {"quantity": D(1), "unit": "KG"})


@pytest.mark.parametrize("written", ["NaN", "Infinity"])
def test_what_is_not_a_number_is_refused(written: str) -> None:
    assert to_base(D(written), "EA", FACTORS) == Reason("quantity_not_a_number", "quantity", {"quantity": written})


@pytest.mark.parametrize("written", ["1E+12", "-1E+12", "1E+999999"])
def test_a_quantity_beyond_all_measure_is_refused_before_it_is_reckoned(written: str) -> None:
    expected = {"quantity": written, "limit": D(10) ** 12}
    assert to_base(D(written), "EA", FACTORS) == Reason("quantity_too_large", "quantity", expected)


def test_the_largest_quantity_stays_exact() -> None:
    assert str(to_base(D("999999999999.999999"), "EA", FACTORS)) == "999999999999.999999"


def test_whole_packs_have_no_fault() -> None:
    assert pack_fault(D(48), D(24)) is None


def test_a_broken_pack_is_named_with_the_quantity_that_would_do() -> None:
    fault = pack_fault(D(25), D(24))
    assert fault == Reason("not_a_pack_multiple", "quantity", {"quantity": D(25), "pack": D(24), "proposed": D(48)})


@pytest.mark.parametrize("pack", ["0", "-6"])
def test_a_pack_of_nothing_is_refused(pack: str) -> None:
    with pytest.raises(ValueError, match="a pack cannot hold"):
        round_up_to_pack(D(1), D(pack))


@given(st.decimals("0.01", 10_000, places=2), st.decimals("0.01", 500, places=2))
def test_the_proposal_is_the_smallest_whole_number_of_packs(quantity: Decimal, pack: Decimal) -> None:
    proposed = round_up_to_pack(quantity, pack)
    assert proposed % pack == 0
    assert proposed - pack < quantity <= proposed
