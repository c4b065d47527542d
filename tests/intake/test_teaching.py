"""Teach once: a value shown on a page is read by itself on that customer's next document."""

import io
from collections.abc import Sequence

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.intake.arrivals import mail, store
from tests.makers import CLERK, NOW, a_customer, a_product, policies

from orderloop.customers.models import Contact, Customer
from orderloop.flow.services.arriving import process_messages
from orderloop.flow.services.take_in import take_in_entries
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.outcome import Reason
from orderloop.intake import queries
from orderloop.intake import services as intake
from orderloop.intake.models import Document, Draft, Lesson
from orderloop.intake.services import Teaching
from orderloop.interchange.facts import Place
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db

Row = tuple[str, str, str, str]


def page(
    number: str, rows: Sequence[Row], total: str, *, label: str = "PO Number:", wanted: str = "2026-12-07"
) -> bytes:
    """A one-page purchase order with a ruled table."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(60, 780, "PURCHASE ORDER")
    for n, (name, text) in enumerate(((label, number), ("Delivery date:", wanted), ("Currency:", "CNY"))):
        canvas.drawString(60, 740 - 18 * n, name)
        canvas.drawString(180, 740 - 18 * n, text)
    columns = (60, 200, 300, 400, 500)
    for n, row in enumerate([("Item code", "Quantity", "Unit price", "Amount"), *rows]):
        for x, cell in zip(columns, row, strict=False):
            canvas.drawString(x + 4, 660 - 20 * n, cell)
        canvas.line(60, 654 - 20 * n, 500, 654 - 20 * n)
    canvas.drawString(300, 640 - 20 * (len(rows) + 1), "Total:")
    canvas.drawString(404, 640 - 20 * (len(rows) + 1), total)
    canvas.save()
    return out.getvalue()


@pytest.fixture
def customer() -> Customer:
    policies()
    customer = a_customer("HX", name="Huaxin Machinery")
    Contact.objects.create(customer=customer, name="Li", email="li@huaxin.example", is_primary=True)
    a_product("BOLT-M8", price="12.5")
    a_product("NUT-M8", price="2")
    return customer


def arrive(content: bytes, at_number: int = 0) -> int:
    attached = [(f"order{at_number}.pdf", "application/pdf", content)]
    message = mail("Please find our order attached.", sender="li@huaxin.example", attached=attached)
    message_id = store(message, channel=Channel.MAIL, sender="li@huaxin.example", trust="trusted")
    process_messages([message_id], at=NOW, actor=SYSTEM)
    return message_id


def rows(quantity: int) -> tuple[list[Row], str]:
    amount = f"{quantity * 12.5:.2f}"
    return [("BOLT-M8", str(quantity), "12.50", amount)], amount


def test_a_mailed_page_with_known_words_becomes_an_order_by_itself(customer: Customer) -> None:
    lines, total = rows(4)
    arrive(page("PO-4711", lines, total))
    order = Order.objects.get()
    assert (order.po_number, order.customer_id, order.status, str(order.requested_on)) == (
        "PO-4711", customer.pk, "released", "2026-12-07"
    )  # fmt: skip
    draft = Draft.objects.get()
    source = draft.sources["po_number"]
    assert (source["method"], source["place"]["page"], draft.gates["decision"]) == ("label", 1, "accept")
    assert [d.outcome for d in Document.objects.order_by("ordinal")] == ["opened", "order"]


def strange(number: str, quantity: int) -> bytes:
    lines, total = rows(quantity)
    return page(number, lines, total, label="Vorgang Q7:")


def shown(draft: Draft, text: str) -> Teaching:
    """The value as a clerk shows it: by the box of its words on the page."""
    (reading,) = queries.readings_for([draft.document_id]).values()
    word = next(word for word in reading.pages[0].words if word.text == text)
    return Teaching(draft.id, "po_number", text, Place("", 1, word.box), raw=text)


def test_a_label_taught_once_is_read_on_the_next_document(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    assert "E_MISSING_PO" in [each["code"] for each in draft.findings]
    taught = intake.teach_fields([shown(draft, "HX/881")], at=NOW, actor=CLERK).values[0]
    assert (taught.kind, taught.means, taught.replayed) == ("label", "po_number", 0)
    lesson = Lesson.objects.get()
    assert (lesson.customer_id, lesson.document_id, lesson.taught_by) == (customer.pk, draft.document_id, "Li Na")
    entry = intake.entry_of_draft(queries.drafts_for([draft.id])[draft.id])
    assert take_in_entries([entry], at=NOW, actor=SYSTEM).values[draft.id].order_id is not None
    arrive(strange("HX/882", 6), 2)
    order = Order.objects.get(po_number="HX/882")
    source = Draft.objects.get(order_id=order.id).sources["po_number"]
    assert (source["method"], source["origin"]) == ("learnt", str(lesson.id))


def test_a_lesson_taken_back_is_applied_no_more(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    taught = intake.teach_fields([shown(Draft.objects.get(), "HX/881")], at=NOW, actor=CLERK).values[0]
    assert intake.undo_lessons([taught.lesson_id], at=NOW, actor=CLERK).all_done
    assert intake.undo_lessons([taught.lesson_id], at=NOW, actor=CLERK).counts["stale"] == 1
    arrive(strange("HX/882", 6), 2)
    assert Order.objects.count() == 0
    lesson = Lesson.objects.get()
    assert (lesson.off_by, lesson.off_reason) == ("Li Na", "undone")


def test_a_lesson_that_would_break_what_was_read_rightly_is_refused(customer: Customer) -> None:
    lines, total = rows(4)
    arrive(page("PO-4711", lines, total))
    lines, total = rows(6)
    # On this page the number stands where the delivery date has its words, and its own words are strange.
    arrive(page("2026-12-09", lines, total, label="Vorgang Q7:", wanted="PO4712"), 2)
    draft = Draft.objects.get(order_id=None)
    (reading,) = queries.readings_for([draft.document_id]).values()
    word = next(word for word in reading.pages[0].words if word.text == "PO4712")
    teaching = Teaching(draft.id, "po_number", "PO4712", Place("", 1, word.box), raw="PO4712")
    refused = intake.teach_fields([teaching], at=NOW, actor=CLERK).refused[0]
    first = Document.objects.get(order_id=Order.objects.get().id)
    assert refused.reasons == (
        Reason("intake.breaks_earlier", "po_number", {"document_id": first.id, "field": "requested_on"}),
    )
    assert Lesson.objects.count() == 0
    draft.refresh_from_db()
    assert draft.body["po_number"] == "PO4712"


def test_a_delivery_address_and_a_unit_are_learnt_as_the_customer_writes_them(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    teachings = [
        Teaching(draft.id, "ship_to", "HQ", Place(), raw="Werk 3, Tor B"),
        Teaching(draft.id, "lines/0/unit", "EA", Place(), raw="Stk"),
    ]
    taught = intake.teach_fields(teachings, at=NOW, actor=CLERK).values
    assert [(each.kind, each.given, each.means) for each in taught.values()] == [
        ("ship_to", "werk 3, tor b", "HQ"),
        ("unit", "stk", "EA"),
    ]


def test_the_same_lesson_again_is_the_same_and_another_meaning_takes_its_place(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    teaching = Teaching(draft.id, "lines/0/unit", "EA", Place(), raw="Stk")
    first = intake.teach_fields([teaching], at=NOW, actor=CLERK).values[0]
    assert intake.teach_fields([teaching], at=NOW, actor=CLERK).values[0].lesson_id == first.lesson_id
    other = Teaching(draft.id, "lines/0/unit", "BOX", Place(), raw="Stk")
    second = intake.teach_fields([other], at=NOW, actor=CLERK).values[0]
    assert [(each.id, each.means, each.off_reason) for each in Lesson.objects.order_by("id")] == [
        (first.lesson_id, "EA", "replaced"),
        (second.lesson_id, "BOX", ""),
    ]


def test_what_teaches_nothing_is_refused_though_the_value_is_put_in(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    outcome = intake.teach_fields([Teaching(draft.id, "note", "Rush", Place())], at=NOW, actor=CLERK)
    assert outcome.refused[0].reasons == (Reason("intake.nothing_to_learn", "note"),)
    draft.refresh_from_db()
    assert draft.body["note"] == "Rush"
