"""A thousand messages of every kind, and readers killed in the middle of their work a hundred times.

Each message is in the inbox once and ends in exactly one outcome, and each order is taken in once. The control writes
outcomes apart from the orders and is found out.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from tests.faults.message_reader import BEGINNING
from tests.intake.arrivals import a_partner, edifact, mail
from tests.makers import a_customer, a_product, policies

from orderloop.customers.models import Contact
from orderloop.intake import services as intake
from orderloop.intake.facts import Arrival
from orderloop.intake.models import Document, Draft, Message
from orderloop.metrics.queries.invariants import check_invariants
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# How many of each kind, of a thousand, and what each ends in.
KINDS = {"edi": 500, "again": 100, "unknown item": 100, "mailed": 100, "letter": 150, "broken": 50}
ENDS = {"unknown item": "draft", "mailed": "draft", "letter": "not_order", "broken": "quarantined"}


def arrivals(share: float = 1.0) -> Iterator[tuple[str, Arrival]]:
    """The messages by kind, all in the past of the readers' clock, the kinds mixed by when they came."""
    for kind, count in KINDS.items():
        for n in range(int(count * share)):
            at = BEGINNING - timedelta(hours=5) + timedelta(seconds=n * 7 + len(kind))
            yield kind, _arrival(kind, n, at)


def _arrival(kind, n, at):
    if kind in {"edi", "again"}:
        content = edifact(f"PO-{n}", [("BOLT-M8", 1 + n, "12.5"), ("NUT-M8", 10, "2")], control=str(n))
        return Arrival(Channel.EDI, "", content, at, "as2:partner", f"{kind}-{n}")
    if kind == "unknown item":
        content = edifact(f"UN-{n}", [("NOBODY-KNOWS", 4, "12.5")], control=f"9{n}")
        return Arrival(Channel.EDI, "", content, at, "as2:partner", f"{kind}-{n}")
    if kind == "broken":
        return Arrival(Channel.EDI, "", b"\x00\x01\x02" + os.urandom(60), at, "as2:partner", f"{kind}-{n}")
    text = (
        f"PO: ML-{n}\nBOLT-M8  {1 + n % 5} pcs\nNUT-M8  20 pcs\n"
        if kind == "mailed"
        else f"Thanks for the visit, no {n}!"
    )
    content = mail(text, subject=f"{kind} {n}", sender="buyer@customer.example")
    return Arrival(Channel.MAIL, "message/rfc822", content, at, "buyer@customer.example", f"{kind}-{n}")


def test_a_thousand_messages_are_each_dealt_with_once_though_readers_are_killed_a_hundred_times():
    kinds = founded(1.0)
    assert read_with_kills(100, seed=11) == 100
    assert faults_of(kinds) == []


def test_the_check_finds_out_outcomes_that_are_written_apart_from_the_orders():
    kinds = founded(0.15)
    read_with_kills(20, seed=12, how="split")
    assert faults_of(kinds) != []


def founded(share: float) -> dict[int, str]:
    """A desk to which the messages have come; their kinds by id."""
    policies(BEGINNING - timedelta(days=30))
    customer = a_customer()
    Contact.objects.create(customer=customer, name="Li", email="buyer@customer.example", is_primary=True)
    a_partner(customer.pk)
    a_product("BOLT-M8", price="12.5")
    a_product("NUT-M8", price="2")
    kinds, given = zip(*arrivals(share), strict=True)
    return {stored.message_id: kind for stored, kind in zip(intake.store_messages(given), kinds, strict=True)}


def read_with_kills(kills: int, *, seed: int, how: str = "") -> int:
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'], safe='')}"
    url = f"postgresql://{who}@{given['HOST'] or '127.0.0.1'}:{given['PORT'] or 5432}/{given['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "ORDERLOOP_SECRET_KEY": settings.SECRET_KEY}
    environment.pop("DATABASE_OWNER_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.message_reader", str(kills), str(seed), *([how] if how else [])],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=600,
        check=True,
    )
    return int(done.stdout.split()[-1])


def faults_of(kinds: dict[int, str]) -> list[str]:
    """What is not as it must be, in words."""
    outcomes = dict(Message.objects.values_list("id", "outcome"))
    faults = [] if outcomes.keys() == kinds.keys() else ["messages were lost or doubled"]
    for message_id, kind in kinds.items():
        if kind in ENDS and outcomes[message_id] != ENDS[kind]:
            faults.append(f"{kind} {message_id} ended as {outcomes[message_id]}")
    edi = Counter(outcomes[i] for i, kind in kinds.items() if kind in {"edi", "again"})
    counts = Counter(kinds.values())
    if edi != Counter(order=counts["edi"], duplicate=counts["again"]):
        faults.append(f"electronic orders ended as {dict(edi)}")
    numbers = Counter(Order.objects.values_list("po_number", flat=True))
    if numbers != Counter(f"PO-{n}" for n in range(counts["edi"])):
        faults.append("orders were lost or doubled")
    drafts = Counter(Draft.objects.values_list("message_id", "row"))
    if any(times > 1 for times in drafts.values()):
        faults.append("a message has two drafts of one order")
    documents = Counter(Document.objects.values_list("message_id", flat=True))
    if any(documents[i] != 1 for i, kind in kinds.items() if kind in {"mailed", "letter", "unknown item"}):
        faults.append("a message has no document, or two")
    return faults + [str(each) for each in check_invariants()]
