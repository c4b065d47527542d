"""The catalogue on the screen, and in and out by spreadsheet."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from orderloop.access.models import Person
from orderloop.catalog import queries, services
from orderloop.catalog.facts import ItemCodeRow, PackRow
from orderloop.catalog.models import Product
from orderloop.catalog.pages.columns import PRICES, PRODUCTS
from orderloop.customers.facts import CustomerRow
from orderloop.customers.services import save_customers
from orderloop.foundation.actor import SYSTEM
from orderloop.platform.tables import parse_sheet, read_sheet

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def signed_in(role: str, language: str = "en") -> Client:
    person = Person.objects.create(username=f"{role}-{language}", roles=[role], language=language, is_active=True)
    client = Client(headers={"accept-language": language})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def manager(db: None) -> Client:
    return signed_in("manager")


def uploaded(client: Client, path: str, text: str) -> str:
    response = client.post(path, {"table": SimpleUploadedFile("t.csv", text.encode())})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"]).partition("file=")[2]


def test_the_list_is_filtered_sorted_and_searched_by_its_address(manager: Client, product_ids: dict[str, int]) -> None:
    page = manager.get("/products?sort=-list_price").content.decode()
    assert page.index("BK-2") < page.index("BK-1")
    assert "BK-2" not in manager.get("/products?q=glc").content.decode()
    made = manager.get("/products?supply=make").content.decode()
    assert "BK-2" in made and "BK-1" not in made
    assert "公路车" in signed_in("clerk", "zh-hans").get("/products").content.decode()


def test_a_products_page_shows_prices_packs_and_customers_codes(manager: Client, product_ids: dict[str, int]) -> None:
    save_customers([CustomerRow("C1", "Bike World", "CNY")], at=AT, actor=SYSTEM)
    services.save_item_codes([ItemCodeRow("C1", "ROT-7", "BK-1")], at=AT, actor=SYSTEM)
    services.save_packs([PackRow("BK-1", "CTN", 4)], at=AT, actor=SYSTEM)
    page = manager.get(f"/products/{product_ids['BK-1']}").content.decode()
    for words in ("Road bike", "公路车", "690001", "DEALER", "800.00", "CTN", "ROT-7", "Bike World"):
        assert words in page
    assert "ROT-7" in manager.get("/products/item-codes").content.decode()
    assert manager.get("/products/0").status_code == 404


def test_a_change_is_saved_and_a_wrong_one_shows_its_faults_at_the_fields(
    manager: Client, product_ids: dict[str, int]
) -> None:
    path = f"/products/{product_ids['BK-1']}/edit"
    initial = manager.get(path).context["form"].initial
    data = {name: value for name, value in initial.items() if value is not None and value is not False}
    wrong = manager.post(path, {**data, "order_multiple": "0", "currency": "x"})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"order_multiple", "currency"})
    assert manager.post(path, {**data, "list_price": "1050"}).status_code == 302
    assert queries.by_skus(["BK-1"])["BK-1"].list_price == Decimal(1050)
    assert manager.post(path, {**data, "list_price": "1"}).status_code == 422  # made on the old version
    assert queries.by_skus(["BK-1"])["BK-1"].list_price == Decimal(1050)


def test_a_product_a_pack_and_a_price_are_added(manager: Client, product_ids: dict[str, int]) -> None:
    data = {
        "sku": "BK-5",
        "name_en": "Tandem",
        "line": "BIKES",
        "unit": "EA",
        "list_price": "2000",
        "currency": "CNY",
        "cost": "0",
        "supply": "make",
        "lead_time_days": "9",
        "order_multiple": "1",
        "reorder_point": "0",
        "is_active": "on",
    }
    assert manager.post("/products/new", {**data, "unit": "pieces"}).status_code == 422
    assert manager.post("/products/new", data).status_code == 302
    new = queries.by_skus(["BK-5"])["BK-5"].product_id
    assert manager.post(f"/products/{new}/packs", {"unit": "EA", "numerator": 1, "denominator": 1}).status_code == 422
    assert manager.post(f"/products/{new}/packs", {"unit": "ctn", "numerator": 2, "denominator": 1}).status_code == 302
    price = {"price_list": "DEALER", "unit_price": "1800", "from_quantity": "1", "valid_from": "2026-05-01"}
    assert manager.post(f"/products/{new}/prices", price).status_code == 302
    assert queries.price_rows_for([new])[0].valid_from == date(2026, 5, 1)


def test_who_may_not_look_or_change_is_turned_away(product_ids: dict[str, int]) -> None:
    assert signed_in("customer").get("/products").status_code == 403
    clerk = signed_in("clerk")
    assert clerk.get("/products").status_code == 200
    assert [clerk.get(f"/products/{path}").status_code for path in ("new", "import", "import/prices")] == [403] * 3
    assert Client().get("/products").status_code == 302


def test_the_export_comes_back_unchanged(manager: Client, product_ids: dict[str, int]) -> None:
    content = manager.get("/products/export?q=bk-1").content
    assert [row.values["sku"] for row in parse_sheet(read_sheet(content), PRODUCTS, key=("sku",)).rows] == ["BK-1"]
    response = manager.post("/products/import", {"table": SimpleUploadedFile("p.xlsx", content)})
    assert "There is nothing to save." in manager.get(response["Location"]).content.decode()


def test_good_rows_come_in_and_wrong_ones_are_named(manager: Client, product_ids: dict[str, int]) -> None:
    table = "产品编码,英文名称,产品线,标价,币种\nBK-1,Road bike,BIKES,950,CNY\nBK-9,New,NONE,1,CNY\n"
    table += "BK-8,Eight,BIKES,8,CNY\n"
    digest = uploaded(manager, "/products/import", table)
    assert manager.post("/products/import", {"file": digest}).status_code == 422
    assert Product.objects.count() == 2
    done = manager.post("/products/import", {"file": digest, "choice": "good"})
    assert dict(done.context["counts"]) == {"changed": 1, "new": 1, "refused": 1}
    assert [(p.row, p.words) for p in done.context["problems"]] == [(3, "There is no product line with this code.")]
    assert set(Product.objects.values_list("sku", "list_price")) == {("BK-1", 950), ("BK-2", 1200), ("BK-8", 8)}


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("lines", "code,name_en\nPARTS,Parts\n"),
        ("packs", "Product code,Pack unit,Holds base units\nBK-1,CTN,4\n"),
        ("price-lists", "code,name,currency\nRETAIL,Retail,CNY\n"),
        ("prices", "价格表,产品编码,单价,生效日\nDEALER,BK-2,900,2026-02-01\n"),
        ("item-codes", "客户编码,客户料号,产品编码\nC1,ROT-7,BK-1\n"),
    ],
)
def test_every_table_of_the_catalogue_comes_in_and_goes_out(
    manager: Client, product_ids: dict[str, int], kind: str, table: str
) -> None:
    save_customers([CustomerRow("C1", "Bike World", "CNY")], at=AT, actor=SYSTEM)
    digest = uploaded(manager, f"/products/import/{kind}", table)
    done = manager.post(f"/products/import/{kind}", {"file": digest, "choice": "all"})
    assert dict(done.context["counts"]) == {"new": 1, "refused": 0}
    written = read_sheet(manager.get(f"/products/export/{kind}?form=csv").content).rows
    assert set(table.splitlines()[1].split(",")[:2]) <= {cell for row in written for cell in row}
    again = SimpleUploadedFile("t.csv", manager.get(f"/products/export/{kind}?form=csv").content)
    response = manager.post(f"/products/import/{kind}", {"table": again})
    assert "There is nothing to save." in manager.get(response["Location"]).content.decode()


def test_prices_that_overlap_are_named_at_their_row(manager: Client, product_ids: dict[str, int]) -> None:
    table = "Price list,Product code,Unit price,Valid from,Valid to\nDEALER,BK-2,900,2026-02-01,2026-03-31\n"
    digest = uploaded(manager, "/products/import/prices", table)
    assert manager.post("/products/import/prices", {"file": digest}).status_code == 200
    later = uploaded(manager, "/products/import/prices", table.replace("2026-02-01", "2026-03-01"))
    preview = manager.get(f"/products/import/prices?file={later}")
    assert [(p.row, p.column) for p in preview.context["problems"]] == [(2, "Valid from")]
    assert len(parse_sheet(read_sheet(manager.get("/products/export/prices").content), PRICES).rows) == 2


def test_a_table_nobody_knows_is_not_found(manager: Client) -> None:
    assert manager.get("/products/import/people").status_code == 404
    assert manager.get("/products/export/people").status_code == 404
