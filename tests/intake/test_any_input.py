"""Whatever comes in is answered: an order that adds up, or what is wrong with it; never an error, never silence."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.facts_of_intake import KNOWN, NOW, PRODUCTS, TODAY

from orderloop.intake.api import entry_from_json
from orderloop.intake.facts import EntryLine, IntakePolicy, OrderEntry, Severity
from orderloop.intake.rules.bodies import body_of, entry_of
from orderloop.intake.rules.examine import examine
from orderloop.intake.rules.sheets import Defaults, find_header, guess_columns, lines_of_block, orders_in_rows
from orderloop.orders.facts import Channel

POLICY = IntakePolicy()
AT = datetime(2026, 11, 23, tzinfo=UTC)

near = st.sampled_from(
    ["", " ", "BOLT-8", "TUBE", "WIRE", "MY-BOLT", "3", "12", "１２", "1,200", "1e9", "-1", "0", "0.0005", "1 盒",
     "NaN", "2026-12-01", "2026年12月1日", "9999-12-31", "0001-01-01", "EA", "CTN", "g", "10", "￥9",
     "9" * 20]
)  # fmt: skip
texts = near | st.text(max_size=30)
numbers = st.decimals(allow_nan=True, allow_infinity=True) | st.sampled_from([Decimal("1E+1"), Decimal("3")]) | texts
lines = st.builds(
    EntryLine, texts | st.sampled_from([each.sku for each in PRODUCTS]), numbers, texts, st.none() | numbers,
    st.none() | texts, texts, st.booleans(),
)  # fmt: skip
entries = st.builds(
    OrderEntry, st.just(1), st.sampled_from(Channel), st.just(NOW), st.lists(lines, max_size=4).map(tuple),
    st.sampled_from([None, 7, 8, 9]), texts, texts, st.none() | texts | st.dates(), texts, texts,
    texts | st.just("CNY"), st.none() | numbers,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(entries)
def test_every_entry_is_a_whole_order_or_has_something_blocking_it(entry: OrderEntry) -> None:
    examined = examine(entry, KNOWN, POLICY, TODAY)
    order = examined.new_order
    assert (order is None) == any(each.severity is Severity.BLOCKING for each in examined.findings)
    if order is not None:
        assert order.gross == order.net + order.tax
        assert order.net == sum((line.net for line in order.lines), Decimal(0))
        assert len(order.lines) == len(entry.lines)
        assert all(line.quantity > 0 for line in order.lines)


@settings(max_examples=200, deadline=None)
@given(entries)
def test_a_kept_entry_is_judged_as_the_one_that_came(entry: OrderEntry) -> None:
    kept = entry_of(body_of(entry), key=1, channel=entry.channel, received_at=NOW, customer_id=entry.customer_id)
    before, after = examine(entry, KNOWN, POLICY, TODAY), examine(kept, KNOWN, POLICY, TODAY)
    if before.new_order is not None:
        assert after.new_order == before.new_order


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_an_entry_or_named_faults(body: bytes) -> None:
    read = entry_from_json(body, key=1, received_at=AT)
    assert isinstance(read, OrderEntry) or (read and all(each.severity is Severity.BLOCKING for each in read))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(texts | st.sampled_from(["PO", "货号", "数量", "Item", "Qty", "合计"]), max_size=6), max_size=8)
)
def test_every_row_of_a_sheet_is_in_one_order_or_says_nothing(rows: list[list[str]]) -> None:
    header = find_header(rows)
    columns = guess_columns(rows[header]) if header is not None else {0: "item", 1: "quantity"}
    found = orders_in_rows(rows, header, columns, Defaults(Channel.UPLOAD, AT), {})
    taken = [row for order in found for row in order.rows]
    assert len(taken) == len(set(taken))
    assert all(len(order.rows) == len(order.entry.lines) > 0 for order in found)
    lines_of_block("\n".join("\t".join(row) for row in rows))
