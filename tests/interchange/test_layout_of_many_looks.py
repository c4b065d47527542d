"""What some four hundred looks showed: values behind a blank, values run over, figures under narrow titles."""

import io

import pytest
from reportlab.pdfgen import canvas

from orderloop.interchange.facts import Hints
from orderloop.interchange.readers.pdf import read

HEAD = (
    (40, "No."),
    (80, "Item code"),
    (180, "Description"),
    (330, "Qty"),
    (370, "Unit"),
    (420, "Price"),
    (500, "Amount"),
)
ROW = ((40, "1"), (80, "AB-1201"), (180, "Ball valve"), (330, "10"), (370, "EA"), (420, "2.50"), (500, "25.00"))


def page(*rows, height: float = 800) -> bytes:
    """Each row a list of (x, text), fourteen points below the one before."""
    buffer = io.BytesIO()
    drawn = canvas.Canvas(buffer, pagesize=(600, height))
    drawn.setFont("Helvetica", 9)
    for at, row in enumerate(rows):
        for x, text in row:
            drawn.drawString(x, height - 60 - 14 * at, text)
    drawn.save()
    return buffer.getvalue()


def order(content: bytes):
    [found] = read(content, Hints()).orders
    return found


def line(found) -> dict[str, str]:
    [only] = found.lines
    return {name: value.text for name, value in only.items()}


def test_labels_that_only_a_blank_parts_from_their_values_are_read_where_the_form_is_written_so():
    rows = (
        [(40, "PURCHASE ORDER")], [(40, "PO Number 4500012345")], [(40, "Ordered By Northwind Cranes Ltd.")],
        [(40, "Contact Person Ann Lee")], [(40, "Terms Payment in advance")], [], HEAD, ROW,
    )  # fmt: skip
    found = order(page(*rows))
    names = ("po_number", "customer_name", "contact", "terms")
    assert [found.text(name) for name in names] == [
        "4500012345", "Northwind Cranes Ltd.", "Ann Lee", "Payment in advance",
    ]  # fmt: skip


def test_a_line_that_begins_like_a_label_is_none_where_labels_have_colons():
    rows = (
        [(40, "PURCHASE ORDER")], [(40, "PO Number: 4500012345")], [(40, "Buyer: Northwind Cranes Ltd.")],
        [(40, "Currency: USD")], [(40, "Contact sensors for the new line")], [], HEAD, ROW,
    )  # fmt: skip
    assert order(page(*rows)).text("contact") == ""


@pytest.mark.parametrize(("next_x", "address"), [(186, "12 Quay Road, Harbour Estate"), (400, "12 Quay Road, Harbour")])
def test_a_value_goes_on_below_its_label_only_where_its_line_had_no_room_for_the_next_word(next_x, address):
    rows = (
        [(40, "PO Number: 4500012345")], [(40, "Ship to: 12 Quay Road, Harbour"), (next_x, "Currency: USD")],
        [(40, "Estate")], [], [], HEAD, ROW,
    )  # fmt: skip
    assert order(page(*rows)).text("ship_to_text") == address


def test_figures_set_to_the_right_of_a_narrow_column_stay_in_it():
    head = ((40, "Qty ordered"), (150, "Customer part no."), (300, "Item code"), (400, "Unit"), (450, "Price"))
    row = ((110, "2.00"), (131, "P99394-18"), (300, "LG-170"), (400, "EA"), (450, "9.36"))
    found = line(order(page([(40, "PO Number: 4500012345")], [], head, row)))
    assert (found["quantity"], found["customer_item"], found["item"]) == ("2.00", "P99394-18", "LG-170")


def test_a_code_without_a_digit_under_a_title_of_codes_is_a_code():
    row = ((40, "1"), (80, "BOLT"), (180, "Hex bolt M8"), (330, "10"), (370, "EA"), (420, "2.50"), (500, "25.00"))
    found = line(order(page([(40, "PO Number: 4500012345")], [], HEAD, row)))
    assert (found["item"], found["description"]) == ("BOLT", "Hex bolt M8")


def test_what_is_printed_right_behind_a_barcode_is_no_part_of_it():
    head = ((40, "Item code"), (140, "EAN"), (195, "Qty"), (300, "Unit"), (360, "Price"), (440, "Amount"))
    row = ((40, "AB-1201"), (140, "4006381333931" + "10"), (300, "EA"), (360, "2.50"), (440, "25.00"))
    found = line(order(page([(40, "PO Number: 4500012345")], [], head, row)))
    assert found["barcode"] == "4006381333931"


@pytest.mark.parametrize(("below", "total"), [("9.87", "14129.87"), ("Tax", "1412")])
def test_a_sum_that_its_cell_broke_goes_on_below(below, total):
    rows = ([(40, "PO Number: 4500012345")], [], HEAD, ROW, [], [(180, "Grand total"), (500, "1412")], [(500, below)])
    assert order(page(*rows)).text("total") == total


def test_a_page_that_inherits_its_size_is_read():
    content = page([(40, "PO Number: 4500012345")], [], HEAD, ROW, height=1100)
    box = b"/MediaBox [ 0 0 600 1100 ]"
    assert content.count(box) == 1
    above = content.replace(box, b" " * len(box)).replace(b"/Type /Pages", b"/Type /Pages " + box)
    found = order(above)
    assert found.text("po_number") == "4500012345"
    assert found.fields["po_number"].place.box == order(content).fields["po_number"].place.box


@pytest.mark.parametrize(
    ("days", "doubted"), [(("2026-05-01", ""), 1), (("2026-05-01", "2026-05-08"), 0), (("", ""), 0)]
)
def test_a_line_without_a_day_among_lines_with_one_is_doubtful(days, doubted):
    head = ((40, "Item code"), (140, "Description"), (300, "Qty"), (360, "Price"), (420, "Amount"), (490, "Due date"))
    rows = [
        ((40, f"AB-120{n}"), (140, "Ball valve"), (300, "10"), (360, "2.50"), (420, "25.00"), (490, day))
        for n, day in enumerate(days)
    ]
    found = order(page([(40, "PO Number: 4500012345"), (300, "Delivery date: 2026-06-01")], [], head, *rows))
    assert len(found.lines) == 2
    assert [fault.params["name"] for fault in found.faults] == ["requested_on"] * doubted
