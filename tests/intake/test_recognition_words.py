"""What is sold helps to tell what a poor picture says; what is no picture is read without asking for it."""

import pytest
from tests.intake.arrivals import edifact, store
from tests.intake.test_recognition_lane import tiff
from tests.makers import NOW, a_product, policies

from orderloop.intake.services import hinting
from orderloop.intake.services.claiming import claim_messages
from orderloop.interchange.facts import Format, Hints, Reading
from orderloop.orders.facts import Channel

pytestmark = pytest.mark.django_db


def test_a_picture_is_recognised_with_the_words_of_our_goods(monkeypatch):
    policies()
    a_product("CT-1", name_en="Cable tie", name_zh="电缆扎带")
    given: list[Hints] = []

    def read(content, hints):
        given.append(hints)
        return Reading(Format.IMAGE)

    monkeypatch.setattr(hinting, "read_document", read)
    ids = [store(tiff(), channel=Channel.FAX), store(edifact("PO-1", [("CT-1", 4, "12.5")]))]
    found = hinting.read_messages(claim_messages(ids, at=NOW), own_names=("We",), at=NOW)
    assert [(hints.words, hints.own_names) for hints in given] == [(("cable", "tie", "电缆扎带", "CT-1"), ("We",))]
    assert len(found) == 2


def test_without_a_picture_the_words_of_our_goods_are_not_asked_for(monkeypatch):
    policies()
    monkeypatch.setattr(hinting, "name_words", lambda: pytest.fail("asked"))
    ids = [store(edifact("PO-1", [("CT-1", 4, "12.5")]))]
    assert len(hinting.read_messages(claim_messages(ids, at=NOW), own_names=(), at=NOW)) == 1
