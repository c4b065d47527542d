"""Two sendings of one form at the same moment, over real connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.intake.desk import FOUNDED, found_desk

from orderloop.access.facts import PersonNew
from orderloop.access.models import Person
from orderloop.access.services import add_people
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.calendar_data import CHINA
from orderloop.intake.models import Draft
from orderloop.orders.models import Order

SENDERS = 6


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_by_several_at_one_moment_is_one_order() -> None:
    found_desk()
    new = PersonNew("liu", "Liu", ("clerk",), "correct horse battery")
    assert add_people([new], at=FOUNDED, actor=SYSTEM).all_done
    person = Person.objects.get(username="liu")
    form = {
        "token": str(uuid4()), "customer": "HX", "po_number": "PO-1", "item": ["BOLT"], "quantity": ["3"],
        "requested_on": CHINA.next_working_day(timezone.localdate() + timedelta(days=14)).isoformat(),
    }  # fmt: skip
    clients = [Client() for _ in range(SENDERS)]
    for client in clients:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    together = Barrier(SENDERS)

    def send(client: Client) -> tuple[int, str]:
        together.wait(timeout=10)
        try:
            response = client.post("/orders/new", form)
            return response.status_code, response.headers.get("Location", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(SENDERS) as pool:
        answers = list(pool.map(send, clients))
    draft = Draft.objects.get()
    assert answers == [(302, f"/orders/taken/{draft.id}")] * SENDERS
    assert Order.objects.count() == 1
    assert draft.order_id == Order.objects.get().id
