"""Teach once: a value shown on a page is read by itself on that customer's next document."""

import io
from collections.abc import Sequence

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.intake.arrivals import a_partner, edifact, mail, store
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
from orderloop.platform import sandbox

pytestmark = pytest.mark.django_db

Row = tuple[str, str, str, str]


TITLES = ("Item code", "Quantity", "Unit price", "Amount")


def page(
    number: str,
    rows: Sequence[Sequence[str]],
    total: str,
    *,
    label: str = "PO Number:",
    wanted: str = "2026-12-07",
    titles: Sequence[str] = TITLES,
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
    for n, row in enumerate([titles, *rows]):
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


def try_out() -> int:
    """Lessons on trial are tried to the end; on how many documents."""
    count = 0
    while intake.try_next_lesson(at=NOW):
        count += 1
    return count


def test_a_label_taught_once_is_read_on_the_next_document(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    assert "E_MISSING_PO" in [each["code"] for each in draft.findings]
    taught = intake.teach_fields([shown(draft, "HX/881")], at=NOW, actor=CLERK).values[0]
    assert (taught.kind, taught.means, taught.to_try) == ("label", "po_number", 1)
    lesson = Lesson.objects.get()
    assert (lesson.kept_at, queries.lessons_for([customer.pk])) == (None, {})
    assert try_out() == 1
    lesson.refresh_from_db()
    assert (lesson.kept_at, lesson.off_at, lesson.tried, lesson.to_try) == (NOW, None, 1, [])
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
    try_out()
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
    taught = intake.teach_fields([teaching], at=NOW, actor=CLERK).values[0]
    assert try_out() == taught.to_try == 2
    first = Document.objects.get(order_id=Order.objects.get().id)
    lesson = Lesson.objects.get()
    assert (lesson.kept_at, lesson.off_at, lesson.off_reason) == (None, NOW, f"breaks:{first.id}:requested_on")
    assert queries.lessons_for([customer.pk]) == {}
    draft.refresh_from_db()
    assert draft.body["po_number"] == "PO4712"


def test_a_lesson_is_tried_on_the_customers_earlier_documents_and_kept_where_none_is_lost(customer: Customer) -> None:
    for n in range(3):
        lines, total = rows(4 + n)
        arrive(page(f"PO-{n}", lines, total), n)
    arrive(strange("HX/881", 9), 9)
    draft = Draft.objects.get(order_id=None)
    taught = intake.teach_fields([shown(draft, "HX/881")], at=NOW, actor=CLERK).values[0]
    assert (taught.to_try, Lesson.objects.get().to_try[0]) == (4, draft.document_id)
    assert (intake.try_next_lesson(at=NOW), Lesson.objects.get().kept_at) == (1, None)
    assert (try_out(), Lesson.objects.get().kept_at) == (3, NOW)


def test_a_lesson_taken_back_while_it_is_tried_is_tried_no_further(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    taught = intake.teach_fields([shown(Draft.objects.get(), "HX/881")], at=NOW, actor=CLERK).values[0]
    assert intake.undo_lessons([taught.lesson_id], at=NOW, actor=CLERK).all_done
    assert try_out() == 0
    assert (Lesson.objects.get().kept_at, Lesson.objects.get().off_reason) == (None, "undone")


def test_what_leads_to_another_place_on_its_own_document_is_not_kept(customer: Customer) -> None:
    """A page that takes too long, or on which the words do not lead to the value, teaches nothing."""
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    intake.teach_fields([shown(draft, "HX/881")], at=NOW, actor=CLERK)
    Lesson.objects.update(given="wordsthatstandnowhere")
    assert try_out() == 1
    assert (Lesson.objects.get().kept_at, Lesson.objects.get().off_reason) == (None, "nothing_to_learn")


def test_the_two_steps_run_in_children_and_one_that_dies_teaches_nothing(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    killed: list[str] = []

    def run(function: str, *_rest: object, **_limits: object) -> sandbox.Outcome:
        killed.append(function)
        return sandbox.Outcome(sandbox.Ending.CPU)

    intake.teach_fields([shown(draft, "HX/881")], at=NOW, actor=CLERK)
    monkeypatch.setattr(sandbox, "run", run)
    assert try_out() == 1
    assert (Lesson.objects.get().kept_at, Lesson.objects.get().off_reason) == (None, "nothing_to_learn")
    outcome = intake.teach_fields([shown(draft, "HX/881")], at=NOW, actor=CLERK)
    assert outcome.refused[0].reasons == (Reason("intake.nothing_to_learn", "po_number"),)
    assert [each.rpartition(":")[2] for each in killed] == ["orders_by_hints", "lesson_at"]


def test_a_label_in_a_mail_is_learnt_from_its_line(customer: Customer) -> None:
    def letter(number: str, quantity: int) -> int:
        text = f"Hello,\n\nVorgang: {number}\nBOLT-M8 {quantity} pcs 12.50\nDelivery by 2026-12-07"
        message_id = store(mail(text), channel=Channel.MAIL, sender="li@huaxin.example", trust="trusted")
        process_messages([message_id], at=NOW, actor=SYSTEM)
        return message_id

    first = Draft.objects.get(message_id=letter("KX881", 4))
    assert "po_number" not in first.body
    teaching = Teaching(first.id, "po_number", "KX881", Place("line 3"), raw="KX881")
    taught = intake.teach_fields([teaching], at=NOW, actor=CLERK).values[0]
    assert (taught.kind, taught.given, taught.means) == ("label", "vorgang", "po_number")
    assert try_out() == 1
    second = Draft.objects.get(message_id=letter("KX882", 6))
    assert (second.body["po_number"], second.sources["po_number"]["origin"]) == ("KX882", str(taught.lesson_id))


def test_an_electronic_document_teaches_no_words_and_says_why(customer: Customer) -> None:
    a_partner(customer.pk)
    message_id = store(edifact("PO-9", [("NO-SUCH", 2, "3")], control="9"))
    process_messages([message_id], at=NOW, actor=SYSTEM)
    draft = Draft.objects.get(message_id=message_id)
    teaching = Teaching(draft.id, "note", "Rush", Place("line 4"), raw="Rush", title="imd")
    outcome = intake.teach_fields([teaching], at=NOW, actor=CLERK)
    assert outcome.refused[0].reasons == (Reason("intake.set_by_standard", "note"),)
    assert Lesson.objects.count() == 0
    draft.refresh_from_db()
    assert draft.body["note"] == "Rush"


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
        (first.lesson_id, "EA", f"replaced:{second.lesson_id}"),
        (second.lesson_id, "BOX", ""),
    ]


def titled(customer: Customer) -> tuple[Draft, Teaching, Teaching]:
    """A draft, and one title of its table shown for the item and for the description."""
    lines, total = rows(4)
    arrive(page("", lines, total, titles=("Ref Q", *TITLES[1:])))
    draft = Draft.objects.get()
    (reading,) = queries.readings_for([draft.document_id]).values()
    box = next(word.box for word in reading.pages[0].words if word.text == "BOLT-M8")
    one, other = (
        Teaching(draft.id, f"lines/0/{name}", "BOLT-M8", Place("", 1, box), raw="BOLT-M8")
        for name in ("item", "customer_item")
    )
    return draft, one, other


def standing() -> list[tuple[str, str, bool]]:
    """What each lesson means, why it is off, and whether it is kept."""
    return [(e.means, e.off_reason.partition(":")[0], e.kept_at is not None) for e in Lesson.objects.order_by("id")]


def test_a_title_shown_for_two_fields_means_the_last_and_a_step_back_means_the_first_again(customer: Customer) -> None:
    _draft, one, other = titled(customer)
    first = intake.teach_fields([one], at=NOW, actor=CLERK).values[0]
    assert intake.teach_fields([one], at=NOW, actor=CLERK).values[0].lesson_id == first.lesson_id
    second = intake.teach_fields([other], at=NOW, actor=CLERK).values[0]
    assert standing() == [("item", "replaced", False), ("customer_item", "", False)]
    instead = queries.replaced_by([second.lesson_id])[second.lesson_id]
    assert [each.lesson_id for each in instead] == [first.lesson_id]
    assert intake.undo_lessons([second.lesson_id], at=NOW, actor=CLERK).all_done
    assert standing() == [("item", "", False), ("customer_item", "undone", False)]
    try_out()
    assert standing() == [("item", "", True), ("customer_item", "undone", False)]


def test_what_was_kept_gives_way_only_once_the_new_lesson_is_kept_and_comes_back_with_a_step_back(
    customer: Customer,
) -> None:
    _draft, one, other = titled(customer)
    first = intake.teach_fields([one], at=NOW, actor=CLERK).values[0]
    try_out()
    second = intake.teach_fields([other], at=NOW, actor=CLERK).values[0]
    assert standing() == [("item", "", True), ("customer_item", "", False)]
    assert [e.lesson_id for e in queries.replaced_by([second.lesson_id])[second.lesson_id]] == [first.lesson_id]
    try_out()
    assert standing() == [("item", "replaced", True), ("customer_item", "", True)]
    assert [e.lesson_id for e in queries.replaced_by([second.lesson_id])[second.lesson_id]] == [first.lesson_id]
    assert intake.undo_lessons([second.lesson_id], at=NOW, actor=CLERK).all_done
    assert standing() == [("item", "", True), ("customer_item", "undone", True)]


def test_a_lesson_switched_off_brings_nothing_back(customer: Customer) -> None:
    _draft, one, other = titled(customer)
    intake.teach_fields([one], at=NOW, actor=CLERK)
    second = intake.teach_fields([other], at=NOW, actor=CLERK).values[0]
    assert intake.undo_lessons([second.lesson_id], at=NOW, actor=CLERK, is_step_back=False).all_done
    assert standing() == [("item", "replaced", False), ("customer_item", "undone", False)]


def test_a_lesson_that_is_not_kept_leaves_the_one_it_took_the_place_of_on_trial(customer: Customer) -> None:
    _draft, one, other = titled(customer)
    intake.teach_fields([one], at=NOW, actor=CLERK)
    second = intake.teach_fields([other], at=NOW, actor=CLERK).values[0]
    Lesson.objects.filter(id=second.lesson_id).update(given="wordsthatstandnowhere")
    assert intake.try_next_lesson(at=NOW) == 1
    assert standing() == [("item", "", False), ("customer_item", "nothing_to_learn", False)]


def test_what_teaches_nothing_is_refused_though_the_value_is_put_in(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    outcome = intake.teach_fields([Teaching(draft.id, "note", "Rush", Place())], at=NOW, actor=CLERK)
    assert outcome.refused[0].reasons == (Reason("intake.nothing_to_learn", "note"),)
    draft.refresh_from_db()
    assert draft.body["note"] == "Rush"


def test_what_a_draft_does_not_keep_is_learnt_and_leaves_it_as_it_is(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    draft = Draft.objects.get()
    (reading,) = queries.readings_for([draft.document_id]).values()
    box = next(word.box for word in reading.pages[0].words if word.text == "50.00")
    paths = ("lines/0/amount", "lines/7/quantity", "net_total")
    teachings = [Teaching(draft.id, path, "50.00", Place("", 1, box), raw="50.00") for path in paths]
    taught = intake.teach_fields(teachings, at=NOW, actor=CLERK)
    assert [(each.kind, each.given, each.means) for each in taught.values.values()][:2] == [
        ("column", "amount", "amount"),
        ("column", "amount", "quantity"),
    ]
    before = draft.body
    draft.refresh_from_db()
    assert (draft.body, "net_total" in draft.sources) == (before, False)


def test_columns_that_make_a_table_only_together_are_learnt_one_after_the_other(customer: Customer) -> None:
    def unknown(number: str, code: str, quantity: str) -> bytes:
        return page(number, [(code, quantity, "12.50")], "50.00", titles=("Mark", "Called off", "Rated"))

    arrive(unknown("PO-1", "BOLT-M8", "4"))
    draft = Draft.objects.get()
    (reading,) = queries.readings_for([draft.document_id]).values()
    boxes = {word.text: word.box for word in reading.pages[0].words}
    assert draft.body["lines"] == []
    tried = []
    for path, text in (("lines/0/item", "BOLT-M8"), ("lines/0/quantity", "4"), ("lines/0/unit_price", "12.50")):
        teaching = Teaching(draft.id, path, text, Place("", 1, boxes[text]), raw=text)
        intake.teach_fields([teaching], at=NOW, actor=CLERK)
        try_out()
        tried.append([each.off_reason or "kept" for each in Lesson.objects.order_by("id")])
    assert tried == [["nothing_to_learn"], ["kept", "kept"], ["kept", "kept", "kept"]]
    arrive(unknown("PO-2", "NUT-M8", "6"), 2)
    line = Draft.objects.get(body__po_number="PO-2").body["lines"][0]
    assert (line["item"], line["quantity"], line["unit_price"]) == ("NUT-M8", "6", "12.50")


def test_a_field_nobody_knows_is_refused(customer: Customer) -> None:
    arrive(strange("HX/881", 4))
    teaching = Teaching(Draft.objects.get().id, "secret", "1", Place(), raw="1")
    outcome = intake.teach_fields([teaching], at=NOW, actor=CLERK)
    assert outcome.refused[0].reasons[0].code == "intake.no_such_field"
