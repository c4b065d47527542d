"""Forms in the languages of neighbours, and what the usual programs of bookkeeping print."""

import pytest
from tests.interchange.drawn_orders import order

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.facts import Hints, Page, Role, Word
from orderloop.interchange.rules.lexicon import numbered_role_word
from orderloop.interchange.rules.pages.layout import order_from_pages

FRENCH = """
  BON DE COMMANDE

  N° de commande :  BC-2026-0412     Date de commande :  13/11/2026
  Date de livraison souhaitée :  28/12/2026

  Référence     Désignation          Quantité    Prix unitaire HT    Montant HT
  A-1001        Vis                  4000        0,42                1680,00
  A-1002        Ruban                48          6,90                331,20

                                                 Total HT            2011,20
                                                 TVA                 402,24
                                                 Total TTC           2413,44
"""
GERMAN = """
  Bestellung

  Bestellnummer:  B2026-1187     Bestelldatum:  13.11.2026    Liefertermin:  08.12.2026

  Pos    Artikel-Nr    Bezeichnung     Menge     ME      Einzelpreis     Gesamtpreis
  10     A-1001        Schraube        4000      Stk     0,42            1680,00
  20     A-1002        Band            48        Rolle   6,90            331,20

                                                         Nettosumme      2011,20
"""


def test_a_french_form_is_read() -> None:
    read = order(FRENCH)
    names = ("po_number", "ordered_on", "requested_on", "net_total", "tax_total", "total")
    assert [read.text(name) for name in names] == [
        "BC-2026-0412", "2026-11-13", "2026-12-28", "2011.20", "402.24", "2413.44",
    ]  # fmt: skip
    assert [(line["item"].text, line["quantity"].text, line["unit_price"].text) for line in read.lines] == [
        ("A-1001", "4000", "0.42"), ("A-1002", "48", "6.90"),
    ]  # fmt: skip


def test_a_german_form_is_read_with_its_units() -> None:
    read = order(GERMAN)
    assert [read.text(name) for name in ("po_number", "requested_on", "net_total")] == [
        "B2026-1187", "2026-12-08", "2011.20",
    ]  # fmt: skip
    assert [canonical_unit(line["unit"].text) for line in read.lines] == ["EA", "ROLL"]


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Pedido de compra", Role.ORDER), ("注文書", Role.ORDER), ("Rechnung", Role.OTHER), ("請求書", Role.OTHER),
        ("Lieferschein", Role.DESPATCH), ("Confirmation de commande", Role.CONFIRMATION),
        ("Stornierung", Role.CANCELLATION),
    ],
)  # fmt: skip
def test_a_title_tells_what_it_is_in_its_own_language(title: str, role: Role) -> None:
    assert order(GERMAN.replace("Bestellung\n", f"{title}\n")).role is role


@pytest.mark.parametrize(
    ("written", "unit"),
    [("個", "EA"), ("雙", "PR"), ("組", "SET"), ("Rolle", "ROLL"), ("pièce", "EA"), ("張", "SHEET")],
)
def test_units_of_neighbours_are_known(written: str, unit: str) -> None:
    assert canonical_unit(written) == unit


CONTRACT = """
  产品购销合同

  甲方（需方）：东莞恒达自动化有限公司     合同编号：HD-2611-02
  一、产品名称、型号、数量、金额：

  产品名称      物料编码      单位     数量      单价      金额
  螺栓          A-1001        个       10000     0.42      4200.00
  螺母          A-1002        个       10000     0.08      800.00
  合计人民币金额（大写）：伍仟元整     ￥5000.00

  三、交货时间：2026年12月10日前；交货地点：东莞市长安镇
"""


def test_a_contract_says_its_day_in_a_clause_and_its_total_behind_words() -> None:
    read = order(CONTRACT)
    names = ("po_number", "requested_on", "ship_to_text", "total")
    assert [read.text(name) for name in names] == ["HD-2611-02", "2026-12-10", "东莞市长安镇", "5000.00"]
    assert len(read.lines) == 2


PROGRAM = """
  Purchase Order #P00042

  Order Date:  2026-11-17     Expected Arrival:  2026-12-08     Terms:  Net 30

  Description             Qty      Unit Price     Amount
  [HX-8] Hex bolt         10       2.00           20.00

                                   Untaxed Amount             20.00
                                   Tax 15%                    3.00
                                   Total DKK Incl. VAT        23.00
"""


def test_a_programs_form_is_read_without_its_days_of_payment() -> None:
    read = order(PROGRAM)
    names = ("po_number", "requested_on", "net_total", "total")
    assert [read.text(name) for name in names] == ["P00042", "2026-12-08", "20.00", "23.00"]
    terms = order(PROGRAM.replace("Untaxed Amount             20.00", ""))
    assert terms.text("net_total") == ""


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Request for Quotation #P00043", "other"), ("Invoice INV-3321", "other"), ("Delivery note 4711", "despatch"),
        ("Purchase Order 106021", "order"), ("Order date 2026-11-12", ""), ("Invoice no", ""), ("Order", ""),
    ],
)  # fmt: skip
def test_a_title_with_a_number_behind_it_is_a_title(title: str, role: str) -> None:
    assert numbered_role_word(title) == role


@pytest.mark.parametrize(("height", "role"), [(30.0, Role.OTHER), (10.0, Role.ORDER)])
def test_only_in_large_print_it_tells_what_the_page_is(height: float, role: Role) -> None:
    words = [
        Word("Quotation", (0.1, 0.05, 0.3, 0.05 + height / 842)),
        Word("Q-2211", (0.31, 0.05, 0.4, 0.05 + height / 842)),
    ]
    words += [Word(f"text{at}", (0.1, 0.2 + 0.05 * at, 0.2, 0.2 + 0.05 * at + 10 / 842)) for at in range(5)]
    assert order_from_pages([Page(1, 595, 842, tuple(words))], Hints()).role is role


@pytest.mark.parametrize(
    "head",
    [
        "Nordwind Antriebe GmbH - Hafenstr. 12 - 20457 Hamburg", "Nordwind Antriebe GmbH PURCHASE ORDER",
        "Nordwind Antriebe GmbH",
    ],
)  # fmt: skip
def test_a_letterhead_names_the_firm_and_not_its_street(head: str) -> None:
    read = order(f"  {head}\n\n  PO number: PO-1\n\n  Item code     Quantity\n  A-1001        20\n")
    assert read.text("customer_name") == "Nordwind Antriebe GmbH"


def test_the_day_of_payment_is_no_day_of_delivery() -> None:
    read = order("  PO number: PO-1     Payment due date: 2027-01-10\n\n  Item code     Quantity\n  A-1001        20\n")
    assert (read.text("po_number"), read.text("requested_on")) == ("PO-1", "")


def test_a_number_broken_behind_its_hyphen_is_one_number_and_for_a_person_to_see() -> None:
    read = order("  PO number: ST-\n  9112\n\n  Item code     Quantity\n  A-1001        20\n")
    assert (read.text("po_number"), read.fields["po_number"].confidence) == ("ST-9112", 0.6)


def test_the_least_and_the_most_are_not_what_is_ordered() -> None:
    titles, row = "Item code     Min qty     Max qty     Unit price", "A-1001        20          40          2.00"
    read = order(f"  PO number: PO-1\n\n  {titles}\n  {row}\n")
    assert not any("quantity" in line for line in read.lines)
