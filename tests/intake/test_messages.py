"""Nothing that comes in is lost, and nothing that comes twice is taken for two."""

import hashlib
from datetime import UTC, datetime

import pytest

from orderloop.intake import services
from orderloop.intake.facts import Arrival, MessageOutcome, Outcome
from orderloop.intake.models import Message
from orderloop.orders.facts import Channel
from orderloop.platform.files import read_file

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def arrival(body: bytes = b"{}", external_id: str | None = None, sender: str = "t1") -> Arrival:
    return Arrival(Channel.API, "application/json", body, AT, sender, external_id)


def test_bytes_are_kept_as_they_came_with_their_hash() -> None:
    [stored] = services.store_messages([arrival(b"\x00\xffanything")])
    message = Message.objects.get(id=stored.message_id)
    assert bytes(message.body) == b"\x00\xffanything"
    assert bytes(message.sha256) == hashlib.sha256(b"\x00\xffanything").digest()
    assert (message.outcome, stored.is_duplicate) == ("pending", False)


def test_a_large_body_is_kept_as_a_file() -> None:
    body = b"x" * 300_000
    [stored] = services.store_messages([arrival(body)])
    message = Message.objects.get(id=stored.message_id)
    assert message.body is None
    assert read_file(message.file).content == body


def test_the_same_sender_and_id_is_one_message_also_within_one_call() -> None:
    first, again, other, nameless = services.store_messages(
        [arrival(external_id="a"), arrival(external_id="a"), arrival(external_id="a", sender="t2"), arrival()]
    )
    assert (again.message_id, again.is_duplicate) == (first.message_id, True)
    assert not other.is_duplicate
    assert not nameless.is_duplicate
    [later] = services.store_messages([arrival(b"new bytes", external_id="a")])
    assert (later.message_id, later.is_duplicate) == (first.message_id, True)
    assert Message.objects.count() == 3


def test_an_outcome_is_written_once() -> None:
    [stored] = services.store_messages([arrival()])
    as_draft = {stored.message_id: MessageOutcome(Outcome.DRAFT)}
    as_order = {stored.message_id: MessageOutcome(Outcome.ORDER, 42)}
    assert services.record_outcomes(as_draft, at=AT).all_done
    assert services.record_outcomes(as_order, at=AT).all_done
    assert services.record_outcomes(as_draft, at=AT).counts == {"done": 0, "refused": 0, "stale": 1}
    message = Message.objects.get(id=stored.message_id)
    assert (message.outcome, message.order_id) == ("order", 42)
