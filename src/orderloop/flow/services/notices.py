"""Telling customers: one message per order and event, written into the outbox with the decision it tells of."""

from collections.abc import Mapping
from datetime import datetime

from orderloop.platform.outbox import EffectNew, put_effects


def tell(events: Mapping[int, str], subjects: Mapping[int, str] | None = None, *, at: datetime) -> None:
    """Have the customers of these orders (by id) told of what happened to each, at most once per event and subject."""
    about = subjects or {}
    put_effects([_notice(order_id, event, about.get(order_id, "")) for order_id, event in events.items()], at=at)


def _notice(order_id: int, event: str, subject: str) -> EffectNew:
    key = f"notice:{event}:{order_id}" + (f":{subject}" if subject else "")
    return EffectNew(key, "notice", {"event": event, "order_id": order_id, "subject": subject}, order_id)
