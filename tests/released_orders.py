"""Orders that stand released with their stock reserved, made without leading them through review."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.makers import CLERK, NOW, a_warehouse

from orderloop.catalog.models import Product
from orderloop.customers.models import Customer, ShipTo
from orderloop.foundation.money import TaxRule, line_net, totals
from orderloop.inventory import services as inventory
from orderloop.inventory.facts import ReservationNew
from orderloop.orders import services as orders
from orderloop.orders.facts import Channel, EventKind, NewLine, NewOrder, Opening, OrderStatus, Step
from orderloop.orders.models import Line

_STEPS = (
    (EventKind.RECEIVED, OrderStatus.IN_REVIEW),
    (EventKind.CONFIRMED, OrderStatus.CONFIRMED),
    (EventKind.RELEASED, OrderStatus.RELEASED),
)
PROMISED_ON = (NOW + timedelta(days=10)).date()


def a_released_order(
    customer: Customer,
    lines: Sequence[tuple[Product, int]],
    *,
    reserved: Sequence[int] | None = None,
    steps: int = 3,
    priority: int = 0,
    urgent: bool = False,
    **fields: Any,
) -> int:
    """The id of an order of these products and quantities, `reserved` pieces of each held (all, if not said)."""
    order = _order(customer, lines, fields)
    history = tuple(Step(kind, after, CLERK, NOW) for kind, after in _STEPS[:steps])
    (opened,) = orders.open_orders(
        [Opening(order, history, (PROMISED_ON,) * len(lines), Decimal(priority), "small", urgent)]
    )
    _reserve(opened.order_id, opened.line_ids, lines, reserved or [quantity for _, quantity in lines])
    return opened.order_id


def line_ids(order_id: int) -> list[int]:
    return list(Line.objects.filter(order_id=order_id).order_by("n").values_list("id", flat=True))


def _order(customer: Customer, lines: Sequence[tuple[Product, int]], fields: dict[str, Any]) -> NewOrder:
    rule = TaxRule(Decimal(str(customer.tax_rate)), customer.tax_included)
    amounts = [line_net(Decimal(quantity), product.list_price, customer.currency) for product, quantity in lines]
    sums = totals(amounts, rule, customer.currency)
    defaults: dict[str, Any] = {
        "po_number": f"PO-{Line.objects.count()}", "ship_to_id": ShipTo.objects.get(customer=customer).pk, "note": "",
    }  # fmt: skip
    given = {**defaults, **fields}
    return NewOrder(
        key=0, customer_id=customer.pk, po_key=given["po_number"], channel=Channel.API, message_id=None,
        currency=customer.currency, tax_rate=rule.rate, tax_included=rule.included, net=sums.net, tax=sums.tax,
        gross=sums.gross, cost=Decimal(0), requested_on=PROMISED_ON, product_line_id=None, received_at=NOW,
        lines=tuple(
            NewLine(product.pk, product.sku, "", Decimal(quantity), product.unit, Decimal(quantity), product.list_price,
                    part.net, Decimal(0), PROMISED_ON)
            for (product, quantity), part in zip(lines, sums.lines, strict=True)
        ),
        **given,
    )  # fmt: skip


def _reserve(order_id: int, ids: Sequence[int], lines: Sequence[tuple[Product, int]], reserved: Sequence[int]) -> None:
    inventory.reserve(
        [
            ReservationNew(
                order_id, line_id, product.pk, a_warehouse().pk, Decimal(quantity), Decimal(held), PROMISED_ON, None,
                Decimal(0),
            )
            for line_id, (product, quantity), held in zip(ids, lines, reserved, strict=True)
        ],
        at=NOW,
    )  # fmt: skip
