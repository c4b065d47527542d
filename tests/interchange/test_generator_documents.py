"""The bench's documents come out the same of the same seed, add up, and are split by their looks."""

import random
from decimal import Decimal

import pytest
from bench.intake import corpus, edi, fax, forms, layout, mails, sheets, templates, truth, world
from bench.intake.paper import Table, Text
from PIL import Image

LOOKS = (*templates.templates("known"), *templates.templates("odd"))


def drawn(template, serial=0):
    order, _ = corpus.order_for(template, serial, 1)
    return order, *layout.lay_out(order, template)


def test_there_are_enough_looks_of_every_kind_on_both_sides_of_the_split():
    assert len(LOOKS) == 144
    for words in ("known", "odd"):
        halves = {
            half: [one for one in LOOKS if (one.words, one.half) == (words, half)] for half in ("tune", "held-out")
        }
        assert min(len(half) for half in halves.values()) >= 20
        for half in halves.values():
            assert {one.renderer for one in half} == set(templates.RENDERERS)
            assert {one.language for one in half} == {"zh", "en", "both"}
            assert {one.grid for one in half} == {"full", "horizontal", "none", "zebra"}
    assert len({one.font for one in LOOKS}) >= 10


def test_the_split_goes_by_the_traits_and_not_by_the_name():
    import dataclasses

    for look in LOOKS:
        assert dataclasses.replace(look, name="another").half == look.half


def test_the_catalogue_holds_five_thousand_products_with_codes_and_barcodes_of_their_own():
    goods = world.catalogue()
    assert len(goods) == len({one.code for one in goods}) == len({one.barcode for one in goods}) == 5_000
    for product in goods[:50]:
        digits = [int(digit) for digit in product.barcode]
        assert sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def test_the_same_seed_draws_the_same_papers_and_another_draws_others():
    for look in LOOKS[::7]:
        assert drawn(look) == drawn(look)
        assert corpus.order_for(look, 0, 1)[0] != corpus.order_for(look, 0, 2)[0]


def test_lines_add_up_to_totals_with_tax_where_it_is_added():
    for look in LOOKS:
        order, _, stated = drawn(look)
        for line, said in zip(order.lines, stated.lines, strict=True):
            exact = line.quantity * line.unit_price / line.price_basis
            assert abs(line.amount - exact) <= Decimal("0.005")
            if "amount" in said:
                assert Decimal(said["amount"].text) == line.amount
        assert Decimal(stated.header["total"].text) == order.net + order.duty
        assert order.duty == (order.net * truth.TAX_RATE).quantize(Decimal("0.01"), "ROUND_HALF_UP") * (
            order.tax == "excluded"
        )


def test_all_that_is_said_to_be_stated_stands_on_the_paper():
    for look in LOOKS:
        _, paper, stated = drawn(look)
        texts = [element.text for element in paper.elements if isinstance(element, Text)]
        texts += [
            cell.text for table in paper.elements if isinstance(table, Table) for row in table.rows for cell in row
        ]
        whole = "\n".join(texts)
        for name in ("po_number", "contact_email", "ship_to_text", "customer_code", "terms"):
            if name in stated.header:
                assert stated.header[name].text in whole
        for line in stated.lines:
            assert line["item"].text in whole
            assert line["unit"].text in whole


@pytest.mark.parametrize(
    ("form", "written"),
    [("plain", "12345.60"), ("comma", "12,345.60"), ("european", "12.345,60"), ("spaces", "12\xa0345,60"),
     ("full-width", "１２３４５．６０")],
)  # fmt: skip
def test_numbers_are_written_in_the_forms_of_the_world(form, written):
    assert forms.write_number(Decimal("12345.6"), form, 2) == written


@pytest.mark.parametrize(
    ("amount", "words"),
    [("0.05", "零元零伍分"), ("10.00", "壹拾元整"), ("1005.30", "壹仟零伍元叁角"), ("120030.00", "壹拾贰万零叁拾元整")],
)
def test_amounts_are_written_in_capital_numerals(amount, words):
    assert forms.in_words(Decimal(amount)) == words


def test_only_days_that_could_be_others_are_ambiguous():
    from datetime import date

    assert forms.is_ambiguous(date(2026, 3, 4), "dmy")
    assert not forms.is_ambiguous(date(2026, 3, 14), "dmy")
    assert not forms.is_ambiguous(date(2026, 3, 3), "mdy")
    assert not forms.is_ambiguous(date(2026, 3, 4), "iso")


def test_electronic_orders_sheets_and_mails_are_drawn_with_their_truth():
    for documents in (edi.documents, sheets.documents, mails.documents):
        first, again = list(documents(16)), list(documents(16))
        assert [one.name for one in first] == [one.name for one in again]
        assert [one.truth for one in first] == [one.truth for one in again]
        assert all(one.content and one.truth.lines for one in first)
    electronic = list(edi.documents(64))
    assert sum(bool(one.broken) for one in electronic) == 8
    whole = [one for one in electronic if not one.broken]
    assert all(line["item"].text for one in whole for line in one.truth.lines)


def test_a_fax_has_two_colours_its_machine_rows_and_its_resolution(monkeypatch):
    import io

    sheet = Image.new("L", (1240, 1754), 255)
    output = io.BytesIO()
    sheet.save(output, "PDF", resolution=150, save_all=True, append_images=[sheet])
    for resolution, rows in ((fax.FINE, 2292), (fax.STANDARD, 1146)):
        damage = fax.Damage(resolution, 0.4, 0.001, 3, True)
        content = fax.transmit(output.getvalue(), damage, random.Random(1))
        with Image.open(io.BytesIO(content)) as sent:
            assert (sent.mode, sent.n_frames, sent.info["compression"]) == ("1", 2, "group4")
            assert (sent.size, sent.info["dpi"]) == ((1728, rows), tuple(map(float, resolution)))
        assert fax.transmit(output.getvalue(), damage, random.Random(1)) == content
