"""Orders as people write them in mails: 121 short texts in Chinese and English, and what must be read in each."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderloop.interchange.facts import FaultCode, Format, Hints, ReadOrder, Role
from orderloop.interchange.readers import text
from orderloop.interchange.rules.text_orders import MOST_LINES, order_from_text

BODIES = Path(__file__).parent / "mail_bodies"
HINTS = Hints(today=date(2026, 11, 22))


@dataclass(slots=True)
class Case:
    name: str
    body: str = ""
    is_order: bool = True
    cancels: str = ""
    po: str = ""
    on: str = ""
    lines: list[tuple[str, ...]] = field(default_factory=list)


def cases(name: str) -> list[Case]:
    """The cases of a file: head, `---`, body."""
    found = []
    for block in (BODIES / name).read_text(encoding="utf-8").split("=== ")[1:]:
        head, _mark, body = block.partition("\n---\n")
        title, *rows = head.split("\n")
        case = Case(title, body)
        for row in rows:
            if row.startswith("> "):
                cells = [cell.strip() for cell in row[2:].split("|")]
                case.lines.append(tuple([*cells, "", "", "", ""][:5]))
            elif row == "none":
                case.is_order = False
            else:
                key, _colon, value = row.partition(":")
                setattr(case, key, value.strip())
        found.append(case)
    return found


def plain(line: dict[str, object]) -> tuple[str, ...]:
    texts = {key: value.text for key, value in line.items()}  # type: ignore[attr-defined]
    item = texts.get("item") or texts.get("description", "")
    price = texts.get("unit_price", "")
    return (item, texts.get("quantity", ""), texts.get("unit", ""), number(price), texts.get("requested_on", ""))


def number(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(order: ReadOrder | None) -> object:
    if order is None:
        return None
    return order.text("po_number"), order.text("requested_on"), [plain(dict(line)) for line in order.lines]


def expected(case: Case) -> object:
    if not case.is_order:
        return None
    if case.cancels:
        return case.cancels, "", []
    return case.po, case.on, case.lines


ALL = [each for name in ("written_for.txt", "held_out.txt", "unseen.txt") for each in cases(name)]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_each_text_comes_out_exactly(case: Case) -> None:
    assert shown(order_from_text(case.body, HINTS)) == expected(case)


def test_no_text_without_an_order_is_taken_for_one() -> None:
    without = [each for each in ALL if not each.is_order]
    assert len(without) == 25
    assert [each.name for each in without if order_from_text(each.body, HINTS) is not None] == []


def test_a_decimal_price_is_no_day_and_a_trailing_letter_no_sign() -> None:
    order = order_from_text("PO 1\n10-4471-A 200 pcs 1.25\nLJ-0192-X*10件", HINTS)
    assert order is not None
    assert [plain(dict(line)) for line in order.lines] == [
        ("10-4471-A", "200", "pcs", "1.25", ""),
        ("LJ-0192-X", "10", "件", "", ""),
    ]


def test_an_ambiguous_day_stays_as_written_until_its_order_is_known() -> None:
    body = "PO 77\nDelivery date: 05/06/2027\nAB-100 20 pcs"
    order = order_from_text(body, HINTS)
    assert order is not None
    assert (order.fields["requested_on"].text, order.fields["requested_on"].confidence < 0.5) == ("05/06/2027", True)
    taught = order_from_text(body, Hints(formats={"date_order": "dmy"}))
    assert taught is not None
    assert taught.text("requested_on") == "2027-06-05"


def test_a_day_without_a_year_stays_as_written_where_today_is_not_known() -> None:
    order = order_from_text("请发 AB-100 20 个，12月5日前到货", Hints())
    assert order is not None
    assert (order.text("requested_on"), order.fields["requested_on"].confidence < 0.5) == ("12月5日", True)


def test_a_learnt_label_and_column_come_first_and_name_their_lesson() -> None:
    hints = Hints(labels={"vorgang": "po_number\t17"}, columns={"menge": "quantity\t18"})
    order = order_from_text("Vorgang: 4711-A\n\nItem\tMenge\nAB-100\t20", hints)
    assert order is not None
    assert (order.fields["po_number"].text, order.fields["po_number"].origin) == ("4711-A", "17")
    assert (order.lines[0]["quantity"].text, order.lines[0]["quantity"].origin) == ("20", "18")


def test_a_price_for_another_unit_is_doubted() -> None:
    order = order_from_text("请发 SK-220 12 箱，240元/个", HINTS)
    assert order is not None
    assert order.lines[0]["unit_price"].confidence < 0.5
    assert [(fault.code, fault.params["name"], fault.rejects) for fault in order.faults] == [
        (FaultCode.DOUBTFUL, "unit_price", False)
    ]


def test_an_order_that_is_changed_is_a_change() -> None:
    order = order_from_text("订单 CG-0091 请把数量改为：\nAB-100 50个", HINTS)
    assert order is not None
    assert (order.role, order.text("po_number")) == (Role.CHANGE, "CG-0091")
    assert order_from_text("请不要取消订单 CG-0091", HINTS) is None


def test_a_text_is_read_to_its_greatest_number_of_lines_and_says_when_there_are_more() -> None:
    within = order_from_text("PO 1\n" + "AB-1 5 pcs\n" * (MOST_LINES - 1), HINTS)
    beyond = order_from_text("PO 1\n" + "AB-1 5 pcs\n" * MOST_LINES, HINTS)
    assert within is not None and beyond is not None
    assert (len(within.lines), within.faults) == (MOST_LINES - 1, ())
    assert [fault.code for fault in beyond.faults] == [FaultCode.TOO_LARGE]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="AB-12 3.,:;|\t\n个箱件pcs@x×*¥元/月日请发单价PO", max_size=120))
def test_any_text_gives_an_order_with_lines_or_none(body: str) -> None:
    order = order_from_text(body, HINTS)
    assert order is None or order.lines or order.role is Role.CANCELLATION or like_before(order)


def like_before(order: ReadOrder) -> list[str]:
    return [fault.params["given"] for fault in order.faults if fault.code is FaultCode.LIKE_BEFORE]


def test_a_text_document_is_read_in_its_encoding_and_says_what_it_lacks() -> None:
    for charset in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        reading = text.read("请发 AB-100 20 个".encode(charset), HINTS)
        assert (reading.format, len(reading.orders), reading.faults) == (Format.TEXT, 1, ())
    assert [fault.code for fault in text.read(b"thanks", HINTS).faults] == [FaultCode.NO_ORDER]
    assert [fault.code for fault in text.read(b" \n", HINTS).faults] == [FaultCode.EMPTY]
    assert FaultCode.TOO_LARGE in [fault.code for fault in text.read(b"a" * (text.MOST_BYTES + 1), HINTS).faults]
