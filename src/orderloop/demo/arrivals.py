"""The days after the founding: each brings a dozen orders of the record and the goods that are due."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orderloop.demo import messages, records
from orderloop.demo.desk import Desk
from orderloop.demo.schedule import lacks_something
from orderloop.demo.steps import noted, once
from orderloop.demo.timeline import DAYS_TO_ARRIVE
from orderloop.flow.services.advance import receive_goods
from orderloop.inventory import queries as inventory

ARRIVED = "arrived "


@dataclass(frozen=True, slots=True)
class Brought:
    """What a day brought: orders that came in whole, those that lack something, receipts booked in, and days left."""

    orders: int
    incomplete: int
    receipts: int
    days_left: int

    def __str__(self) -> str:
        """What came, in a sentence for the person who asked for it."""
        figures = {
            "orders": self.orders,
            "incomplete": self.incomplete,
            "receipts": self.receipts,
            "days": self.days_left,
        }
        if not self.orders and not self.incomplete:
            return _("Every day of the demo has come.")
        words = _(
            "Came in: orders %(orders)s, incomplete %(incomplete)s, goods received %(receipts)s. Days left: %(days)s."
        )
        return words % figures


def days_left() -> int:
    """How many days have not come yet."""
    return DAYS_TO_ARRIVE - len(noted(ARRIVED))


def bring_next_day(desk: Desk, *, at: datetime) -> Brought:
    """Bring the first day that has not come yet; with no day left, nothing happens.

    The orders ask for their goods as long after `at` as they did in the record. One of them lacks something, so that
    there is a customer to ask.
    """
    left = days_left()
    if not left:
        return Brought(0, 0, 0, 0)
    turn = DAYS_TO_ARRIVE - left + 1
    note = once(f"{ARRIVED}{turn}", lambda: _bring(desk, turn, at), at=at)
    return Brought(note["orders"], note["incomplete"], note["receipts"], DAYS_TO_ARRIVE - turn)


def _bring(desk: Desk, turn: int, at: datetime) -> dict[str, int]:
    orders = [dated for dated in desk.timeline.to_come if dated.round == turn]
    due = {i: quantity for i, (_product, quantity) in inventory.receipts_due(orders[0].ordered_on).items()}
    if due:
        receive_goods(due, at=at, actor=desk.staff["warehouse"])
    stores = {store.code: store for store in records.stores()}
    today = at.astimezone(desk.clock.zone).date()
    sent = []
    for dated in orders:
        store = stores[dated.sale.store]
        is_lacking = lacks_something(dated, desk.timeline)
        sent.append(
            messages.Sent(dated.moved_to(today), store, desk.customers[store.code], at, desk.sender(store), is_lacking)
        )
    taken = messages.send(sent, at=at)
    whole = sum(each.order_id is not None for each in taken.values())
    return {"orders": whole, "incomplete": len(taken) - whole, "receipts": len(due)}
