"""Order confirmation (订单确认书) and delivery note (送货单), read back from the PDF."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pdfplumber
import pytest
from tests.makers import CLERK, NOW, a_customer, a_product
from tests.released_orders import a_released_order, line_ids

from orderloop.fulfilment import services
from orderloop.fulfilment.facts import FulfilmentPolicy, Packing, Picked, ShipOut
from orderloop.platform import documents
from orderloop.policy import services as policy

LATER = NOW + timedelta(hours=4)
COMPANY = FulfilmentPolicy(
    company_name="Adventure Works Cycles",
    company_name_zh="冒险工坊自行车有限公司",
    company_address="3 Bothell Way\nBothell, WA 98011",
    company_phone="+1 425 555 0100",
    company_tax_number="91320594",
)


@pytest.fixture
def company(db):
    policy.ensure_defaults(at=NOW, values={"fulfilment": COMPANY})


def text_of(pdf: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return [page.extract_text() for page in document.pages]


def an_order(language, *, lines=1, **fields):
    customer = a_customer(
        language=language, name="华信商贸", tax_rate=Decimal("0.13"), currency=fields.pop("currency", "CNY")
    )
    products = [a_product(price="1409.5", stock=50, name_en="Road bike", name_zh="公路自行车") for _ in range(lines)]
    return a_released_order(customer, [(product, 4) for product in products], **fields)


def confirmation(order_id, **options):
    return text_of(services.print_order_confirmations([order_id], **options)[order_id])


def test_a_chinese_customer_reads_the_confirmation_in_chinese_with_the_amount_in_capitals(company):
    (page,) = confirmation(an_order("zh-hans", note="请于上午送货"))
    for words in (
        "订单确认书",
        "冒险工坊自行车有限公司",
        "税号 91320594",
        "华信商贸",
        "公路自行车",
        "贵方订单号",
        "请于上午送货",
    ):
        assert words in page
    assert "不含税金额 5,638.00" in page
    assert "税额 13 % 732.94" in page
    assert "合计 CNY 6,370.94" in page
    assert "大写金额 人民币陆仟叁佰柒拾元零玖角肆分" in page
    assert "第 1 页，共 1 页" in page
    assert " 4 个 1,409.50 5,638.00 2026-12-03" in page


def test_an_english_customer_reads_it_in_english_without_capitals(company):
    (page,) = confirmation(an_order("en"))
    for words in (
        "Order confirmation",
        "Adventure Works Cycles",
        "Bothell, WA 98011",
        "Road bike",
        "Total CNY 6,370.94",
    ):
        assert words in page
    assert "大写" not in page and "人民币" not in page
    assert "Page 1 of 1" in page


def test_anyone_may_ask_for_the_other_language(company):
    (page,) = confirmation(an_order("en"), language="zh-hans")
    assert "订单确认书" in page


def test_dollars_in_a_chinese_document_are_called_dollars(company):
    (page,) = confirmation(an_order("zh-hans", currency="USD"))
    assert "大写金额 美元陆仟叁佰柒拾元零玖角肆分" in page


def test_a_long_order_runs_over_pages_with_its_head_repeated_and_pages_counted(company):
    pages = confirmation(an_order("en", lines=60))
    assert len(pages) == 2
    assert all("Unit price" in page for page in pages)
    assert "Page 2 of 2" in pages[1] and "Total CNY 382,256.40" in pages[1]


def test_a_delivery_note_says_what_comes_and_what_is_still_to_come(company):
    order_id = an_order("zh-hans")
    ((shipment_id,),) = services.start_picks([order_id], at=NOW, actor=CLERK).values.values()
    services.confirm_picks([Picked(shipment_id, {line_ids(order_id)[0]: Decimal(3)}, "1 破损")], at=NOW, actor=CLERK)
    services.pack_shipments([Packing(shipment_id, 2)], at=NOW, actor=CLERK)
    (before,) = text_of(services.print_delivery_notes([shipment_id])[shipment_id])
    services.ship_shipments([ShipOut(shipment_id, "顺丰", "SF123")], at=NOW, actor=CLERK)
    (after,) = text_of(services.print_delivery_notes([shipment_id])[shipment_id])
    for page in (before, after):
        for words in (
            "送货单",
            "1 Main Street",
            "签收（签字盖章）",
            "货值（不含税） CNY 4,228.50",
            "人民币肆仟贰佰贰拾捌元伍角",
        ):
            assert words in page
        assert " 3 个 1,409.50 4,228.50 4 1" in page
    assert "SF123" in after and "顺丰" in after and "SF123" not in before


def test_a_delivery_note_names_what_is_wholly_to_come_and_says_the_same_ever_after(company):
    order_id = an_order("zh-hans", lines=2)
    first, second = line_ids(order_id)
    everything = Decimal(4)
    ((part,),) = services.start_picks([order_id], at=NOW, actor=CLERK).values.values()
    services.confirm_picks([Picked(part, {first: everything, second: Decimal(0)}, "不在位")], at=NOW, actor=CLERK)
    services.pack_shipments([Packing(part, 1)], at=NOW, actor=CLERK)
    services.ship_shipments([ShipOut(part, "顺丰", "SF1")], at=NOW, actor=CLERK)
    (then,) = text_of(services.print_delivery_notes([part])[part])
    assert " 4 个 1,409.50 5,638.00 4 0" in then
    assert " 0 个 1,409.50 0.00 4 4" in then
    assert "本次送货" in then and "货值（不含税） CNY 5,638.00" in then
    ((rest,),) = services.start_picks([order_id], at=LATER, actor=CLERK).values.values()
    services.confirm_picks([Picked(rest)], at=LATER, actor=CLERK)
    services.pack_shipments([Packing(rest, 1)], at=LATER, actor=CLERK)
    services.ship_shipments([ShipOut(rest, "顺丰", "SF2")], at=LATER, actor=CLERK)
    (last,) = text_of(services.print_delivery_notes([rest])[rest])
    assert " 4 个 1,409.50 5,638.00 4 0" in last and " 0 个 " not in last
    assert text_of(services.print_delivery_notes([part])[part]) == [then]


def test_unknown_orders_and_shipments_have_no_paper(company):
    assert services.print_order_confirmations([999]) == {}
    assert services.print_delivery_notes([999]) == {}


def test_papers_for_many_are_gathered_by_as_many_statements_as_for_one(company, django_assert_num_queries):
    orders = [an_order("en") for _ in range(3)]
    with django_assert_num_queries(14):
        assert set(services.print_order_confirmations(orders)) == set(orders)


def test_the_same_paper_has_the_same_bytes_and_is_made_once(company, monkeypatch):
    order_id = an_order("en")
    first = services.print_order_confirmations([order_id])[order_id]
    monkeypatch.setattr(documents, "_compile", lambda *_: pytest.fail("made twice"))
    assert services.print_order_confirmations([order_id])[order_id] == first


def test_only_the_font_of_the_project_is_used_and_it_is_embedded(company):
    order_id = an_order("zh-hans")
    with pdfplumber.open(io.BytesIO(services.print_order_confirmations([order_id])[order_id])) as document:
        fonts = {char["fontname"].partition("+")[2] for char in document.pages[0].chars}
    assert fonts == {"NotoSansCJKsc-Regular"}


def test_a_template_that_does_not_fit_its_data_says_where(tmp_path):
    template = tmp_path / "broken.typ"
    template.write_text("#let data = json(bytes(sys.inputs.data))\n#data.missing")
    with pytest.raises(documents.BrokenTemplate, match=r"broken\.typ.*missing"):
        documents.render_pdf(template, {}, dated=datetime(2026, 3, 2, tzinfo=UTC))


def test_what_a_customer_writes_is_printed_as_it_is_and_never_run(company):
    (page,) = confirmation(an_order("en", note='#read("/etc/passwd") *x* $y$ \\ "'))
    assert '#read("/etc/passwd") *x* $y$ \\ "' in page


def test_the_font_is_small_and_comes_with_its_licence():
    font = documents.FONTS / "NotoSansSC-Regular-GB2312.otf"
    assert font.stat().st_size < 2_500_000
    assert "SIL OPEN FONT LICENSE" in Path(documents.FONTS / "OFL.txt").read_text()
