"""Messages with pictures have a process of their own: whoever reads the others leaves them to it at once."""

import io

import pytest
from PIL import Image
from tests.intake.arrivals import a_partner, edifact, mail, store
from tests.makers import NOW, a_customer, a_product, policies

from orderloop.flow.jobs import read_arrivals, recognise_arrivals
from orderloop.intake.models import Document, Message
from orderloop.intake.services import hinting
from orderloop.interchange import services
from orderloop.interchange.facts import Fault, FaultCode, Format, Reading, ReadOrder, Role, Value
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order
from orderloop.platform import jobs
from orderloop.worklist.models import WorkItem

pytestmark = pytest.mark.django_db


def tiff() -> bytes:
    page = io.BytesIO()
    Image.new("1", (1728, 1100), 1).save(page, "TIFF", compression="group4", dpi=(204, 196))
    return page.getvalue()


def scanned_pdf() -> bytes:
    page = io.BytesIO()
    Image.new("L", (800, 1100), 120).save(page, "PDF", resolution=100)
    return page.getvalue()


@pytest.fixture
def desk(db):
    policies()
    customer = a_customer()
    a_product("BOLT-M8", price="12.5")
    a_partner(customer.pk)


@pytest.fixture
def recognised(monkeypatch) -> list[bytes]:
    """What was given to recognition; every picture of it says one order number."""
    given: list[bytes] = []

    def read(content, hints):
        given.append(content)
        return Reading(Format.IMAGE, (ReadOrder(Role.ORDER, {"po_number": Value("PO-9", confidence=0.5)}),))

    monkeypatch.setattr(hinting, "read_document", read)
    return given


def waiting() -> list[tuple[str, bool, int]]:
    return list(Message.objects.order_by("id").values_list("outcome", "needs_recognition", "attempts"))


def test_a_fax_is_left_to_recognition_and_what_came_after_it_is_read_at_once(desk, recognised):
    fax = store(tiff(), channel=Channel.FAX)
    store(edifact("PO-77", [("BOLT-M8", 4, "12.5")]))
    assert read_arrivals(NOW) == 1
    assert waiting() == [("pending", True, 0), ("order", False, 1)]
    assert Order.objects.get().po_number == "PO-77"
    assert recognised == []
    assert recognise_arrivals(NOW) == 1
    assert recognised == [tiff()]
    assert waiting() == [("draft", True, 1), ("order", False, 1)]
    assert Document.objects.get(message_id=fax).outcome == "draft"


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [("scan.pdf", "application/pdf", scanned_pdf()), ("scan.tif", "image/tiff", tiff())],
    ids=["pdf without text", "picture"],
)
def test_a_mail_with_a_scan_is_left_to_recognition_whole(desk, name, kind, content):
    store(mail("See the scan.", attached=[(name, kind, content)]), channel=Channel.MAIL)
    assert read_arrivals(NOW) == 0
    assert waiting() == [("pending", True, 0)]
    assert Document.objects.count() == 0


def test_a_mail_without_pictures_is_read_at_once(desk):
    store(mail("No order in here."), channel=Channel.MAIL)
    assert read_arrivals(NOW) == 1
    assert waiting() == [("not_order", False, 1)]


def test_one_message_is_recognised_at_a_time_the_longest_waiting_first(desk, recognised):
    first, second = (store(tiff() + bytes([n]), channel=Channel.FAX) for n in range(2))
    read_arrivals(NOW)
    assert recognise_arrivals(NOW) == 1
    outcomes = dict(Message.objects.values_list("id", "outcome"))
    assert outcomes == {first: "draft", second: "pending"}


def test_where_recognition_is_not_installed_a_fax_goes_to_a_person_with_the_reason(desk, monkeypatch):
    monkeypatch.setattr(services, "recognition_installed", lambda: False)
    missing = Reading(Format.IMAGE, faults=(Fault(FaultCode.NO_RECOGNITION),))
    monkeypatch.setattr(services, "_read", lambda *given: missing)
    fax = store(tiff(), channel=Channel.FAX)
    assert read_arrivals(NOW) == 1
    message = Message.objects.get()
    assert (message.outcome, message.reason, message.needs_recognition) == (
        "quarantined", ["D_NO_RECOGNITION"], False
    )  # fmt: skip
    item = WorkItem.objects.get()
    assert (item.kind, item.role, item.subject_kind, item.subject_id) == ("quarantine", "clerk", "message", fax)


def test_the_worker_and_the_recogniser_share_no_pass():
    usual, recognition = jobs._lanes[jobs.USUAL], jobs._lanes[jobs.RECOGNITION]
    assert set(recognition) == {"recognise_arrivals"}
    assert "read_arrivals" in usual and "recognise_arrivals" not in usual
