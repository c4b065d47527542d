"""What stands on a recognised page once, and nothing else would contradict, is for a person to see."""

from dataclasses import replace

import pytest
from tests.interchange.drawn_pages import page

from orderloop.interchange.facts import Hints
from orderloop.interchange.rules.pages.layout import order_from_pages

ORDER = """
PO Number: 2026-14473        Order date: 2026-04-12       Delivery date: 2026-05-22

Part No.      Product Name               Qty       Price       Amount

FW1630/ZN     Flat washer                1500        0.50          750.00

TP-1493       Industrial tape              20        3.10           62.00
"""
AGAIN = "\nPlease name 2026-14473 on your invoice and deliver on 2026-05-22 before noon.\n"


def confidences(drawing: str, *, is_scan: bool) -> tuple[float, float]:
    drawn = replace(page(drawing, confidence=0.97), is_scan=is_scan)
    fields = order_from_pages([drawn], Hints()).fields
    assert (fields["po_number"].text, fields["requested_on"].text) == ("2026-14473", "2026-05-22")
    return fields["po_number"].confidence, fields["requested_on"].confidence


def test_a_number_and_a_day_that_stand_once_are_doubted() -> None:
    assert confidences(ORDER, is_scan=True) == (0.7, 0.7)


@pytest.mark.parametrize(("drawing", "is_scan"), [(ORDER + AGAIN, True), (ORDER, False)])
def test_what_is_repeated_or_was_never_a_picture_is_not(drawing: str, is_scan: bool) -> None:
    assert min(confidences(drawing, is_scan=is_scan)) > 0.8
