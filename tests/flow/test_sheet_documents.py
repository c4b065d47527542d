"""Sheets that arrived by mail: given back with their errors beside each row, and taught by a click on a cell."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.flow.test_verify_page import desk, mailed, wanted  # noqa: F401
from tests.interchange import sheets_made
from tests.makers import a_customer

from orderloop.intake import services as intake
from orderloop.intake.jobs import question_link
from orderloop.intake.models import Draft, Lesson
from orderloop.orders.models import Order
from orderloop.platform import outbox
from orderloop.platform.models import OutgoingMail
from orderloop.platform.tables import read_sheet

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
HEAD = ("货号", "数量", "单价")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows(number: str, *lines: tuple[object, ...]) -> sheets_made.Rows:
    return (("PO No.", number), ("Delivery date", wanted()), ("Item code", "Qty", "Unit price"), *lines)


def a_sheet(number: str = "K-1", *lines: tuple[object, ...]) -> Draft:
    lines = lines or (("BOLT-M8", 4, 9), ("NO-SUCH", 2, 5), ("NUT-M8", 3, 2))

    def change(book, page):
        page.write_formula("E4", "=B4*C4", None, 36)
        page.set_row(5, None, book.add_format({"bold": True}))

    return mailed("order.xlsx", XLSX, sheets_made.xlsx(rows(number, *lines), change))


def downloaded(answer) -> list[list[str]]:
    assert answer.status_code == 200
    return read_sheet(b"".join(answer.streaming_content) if answer.streaming else answer.content).rows


def test_a_mailed_workbook_comes_back_with_a_column_of_errors_and_all_it_had(desk: int, sign_in: SignedIn) -> None:  # noqa: F811
    draft = a_sheet()
    clerk = sign_in("clerk")
    assert f'href="/drafts/{draft.id}/errors"' in clerk.get(f"/drafts/{draft.id}").content.decode()
    answer = clerk.get(f"/drafts/{draft.id}/errors")
    assert 'filename="order-errors.xlsx"' in answer.headers["Content-Disposition"]
    content = answer.content
    found = downloaded(answer)
    assert [row[:3] for row in found[3:6]] == [["BOLT-M8", "4", "9"], ["NO-SUCH", "2", "5"], ["NUT-M8", "3", "2"]]
    assert [row[5] if len(row) > 5 else "" for row in found[2:6]] == [
        "What is to be clarified", "", "No product has the code “NO-SUCH”.", "",
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>B4*C4</f>" in sheet
        assert 'rgb="FFC00000"' in book.read("xl/styles.xml").decode()


def test_a_csv_gets_a_column_in_its_own_encoding_and_delimiter(desk: int, sign_in: SignedIn) -> None:  # noqa: F811
    table = f"采购单号;K-2\r\n交货日期;{wanted()}\r\n货号;数量;备注\r\nBOLT-M8;4;=1+1\r\nNO-SUCH;2;急\r\n"
    draft = mailed("订单.csv", "text/csv", table.encode("gb18030"))
    answer = sign_in("clerk").get(f"/drafts/{draft.id}/errors")
    assert answer.headers["Content-Type"] == "text/csv"
    found = list(csv.reader(io.StringIO(answer.content.decode("gb18030"), newline=""), delimiter=";"))
    assert found[0] == ["采购单号", "K-2"]
    assert found[3] == ["BOLT-M8", "4", "'=1+1"]
    assert found[4] == ["NO-SUCH", "2", "急", "No product has the code “NO-SUCH”."]


def test_an_old_workbook_comes_back_as_rows_of_a_new_one(desk: int, sign_in: SignedIn) -> None:  # noqa: F811
    table = sheets_made.ods(rows("K-3", ("BOLT-M8", 4, 9), ("NO-SUCH", 2, 5)))
    draft = mailed("order.ods", "application/vnd.oasis.opendocument.spreadsheet", table)
    found = downloaded(sign_in("clerk").get(f"/drafts/{draft.id}/errors"))
    assert found[4] == ["NO-SUCH", "2", "5", "No product has the code “NO-SUCH”."]


def test_where_nothing_is_wrong_with_a_line_there_is_no_such_file(desk: int, sign_in: SignedIn) -> None:  # noqa: F811
    draft = mailed("order.csv", "text/csv", b"PO No.,K-4\nItem code,Qty,Unit price\nBOLT-M8,4,9\n")
    clerk = sign_in("clerk")
    assert "/errors" not in clerk.get(f"/drafts/{draft.id}").content.decode()
    assert clerk.get(f"/drafts/{draft.id}/errors").status_code == 404
    assert Client().get(f"/drafts/{draft.id}/errors").status_code == 302
    assert sign_in("warehouse").get(f"/drafts/{draft.id}/errors").status_code in (403, 404)


def test_the_question_goes_out_with_the_sheet_in_the_customers_language(desk: int, sign_in: SignedIn) -> None:  # noqa: F811
    from orderloop.customers.models import Customer

    Customer.objects.filter(pk=desk).update(language="zh-hans")
    draft = a_sheet("K-5")
    at = timezone.now()
    assert sign_in("clerk").post(f"/drafts/{draft.id}/ask").status_code == 302
    outbox.drain(at + timedelta(minutes=1))
    sent = OutgoingMail.objects.get(recipient="li@huaxin.example")
    assert [each["filename"] for each in sent.attachments] == ["order-errors.xlsx"]
    assert "随信附上您自己的表格" in sent.body
    draft.refresh_from_db()
    link = question_link(draft.id, draft.link_version, at=at).partition("/q/")[2]
    page = Client().get(f"/q/{link}").content.decode()
    assert f'href="/q/{link}/sheet"' in page
    found = downloaded(Client().get(f"/q/{link}/sheet"))
    assert found[4][5] == "没有编码为“NO-SUCH”的产品。"
    assert Client().get("/q/forged/sheet").status_code == 404


def test_a_sheet_with_other_customers_orders_is_given_to_none_of_them(desk: int, sign_in: SignedIn) -> None:  # noqa: F811
    draft = a_sheet("K-6")
    other = a_customer("OTHER", name="Another")
    draft_of_another = Draft.objects.get(id=draft.id)
    draft_of_another.pk, draft_of_another.customer_id, draft_of_another.token = None, other.pk, None
    draft_of_another.save()
    assert sign_in("clerk").get(f"/drafts/{draft.id}/errors").status_code == 404


def strange_sheet(number: str, *lines: tuple[object, ...]) -> Draft | None:
    """A sheet whose columns nobody calls so; a draft, or None where it became an order by itself."""
    table = (("PO No.", number), ("Delivery date", wanted()), ("Item code", "Begehr", "Unit price"), *lines)
    amount = sum(quantity * price for _item, quantity, price in lines)
    mailed_rows = (*table, ("Total", None, amount))
    try:
        return mailed(f"{number}.xlsx", XLSX, sheets_made.xlsx(mailed_rows))
    except Draft.DoesNotExist:
        return None


def taught_by_click(clerk: Client, draft: Draft) -> dict[str, str]:
    """The quantity of the first line, shown by a click on its cell: what the page's script sends then."""
    shown = {"path": "lines/0/quantity", "text": "4", "raw": "4", "place": "B4", "title": "Begehr"}
    return clerk.post(f"/drafts/{draft.id}/teach", shown).json()


def test_a_click_on_a_cell_teaches_its_column_for_the_customers_next_sheet(desk: int, sign_in: SignedIn) -> None:  # noqa: F811
    first = strange_sheet("K-10", ("BOLT-M8", 4, 9), ("NUT-M8", 3, 2))
    assert first is not None
    assert [line.get("quantity", "") for line in first.body["lines"]] == ["", ""]
    clerk = sign_in("clerk")
    page = clerk.get(f"/drafts/{first.id}").content.decode()
    assert '<td data-cell="B3">Begehr</td>' in page and '<td data-cell="B4">4</td>' in page
    answer = taught_by_click(clerk, first)
    said = "The column “begehr” holds: Quantity"
    assert answer["note"] == f"Being tried on this customer's documents, 0 of 1: {said}"
    assert intake.try_next_lesson(at=timezone.now()) == 1
    lesson = Lesson.objects.get()
    assert (lesson.kind, lesson.given, lesson.means) == ("column", "begehr", "quantity")
    assert clerk.get(answer["state"]).json()["learnt"] == f"Learnt: {said}"
    second = strange_sheet("K-11", ("BOLT-M8", 5, 9), ("NUT-M8", 7, 2))
    assert second is not None
    assert [line["quantity"] for line in second.body["lines"]] == ["5", "7"]
    source = second.sources["lines/1/quantity"]
    assert (source["method"], source["origin"], source["place"]["path"]) == ("learnt", str(lesson.id), "B5")
    assert "begehr" in clerk.get(f"/drafts/{second.id}").content.decode()


def test_a_column_taught_is_of_that_customer_alone_and_taken_back_is_read_no_more(desk: int, sign_in: SignedIn) -> None:  # noqa: F811
    first = strange_sheet("K-12", ("BOLT-M8", 4, 9))
    assert first is not None
    clerk = sign_in("clerk")
    answer = taught_by_click(clerk, first)
    assert intake.try_next_lesson(at=timezone.now()) == 1
    other = a_customer("OTHER", name="Another")
    assert Lesson.objects.get().customer_id == desk != other.pk
    assert clerk.post(answer["undo"], headers={"Accept": "application/json"}).json() == {"done": "Taken back."}
    second = strange_sheet("K-13", ("BOLT-M8", 5, 9))
    assert second is not None
    assert [line.get("quantity", "") for line in second.body["lines"]] == [""]
    assert Order.objects.count() == 0
