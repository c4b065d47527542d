"""A spreadsheet of any make: checked whole before anything is taken in, taken in once, the rest given back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from orderloop.foundation.calendar_data import CHINA
from orderloop.intake.models import ColumnMapping, Message
from orderloop.orders.models import Order
from orderloop.platform import tables

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


def sheet(*rows: str, encoding: str = "utf-8") -> SimpleUploadedFile:
    day = CHINA.next_working_day(timezone.localdate() + timedelta(days=14)).isoformat()
    text = "\n".join(row.replace("DAY", day) for row in rows)
    return SimpleUploadedFile("orders.csv", text.encode(encoding), "text/csv")


GOOD_AND_BAD = (
    "订单号,货号,数量,交期",
    "A1,BOLT,3,DAY",
    "A1,NUT,20,DAY",
    "A2,BOLT,x,DAY",
    "合计,,23,",
)


def uploaded(client: Client, file: SimpleUploadedFile, **other: str) -> str:
    response = client.post("/orders/upload", {"file": file, "customer": "HX", **other})
    assert response.status_code == 302, response.content.decode()
    return response.headers["Location"]


def test_bytes_are_stored_and_every_order_is_judged_before_anything_is_taken_in(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    page = clerk.get(uploaded(clerk, sheet(*GOOD_AND_BAD, encoding="gb18030"))).content.decode()
    message = Message.objects.get()
    assert (message.channel, message.filename, message.outcome) == ("upload", "orders.csv", "pending")
    assert "“x” is not a quantity that can be read." in page
    assert Order.objects.count() == 0


def test_the_good_orders_are_taken_in_once_and_the_rest_given_back(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    address = uploaded(clerk, sheet(*GOOD_AND_BAD))
    done = clerk.post(address, {"take": "good"}).content.decode()
    order = Order.objects.get()
    assert (order.po_number, order.channel, order.lines.count()) == ("A1", "upload", 2)
    assert order.number in done
    assert clerk.post(address, {"take": "good"}).status_code == 409
    assert Order.objects.count() == 1
    link = done[done.index(f"{address}/errors/") :].partition('"')[0]
    back = tables.read_sheet(clerk.get(link).content)
    assert back.rows[0][:4] == ["订单号", "货号", "数量", "交期"]
    assert back.rows[3][:3] == ["A2", "BOLT", "x"]
    assert "not a quantity" in back.rows[3][4]
    assert [row[4] for row in back.rows[1:3]] == ["", ""]


def test_all_or_nothing_takes_nothing_when_one_is_incomplete(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    response = clerk.post(uploaded(clerk, sheet(*GOOD_AND_BAD)), {"take": "all"})
    assert (response.status_code, Order.objects.count(), Message.objects.get().outcome) == (422, 0, "pending")


def test_columns_are_chosen_once_and_known_from_then_on(signed_in: SignedIn) -> None:
    clerk = signed_in("liu", "clerk")
    rows = ("Thing,How many,When", "BOLT,3,DAY")
    address = uploaded(clerk, sheet(*rows))
    chosen = {"columns": "1", "column_0": "item", "column_1": "quantity", "column_2": "requested_on", "po_number": "B1"}
    assert clerk.post(address, {**chosen, "take": "all"}).status_code == 200
    assert Order.objects.get().po_number == "B1"
    assert ColumnMapping.objects.get().columns == {"0": "item", "1": "quantity", "2": "requested_on"}
    page = clerk.get(uploaded(clerk, sheet(*rows))).content.decode()
    assert '<option value="item" selected>' in page


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"<html><table>", "web page"), (b"\x00\x01\x02", "neither"), (b"PK\x03\x04broken", "damaged")],
)
def test_a_file_that_is_no_table_is_named_and_kept(signed_in: SignedIn, content: bytes, words: str) -> None:
    clerk = signed_in("liu", "clerk")
    response = clerk.post("/orders/upload", {"file": SimpleUploadedFile("x.xlsx", content), "customer": "HX"})
    assert response.status_code == 422
    assert words in response.content.decode()
    if content:
        assert Message.objects.get().outcome == "rejected"


def test_a_customers_user_uploads_for_his_own_company_and_sees_his_own_files(signed_in: SignedIn) -> None:
    clerk, buyer = signed_in("liu", "clerk"), signed_in("wang", "customer", customer_code="OT")
    assert buyer.get(uploaded(clerk, sheet(*GOOD_AND_BAD))).status_code == 404
    own = uploaded(buyer, sheet("PO,Item,Qty,Date", "A9,BOLT,3,DAY"))
    assert buyer.post(own, {"take": "all"}).status_code == 200
    assert Order.objects.get().customer.code == "OT"


def test_the_empty_sheet_is_read_back_by_the_upload(signed_in: SignedIn) -> None:
    content = signed_in("liu", "clerk").get("/orders/upload/template").content
    assert "Item" in tables.read_sheet(content).rows[0]
