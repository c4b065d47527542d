"""The columns in which orders leave as a table."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils import timezone

from orderloop.flow.pages import words
from orderloop.flow.queries.orders import OrderListed
from orderloop.platform.tables import Column
from orderloop.platform.tables.columns import Kind

COLUMNS = (
    Column("number", "Order", "订单号", Kind.CODE),
    Column("po_number", "PO number", "客户采购单号", Kind.CODE),
    Column("customer_code", "Customer code", "客户代码", Kind.CODE),
    Column("customer", "Customer", "客户", width=32),
    Column("status", "State", "状态"),
    Column("stages", "Stages", "当前环节", width=24),
    Column("holds", "Holds", "暂停原因"),
    Column("priority", "Priority", "优先级", Kind.DECIMAL),
    Column("size", "Size", "金额分类"),
    Column("urgent", "Urgent", "紧急", Kind.FLAG),
    Column("line", "Product line", "产品类型"),
    Column("channel", "Channel", "渠道"),
    Column("currency", "Currency", "币种"),
    Column("net", "Net", "不含税金额", Kind.DECIMAL),
    Column("gross", "Gross", "含税金额", Kind.DECIMAL),
    Column("received", "Received", "接收时间", width=18),
    Column("requested_on", "Requested", "要求交期", Kind.DATE),
    Column("first_promised_on", "First promise", "首次承诺交期", Kind.DATE),
    Column("promised_on", "Promised", "承诺交期", Kind.DATE),
    Column("delivered", "Delivered", "交付时间", width=18),
    Column("short", "Short of stock", "缺货", Kind.FLAG),
)


def values_of(rows: Iterable[OrderListed]) -> list[Mapping[str, object]]:
    """Each order's values by column, in the reader's language."""
    return list(_values(rows))


def _values(rows: Iterable[OrderListed]) -> Iterator[Mapping[str, object]]:
    for row in rows:
        yield {
            "number": row.number,
            "po_number": row.po_number,
            "customer_code": row.customer_code,
            "customer": row.customer,
            "status": words.status_of(row.status)[1],
            "stages": ", ".join(words.stage_word(stage) for stage in row.stages),
            "holds": ", ".join(words.check_word(kind) for kind in row.holds),
            "priority": row.priority,
            "size": words.size_word(row.size_class),
            "urgent": row.is_urgent,
            "line": (row.line_zh if words.chinese() else row.line_en) or "",
            "channel": words.channel_word(row.channel),
            "currency": row.currency,
            "net": row.net,
            "gross": row.gross,
            "received": f"{timezone.localtime(row.received_at):%Y-%m-%d %H:%M}",
            "requested_on": row.requested_on,
            "first_promised_on": row.first_promised_on,
            "promised_on": row.promised_on,
            "delivered": f"{timezone.localtime(row.delivered_at):%Y-%m-%d %H:%M}" if row.delivered_at else "",
            "short": row.is_short,
        }
