"""The days after the founding: each brings a dozen orders of the record and the goods that are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orderloop.demo import messages, post, records
from orderloop.demo.desk import Desk
from orderloop.demo.schedule import lacks_something
from orderloop.demo.steps import noted, once
from orderloop.demo.timeline import DAYS_TO_ARRIVE, Dated
from orderloop.flow.services.advance import receive_goods
from orderloop.flow.services.arriving import process_messages
from orderloop.foundation.actor import SYSTEM
from orderloop.intake import queries as intake
from orderloop.intake.facts import Arrival, Arrived, DraftStatus, Outcome
from orderloop.intake.services import store_messages
from orderloop.inventory import queries as inventory

ARRIVED = "arrived "


@dataclass(frozen=True, slots=True)
class Brought:
    """What a day brought: orders that came in whole, those that lack something, those a person is to check, what came
    before or is no order, receipts booked in, and days left."""

    orders: int
    incomplete: int
    to_check: int
    set_aside: int
    receipts: int
    days_left: int

    def __str__(self) -> str:
        """What came, in a sentence for the person who asked for it."""
        figures = {
            "orders": self.orders,
            "incomplete": self.incomplete,
            "to_check": self.to_check,
            "set_aside": self.set_aside,
            "receipts": self.receipts,
            "days": self.days_left,
        }
        if not self.orders and not self.incomplete:
            return _("Every day of the demo has come.")
        words = _(
            "Came in: orders %(orders)s, incomplete %(incomplete)s, to check %(to_check)s, set aside %(set_aside)s, "
            "goods received %(receipts)s. Days left: %(days)s."
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
        return Brought(0, 0, 0, 0, 0, 0)
    turn = DAYS_TO_ARRIVE - left + 1
    note = once(f"{ARRIVED}{turn}", lambda: _bring(desk, turn, at), at=at)
    return Brought(**note, days_left=DAYS_TO_ARRIVE - turn)


def _bring(desk: Desk, turn: int, at: datetime) -> dict[str, int]:
    coming = [dated for dated in desk.timeline.to_come if dated.round == turn]
    due = {i: quantity for i, (_product, quantity) in inventory.receipts_due(coming[0].ordered_on).items()}
    if due:
        receive_goods(due, at=at, actor=desk.staff["warehouse"])
    sent = _sent(desk, coming, at)
    forms = post.forms_of(coming)
    entered = messages.send([each for each in sent if forms[each.dated.serial] is post.Form.ENTERED], at=at)
    purchases = [messages.purchase(each) for each in sent]
    posted = [post.arrival(each, forms[each.serial], at) for each in purchases if each.serial not in entered]
    arrived = [*_read(posted, at), *_read(post.rest_of_the_post(turn, purchases, at), at)]
    asked = intake.drafts_for([i for each in arrived for i in each.draft_ids])
    incomplete = sum(draft.status is DraftStatus.ASKING for draft in asked.values())
    whole = sum(each.order_id is not None for each in entered.values())
    return {
        "orders": whole + sum(len(each.order_ids) for each in arrived if each.outcome is Outcome.ORDER),
        "incomplete": len(entered) - whole + incomplete,
        "to_check": len(asked) - incomplete + sum(each.outcome is Outcome.CHANGE for each in arrived),
        "set_aside": sum(each.outcome in (Outcome.DUPLICATE, Outcome.NOT_ORDER) for each in arrived),
        "receipts": len(due),
    }


def _sent(desk: Desk, coming: Sequence[Dated], at: datetime) -> list[messages.Sent]:
    stores = {store.code: store for store in records.stores()}
    today = at.astimezone(desk.clock.zone).date()
    return [
        messages.Sent(
            dated.moved_to(today),
            store := stores[dated.sale.store],
            desk.customers[store.code],
            at,
            desk.sender(store),
            lacks_something(dated, desk.timeline),
        )
        for dated in coming
    ]


def _read(posted: Sequence[Arrival], at: datetime) -> list[Arrived]:
    """Store what the post brought and read it, as the mailroom and the worker do."""
    stored = [each.message_id for each in store_messages(posted)]
    return list(process_messages(stored, at=at, actor=SYSTEM).values.values())
