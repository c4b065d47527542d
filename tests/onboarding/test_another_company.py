"""A company nobody has heard of, with other columns, semicolons, decimal commas and GB18030, comes in the same way."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from orderloop.catalog import queries as catalog
from orderloop.customers import queries as customers
from orderloop.customers.models import Customer
from orderloop.foundation.actor import Actor
from orderloop.inventory.models import Move, Stock
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.onboarding import queries
from orderloop.onboarding.services import history, import_company
from orderloop.orders.models import Event, Line, Order
from orderloop.policy.services import ensure_defaults
from orderloop.worklist.models import WorkItem

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
IMPORT = Actor("system", None, "import")
D = Decimal
pytestmark = pytest.mark.django_db

MAPPING = """
[company]
name = "云帆五金"

[orders]
delivered_after_days = 2
[orders.status]
"已完成" = "delivered"
"待发货" = "confirmed"
"已取消" = "cancelled"

[[table]]
target = "product_lines"
file = "lines.csv"
[table.fields]
code = "No"
name_en = "English"
name_zh = "中文"

[[table]]
target = "products"
file = "goods.csv"
encoding = "gb18030"
delimiter = ";"
[table.fields]
sku = { column = "货号", upper = true }
name_en = "品名"
name_zh = "品名"
line = { column = "类别", map = { "紧固件" = "FAST" }, else = "OTHER" }
list_price = { column = "售价", decimal = "," }
cost = { column = "进价", decimal = ",", default = "0" }
currency = { constant = "CNY" }
barcode = { lookup = { file = "codes.csv", key = "sku", value = "ean" }, column = "货号" }

[[table]]
target = "customers"
file = "clients.csv"
encoding = "gb18030"
delimiter = ";"
[table.fields]
code = { columns = ["地区", "编号"], join = "-" }
name = "客户"
currency = { constant = "CNY" }
language = { constant = "zh-hans" }
credit_limit = { column = "额度", decimal = ",", default = "1000" }
tax_rate = { constant = 0.13 }

[[table]]
target = "stock"
file = "goods.csv"
encoding = "gb18030"
delimiter = ";"
[table.fields]
sku = { column = "货号", upper = true }
quantity = { column = "库存", decimal = "," }
warehouse = { constant = "SH1" }

[[table]]
target = "orders"
file = "sales.csv"
encoding = "gb18030"
delimiter = ";"
[table.fields]
number = { columns = ["年", "单号"], join = "/" }
customer_code = "客户编码"
po_number = "采购单"
ordered_on = { column = "下单", date = "%d/%m/%Y" }
requested_on = { column = "要求", date = "%d/%m/%Y" }
shipped_on = { column = "发货", date = "%d/%m/%Y" }
status = "状态"

[[table]]
target = "order_lines"
file = "sales-lines.csv"
delimiter = ";"
[table.fields]
order_number = "order"
sku = { column = "item", upper = true }
quantity = { column = "qty", decimal = "," }
unit_price = { column = "price", decimal = "," }
"""
FILES = {
    "lines.csv": ("utf-8-sig", "No,English,中文\nFAST,Fasteners,紧固件\nOTHER,Other,其他\n"),
    "codes.csv": ("gb18030", "sku;ean\ns-1;6901\nS-2;6902\ns-3;\n"),
    "goods.csv": (
        "gb18030",
        "货号;品名;类别;售价;进价;库存\ns-1;六角螺栓;紧固件;1.234,50;0,80;100\nS-2;扳手;工具;25,00;;40\n",
    ),
    "clients.csv": ("gb18030", "地区;编号;客户;额度\nSH;001;华信;50.000,00\nBJ;002;京城机电;\n"),
    "sales.csv": (
        "gb18030",
        "年;单号;客户编码;采购单;下单;要求;发货;状态\n"
        "2025;1;SH-001;PO 1;03/02/2025;10/02/2025;05/02/2025;已完成\n"
        "2025;2;SH-001;PO 2;04/02/2025;10/02/2025;;待发货\n"
        "2025;3;BJ-002;;05/02/2025;10/02/2025;;已取消\n",
    ),
    "sales-lines.csv": (
        "utf-8",
        "order;item;qty;price\n2025/1;s-1;10,5;2,00\n2025/1;S-2;4;25\n2025/2;S-2;30;24,5\n2025/3;s-1;1;2\n",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Path:
    ensure_defaults(at=AT)
    (tmp_path / "map.toml").write_text(MAPPING, "utf-8")
    for name, (encoding, text) in FILES.items():
        (tmp_path / name).write_bytes(text.encode(encoding))
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    encoding = FILES[name][0] if name in FILES else "utf-8"
    text = (folder / name).read_bytes().decode(encoding)
    assert old in text
    (folder / name).write_bytes(text.replace(old, new).encode(encoding))


def test_it_comes_in_with_its_own_mapping_alone(folder: Path) -> None:
    done = import_company(folder / "map.toml", at=AT, actor=IMPORT)
    assert done.faults == ()
    assert done.written == {"product_lines": 2, "products": 2, "customers": 2, "stock": 2, "orders": 3}
    bolt = catalog.by_skus(["S-1"])["S-1"]
    assert (bolt.name_zh, bolt.list_price, bolt.cost, bolt.barcode) == ("六角螺栓", D("1234.5"), D("0.8"), "6901")
    assert catalog.lines_for([catalog.by_skus(["S-2"])["S-2"].line_id]).popitem()[1].code == "OTHER"
    limits = {code: each.row.credit_limit for code, each in customers.known_by_codes(["SH-001", "BJ-002"]).items()}
    assert limits == {"SH-001": D(50000), "BJ-002": D(1000)}


def test_orders_told_again_on_each_of_their_lines_come_in_once(folder: Path) -> None:
    change(folder, "map.toml", 'file = "sales-lines.csv"', 'file = "all.csv"')
    change(folder, "map.toml", 'file = "sales.csv"', 'file = "all.csv"')
    head, *orders = FILES["sales.csv"][1].splitlines()
    heads = {"/".join(line.split(";")[:2]): line for line in orders}
    title, *lines = FILES["sales-lines.csv"][1].splitlines()
    lines.append(lines[-1])  # the same goods once more
    rows = [f"{title};{head}", *(f"{line};{heads[line.split(';')[0]]}" for line in lines)]
    (folder / "all.csv").write_bytes("\n".join(rows).encode(FILES["sales.csv"][0]))
    done = import_company(folder / "map.toml", at=AT, actor=IMPORT)
    assert done.faults == ()
    assert done.written["orders"] == 3
    assert Counter(Line.objects.values_list("order__number", flat=True)) == Counter(row.split(";")[0] for row in lines)


def test_an_order_told_again_otherwise_is_named(folder: Path) -> None:
    text = FILES["sales.csv"][1].rstrip("\n")
    last = text.splitlines()[-1]
    other = last.replace("BJ-002", "SH-001") if "BJ-002" in last else last.replace("SH-001", "BJ-002")
    (folder / "sales.csv").write_bytes(f"{text}\n{last}\n{other}\n".encode(FILES["sales.csv"][0]))
    done = import_company(folder / "map.toml", at=AT, actor=IMPORT)
    rows = len(text.splitlines())
    assert [(each.file, each.row, each.code, each.params) for each in done.faults] == [
        ("sales.csv", rows + 2, "repeated", {"row": rows})
    ]
    assert not Customer.objects.exists()


def test_its_orders_stock_and_invoices_are_true_to_its_files(folder: Path) -> None:
    import_company(folder / "map.toml", at=AT, actor=IMPORT)
    assert Counter(Order.objects.values_list("number", "status")) == {
        ("2025/1", "delivered"): 1,
        ("2025/2", "released"): 1,
        ("2025/3", "cancelled"): 1,
    }
    first = Order.objects.get(number="2025/1")
    assert (first.net, first.tax, first.gross) == (D("121.00"), D("15.73"), D("136.73"))
    assert first.delivered_at.date() == date(2025, 2, 7)  # type: ignore[union-attr]
    assert dict(Stock.objects.values_list("product__sku", "on_hand")) == {"S-1": D(100), "S-2": D(40)}
    assert dict(Stock.objects.values_list("product__sku", "reserved")) == {"S-1": D(0), "S-2": D(30)}
    assert dict(Move.objects.filter(kind="opening").values_list("product__sku", "quantity")) == {
        "S-1": D("110.5"),
        "S-2": D(44),
    }
    client = customers.by_codes(["SH-001"])["SH-001"].customer_id
    credit = customers.credit_for([client])[client]
    assert (credit.unpaid_invoices, credit.open_orders) == (D("136.73"), D("830.55"))
    assert WorkItem.objects.get(order__number="2025/2", done_at=None).kind == "picking"
    assert [(v.code, v.ids) for v in check_invariants()] == []


def test_a_dry_run_writes_nothing_and_tells_what_it_would(folder: Path) -> None:
    done = import_company(folder / "map.toml", at=AT, actor=IMPORT, dry_run=True)
    assert done.faults == ()
    assert done.written["order_lines"] == 4
    assert not Customer.objects.exists()
    assert queries.check_sums("Asia/Shanghai")["products"] == 0


def test_every_wrong_row_of_every_file_is_named_and_nothing_is_written(folder: Path) -> None:
    change(folder, "goods.csv", "1.234,50", "dear")
    change(folder, "clients.csv", "50.000,00", "50,000,00")
    change(folder, "sales.csv", "05/02/2025;已完成", "2025-02-05;已完成")
    change(folder, "sales-lines.csv", "10,5", "")
    done = import_company(folder / "map.toml", at=AT, actor=IMPORT)
    assert [(fault.file, fault.row, fault.column, fault.code) for fault in done.faults] == [
        ("goods.csv", 2, "售价", "not_a_number"),
        ("clients.csv", 2, "额度", "not_a_number"),
        ("sales.csv", 2, "发货", "not_a_date"),
        ("sales-lines.csv", 2, "qty", "required"),
    ]
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("sales.csv", "BJ-002", "BJ-009", ("sales.csv", 4, "customer_code", "reference_unknown")),
        ("sales-lines.csv", "2025/2;S-2", "2025/2;S-9", ("sales-lines.csv", 4, "sku", "reference_unknown")),
        ("sales-lines.csv", "2025/3", "2025/9", ("sales.csv", 4, "number", "no_lines")),
        ("sales.csv", "已取消", "暂停", ("sales.csv", 4, "status", "status_unmapped")),
        ("sales.csv", "05/02/2025;已完成", ";已完成", ("sales.csv", 2, "shipped_on", "shipped_on_missing")),
        (
            "sales.csv",
            "05/02/2025;已完成",
            "01/02/2025;已完成",
            ("sales.csv", 2, "shipped_on", "shipped_before_ordered"),
        ),
        ("sales-lines.csv", "2025/2;S-2;30", "2025/2;S-2;-30", ("sales-lines.csv", 4, "quantity", "not_positive")),
        ("goods.csv", "S-2;扳手", "s-1;扳手", ("goods.csv", 3, "", "repeated")),
        ("codes.csv", "S-2", "S-7", ("goods.csv", 3, "货号", "not_found")),
        ("clients.csv", "额度", "上限", ("clients.csv", 1, "", "column_missing")),
        ("map.toml", 'file = "lines.csv"', 'file = "none.csv"', ("none.csv", 0, "", "file_missing")),
        ("map.toml", 'constant = "CNY"', 'constant = "yuan"', ("goods.csv", 2, "currency", "not_a_currency")),
        ("map.toml", 'sku = { column = "货号", upper = true }', 'sky = "货号"', ("map.toml", 0, "", "field_unknown")),
        ("map.toml", '"待发货" = "confirmed"', '"待发货" = "waiting"', ("map.toml", 0, "", "state_unknown")),
        ("map.toml", 'target = "stock"', 'target = "stocks"', ("map.toml", 0, "", "target_unknown")),
        ("map.toml", "[company]", "[company", ("map.toml", 0, "", "mapping_unreadable")),
        ("map.toml", 'decimal = ","', 'comma = ","', ("map.toml", 0, "", "mapping_unknown")),
    ],
)
def test_each_fault_has_a_name_and_a_place(
    folder: Path, name: str, old: str, new: str, fault: tuple[str, int, str, str]
) -> None:
    change(folder, name, old, new)
    done = import_company(folder / "map.toml", at=AT, actor=IMPORT)
    assert fault in [(each.file, each.row, each.column, each.code) for each in done.faults]
    assert not Customer.objects.exists()


def test_what_the_services_refuse_is_named_before_anything_is_written(folder: Path) -> None:
    change(folder, "codes.csv", "6902", "6901")
    done = import_company(folder / "map.toml", at=AT, actor=IMPORT)
    assert [(each.file, each.row, each.column, each.code) for each in done.faults] == [
        ("goods.csv", 3, "barcode", "barcode_taken")
    ]
    assert not Customer.objects.exists()


def test_an_interrupted_import_goes_on_where_it_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(folder, "sales.csv", "04/02/2025", "04/03/2025")
    change(folder, "sales.csv", "04/03/2025;10/02/2025", "04/03/2025;10/03/2025")
    whole, stops = history._write_month, iter([False, True])

    def cut_off(*arguments: object) -> None:
        whole(*arguments)  # type: ignore[arg-type]
        if next(stops):
            raise KeyboardInterrupt

    monkeypatch.setattr(history, "_write_month", cut_off)
    with pytest.raises(KeyboardInterrupt):
        import_company(folder / "map.toml", at=AT, actor=IMPORT)
    monkeypatch.setattr(history, "_write_month", whole)
    before = Event.objects.count()
    done = import_company(folder / "map.toml", at=AT, actor=IMPORT)
    assert done.known["orders"] + done.written["orders"] == 3
    assert Event.objects.count() >= before
    assert dict(Stock.objects.values_list("product__sku", "on_hand")) == {"S-1": D(100), "S-2": D(40)}
    assert [(v.code, v.ids) for v in check_invariants()] == []


def test_the_import_tells_how_far_it_is(folder: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    import_company(folder / "map.toml", at=AT, actor=IMPORT, progress=lambda *step: seen.append(step))
    assert {words for _, _, words in seen} == {
        "Reading the files",
        "Saving customers and products",
        "Opening the orders of the past",
    }
    assert seen[-1] == (3, 3, "Opening the orders of the past")
