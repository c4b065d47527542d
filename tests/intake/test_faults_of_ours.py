"""A reader that fails by itself is told as a fault of ours, logged, put before a person, and read again once mended."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.intake.arrivals import a_partner, edifact, mail, store
from tests.interchange.sheets_made import LINES, xlsx
from tests.makers import CLERK, NOW, a_customer, a_product, policies

from orderloop.flow.queries.robots import alarms_after
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.exchanging import RECEIPTS, acknowledge_messages
from orderloop.flow.services.requesting import answer_request
from orderloop.flow.services.robots import ALARMS
from orderloop.foundation.actor import SYSTEM
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.models import Draft
from orderloop.interchange import services
from orderloop.interchange.facts import FaultCode, Hints, Reading
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order
from orderloop.platform import sandbox
from orderloop.platform.models import Effect
from orderloop.worklist.models import WorkItem

Plant = Callable[[str, str], None]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Plant:
    """Puts a module in front of all others a reader's child may import."""
    request.addfinalizer(sandbox.stop)  # after the search path is as it was

    def put(name: str, text: str) -> None:
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(sandbox, "SEARCH_PATHS", (str(tmp_path),))
        sandbox.stop()

    return put


def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    sandbox.stop()


def codes(reading: Reading) -> list[FaultCode]:
    return [fault.code for fault in reading.faults]


def test_a_library_that_cannot_be_imported_is_no_damage_of_the_document(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plant("python_calamine", "import is_not_installed\n")
    with caplog.at_level(logging.ERROR, "orderloop.platform.sandbox"):
        reading = services.read_document(xlsx(LINES), Hints(filename="a.xlsx"))
    (fault,) = reading.faults
    assert (fault.code, fault.rejects, reading.has_failed) == (FaultCode.INTERNAL, True, True)
    assert fault.params["detail"] == "ModuleNotFoundError(is_not_installed) python_calamine.py:1"
    (record,) = caplog.records
    told = record.getMessage().splitlines()
    assert told[0] == f"orderloop.interchange.readers:read_as_json raised {fault.params['detail']}"
    assert any(line.endswith(" in read_as_json") for line in told) and "python_calamine.py:1 in <module>" in told[-1]
    mended(monkeypatch)
    assert services.read_document(xlsx(LINES), Hints(filename="a.xlsx")).orders


def test_a_damaged_document_is_still_told_as_damaged(caplog: pytest.LogCaptureFixture) -> None:
    reading = services.read_document(xlsx(LINES)[:600], Hints(filename="a.xlsx"))
    assert (codes(reading)[0], reading.has_failed, caplog.records) == (FaultCode.DAMAGED, False, [])


def test_what_the_exception_says_of_the_document_is_neither_kept_nor_logged(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plant("planted", "def read(content, hints):\n    raise KeyError(content)\n")
    monkeypatch.setattr(services, "_READ", "planted:read")
    reading = services.read_document(b"Item,Qty\nTOP-SECRET,1\n", Hints(filename="a.csv"))
    assert reading.faults[0].params["detail"] == "KeyError planted.py:2"
    assert "planted.py:2 in read" in caplog.text and "TOP-SECRET" not in caplog.text


@pytest.mark.django_db
def test_a_message_not_read_by_a_fault_of_ours_waits_for_a_person_and_is_read_again_once_it_is_mended(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies()
    a_customer("HX")
    attached = [("order.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx(LINES))]
    plant("python_calamine", "import is_not_installed\n")
    message_id = store(mail("See the sheet.", attached=attached), channel=Channel.MAIL, sender="buyer@customer.example")
    arrived = process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id]
    assert arrived.outcome == "quarantined"
    work = WorkItem.objects.get()
    assert (work.kind, work.subject_id, work.reason) == ("quarantine", message_id, "internal")
    assert [alarm.kind for alarm in alarms_after(0, ALARMS, 9)] == ["quarantine"]
    assert queries.message_content(message_id) is not None
    mended(monkeypatch)
    assert intake.retry_messages([message_id], at=NOW, actor=CLERK).all_done
    assert process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id].outcome == "draft"
    assert len(Draft.objects.get().body["lines"]) == len(LINES) - 1
    work.refresh_from_db()
    assert work.done_at == NOW


@pytest.mark.django_db
def test_a_partner_is_not_told_that_his_document_is_wrong_and_hears_of_it_once_it_is_read(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies()
    customer = a_customer("HX")
    a_partner(customer.pk)
    a_product("BOLT-M8", price="12.5")
    plant("planted", "def read(content, hints):\n    raise KeyError(content)\n")
    monkeypatch.setattr(services, "_READ", "planted:read")
    message_id = store(edifact("PO-1", [("BOLT-M8", 2, "12.5")]))
    assert process_messages([message_id], at=NOW, actor=SYSTEM).values[message_id].outcome == "quarantined"
    assert Effect.objects.filter(kind=RECEIPTS).count() == 0
    assert acknowledge_messages([message_id], at=NOW) == {}
    assert answer_request(b"<cXML/>", at=NOW).status == 500
    mended(monkeypatch)
    intake.retry_messages([message_id], at=NOW, actor=CLERK)
    process_messages([message_id], at=NOW, actor=SYSTEM)
    assert (Order.objects.get().po_number, Effect.objects.filter(kind=RECEIPTS).count()) == ("PO-1", 1)
