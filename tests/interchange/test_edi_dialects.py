"""EDIFACT and X12 as partners nobody has seen before write them: each habit read, or told of with its place."""

import re

import pytest

from orderloop.interchange.facts import Format, Hints, Reading, ReadOrder
from orderloop.interchange.readers import read

UNB = "UNB+UNOC:3+BUYER:14+SELLER:14+261120:0930+77"


def edifact(*segments: str, una: str = "", head: str = UNB) -> bytes:
    """A D.96A order around these segments, its counts right."""
    lines = sum(segment.startswith("LIN") for segment in segments)
    body = ["UNH+1+ORDERS:D:96A:UN", "BGM+220+PO-1+9", "DTM+137:20261120:102", *segments, "UNS+S", f"CNT+2:{lines}"]
    return (una + "".join(f"{each}'\n" for each in [head, *body, f"UNT+{len(body) + 1}+1", "UNZ+1+77"])).encode()


def x12(*segments: str, begin: str = "BEG*00*SA*PO-1**20261120") -> bytes:
    """An 004010 order around these segments, its counts right."""
    lines = sum(segment.startswith(("PO1", "POC")) for segment in segments)
    kind, group = ("850", "PO") if begin.startswith("BEG") else ("860", "PC")
    body = [f"ST*{kind}*0001", begin, *segments, f"CTT*{lines}"]
    head = f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{'BUYER':15}*ZZ*{'SELLER':15}*261120*0930*U*00401*000000077*0*P*>"
    frame = [head, f"GS*{group}*BUYER*SELLER*20261120*0930*7*X*004010", *body, f"SE*{len(body) + 1}*0001"]
    return "".join(f"{each}~\n" for each in [*frame, "GE*1*7", "IEA*1*000000077"]).encode()


def told(reading: Reading) -> list[tuple[str, str, bool]]:
    faults = [*reading.faults, *(fault for order in reading.orders for fault in order.faults)]
    return [(fault.code.value, fault.params.get("name", ""), fault.rejects) for fault in faults]


def only(reading: Reading) -> ReadOrder:
    (order,) = reading.orders
    return order


def lines(reading: Reading, *names: str) -> list[tuple[str, ...]]:
    return [tuple(line[name].text if name in line else "" for name in names) for line in only(reading).lines]


LINE = ("LIN+1++BK-1:SA", "QTY+21:10:PCE")


def test_a_line_scheduled_for_two_days_is_two_lines_with_its_price() -> None:
    reading = read(
        edifact(*LINE, "MOA+203:25", "PRI+AAA:2.5", "SCC+1", "QTY+113:4:PCE", "DTM+2:20261201:102",
                "SCC+1", "QTY+113:6:PCE", "DTM+2:20261215:102"), Hints())  # fmt: skip
    assert told(reading) == []
    assert lines(reading, "line_no", "quantity", "requested_on", "unit_price", "amount") == [
        ("1/1", "4", "2026-12-01", "2.5", ""), ("1/2", "6", "2026-12-15", "2.5", ""),
    ]  # fmt: skip


def test_two_quantities_under_one_schedule_are_two_deliveries() -> None:
    reading = read(
        edifact(*LINE, "SCC+1++W", "QTY+21:4", "DTM+2:20261201:102", "QTY+21:6", "DTM+2:20261208:102"), Hints()
    )
    assert lines(reading, "line_no", "quantity", "requested_on") == [
        ("1/1", "4", "2026-12-01"), ("1/2", "6", "2026-12-08"),
    ]  # fmt: skip


def test_one_delivery_of_the_whole_line_only_gives_its_day() -> None:
    reading = read(edifact(*LINE, "DTM+2:20261130:102", "SCC+1", "QTY+113:10:PCE", "DTM+2:20261201:102"), Hints())
    assert (told(reading), lines(reading, "line_no", "quantity", "requested_on")) == ([], [("1", "10", "2026-12-01")])


def test_deliveries_that_do_not_add_up_leave_the_line_whole_for_a_person() -> None:
    reading = read(edifact(*LINE, "SCC+1", "QTY+113:4", "SCC+1", "QTY+113:5"), Hints())
    assert (told(reading), lines(reading, "line_no", "quantity")) == ([("D_UNSUPPORTED", "SCC", False)], [("1", "10")])


def test_a_line_for_several_places_says_how_much_goes_where_and_waits_for_a_person() -> None:
    reading = read(
        edifact(*LINE, "LOC+7+SHOP1::92", "QTY+11:4", "DTM+2:20261201:102", "LOC+7+SHOP2::92", "QTY+11:6"), Hints()
    )
    assert told(reading) == [("D_UNSUPPORTED", "LOC 7", False)]
    assert lines(reading, "quantity", "requested_on", "note") == [("10", "", "SHOP1: 4 2026-12-01; SHOP2: 6")]


def test_the_best_of_several_places_of_delivery_counts_whole_and_not_in_parts() -> None:
    final = "NAD+UC+++FINAL CUSTOMER+HIGH STREET 1+LEEDS++LS1+GB"
    named = "NAD+DP+D7::92++DEPOT"
    for parties in ((final, named), (named, final)):
        order = only(read(edifact(*parties, *LINE), Hints()))
        assert {name: value.text for name, value in order.fields.items() if name.startswith("ship_to")} == {
            "ship_to_code": "D7", "ship_to_name": "DEPOT",
        }  # fmt: skip


def test_a_place_of_delivery_beside_the_buyer_counts_where_no_party_is_named_for_it() -> None:
    buyer = ("NAD+BY+4012345000009::9", "LOC+7+4012345000023::9")
    assert only(read(edifact(*buyer, *LINE), Hints())).text("ship_to_code") == "4012345000023"
    assert only(read(edifact(*buyer, "NAD+DP+D7::92", *LINE), Hints())).text("ship_to_code") == "D7"


@pytest.mark.parametrize(
    ("party", "field"),
    [
        ("NAD+BY+4012345000009", "customer_gln"),
        ("NAD+BY+4012345000009::EN", "customer_gln"),
        ("NAD+BY+4012345000001", "customer_code"),
        ("NAD+BY+4012345000009::92", "customer_code"),
        ("NAD+BT+4012345000009::9", "customer_gln"),
    ],
)
def test_a_party_number_is_a_gln_if_it_says_so_or_says_nothing_else_and_has_its_check_digit(
    party: str, field: str
) -> None:
    order = only(read(edifact(party, *LINE), Hints()))
    assert {name for name in order.fields if name.startswith("customer")} == {field}


def test_a_region_may_be_named_instead_of_coded() -> None:
    order = only(read(edifact("NAD+ST+++Mill+Lane 5+Preston+:::Lancashire+PR1+GB", *LINE), Hints()))
    assert order.text("ship_to_text") == "Lane 5, PR1 Preston, Lancashire, GB"


@pytest.mark.parametrize(
    ("date", "day"), [("202612010930:102", "2026-12-01"), ("20261201:203", "2026-12-01"), ("20261201:719", "")]
)
def test_a_day_under_the_code_of_another_form_is_read_by_its_digits_and_told(date: str, day: str) -> None:
    reading = read(edifact(f"DTM+2:{date}", *LINE), Hints())
    assert only(reading).text("requested_on") == day
    assert told(reading) == [("D_READ_AS" if day else "D_INVALID_ELEMENT", "requested_on", not day)]


def test_the_day_of_delivery_counts_more_than_that_of_shipment() -> None:
    dates = ("DTM+38:20261205:102", "DTM+74:20261210:102", "DTM+37:20261201:102")
    assert only(read(edifact(*dates, *LINE), Hints())).text("requested_on") == "2026-12-10"
    value = only(read(edifact(*dates[:1], *LINE), Hints())).fields["requested_on"]
    assert (value.text, value.confidence) == ("2026-12-05", 0.8)


def test_a_quantity_may_be_filled_up_with_zeros() -> None:
    assert lines(read(edifact("LIN+1++BK-1:SA", "QTY+21:000000000012:PCE"), Hints()), "quantity") == [("12",)]


def test_allowances_are_told_with_all_they_say_and_wait_for_a_person() -> None:
    reading = read(
        edifact("ALC+C+++6", "MOA+23:15", *LINE, "PRI+AAA:10", "ALC+A++++DI", "PCD+1:20", "MOA+204:20"), Hints()
    )
    assert only(reading).text("terms") == "ALC C 6 15"
    assert lines(reading, "note") == [("ALC A DI 20 % 20",)]
    assert told(reading) == [("D_UNSUPPORTED", "ALC", False), ("D_UNSUPPORTED", "ALC", False)]


def test_the_line_amount_behind_an_allowance_is_the_lines() -> None:
    reading = read(edifact(*LINE, "ALC+A++++DI", "MOA+8:5", "MOA+203:20"), Hints())
    assert lines(reading, "amount", "note") == [("20", "ALC A DI 5")]


@pytest.mark.parametrize(
    ("number", "field"), [("4006381333931:SRS", "barcode"), ("BK-1:QQ", "item")], ids=["a barcode", "another"]
)
def test_goods_under_a_type_nobody_knows_are_kept_and_wait_for_a_person(number: str, field: str) -> None:
    reading = read(edifact(f"LIN+1++{number}", "QTY+21:1"), Hints())
    assert lines(reading, field) == [(number.partition(":")[0],)]
    assert told(reading) == [("D_UNSUPPORTED", f"LIN {number.partition(':')[2]}", False)]


def test_small_letters_are_read_in_capitals_and_told() -> None:
    reading = read(edifact(*LINE).decode().lower().encode(), Hints())
    assert (reading.format, reading.envelope.sender, only(reading).text("po_number")) == (
        Format.EDIFACT,
        "BUYER",
        "PO-1",
    )
    assert [(fault.code.value, dict(fault.params)) for fault in reading.faults] == [
        ("D_READ_AS", {"given": "unb", "name": "tag", "expected": "UNB"})
    ]
    assert only(read(x12("PO1*1*2*EA*1**VN*BK-1").decode().lower().encode(), Hints())).text("po_number") == "PO-1"


@pytest.mark.parametrize("between", ["", "\r\n", "\n\n", "\x00"])
def test_each_interchange_of_a_file_is_a_document_of_its_own(between: str) -> None:
    first, second = edifact(*LINE).decode(), edifact("LIN+1++BK-2:SA", "QTY+21:2").decode().replace("77", "78")
    reading = read(f"{first.strip()}{between}{second}".encode(), Hints())
    assert (reading.envelope.control, told(reading), lines(reading, "item")) == ("77", [], [("BK-1",)])
    (part,) = reading.parts
    other = read(part.content, Hints())
    assert (other.envelope.control, told(other), lines(other, "item")) == ("78", [], [("BK-2",)])


def test_the_service_string_of_the_first_interchange_holds_for_those_that_have_none() -> None:
    one = edifact("LIN+1++BK-1:SA", "QTY+21:2,5").decode()
    (part,) = read(f"UNA:+,? '\n{one}{one}".encode(), Hints()).parts
    assert lines(read(part.content, Hints()), "quantity") == [("2.5",)]
    assert part.content.startswith(b"UNA:+,? 'UNB+")


def test_interchanges_of_both_standards_in_one_file_are_parted_and_their_signs_are_their_own() -> None:
    second = x12("PO1*1*2*EA*1**VN*BK-2").replace(b"*", b"|").replace(b"~\n", b"\x1c")
    reading = read(edifact(*LINE) + second, Hints())
    (part,) = reading.parts
    other = read(part.content, Hints())
    assert (reading.format, other.format, told(other)) == (Format.EDIFACT, Format.X12, [])
    assert lines(other, "item", "quantity") == [("BK-2", "2")]


def test_a_file_of_more_interchanges_than_a_message_may_hold_is_refused_whole() -> None:
    for one in (edifact(*LINE), x12("PO1*1*2*EA*1**VN*BK-1")):
        assert len(read(one * 40, Hints()).parts) == 39
        reading = read(one * 41, Hints())
        assert (reading.orders, reading.parts, told(reading)) == ((), (), [("D_TOO_COMPLEX", "", True)])


def test_a_trailer_within_a_text_parts_nothing() -> None:
    reading = read(edifact("FTX+AAI+++see UNZ+1+77?'UNB for more", *LINE), Hints())
    assert (reading.parts, told(reading)) == ((), [])


# -- X12


def test_an_x12_line_scheduled_for_two_days_is_two_lines() -> None:
    reading = read(
        x12("PO1*1*10*EA*2.5**VN*BK-1", "SCH*4*EA***002*20261201", "SCH*6*EA***002*20261215"), Hints())  # fmt: skip
    assert told(reading) == []
    assert lines(reading, "line_no", "quantity", "requested_on") == [
        ("1/1", "4", "2026-12-01"), ("1/2", "6", "2026-12-15"),
    ]  # fmt: skip


def test_an_x12_schedule_that_does_not_add_up_leaves_the_line_whole_for_a_person() -> None:
    reading = read(x12("PO1*1*10*EA*2.5**VN*BK-1", "SCH*4*EA***002*20261201"), Hints())
    assert (told(reading), lines(reading, "line_no", "quantity", "requested_on")) == (
        [("D_UNSUPPORTED", "SCH", False)], [("1", "10", "")],
    )  # fmt: skip


def test_the_second_day_of_a_schedule_counts_where_the_first_is_of_another_kind() -> None:
    reading = read(x12("PO1*1*4*EA*2.5**VN*BK-1", "SCH*4*EA***097*20261101**002*20261201"), Hints())
    assert (told(reading), lines(reading, "requested_on")) == ([], [("2026-12-01",)])


@pytest.mark.parametrize(
    ("segment", "tag", "note"),
    [
        ("SDQ*EA*92*0118*4*0119*6", "SDQ", "SDQ EA 92 0118 4 0119 6"),
        ("SLN*1**I*2*EA*1.5***VN*PART-1", "SLN", "SLN 1 I 2 EA 1.5 VN PART-1"),
        ("SAC*A*C310***500*3*5", "SAC", "SAC A C310 500 3 5"),
        ("TXI*ST*5.00*6.25", "", "TXI ST 5.00 6.25"),
    ],
)
def test_what_an_x12_line_says_beyond_its_goods_is_kept_in_its_note(segment: str, tag: str, note: str) -> None:
    reading = read(x12("PO1*1*10*EA*2.5**VN*BK-1", segment), Hints())
    assert lines(reading, "note") == [(note,)]
    assert told(reading) == ([("D_UNSUPPORTED", tag, False)] if tag else [])


def test_terms_of_payment_without_words_are_told_by_their_codes() -> None:
    assert only(read(x12("ITD*14*3*2**45**46", "PO1*1*1*EA*1**VN*A"), Hints())).text("terms") == "ITD 14 3 2 45 46"
    worded = "ITD*01*3*****30*****NET 30"
    assert only(read(x12(worded, "PO1*1*1*EA*1**VN*A"), Hints())).text("terms") == "NET 30"


def test_what_others_sell_the_goods_for_is_no_price_of_ours() -> None:
    assert lines(read(x12("PO1*1*1*EA***VN*A", "CTP**MSR*19.99"), Hints()), "unit_price") == [("",)]
    assert lines(read(x12("PO1*1*1*EA***VN*A", "CTP**NET*9.99"), Hints()), "unit_price") == [("9.99",)]


@pytest.mark.parametrize("again", ["~~\n", "~~", "~ ~\r\n"])
def test_a_terminator_written_twice_ends_one_segment(again: str) -> None:
    content = x12("PO1*1*2*EA*1**VN*BK-1").decode().replace("~\n", again)
    assert (told(read(content.encode(), Hints())), lines(read(content.encode(), Hints()), "item")) == ([], [("BK-1",)])


@pytest.mark.parametrize("start", ["GS", "ST"])
def test_an_x12_order_without_its_envelope_is_read_and_refused_for_that(start: str) -> None:
    content = x12("PO1*1*2*EA*1**VN*BK-1").decode()
    content = content[content.index(f"{start}*") : content.index("GE*" if start == "ST" else "IEA*")]
    reading = read(content.encode(), Hints())
    assert (reading.format, lines(reading, "item")) == (Format.X12, [("BK-1",)])
    missing = ["ISA"] if start == "GS" else ["GS", "ISA"]
    assert [name for code, name, rejects in told(reading) if code == "D_MISSING_SEGMENT" and rejects] == missing


@pytest.mark.parametrize("text", ["ST-850-0001 please", "ST. 850", "GS-PO 12"])
def test_a_text_that_only_looks_like_x12_is_none(text: str) -> None:
    assert read(text.encode(), Hints()).format is not Format.X12


def test_delimiters_may_be_control_characters() -> None:
    content = re.sub(r"~\n", "\x1c", x12("PO1*1*2*EA*1**VN*BK-1").decode().replace("*", "\x1d").replace(">", "\x1f"))
    assert (told(read(content.encode(), Hints())), lines(read(content.encode(), Hints()), "item")) == ([], [("BK-1",)])


def test_the_sign_of_the_elements_stated_for_components_too_is_told_and_read() -> None:
    content = x12("PO1*1*2*EA*1**VN*BK-1").replace(b"*>~\n", b"**\n").replace(b"~\n", b"\n")
    reading = read(content, Hints())
    assert (told(reading), lines(reading, "item")) == ([("D_ENVELOPE", "", False)], [("BK-1",)])
    assert reading.envelope.control == "000000077"


@pytest.mark.parametrize(
    ("goods", "item", "note", "fault"),
    [
        ("IT*B-7*BO*RED*IZ*42", "", "BO RED; IZ 42", []),
        ("VN*A-1*DR*03", "A-1", "DR 03", []),
        ("ST*STYLE77", "STYLE77", "", []),
        ("ST*STYLE77*SZ*42", "STYLE77", "SZ 42", [("D_UNSUPPORTED", "PO1 ST", False)]),
        ("ST*STYLE77*VN*A-1", "A-1", "", []),
        ("QQ*1*ST*STYLE77", "STYLE77", "", [("D_PASSED_OVER", "PO1 QQ", False)]),
    ],
)
def test_colour_size_and_drawing_are_told_and_a_style_is_the_goods_where_nothing_better_is(
    goods: str, item: str, note: str, fault: list[tuple[str, str, bool]]
) -> None:
    reading = read(x12(f"PO1*1*2*EA*1**{goods}"), Hints())
    assert (lines(reading, "item", "note"), told(reading)) == ([(item, note)], fault)


def test_the_colour_and_the_drawing_of_an_edifact_line_are_told() -> None:
    reading = read(edifact(*LINE, "PIA+1+RED:CL+B:DR"), Hints())
    assert (lines(reading, "item", "note"), told(reading)) == ([("BK-1", "CL RED; DR B")], [])


def test_an_order_that_confirms_a_call_waits_for_a_person() -> None:
    """Codes 06 and 42: it may have been entered when they rang."""
    spoken = edifact(*LINE).replace(b"PO-1+9", b"PO-1+42")
    assert told(read(spoken, Hints())) == [("D_DOUBTFUL", "BGM 1225", False)]
    reading = read(x12("PO1*1*1*EA*1**VN*A", begin="BEG*06*SA*PO-1**20261120"), Hints())
    assert told(reading) == [("D_DOUBTFUL", "BEG01", False)]


@pytest.mark.parametrize("function", ["6", "16", "46"])
def test_a_proposal_and_what_is_provisional_wait_for_a_person(function: str) -> None:
    reading = read(edifact(*LINE).replace(b"PO-1+9", b"PO-1+" + function.encode()), Hints())
    assert told(reading) == [("D_DOUBTFUL", "BGM 1225", False)]


@pytest.mark.parametrize("document", [edifact(*LINE), x12("PO1*1*1*EA*1**VN*A")])
def test_an_interchange_in_utf_16_is_known_by_what_it_says(document: bytes) -> None:
    reading = read(document.decode().encode("utf-16"), Hints())
    assert (only(reading).text("po_number"), told(reading)) == ("PO-1", [])


def test_an_interchange_in_ebcdic_is_named_and_refused() -> None:
    reading = read(edifact(*LINE).decode().encode("cp037"), Hints())
    assert [(fault.code.value, fault.params["name"], fault.rejects) for fault in reading.faults] == [
        ("D_UNSUPPORTED", "ebcdic", True)
    ]
