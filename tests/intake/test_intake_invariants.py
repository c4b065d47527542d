"""What must hold of messages that were read; each rule shown its violation names just the messages that break it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.intake.arrivals import a_partner, edifact, mail, store
from tests.makers import a_customer, a_product, policies

from orderloop.flow.services.arriving import process_messages
from orderloop.foundation.actor import SYSTEM
from orderloop.intake.models import Document, Message, Proposal
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.orders.facts import Channel
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended() -> dict[str, int]:
    """A message of each kind, ended by the services: an order, a change of it, no order, and one nobody can read."""
    at = timezone.now() - timedelta(minutes=1)
    policies()
    a_partner(a_customer().pk)
    a_product("BOLT-M8", price="12.5")
    ids = {
        "order": store(edifact("PO-1", [("BOLT-M8", 4, "12.5")]), at=at),
        "change": store(edifact("PO-1", [("BOLT-M8", 6, "12.5")], control="2"), at=at),
        "not_order": store(mail("Thank you."), channel=Channel.MAIL, sender="a@b.example", at=at),
        "quarantined": store(b"%PDF-1.7 broken", channel=Channel.MAIL, sender="a@b.example", at=at),
    }
    process_messages(list(ids.values()), at=timezone.now(), actor=SYSTEM)
    assert {kind: Message.objects.get(id=i).outcome for kind, i in ids.items()} == {kind: kind for kind in ids}
    return ids


def found() -> dict[str, tuple[str, ...]]:
    return {violation.code: violation.ids for violation in check_invariants(["I8", "I8a", "I8b", "I8c"])}


def test_messages_led_by_the_services_break_nothing(ended: dict[str, int]) -> None:
    assert found() == {}


def test_a_message_read_without_a_document_is_named(ended: dict[str, int]) -> None:
    Document.objects.filter(message_id=ended["not_order"]).delete()
    assert found() == {"I8b": (f"message {ended['not_order']}",)}


def test_a_gap_in_a_messages_documents_is_named(ended: dict[str, int]) -> None:
    document = Document.objects.get(message_id=ended["order"])
    Document.objects.create(
        message_id=ended["order"], ordinal=2, parent=document, format="pdf", sha256="0" * 64, outcome="not_order",
        read_at=timezone.now(),
    )  # fmt: skip
    assert found() == {"I8b": (f"message {ended['order']}",)}


def test_a_document_whose_order_is_not_there_is_named(ended: dict[str, int]) -> None:
    Document.objects.filter(message_id=ended["order"]).update(order_id=999_999)
    assert found() == {"I8b": (f"message {ended['order']}",)}


def test_a_message_that_waits_though_it_was_read_is_named(ended: dict[str, int]) -> None:
    Message.objects.filter(id=ended["order"]).update(outcome="pending", outcome_at=None)
    assert found() == {"I8b": (f"message {ended['order']}",)}


def test_a_change_without_a_proposal_is_named(ended: dict[str, int]) -> None:
    Proposal.objects.all().delete()
    assert found() == {"I8c": (f"message {ended['change']}",)}


def test_a_message_set_apart_that_nobody_sees_is_named(ended: dict[str, int]) -> None:
    WorkItem.objects.filter(subject_id=ended["quarantined"], subject_kind="message").delete()
    assert found() == {"I8c": (f"message {ended['quarantined']}",)}
