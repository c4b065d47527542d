"""Our cXML answers are built as the definition says and name what becomes of every piece ordered."""

import dataclasses
from decimal import Decimal

import pytest
from lxml import etree
from tests.interchange.answers import CARRIED, HOSTILE, answer_with, answered_line, every_line_verdict, interchange

from orderloop.interchange.facts import Hints, LineVerdict, Role, Verdict
from orderloop.interchange.readers.cxml import read
from orderloop.interchange.writers.cxml import HEADER_TYPES, LINE_TYPES, STATUS_TEXTS, confirmation_request, response

DETAILS = {
    "payload_id": "p-1",
    "order_date": "2026-11-02T09:00:00+01:00",
    "from_domain": "DUNS",
    "to_domain": "NetworkId",
}
# Which elements may stand in which, and in what order, by the definition of cXML 1.2 as far as we write it.
CONTENT = {
    "cXML": ("Header", "Request", "Response"),
    "Header": ("From", "To", "Sender"),
    "From": ("Credential",),
    "To": ("Credential",),
    "Sender": ("Credential", "UserAgent"),
    "Credential": ("Identity", "SharedSecret"),
    "Request": ("ConfirmationRequest",),
    "Response": ("Status",),
    "ConfirmationRequest": ("ConfirmationHeader", "OrderReference", "ConfirmationItem"),
    "ConfirmationHeader": ("Total", "Comments"),
    "OrderReference": ("DocumentReference",),
    "ConfirmationItem": ("UnitOfMeasure", "ConfirmationStatus"),
    "ConfirmationStatus": ("UnitOfMeasure", "ItemIn", "UnitPrice", "Comments"),
    "ItemIn": ("ItemID", "ItemDetail"),
    "ItemID": ("SupplierPartID",),
    "ItemDetail": ("UnitPrice", "Description", "UnitOfMeasure", "Classification"),
    "Total": ("Money",),
    "UnitPrice": ("Money",),
}
NEEDED = {
    "cXML": ("payloadID", "timestamp"),
    "Credential": ("domain",),
    "ConfirmationHeader": ("type", "noticeDate", "operation", "confirmID"),
    "OrderReference": ("orderID",),
    "DocumentReference": ("payloadID",),
    "ConfirmationItem": ("quantity", "lineNumber"),
    "ConfirmationStatus": ("quantity", "type"),
    "ItemIn": ("quantity",),
    "Money": ("currency",),
    "Status": ("code", "text"),
    "Classification": ("domain",),
}


def well_built(content: bytes) -> etree._Element:
    root = etree.fromstring(content)
    for node in root.iter():
        allowed = CONTENT.get(node.tag, ())
        places = [allowed.index(child.tag) for child in node]
        assert places == sorted(places), node.tag
        assert all(node.get(name) for name in NEEDED.get(node.tag, ())), node.tag
    return root


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_type_and_is_read_back(verdict: Verdict) -> None:
    content = confirmation_request(answer_with(verdict, every_line_verdict()), interchange(**DETAILS))
    root = well_built(content)
    header = root.find(".//ConfirmationHeader")
    assert header.get("type") == HEADER_TYPES[verdict]
    assert bool(root.findall(".//ConfirmationItem")) is (verdict in (Verdict.ACCEPTED, Verdict.CHANGED))
    (confirmation,) = read(content, Hints()).orders
    assert confirmation.role is Role.CONFIRMATION
    assert (confirmation.text("po_number"), confirmation.text("refers_to")) == ("C-1", "PO-77")


def test_no_verdict_is_forgotten() -> None:
    assert set(HEADER_TYPES) == set(Verdict)
    assert set(LINE_TYPES) == set(LineVerdict)


def test_what_a_line_gets_and_what_it_does_not_make_up_what_was_ordered() -> None:
    root = well_built(confirmation_request(answer_with(Verdict.CHANGED, every_line_verdict()), interchange(**DETAILS)))
    told = [
        [(status.get("type"), status.get("quantity")) for status in item.findall("ConfirmationStatus")]
        for item in root.findall(".//ConfirmationItem")
    ]
    assert dict(zip(LineVerdict, told, strict=True)) == {
        LineVerdict.ACCEPTED: [("accept", "10")],
        LineVerdict.QUANTITY_CHANGED: [("detail", "4"), ("reject", "6")],
        LineVerdict.DATE_CHANGED: [("detail", "10")],
        LineVerdict.PRICE_CHANGED: [("detail", "10")],
        LineVerdict.SUBSTITUTED: [("detail", "10")],
        LineVerdict.BACKORDERED: [("accept", "4"), ("backordered", "6")],
        LineVerdict.HELD: [("unknown", "10")],
        LineVerdict.REJECTED: [("reject", "10")],
    }
    assert root.findtext(".//ItemIn/ItemID/SupplierPartID") == "CH-NEW"
    assert {status.get("deliveryDate") for status in root.iter("ConfirmationStatus")} == {"2026-12-01", None}


def test_a_substitute_without_a_price_is_named_in_words_and_given_none() -> None:
    line = dataclasses.replace(answered_line(1, LineVerdict.SUBSTITUTED), unit_price=None)
    root = well_built(confirmation_request(answer_with(Verdict.CHANGED, (line,)), interchange(**DETAILS)))
    assert root.find(".//ItemIn") is None
    assert root.findtext(".//ConfirmationStatus/Comments") == "CH-NEW"


def test_parts_of_a_line_are_states_of_the_one_line_that_was_ordered() -> None:
    parts = tuple(
        dataclasses.replace(
            answered_line(1, LineVerdict.ACCEPTED), line_no=f"7/{n}", quantity=Decimal(q), ordered_quantity=Decimal(q)
        )
        for n, q in ((1, 6), (2, 4))
    )
    root = well_built(confirmation_request(answer_with(Verdict.CHANGED, parts), interchange(**DETAILS)))
    (item,) = root.findall(".//ConfirmationItem")
    assert (item.get("lineNumber"), item.get("quantity")) == ("7", "10")
    assert [status.get("quantity") for status in item.findall("ConfirmationStatus")] == ["6", "4"]


def test_we_answer_under_the_name_by_which_we_were_addressed() -> None:
    root = well_built(confirmation_request(answer_with(Verdict.ACCEPTED), interchange(**DETAILS)))
    sides = {side: root.find(f"Header/{side}/Credential") for side in ("From", "To", "Sender")}
    assert {side: (node.get("domain"), node.findtext("Identity")) for side, node in sides.items()} == {
        "From": ("NetworkId", "987654325"),
        "To": ("DUNS", "7300010000001"),
        "Sender": ("NetworkId", "987654325"),
    }
    assert root.find(".//SharedSecret") is None
    reference = root.find(".//OrderReference")
    assert (reference.get("orderID"), reference.get("orderDate")) == ("PO-77", DETAILS["order_date"])
    assert reference.find("DocumentReference").get("payloadID") == "p-1"


def test_no_text_breaks_out_of_its_element() -> None:
    lines = (answered_line(1, LineVerdict.DATE_CHANGED, text=HOSTILE),)
    content = confirmation_request(answer_with(Verdict.CHANGED, lines, HOSTILE), interchange(**DETAILS))
    root = well_built(content)
    assert root.findtext(".//ConfirmationHeader/Comments") == CARRIED
    assert root.findtext(".//ConfirmationStatus/Comments") == CARRIED
    assert content == confirmation_request(answer_with(Verdict.CHANGED, lines, HOSTILE), interchange(**DETAILS))


@pytest.mark.parametrize("status", sorted(STATUS_TEXTS))
def test_every_request_gets_a_status(status: int) -> None:
    root = well_built(response(status, interchange(), reason=HOSTILE))
    node = root.find("Response/Status")
    assert (node.get("code"), node.get("text"), node.text) == (str(status), STATUS_TEXTS[status], CARRIED)
    assert root.get("payloadID") == "20261103083000.9@987654325"
