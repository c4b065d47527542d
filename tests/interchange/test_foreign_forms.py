"""Order forms in the layouts of widespread programs and of offices abroad, held against what stands in them."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.facts import Hints, Role, Value
from orderloop.interchange.readers import read

FORMS = Path(__file__).parent / "foreign_forms"
EXPECTED = json.loads((FORMS / "expected.json").read_text(encoding="utf-8"))
HINTS = Hints(own_names=("Harbour Fastening & Supply Co., Ltd.", "海港紧固件供应有限公司"))
# What would be booked, and so must not be read where it does not stand.
BOOKED_HEADER = ("po_number", "ordered_on", "requested_on", "currency", "total")
BOOKED_LINE = ("item", "customer_item", "quantity", "unit", "unit_price", "price_basis", "amount", "requested_on")


def said(values: Mapping[str, Value], name: str) -> object:
    """A value as it counts: numbers by their worth, units by what they mean."""
    return meant(name, values[name].text) if name in values else ""


def meant(name: str, text: str) -> object:
    if name == "unit":
        return canonical_unit(text) or text
    if name in ("po_number", "item", "customer_item"):
        return text
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def test_every_form_says_what_stands_in_it() -> None:
    assert sorted(EXPECTED) == sorted(path.stem for path in FORMS.glob("*.pdf"))


@pytest.mark.parametrize("name", EXPECTED)
def test_each_form_is_read_field_by_field(name: str) -> None:
    [order] = read((FORMS / f"{name}.pdf").read_bytes(), HINTS).orders
    header, lines = EXPECTED[name]["header"], EXPECTED[name]["lines"]
    assert order.role is Role.ORDER
    fields = dict.fromkeys((*header, *BOOKED_HEADER))
    assert {each: said(order.fields, each) for each in fields} == {
        each: meant(each, header.get(each, "")) for each in fields
    }
    assert len(order.lines) == len(lines)
    for line, expected in zip(order.lines, lines, strict=True):
        fields = dict.fromkeys((*expected, *BOOKED_LINE))
        assert {each: said(line, each) for each in fields} == {
            each: meant(each, expected.get(each, "")) for each in fields
        }
