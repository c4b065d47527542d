"""The inbox and the document beside its order, in a real browser: keys, one-key acceptance, doubts, teaching."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from tests.browser.harness import Visit, assert_accessible, assert_fits, assert_no_csp_violations, screenshot
from tests.browser.test_order_entry import in_a_fortnight
from tests.intake.arrivals import a_partner, edifact, mail, store
from tests.intake.test_teaching import page as paper
from tests.makers import a_customer, a_product, policies

from orderloop.customers.models import Contact
from orderloop.flow.services.arriving import process_messages
from orderloop.foundation.actor import SYSTEM
from orderloop.intake import services as intake
from orderloop.intake.models import Draft, Lesson, Message, Proposal
from orderloop.orders.facts import Channel
from orderloop.orders.models import Order

pytestmark = pytest.mark.slow
PageFor = Callable[..., Visit]


@pytest.fixture
def desk(transactional_db: None) -> None:
    policies(at=timezone.now())
    customer = a_customer("HX", name="华信机械", language="zh-hans")
    Contact.objects.create(customer=customer, name="Li", email="li@huaxin.example", is_primary=True)
    a_product("BOLT-M8", price="9", name_en="Bolt M8", name_zh="螺栓 M8")
    a_product("NUT-M8", price="2", name_en="Nut M8", name_zh="螺母 M8")
    a_partner(customer.pk)


def arrive(content: bytes, **how: Any) -> int:
    """A message that comes now and is read at once."""
    at = timezone.now()
    message_id = store(content, at=at, **how)
    process_messages([message_id], at=at, actor=SYSTEM)
    return message_id


def an_order(number: str, item: str = "BOLT-M8", *, trust: str = "untrusted", label: str = "PO Number:") -> Draft:
    """A mail of customer HX with an order as PDF; an unproven sender alone makes it wait for a person."""
    rows = [(item, "4", "9.00", "36.00")]
    content = paper(number, rows, "36.00", label=label, wanted=in_a_fortnight())
    message = mail(
        "Our order is attached.", sender="li@huaxin.example", attached=[("po.pdf", "application/pdf", content)]
    )
    message_id = arrive(message, channel=Channel.MAIL, sender="li@huaxin.example", trust=trust)
    return Draft.objects.get(message_id=message_id)


def edi(number: str, item: str, quantity: int, control: str) -> int:
    wanted = in_a_fortnight().replace("-", "")
    return arrive(edifact(number, [(item, quantity, "9")], control=control, wanted=wanted))


def everything() -> None:
    """Something under every tab."""
    an_order("PO-1")
    an_order("PO-2", "BOLT-M8X")
    edi("PO-3", "BOLT-M8", 4, "1")
    edi("PO-3", "BOLT-M8", 9, "2")
    edi("PO-4", "NO-SUCH", 2, "3")
    arrive(mail("Visit our stand at the fair."), channel=Channel.MAIL, sender="news@shop.example")
    arrive(b"%PDF-1.7 broken", channel=Channel.MAIL, sender="scan@shop.example", filename="scan.pdf")


@pytest.mark.parametrize(("language", "theme"), [("zh-hans", "light"), ("en", "dark")])
def test_the_inbox_is_read_in_both_languages_and_themes(
    desk: None, page_for: PageFor, language: str, theme: str
) -> None:
    everything()
    visit = page_for("clerk", language=language, theme=theme)
    for tab in ("confirm", "customer", "changes", "not-order", "failed", "done"):
        page = visit.open(f"/inbox?tab={tab}")
        assert page.locator("tr[data-row]").count() >= 1, tab
        assert_accessible(page)
        assert_fits(page)
        screenshot(page, f"inbox-{tab}-{language}")
    for draft in Draft.objects.exclude(status="accepted"):
        page = visit.open(f"/drafts/{draft.id}")
        assert_accessible(page)
        assert_fits(page)
        screenshot(page, f"verify-{draft.body['po_number']}-{language}")
    page = visit.open(f"/inbox/changes/{Proposal.objects.get().id}")
    assert_accessible(page)
    screenshot(page, f"inbox-change-{language}")
    page = visit.open(f"/inbox/messages/{Message.objects.get(outcome='not_order').id}")
    assert_accessible(page)
    screenshot(page, f"inbox-message-{language}")
    assert_no_csp_violations(visit)


def test_a_telephone_shows_document_and_form_one_above_the_other(desk: None, page_for: PageFor) -> None:
    draft = an_order("PO-1", "BOLT-M8X")
    visit = page_for("clerk", language="zh-hans", width=360)
    for path, name in (("/inbox", "inbox"), (f"/drafts/{draft.id}", "verify")):
        page = visit.open(path)
        assert_accessible(page)
        assert_fits(page)
        screenshot(page, f"{name}-phone", full_page=True)
    paper_box, form_box = page.locator("[data-paper]").bounding_box(), page.locator("#verify-form").bounding_box()
    assert paper_box is not None and form_box is not None
    assert paper_box["y"] + paper_box["height"] <= form_box["y"]
    assert_no_csp_violations(visit)


def test_a_clean_document_is_accepted_by_one_key(desk: None, page_for: PageFor) -> None:
    draft = an_order("PO-1")
    visit = page_for("clerk", language="en")
    page = visit.open(f"/drafts/{draft.id}")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/inbox")
    order = Order.objects.get()
    assert (order.po_number, order.lines.get().quantity) == ("PO-1", 4)
    draft.refresh_from_db()
    assert (draft.status, draft.order_id) == ("accepted", order.id)
    assert_no_csp_violations(visit)


def test_a_doubtful_item_is_settled_by_two_keys(desk: None, page_for: PageFor) -> None:
    draft = an_order("PO-1", "BOLT-M8X")
    visit = page_for("clerk", language="en")
    page = visit.open(f"/drafts/{draft.id}")
    assert page.evaluate("document.activeElement.name") == "f:lines/0/item"
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/inbox")
    line = Order.objects.get().lines.get()
    assert (line.item_code, line.product.sku) == ("BOLT-M8X", "BOLT-M8")
    again = an_order("PO-5", "BOLT-M8X")
    assert again.gates["matches"][0]["rung"] == "customer"
    assert_no_csp_violations(visit)


def test_a_word_clicked_fills_the_field_and_the_next_document_reads_right(desk: None, page_for: PageFor) -> None:
    draft = an_order("KX-77", label="Vorgang")
    assert "po_number" not in draft.body
    visit = page_for("clerk", language="en")
    page = visit.open(f"/drafts/{draft.id}")
    page.locator("image[href]").first.wait_for()
    page.locator("[name='f:po_number']").focus()
    page.locator("[data-word='KX-77']").click()
    assert page.locator("[name='f:po_number']").input_value() == "KX-77"
    page.locator(".vf-taught", has_text="Being tried on this customer's documents, 0 of 1").wait_for()
    assert intake.try_next_lesson(at=timezone.now()) == 1
    page.locator(".vf-taught", has_text="Learnt").wait_for()
    screenshot(page, "verify-taught")
    lesson = Lesson.objects.get()
    assert (lesson.kind, lesson.means, lesson.off_at) == ("label", "po_number", None)
    page.locator("[name='f:ship_to']").fill("Gate 4")
    page.get_by_role("button", name="Read this document again with it").click()
    page.get_by_text("Read again with what was taught; what you put in has stayed.").wait_for()
    assert page.locator("[name='f:po_number']").input_value() == "KX-77"
    assert page.locator("[name='f:ship_to']").input_value() == "Gate 4"
    assert not page.get_by_role("button", name="Read again with what was taught").is_visible()
    second = an_order("KX-78", label="Vorgang")
    assert second.body["po_number"] == "KX-78"
    page = visit.open(f"/drafts/{second.id}")
    assert "learnt from" in page.locator("[data-field=po_number]").inner_text()
    assert "Vorgang".lower() in page.locator("#lessons").inner_text().lower()
    assert_accessible(page)
    page.locator("#lessons button").click()
    page.wait_for_load_state()
    lesson.refresh_from_db()
    assert lesson.off_at is not None
    assert_no_csp_violations(visit)


def test_a_column_the_order_does_not_keep_is_shown_and_of_a_day_with_two_senses_one_is_picked(
    desk: None, page_for: PageFor
) -> None:
    content = paper("PO-7", [("BOLT-M8", "4", "9.00", "36.00")], "36.00", wanted="11/12/2026")
    message = mail("Our order.", sender="li@huaxin.example", attached=[("po.pdf", "application/pdf", content)])
    draft = Draft.objects.get(message_id=arrive(message, channel=Channel.MAIL, sender="li@huaxin.example"))
    visit = page_for("clerk", language="en")
    page = visit.open(f"/drafts/{draft.id}")
    page.locator("image[href]").first.wait_for()
    assert page.locator("[data-field=requested_on] [data-sense]").all_inner_texts() == ["2026-12-11", "2026-11-12"]
    page.locator("[data-sense='2026-12-11']").click()
    page.locator("[data-field=requested_on] .vf-taught", has_text="Being tried").wait_for()
    assert page.locator("[name='f:requested_on']").input_value() == "2026-12-11"
    page.locator(".vf-beside summary").click()
    page.locator("#f-lines-0-amount").focus()
    page.locator("[data-word='36.00']").first.click()
    page.locator("[data-field='lines/0/amount'] .vf-taught", has_text="Being tried").wait_for()
    assert_accessible(page)
    kept = [(each.kind, each.given, each.means) for each in Lesson.objects.order_by("id")]
    assert kept == [("format", "date_order", "dmy"), ("column", "amount", "amount")]
    draft.refresh_from_db()
    assert (draft.body["requested_on"], "amount" in draft.body["lines"][0]) == ("2026-12-11", False)
    assert_no_csp_violations(visit)


def a_letter(number: str) -> Draft:
    """A mail of customer HX whose text is the order, its number under words nobody knows."""
    text = f"Hello,\n\nVorgang: {number}\nBOLT-M8 4 pcs 9.00\nDelivery by {in_a_fortnight()}\n"
    message = mail(text, sender="li@huaxin.example")
    return Draft.objects.get(message_id=arrive(message, channel=Channel.MAIL, sender="li@huaxin.example"))


def test_a_word_of_a_mail_clicked_fills_the_field_and_is_learnt_and_taken_back(desk: None, page_for: PageFor) -> None:
    draft = a_letter("KX-77")
    assert "po_number" not in draft.body
    visit = page_for("clerk", language="en", theme="dark")
    page = visit.open(f"/drafts/{draft.id}")
    page.locator("[name='f:lines/0/quantity']").focus()
    assert page.locator("[data-text].is-now").all_inner_texts() == ["4"]
    page.locator("[name='f:po_number']").focus()
    page.locator("[data-text]", has_text="KX-77").click()
    assert page.locator("[name='f:po_number']").input_value() == "KX-77"
    page.locator(".vf-taught", has_text="Being tried").wait_for()
    assert intake.try_next_lesson(at=timezone.now()) == 1
    page.locator(".vf-taught", has_text="Learnt").wait_for()
    assert_accessible(page)
    screenshot(page, "verify-letter")
    second = a_letter("KX-78")
    assert second.body["po_number"] == "KX-78"
    page.locator("[data-undo]").click()
    page.locator(".vf-taught", has_text="Taken back").wait_for()
    assert Lesson.objects.get().off_reason == "undone"
    assert_no_csp_violations(visit)


def test_a_value_of_an_edi_document_is_shown_in_its_segment_and_fills_a_field(desk: None, page_for: PageFor) -> None:
    edi("PO-4", "NO-SUCH", 2, "3")
    draft = Draft.objects.get()
    visit = page_for("clerk", language="en")
    page = visit.open(f"/drafts/{draft.id}")
    page.locator("[name='f:lines/0/item']").focus()
    assert page.locator("[data-text].is-now").all_inner_texts() == ["NO-SUCH"]
    page.locator("[name='f:po_number']").focus()
    page.locator("[data-text]", has_text="NO-SUCH").click()
    page.locator(".vf-taught", has_text="each value has its place by the standard").wait_for()
    draft.refresh_from_db()
    assert (draft.body["po_number"], Lesson.objects.count()) == ("NO-SUCH", 0)
    assert_no_csp_violations(visit)


def test_the_list_is_worked_by_keys_and_each_row_is_answered(desk: None, page_for: PageFor) -> None:
    an_order("PO-1")
    an_order("PO-2", "BOLT-M8X")
    visit = page_for("clerk", language="en")
    page = visit.open("/inbox")
    keys = page.keyboard
    keys.press("j")
    keys.press("a")
    page.locator("tr", has_text="PO-1").get_by_text("Me", exact=True).wait_for()
    keys.press("j")
    keys.press("x")
    keys.press("j")
    keys.press("x")
    assert page.locator("[data-batch-count]").inner_text() == "2"
    keys.press("e")
    page.locator(".results").wait_for()
    assert page.locator(".results li").count() == 2
    assert_accessible(page)
    screenshot(page, "inbox-batch")
    assert Order.objects.count() == 0
    keys.press("k")
    keys.press("Enter")
    page.wait_for_url("**/drafts/*")
    assert_no_csp_violations(visit)
