"""Customers and products in a real browser: readable, within the content policy, and a table brought in by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot

from orderloop.catalog import services as catalog
from orderloop.catalog.facts import ItemCodeRow, PackRow, PriceListRow, PriceRow, ProductLineRow, ProductRow
from orderloop.customers import queries, services
from orderloop.customers.facts import Billing, ContactRow, CustomerRow, PaymentRow, ShipToRow
from orderloop.foundation.actor import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
PageFor = Callable[..., Visit]
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
D = Decimal


@pytest.fixture
def ids(db: None) -> dict[str, int]:
    rows = [
        CustomerRow("C1", "华信自行车有限公司", "CNY", "A", "good", "zh-hans", D(50000), tax_rate=D("0.13")),
        CustomerRow("C2", "Bike World", "CNY", "B", "watch", credit_limit=D(10000)),
    ]
    done = services.save_customers(rows, at=AT, actor=SYSTEM, reason="Yearly review")
    one, two = (each.value.row_id for each in done.done)
    services.save_contacts([ContactRow("C1", "李娜", "li@huaxin.example", "010 5555")], at=AT, actor=SYSTEM)
    services.save_ship_tos([ShipToRow("C1", "A", "华信仓库", "西湖路 1 号", "杭州", country="CN")], at=AT, actor=SYSTEM)
    services.add_open_orders({one: D(30000), two: D(12000)})
    billings = [Billing(one, None, D(9000), date(2026, 1, 2), 30), Billing(one, None, D(6000), date(2026, 3, 2), 30)]
    services.bill_shipments(billings, at=AT, actor=SYSTEM)
    services.record_payments([PaymentRow(one, "P1", D(4000), date(2026, 3, 1))], at=AT, actor=SYSTEM)
    catalog.save_product_lines([ProductLineRow("BIKES", "Bikes", "整车")], at=AT, actor=SYSTEM)
    catalog.save_price_lists([PriceListRow("DEALER", "Dealers", "CNY")], at=AT, actor=SYSTEM)
    products = [ProductRow("BK-1", "Road bike", "BIKES", D(999), "CNY", name_zh="公路车", barcode="690001")]
    product = catalog.save_products(products, at=AT, actor=SYSTEM).values["BK-1"].row_id
    catalog.save_prices([PriceRow("DEALER", "BK-1", D(800), date(2026, 1, 1))], at=AT, actor=SYSTEM)
    catalog.save_packs([PackRow("BK-1", "CTN", 4)], at=AT, actor=SYSTEM)
    catalog.save_item_codes([ItemCodeRow("C1", "ROT-7", "BK-1")], at=AT, actor=SYSTEM)
    return {"customer": one, "product": product}


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh-hans", "light", 1280), ("en", "dark", 1280), ("en", "light", 360)]
)
def test_the_pages_are_accessible_fit_and_obey_the_content_policy(
    page_for: PageFor, ids: dict[str, int], language: str, theme: str, width: int
) -> None:
    visit = page_for("manager", language, theme, width)
    paths = {
        "customers": "/customers",
        "customer": f"/customers/{ids['customer']}",
        "customer-edit": f"/customers/{ids['customer']}/edit",
        "customers-import": "/customers/import",
        "products": "/products",
        "product": f"/products/{ids['product']}",
        "product-new": "/products/new",
        "item-codes": "/products/item-codes",
    }
    for name, path in paths.items():
        page = visit.open(path)
        page.wait_for_load_state("networkidle")
        assert_fits(page)
        assert_accessible(page)
        assert_no_csp_violations(visit)
        screenshot(page, f"{name}-{language}-{theme}-{width}", full_page=True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_table_is_brought_in_after_a_look_at_what_would_change(
    page_for: PageFor, ids: dict[str, int], language: str
) -> None:
    visit = page_for("manager", language)
    page = visit.open("/customers/import")
    table = "客户编码,客户名称,币种\nC2,单车世界,CNY\nC3,新客户,CNY\nC4,,CNY\n"
    page.set_input_files("#table-file", {"name": "客户.csv", "mimeType": "text/csv", "buffer": table.encode()})
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#problems, [id*=problems]").first).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"import-preview-{language}", full_page=True)
    page.locator("input[value=good]").check()
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".notice.tone-good")).to_be_visible()
    assert_no_csp_violations(visit)
    assert {code: each.name for code, each in queries.by_codes(["C2", "C3", "C4"]).items()} == {
        "C2": "单车世界",
        "C3": "新客户",
    }
