"""PDF documents from bytes to a reading: whole orders in many forms, and files that are none."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from tests.interchange.pdf_forms import US, document_of, order_of, template_of

from orderloop.interchange.facts import FaultCode, Hints, Page, Word
from orderloop.interchange.readers.pdf import MAX_PAGES, read
from orderloop.interchange.rules.pages.layout import (
    column_title_of,
    fold_label,
    label_near,
    order_from_pages,
    page_signature,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "order-documents" / "pdf"
WE = Hints(own_names=US)
NUMBERS = ("quantity", "unit_price", "amount")


def drawn(*pages: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for text in pages:
        for at, line in enumerate(text.splitlines()):
            canvas.drawString(40, 780 - 16 * at, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def codes(reading) -> list[tuple[FaultCode, bool]]:
    return [(fault.code, fault.rejects) for fault in reading.faults]


@pytest.mark.parametrize("seed", range(24))
def test_an_order_is_read_exactly_from_a_form_drawn_by_chance(seed):
    template = template_of(seed)
    truth = order_of(template, seed)
    [order] = read(document_of(template, truth), WE).orders
    assert {name: order.text(name).replace(" ", "") for name in truth.header} == {
        name: text.replace(" ", "") for name, text in truth.header.items()
    }
    names = [name for name in ("item", "description", "unit") if name != "unit" or "unit" in order.lines[0]]
    assert [[line[name].text.replace(" ", "") for name in names] for line in order.lines] == [
        [line[name].replace(" ", "") for name in names] for line in truth.lines
    ]
    assert [[Decimal(line[name].text) for name in NUMBERS] for line in order.lines] == [
        [Decimal(line[name]) for name in NUMBERS] for line in truth.lines
    ]
    if template.total != "none":
        assert Decimal(order.text("total")) == truth.total


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", FaultCode.EMPTY), (b"%PDF-1.7 and nothing more", FaultCode.DAMAGED), (b"hello", FaultCode.DAMAGED)],
)
def test_bytes_that_are_no_document_are_named(content, code):
    reading = read(content, WE)
    assert codes(reading) == [(code, True)]
    assert reading.orders == ()


def test_a_password_is_named():
    assert codes(read((EXAMPLES / "libreoffice-writer-password.pdf").read_bytes(), WE)) == [(FaultCode.ENCRYPTED, True)]


def test_a_letter_that_orders_nothing_holds_no_order():
    reading = read((EXAMPLES / "002-trivial-libre-office-writer.pdf").read_bytes(), WE)
    assert (codes(reading), reading.orders) == ([(FaultCode.NO_ORDER, True)], ())
    assert len(reading.pages[0].words) == 100


def test_what_is_attached_is_handed_on():
    reading = read((EXAMPLES / "with-attachment.pdf").read_bytes(), WE)
    assert [(part.filename, part.content_type, len(part.content)) for part in reading.parts] == [
        ("image.png", "image/png", 6669)
    ]


def test_a_page_without_text_is_a_scan_for_another_reader():
    reading = read(drawn(""), WE)
    assert codes(reading) == [(FaultCode.NO_TEXT, True)]
    assert [(page.is_scan, page.words) for page in reading.pages] == [(True, ())]


def test_one_scanned_page_among_others_does_not_reject_the_document():
    reading = read(drawn("PO No.: 4711", ""), WE)
    assert codes(reading) == [(FaultCode.NO_TEXT, False)]
    assert reading.orders[0].text("po_number") == "4711"
    assert [page.is_scan for page in reading.pages] == [False, True]


def test_the_most_pages_are_read_and_one_more_is_not():
    assert codes(read(drawn("PO No.: 4711", *["x"] * (MAX_PAGES - 1)), WE)) == []
    assert codes(read(drawn(*["x"] * (MAX_PAGES + 1)), WE)) == [(FaultCode.TOO_LARGE, True)]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_turned_so_that_its_text_stands_upright_is_read(turn):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.translate(300, 300)
    canvas.rotate(turn)
    canvas.drawString(0, 0, "PO No.: 4711")
    canvas.drawString(0, -14, "Order date: 2026-11-03")
    canvas.setPageRotation(turn)
    canvas.save()
    reading = read(buffer.getvalue(), WE)
    assert reading.orders[0].text("po_number") == "4711"
    assert reading.orders[0].text("ordered_on") == "2026-11-03"
    [first, *_others, last] = reading.pages[0].words
    assert first.box[1] < last.box[1]


def test_a_cut_off_document_is_never_an_exception():
    whole = document_of(template_of(1), order_of(template_of(1), 1))
    for length in range(0, len(whole), max(1, len(whole) // 40)):
        reading = read(whole[:length], WE)
        assert reading.faults or reading.orders


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 5000))
def test_any_damage_to_a_document_gives_a_reading(noise, at):
    whole = _WHOLE
    read(whole[: at % len(whole)] + noise + whole[at % len(whole) + len(noise) :], WE)


_WHOLE = document_of(template_of(3), order_of(template_of(3), 1))
_SIDES = st.floats(0, 1, allow_nan=False)
_TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["PO", "No.:", "数量", "单价", "Qty", "12.50", "10", "合计", "Item", "Amount", "2026-11-03", "1,234"]
    ),
)
_WORDS = st.builds(
    lambda text, x, y, w, h, sure: Word(text, (x, y, min(1.0, x + w / 4), min(1.0, y + h / 20)), sure),
    _TEXTS, _SIDES, _SIDES, _SIDES, _SIDES, _SIDES,
)  # fmt: skip
_PAGES = st.builds(
    lambda number, words, rulings: Page(number, 595, 842, tuple(words), rulings=tuple(rulings)),
    st.integers(1, 3), st.lists(_WORDS, max_size=50),
    st.lists(st.builds(lambda x, a, b, is_upright: (x, a, x, b) if is_upright else (a, x, b, x),
                       _SIDES, _SIDES, _SIDES, st.booleans()), max_size=6),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_PAGES, max_size=3), st.tuples(_SIDES, _SIDES, _SIDES, _SIDES))
def test_any_cloud_of_words_gives_an_order_and_an_answer_to_a_click(pages, box):
    order = order_from_pages(pages, WE)
    assert all(0 <= value.confidence <= 1 for line in order.lines for value in line.values())
    assert all(0 <= value.confidence <= 1 for value in order.fields.values())
    page_signature(pages)
    for page in pages:
        label_near(page, box)
        column_title_of(page, box)


def _clicked(page: Page, text: str) -> tuple[float, float, float, float]:
    return next(word.box for word in page.words if word.text == text)


def test_a_click_on_a_value_names_the_label_and_the_column_and_the_next_document_is_read_by_them():
    first = (
        "Our token    ZX-99\n\nWidget        Thing            Lot     Rate\nFR-R92R      Frame            10      12.50"
    )
    second = first.replace("ZX-99", "ZX-100").replace("FR-R92R", "HL-U509")
    page = Page(1, 600, 400, _typed(first))
    label = label_near(page, _clicked(page, "ZX-99"))
    title = column_title_of(page, _clicked(page, "FR-R92R"))
    assert (label, title) == ("ourtoken", "widget")
    hints = Hints(
        labels={label: "po_number\t1"}, columns={title: "item\t2", "lot": "quantity\t3", "rate": "unit_price\t4"}
    )
    order = order_from_pages([Page(1, 600, 400, _typed(second))], hints)
    assert order.text("po_number") == "ZX-100"
    assert [(line["item"].text, line["quantity"].text) for line in order.lines] == [("HL-U509", "10")]


def _typed(text: str) -> tuple[Word, ...]:
    words = []
    for at, line in enumerate(text.splitlines()):
        start = 0
        for piece in line.split(" "):
            if piece:
                words.append(
                    Word(
                        piece,
                        (start * 6 / 600, (at * 14 + 10) / 400, (start + len(piece)) * 6 / 600, (at * 14 + 20) / 400),
                    )
                )
            start += len(piece) + 1
    return tuple(words)


def test_labels_are_folded_without_case_blanks_and_marks():
    assert fold_label(" P.O. No.： ") == "pono"
    assert fold_label("订单 编号 / PO #") == "订单编号po#"


def test_two_orders_on_one_form_have_one_signature_and_another_form_has_another():
    form, other = template_of(2), template_of(5)
    one, two = (read(document_of(form, order_of(form, seed)), WE).pages for seed in (1, 2))
    assert page_signature(one) == page_signature(two)
    assert page_signature(one) != page_signature(read(document_of(other, order_of(other, 1)), WE).pages)
