"""Lines set in two rows each, as SAP prints them: read whole, and doubted where a line may have been passed over."""

from tests.interchange.drawn_orders import order

FORM = """
  Purchase order

  PO number/date                    Your vendor no. with us
  4500017823 / 12.11.2026           100234

  Item     Material      Description
           Order qty.    Unit      Price per unit          Net value

  00010    HX-M8-50      Hex head bolt
           5.000 PC      42,00 / 100 PC                    2.100,00
           Delivery date: Day 04.12.2026
  00020    VLV-DN50      Ball valve
           4 PC          385,00                            1.540,00
           Delivery date: Day 11.12.2026

           Total net item value excl. tax EUR              3.640,00
"""
NAMES = ("line_no", "item", "quantity", "unit", "unit_price", "price_basis", "amount", "requested_on")


def test_a_line_of_two_rows_is_one_line_with_its_day() -> None:
    read = order(FORM)
    assert [tuple(line[name].text if name in line else "" for name in NAMES) for line in read.lines] == [
        ("00010", "HX-M8-50", "5000", "PC", "42.00", "100", "2100.00", "2026-12-04"),
        ("00020", "VLV-DN50", "4", "PC", "385.00", "", "1540.00", "2026-12-11"),
    ]
    names = ("po_number", "ordered_on", "net_total")
    assert [read.text(name) for name in names] == ["4500017823", "2026-11-12", "3640.00"]
    assert read.faults == ()


def test_figures_that_belong_to_no_line_and_numbers_left_out_are_told() -> None:
    for broken in (FORM.replace("00020    VLV-DN50 ", "         ........ "), FORM.replace("00020 ", "00030 ")):
        read = order(broken)
        assert [(fault.code.value, fault.params["name"]) for fault in read.faults] == [("D_DOUBTFUL", "lines")]
