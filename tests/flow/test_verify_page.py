"""The document beside its order: what is doubtful is named with why, what a person says is kept, and taught."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.intake.arrivals import a_partner, edifact, mail, store
from tests.intake.test_teaching import page as paper
from tests.makers import a_customer, a_product, policies

from orderloop.customers.models import Contact
from orderloop.flow.services.arriving import process_messages
from orderloop.foundation.actor import SYSTEM
from orderloop.foundation.calendar_data import CHINA
from orderloop.intake import services as intake
from orderloop.intake.models import Document, Draft, Lesson, Question
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


@pytest.fixture
def desk(db: None) -> int:
    """A customer known by his address, and two products."""
    policies(at=timezone.now())
    customer = a_customer("HX", name="Huaxin")
    Contact.objects.create(customer=customer, name="Li", email="li@huaxin.example", is_primary=True)
    a_product("BOLT-M8", price="9")
    a_product("NUT-M8", price="2")
    a_partner(customer.pk)
    return customer.pk


def wanted() -> str:
    return CHINA.next_working_day(timezone.localdate() + timedelta(days=14)).isoformat()


def mailed(name: str, kind: str, content: bytes) -> Draft:
    at = timezone.now()
    message = mail("Our order is attached.", sender="li@huaxin.example", attached=[(name, kind, content)])
    message_id = store(message, channel=Channel.MAIL, sender="li@huaxin.example", trust="untrusted", at=at)
    process_messages([message_id], at=at, actor=SYSTEM)
    return Draft.objects.get(message_id=message_id)


def a_page(number: str, item: str = "BOLT-M8", label: str = "PO Number:") -> Draft:
    rows = [(item, "4", "9.00", "36.00")]
    return mailed("po.pdf", "application/pdf", paper(number, rows, "36.00", label=label, wanted=wanted()))


def fields_of(draft: Draft) -> dict[str, str]:
    """The form as the page would send it, untouched."""
    sent = {f"f:{name}": str(draft.body.get(name, "")) for name in ("customer", "po_number", "requested_on", "ship_to")}
    for n, line in enumerate(draft.body["lines"]):
        sent |= {f"f:lines/{n}/{name}": str(line.get(name, "")) for name in ("item", "quantity", "unit", "unit_price")}
    return sent


def test_the_page_names_what_is_doubtful_with_the_words_and_the_box(desk: int, sign_in: SignedIn) -> None:
    draft = a_page("PO-1", "BOLT-M8X")
    page = sign_in("clerk").get(f"/drafts/{draft.id}").content.decode()
    assert "1 field to look at" in page
    assert "No product has the code “BOLT-M8X”." in page
    assert 'data-use-path="lines/0/sku" data-use="BOLT-M8"' in page
    box = draft.sources["lines/0/item"]["place"]["box"]
    assert f'data-box="{",".join(f"{side:.5f}" for side in box)}"' in page
    assert "Amounts and totals agree" in page and "Every item is ours" in page and "Prices are those agreed" in page


def test_a_page_of_the_document_is_drawn_and_kept_by_the_browser(desk: int, sign_in: SignedIn) -> None:
    draft = a_page("PO-1")
    clerk = sign_in("clerk")
    address = f"/documents/{draft.document_id}/pages/1"
    answer = clerk.get(address)
    drawn = Image.open(io.BytesIO(answer.content))
    assert (answer.headers["Content-Type"], drawn.format, drawn.size) == ("image/png", "PNG", (1200, 1698))
    assert clerk.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert clerk.get(f"/documents/{draft.document_id}/pages/2").status_code == 404
    assert Client().get(address).status_code == 302


def test_a_sheet_is_shown_cell_by_cell(desk: int, sign_in: SignedIn) -> None:
    table = f"PO No.,K-1\nDelivery date,{wanted()}\nItem code,Qty,Unit price\nBOLT-M8X,4,9.00\n"
    draft = mailed("order.csv", "text/csv", table.encode())
    page = sign_in("clerk").get(f"/drafts/{draft.id}").content.decode()
    assert '<td data-cell="A4">BOLT-M8X</td>' in page
    assert 'data-place="A4"' in page


def test_hostile_text_of_a_document_is_only_text(desk: int, sign_in: SignedIn) -> None:
    table = f'PO No.,<script>alert(1)</script>\nDelivery date,{wanted()}\nItem code,Qty\n"<img src=x onerror=1>",4\n'
    draft = mailed("order.csv", "text/csv", table.encode())
    page = sign_in("clerk").get(f"/drafts/{draft.id}").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_what_is_said_is_kept_and_nothing_is_taken_in_before_it_is_accepted(desk: int, sign_in: SignedIn) -> None:
    draft = a_page("PO-1", "BOLT-M8X")
    clerk = sign_in("clerk")
    clerk.post(f"/drafts/{draft.id}/verify", {**fields_of(draft), "f:lines/0/quantity": "6", "deed": "save"})
    draft.refresh_from_db()
    assert (draft.body["lines"][0]["quantity"], draft.sources["lines/0/quantity"]["author"]) == ("6", "Clerk")
    assert (draft.status, Order.objects.count()) == ("open", 0)
    assert draft.sources["po_number"]["method"] == "label"


def test_an_order_that_still_lacks_something_is_not_taken_in_and_says_so(desk: int, sign_in: SignedIn) -> None:
    draft = a_page("PO-1", "BOLT-M8X")
    clerk = sign_in("clerk")
    answer = clerk.post(f"/drafts/{draft.id}/verify", {**fields_of(draft), "deed": "accept"}, follow=True)
    assert "Something is still missing." in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.status, Order.objects.count(), Question.objects.count()) == ("open", 0, 0)


def test_a_price_above_the_list_is_taken_once_a_person_has_said_it_is_right(desk: int, sign_in: SignedIn) -> None:
    rows = [("BOLT-M8", "4", "12.00", "48.00")]
    draft = mailed("po.pdf", "application/pdf", paper("PO-1", rows, "48.00", wanted=wanted()))
    clerk = sign_in("clerk")
    page = clerk.get(f"/drafts/{draft.id}").content.decode()
    assert "differs from ours" in page
    sent = {**fields_of(draft), "ok:lines/0/unit_price": "1", "f:lines/0/unit_price": "9.00", "deed": "accept"}
    assert clerk.post(f"/drafts/{draft.id}/verify", sent).headers["Location"] == "/inbox"
    assert Order.objects.get().lines.get().unit_price == 9


def test_teaching_answers_what_was_learnt_and_how_it_is_undone(desk: int, sign_in: SignedIn) -> None:
    draft = a_page("KX-1", label="Vorgang")
    clerk = sign_in("clerk")
    words = Document.objects.get(id=draft.document_id).reading["pages"][0]["words"]
    box = next(word[1:5] for word in words if word[0] == "KX-1")
    shown = {"path": "po_number", "text": "KX-1", "page": "1", "box": ",".join(map(str, box))}
    answer = clerk.post(f"/drafts/{draft.id}/teach", shown).json()
    lesson = Lesson.objects.get()
    assert answer["undo"] == f"/inbox/lessons/{lesson.id}/undo"
    assert answer["state"] == f"/inbox/lessons/{lesson.id}"
    said = "The words “vorgang” stand beside: PO number"
    assert answer["note"] == f"Being tried on this customer's documents, 0 of 1: {said}"
    assert clerk.get(answer["state"]).json() == {name: text for name, text in answer.items() if name != "kept"}
    assert intake.try_next_lesson(at=timezone.now()) == 1
    learnt = clerk.get(answer["state"]).json()
    assert (learnt["learnt"], "state" in learnt) == (f"Learnt: {said}", False)
    assert learnt["again"] == "Read this document again with it"
    assert sign_in("warehouse").get(answer["state"]).status_code == 403
    assert clerk.get("/inbox/lessons/0").status_code == 404
    draft.refresh_from_db()
    assert draft.body["po_number"] == "KX-1"
    taken_back = clerk.post(answer["undo"], headers={"Accept": "application/json"})
    assert taken_back.json() == {"done": "Taken back."}
    lesson.refresh_from_db()
    assert (lesson.off_by, lesson.off_at is not None) == ("Clerk", True)


def shown_at(draft: Draft, path: str, text: str) -> dict[str, str]:
    words = Document.objects.get(id=draft.document_id).reading["pages"][0]["words"]
    box = next(word[1:5] for word in words if word[0] == text)
    return {"path": path, "text": text, "raw": text, "page": "1", "box": ",".join(map(str, box))}


def test_words_shown_for_another_field_say_what_they_meant_before_and_undone_mean_it_again(
    desk: int, sign_in: SignedIn
) -> None:
    draft = a_page("KX-1", label="Vorgang")
    clerk = sign_in("clerk")
    first = clerk.post(f"/drafts/{draft.id}/teach", shown_at(draft, "po_number", "KX-1")).json()
    second = clerk.post(f"/drafts/{draft.id}/teach", shown_at(draft, "contact", "KX-1")).json()
    before, now = (f"The words “vorgang” stand beside: {name}" for name in ("PO number", "Contact"))
    assert second["note"].endswith(f", 0 of 1: {now}, in place of: {before}")
    assert clerk.get(first["state"]).json() == {"note": f"Learnt no more: since then shown as: {now}"}
    assert intake.try_next_lesson(at=timezone.now()) == 1
    assert clerk.get(second["state"]).json()["learnt"] == f"Learnt: {now}, in place of: {before}"
    undone = clerk.post(second["undo"], headers={"Accept": "application/json"})
    assert undone.json() == {"done": f"Taken back. As before again: {before}"}
    assert "0 of 1: " + before in clerk.get(first["state"]).json()["note"]


def test_a_lesson_switched_off_brings_nothing_back(desk: int, sign_in: SignedIn) -> None:
    draft = a_page("KX-1", label="Vorgang")
    clerk = sign_in("clerk")
    clerk.post(f"/drafts/{draft.id}/teach", shown_at(draft, "po_number", "KX-1"))
    second = clerk.post(f"/drafts/{draft.id}/teach", shown_at(draft, "contact", "KX-1")).json()
    assert intake.try_next_lesson(at=timezone.now()) == 1
    assert 'name="deed" value="off"' in clerk.get(f"/drafts/{draft.id}").content.decode()
    clerk.post(second["undo"], {"draft": str(draft.id), "deed": "off"})
    assert Lesson.objects.filter(off_at=None).count() == 0


def test_a_document_is_read_again_by_one_click_and_what_is_typed_on_the_page_stays(
    desk: int, sign_in: SignedIn
) -> None:
    draft = a_page("KX-1", label="Vorgang")
    clerk = sign_in("clerk")
    offered = '<button class="btn" name="deed" value="reread">'
    assert offered not in clerk.get(f"/drafts/{draft.id}").content.decode()
    clerk.post(f"/drafts/{draft.id}/teach", shown_at(draft, "contact", "KX-1"))
    assert intake.try_next_lesson(at=timezone.now()) == 1
    assert offered in clerk.get(f"/drafts/{draft.id}").content.decode()
    assert "contact" not in Draft.objects.get().sources
    sent = {**fields_of(draft), "f:po_number": "KX-1/B", "deed": "reread"}
    answer = clerk.post(f"/drafts/{draft.id}/verify", sent, follow=True)
    page = answer.content.decode()
    assert "Read again with what was taught; what you put in has stayed." in page and offered not in page
    draft.refresh_from_db()
    assert (draft.body["po_number"], draft.status) == ("KX-1/B", "open")
    assert draft.sources["contact"]["text"] == "KX-1"
    assert draft.sources["contact"]["origin"] == str(Lesson.objects.get().id)
    assert sign_in("warehouse").post(f"/drafts/{draft.id}/verify", sent).status_code == 403


def test_what_a_draft_does_not_keep_can_be_shown_too_and_is_never_sent_with_the_form(
    desk: int, sign_in: SignedIn
) -> None:
    draft = a_page("PO-1", "BOLT-M8X")
    page = sign_in("clerk").get(f"/drafts/{draft.id}").content.decode()
    held = re.findall(r'data-field="([^"]+)"[^>]*data-raw="([^"]*)">.*?name="([^"]*)"', page, re.DOTALL)
    beside = {path: raw for path, raw, name in held if not name}
    assert list(beside) == [
        "ordered_on", "customer_name", "contact", "contact_email", "terms", "net_total", "tax_total", "lines/0/line_no",
        "lines/0/customer_item", "lines/0/barcode", "lines/0/description", "lines/0/price_basis", "lines/0/amount",
        "lines/0/note",
    ]  # fmt: skip
    assert beside["lines/0/amount"] == "36.00"


def test_of_a_document_without_lines_every_column_can_be_shown(desk: int, sign_in: SignedIn) -> None:
    draft = mailed("po.pdf", "application/pdf", paper("PO-1", [], "36.00", wanted=wanted()))
    assert draft.body["lines"] == []
    page = sign_in("clerk").get(f"/drafts/{draft.id}").content.decode()
    assert "No line was read." in page
    for name in ("item", "quantity", "unit", "unit_price", "requested_on", "amount"):
        assert page.count(f'data-field="lines/0/{name}"') == 1


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("breaks:7:lines/0/quantity", "in an earlier document “Line 1 · Quantity” would be read wrongly by it."),
        ("nothing_to_learn", "there is nothing to learn from this place."),
        ("undone", "Taken back."),
    ],
)
def test_a_lesson_that_was_not_kept_says_why(desk: int, sign_in: SignedIn, why: str, said: str) -> None:
    draft = a_page("KX-1", label="Vorgang")
    at = timezone.now()
    lesson = Lesson.objects.create(
        customer_id=draft.customer_id, kind="label", given="x", means="note", taught_by="Li", taught_at=at, off_at=at,
        off_reason=why,
    )  # fmt: skip
    told = sign_in("clerk").get(f"/inbox/lessons/{lesson.id}").json()
    assert (list(told), told["note"].endswith(said)) == (["note"], True)


@pytest.mark.parametrize("box", ["", "1,2", "a,b,c,d", "9,9,9,9", "nan,0,1,1"])
def test_a_place_that_is_none_teaches_nothing_but_the_value_is_kept(desk: int, sign_in: SignedIn, box: str) -> None:
    draft = a_page("KX-1", label="Vorgang")
    shown = {"path": "po_number", "text": "KX-1", "page": "1", "box": box}
    answer = sign_in("clerk").post(f"/drafts/{draft.id}/teach", shown)
    assert (answer.status_code, answer.json()["kept"], Lesson.objects.count()) == (200, True, 0)
    draft.refresh_from_db()
    assert draft.body["po_number"] == "KX-1"


def test_an_ended_draft_takes_nothing_any_more(desk: int, sign_in: SignedIn) -> None:
    draft = a_page("PO-1")
    clerk = sign_in("clerk")
    clerk.post(f"/drafts/{draft.id}/verify", {**fields_of(draft), "deed": "accept"})
    again = clerk.post(f"/drafts/{draft.id}/verify", {**fields_of(draft), "deed": "accept"}, follow=True)
    assert "this draft has ended" in again.content.decode()
    assert clerk.post(f"/drafts/{draft.id}/teach", {"path": "po_number", "text": "X"}).status_code == 409
    assert Order.objects.count() == 1


def test_the_questions_are_shown_in_both_languages_before_they_are_sent(desk: int, sign_in: SignedIn) -> None:
    at = timezone.now()
    message_id = store(edifact("PO-3", [("NO-SUCH", 4, "9")], wanted=wanted().replace("-", "")), at=at)
    process_messages([message_id], at=at, actor=SYSTEM)
    asked = Draft.objects.get(message_id=message_id)
    page = sign_in("clerk").get(f"/drafts/{asked.id}").content.decode()
    assert "The promise clock stands still until the customer answers." in page
    draft = a_page("PO-1", "NO-SUCH-9")
    page = sign_in("clerk").get(f"/drafts/{draft.id}").content.decode()
    assert "Item code: No product has the code “NO-SUCH-9”." in page
    assert "没有编码为“NO-SUCH-9”的产品" in page


def test_an_answer_by_mail_stands_beside_its_field_and_is_applied_by_one_click(desk: int, sign_in: SignedIn) -> None:
    at = timezone.now()
    message_id = store(edifact("PO-3", [("NO-SUCH", 4, "9")], wanted=wanted().replace("-", "")), at=at)
    process_messages([message_id], at=at, actor=SYSTEM)
    draft = Draft.objects.get(message_id=message_id)
    Question.objects.update(proposed={"lines/0/item": "BOLT-M8"}, proposed_at=at, proposed_by_id=message_id)
    clerk = sign_in("clerk")
    assert "PO-3" in clerk.get("/inbox").content.decode()
    page = clerk.get(f"/drafts/{draft.id}").content.decode()
    assert "The customer has answered by mail." in page
    assert 'data-use="BOLT-M8"' in page
    answer = clerk.post(f"/drafts/{draft.id}/answer")
    order = Order.objects.get()
    assert answer.headers["Location"] == f"/orders/{order.number}"
    assert (order.po_number, order.lines.get().product.sku) == ("PO-3", "BOLT-M8")
    assert clerk.post(f"/drafts/{draft.id}/answer", follow=True).status_code == 200
    assert Order.objects.count() == 1
