"""What waits for a person, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from orderloop.foundation.words import gettext_noop as _

KIND_WORDS: Mapping[str, str] = {
    "draft": _("Complete a draft"),
    "question": _("Wait for the customer's answer"),
    "quarantine": _("Look at a message set apart"),
    "not_order": _("Look at what seems to be no order"),
    "proposal": _("Decide a change the customer asks for"),
    "amendment": _("Carry out a change that was accepted"),
    "answer": _("Confirm an answer that came by mail"),
    "hold_credit": _("Decide a credit hold"),
    "hold_amount": _("Decide a large order"),
    "hold_stock": _("Decide a stock hold"),
    "hold_date": _("Decide a date hold"),
    "production_planning": _("Plan a shortage"),
    "shipping_planning": _("Plan the shipment"),
    "picking": _("Pick"),
    "dispatch": _("Pack and dispatch"),
    "delivery": _("Confirm delivery"),
    "effect": _("Message could not be sent"),
    "call_back": _("Call back: a fax did not come through"),
    "receipt_missing": _("Ask why a partner has not acknowledged a document"),
    "post_given_up": _("See why documents do not reach a partner"),
    "receipt_late": _("Tell the sender that his order is here"),
    "confirmation_late": _("Confirm an order whose time is over"),
    "dispute": _("Settle a dispute"),
    "figure_missed": _("A figure misses its target"),
}


@dataclass(frozen=True, slots=True)
class WorkNew:
    """Work about to be put on the list; open at most once per kind and subject."""

    kind: str
    role: str
    subject_kind: str
    subject_id: int
    title: str
    due_at: datetime
    order_id: int | None = None
    customer_id: int | None = None
    skill: str = ""
    reason: str = ""
    priority: Decimal = Decimal(0)
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkFact:
    """A piece of open work."""

    item_id: int
    kind: str
    role: str
    skill: str
    subject_kind: str
    subject_id: int
    order_id: int | None
    customer_id: int | None
    title: str
    reason: str
    priority: Decimal
    since: datetime
    due_at: datetime
    taken_by_id: int | None
    taken_at: datetime | None
    sent_back_cause: str
    data: Mapping[str, object]
