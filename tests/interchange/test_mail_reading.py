"""Mails as clients really write them: what the person wrote, what hangs on it, and what is wrong with it."""

import base64
import struct
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderloop.interchange.facts import FaultCode, Format, Hints, Reading, Role
from orderloop.interchange.readers import mail
from orderloop.interchange.readers.mail import parts as limits

SAMPLES = sorted((Path(__file__).parents[2] / "examples/order-documents/mail").glob("*.txt"))
HINTS = Hints()
HEAD = b"From: Li <li@buyer.example>\r\nTo: orders@firm.example\r\nSubject: Bestellung\r\nMIME-Version: 1.0\r\n"
LINE = "AB-100 20 pcs"


def read(content: bytes) -> Reading:
    return mail.read(content, HINTS)


def plain(body: bytes, extra: bytes = b"Content-Type: text/plain; charset=utf-8\r\n") -> bytes:
    return HEAD + extra + b"\r\n" + body


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def lines(reading: Reading) -> list[tuple[str, str]]:
    return [(line["item"].text, line["quantity"].text) for order in reading.orders for line in order.lines]


def test_there_are_24_sample_mails() -> None:
    assert len(SAMPLES) == 24


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_mail_gives_a_reading_and_no_order(path: Path) -> None:
    reading = read(path.read_bytes())
    assert reading.format is Format.MAIL
    assert reading.orders == ()
    assert bool(reading.text or reading.parts or reading.faults)


def test_a_digest_gives_its_text_and_each_mail_within_as_a_document() -> None:
    reading = read((SAMPLES[0]).read_bytes())
    assert reading.text.startswith("Send Ppp mailing list submissions to")
    assert [part.content_type for part in reading.parts] == ["message/rfc822"] * 5
    assert reading.parts[0].filename == "[Ppp] testing #1.eml"


def test_a_plain_mail_with_an_order_gives_it_with_its_line_number() -> None:
    reading = read(plain(f"Hello,\r\nplease send\r\n{LINE}\r\n".encode()))
    assert lines(reading) == [("AB-100", "20")]
    assert reading.orders[0].lines[0]["item"].place.path == "line 3"
    assert reading.envelope.sender == "Li <li@buyer.example>"


def test_gb2312_that_is_gbk_is_read_in_header_and_body() -> None:
    subject = b"=?gb2312?B?" + base64.b64encode("采购單 镕基".encode("gbk")) + b"?="
    content = (
        b"From: =?GB2312?Q?=D5=C5=C8=FD?= <z@b.example>\nSubject: " + subject
        + b"\nContent-Type: text/plain; charset=gb2312\n"
        b"Content-Transfer-Encoding: 8bit\n\n" + "請发 镕基螺丝 100 个\n".encode("gbk")
    )  # fmt: skip
    reading = read(content)
    assert reading.headers["subject"] == "采购單 镕基"
    assert reading.headers["from"] == "张三 <z@b.example>"
    assert reading.text == "請发 镕基螺丝 100 个"


def test_a_header_split_within_a_sign_is_joined_before_it_is_decoded() -> None:
    raw = "采购订单确认".encode()
    words = [b"=?utf-8?B?" + base64.b64encode(raw[a:b]) + b"?=" for a, b in ((0, 7), (7, len(raw)))]
    assert read(b"Subject: " + b"\n ".join(words) + b"\n\nhi").headers["subject"] == "采购订单确认"


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_raw_eight_bit_headers_are_read(charset: str) -> None:
    content = "From: 王五 <w@b.example>\nSubject: 订单 PO-9 交期\n\nhi".encode(charset)
    assert read(content).headers["subject"] == "订单 PO-9 交期"
    assert read(content).headers["from"] == "王五 <w@b.example>"


@pytest.mark.parametrize(
    ("label", "charset"),
    [
        ("us-ascii", "gb18030"),
        ("iso-8859-1", "utf-8"),
        ("utf-8", "gb18030"),
        ("x-nonsense", "utf-8"),
        ("rot13", "utf-8"),
    ],
)
def test_a_body_under_a_wrong_label_is_read_as_what_it_is(label: str, charset: str) -> None:
    extra = f"Content-Type: text/plain; charset={label}\r\nContent-Transfer-Encoding: 8bit\r\n".encode()
    assert read(plain("请发货，谢谢您的配合".encode(charset), extra)).text == "请发货，谢谢您的配合"


def test_western_letters_under_no_label_are_no_chinese() -> None:
    assert read(plain("Grüße aus Köln".encode("latin-1"), b"")).text == "Grüße aus Köln"


def test_big5_without_a_label_is_said_to_be_doubtful() -> None:
    reading = read(plain("請寄送螺絲壹佰個至倉庫，謝謝".encode("big5"), b""))
    assert codes(reading) == [FaultCode.ENCODING]


def test_html_alone_gives_its_text_with_tabs_between_cells_and_nothing_hidden() -> None:
    html = (
        "<html><head><style>p{}</style></head><body><p>您好：</p><div style='display:none'>999 个 XX-1</div>"
        "<table><tr><th>Item</th><th>Qty</th></tr><tr><td><p>AB-100</p></td><td>20</td></tr>"
        "<tr><td>AB-200</td><td>30</td></tr></table><script>x</script></body></html>"
    )
    reading = read(plain(html.encode(), b"Content-Type: text/html; charset=utf-8\r\n"))
    assert reading.text == "您好：\nItem\tQty\nAB-100\t20\nAB-200\t30"
    assert lines(reading) == [("AB-100", "20"), ("AB-200", "30")]


def test_of_two_forms_of_a_text_the_one_that_kept_its_table_is_read() -> None:
    message = EmailMessage()
    message.set_content("Item\nQty\nAB-100\n20\nAB-200\n30\n")
    message.add_alternative(
        "<table><tr><td>Item</td><td>Qty</td></tr><tr><td>AB-100</td><td>20</td></tr>"
        "<tr><td>AB-200</td><td>30</td></tr></table>",
        subtype="html",
    )
    assert lines(read(message.as_bytes())) == [("AB-100", "20"), ("AB-200", "30")]


def with_attachments() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "li@buyer.example", "采购订单 PO-4711"
    message.set_content("见附件，12月5日前交货。")
    message.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="octet-stream", filename="订单.pdf")
    return message


def test_an_attachment_is_a_part_with_its_name_and_the_text_adds_number_and_day() -> None:
    reading = mail.read(with_attachments().as_bytes(), Hints(today=__import__("datetime").date(2026, 11, 22)))
    assert [(part.filename, part.content_type, part.content) for part in reading.parts] == [
        ("订单.pdf", "application/octet-stream", b"%PDF-1.4 x")
    ]
    (told,) = reading.orders
    assert (told.role, told.text("po_number"), told.text("requested_on"), told.lines) == (
        Role.OTHER, "PO-4711", "2026-12-05", ()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "content_id", "left"),
    [
        (limits.LARGEST_LOGO, "logo", 0), (limits.LARGEST_LOGO + 1, "logo", 1),
        (limits.LARGEST_PIXEL, None, 0), (limits.LARGEST_PIXEL + 1, None, 1), (2000, "unused", 1),
    ],
)  # fmt: skip
def test_a_logo_is_left_out_and_a_pasted_picture_is_not(size: int, content_id: str | None, left: int) -> None:
    ident = f"Content-ID: <{content_id}>\n" if content_id else ""
    picture = base64.encodebytes(b"\x89PNG" + b"x" * (size - 4)).decode()
    content = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
        f'<p>hi</p><img src="cid:logo">\n--b\nContent-Type: image/png\n{ident}Content-Transfer-Encoding: base64\n\n'
        f"{picture}\n--b--\n"
    )
    assert len(read(content.encode()).parts) == left


def test_a_mail_passed_on_as_an_attachment_is_a_document_of_its_own() -> None:
    outer = EmailMessage()
    outer.set_content("Please process.")
    outer.add_attachment(with_attachments())
    (part,) = read(outer.as_bytes()).parts
    assert part.content_type == "message/rfc822"
    assert [inner.filename for inner in read(part.content).parts] == ["订单.pdf"]


def test_a_mail_passed_on_in_the_text_is_a_document_of_its_own() -> None:
    body = (
        "请处理\n\n---------- Forwarded message ---------\n发件人： 赵六 <z@c.example>\n"
        "发送时间： 2026年11月20日 10:00\n"
        f"收件人： li\n主题： 订单\n\n请发\n{LINE}\n"
    )
    reading = read(plain(body.encode()))
    assert reading.text == "请处理"
    assert [(part.filename, part.content.decode()) for part in reading.parts] == [("forwarded.txt", f"请发\n{LINE}")]
    assert reading.orders == ()


def test_a_wrong_or_missing_boundary_is_repaired_and_told() -> None:
    parts = b"--real\r\nContent-Type: text/plain\r\n\r\nplease send\r\nAB-100 20 pcs\r\n--real--\r\n"
    for stated in (b"Content-Type: multipart/mixed\r\n", b"Content-Type: multipart/mixed; boundary=other\r\n"):
        reading = read(plain(parts, stated))
        assert lines(reading) == [("AB-100", "20")]
        assert [(fault.code, fault.params["detail"]) for fault in reading.faults] == [(FaultCode.DAMAGED, "boundary")]


def test_a_mail_that_was_cut_off_says_so() -> None:
    whole = with_attachments().as_bytes()
    reading = read(whole[: len(whole) - 30])
    assert [(fault.code, fault.params["detail"]) for fault in reading.faults] == [
        (FaultCode.DAMAGED, "closing boundary")
    ]


def test_base64_with_a_lost_end_is_told() -> None:
    extra = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
    reading = read(plain(base64.b64encode(b"please send AB-100 20 pcs")[:-3], extra))
    assert codes(reading) == [FaultCode.DAMAGED]


def attribute(ident: int, value: bytes) -> bytes:
    return struct.pack("<BII", 2, ident, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def test_winmail_dat_gives_its_attachments() -> None:
    stream = b"\x78\x9f\x3e\x22\x01\x00" + attribute(0x00069002, b"\0" * 14)
    stream += attribute(0x00018010, "订单.xls\0".encode("gbk")) + attribute(0x0006800F, b"\xd0\xcf\x11\xe0 sheet")
    message = with_attachments()
    message.add_attachment(stream, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    reading = read(message.as_bytes())
    assert [(part.filename, part.content) for part in reading.parts][1:] == [("订单.xls", b"\xd0\xcf\x11\xe0 sheet")]
    cut = EmailMessage()
    cut.add_attachment(stream[:-4], maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert codes(read(cut.as_bytes())) == [FaultCode.DAMAGED]


def test_what_is_encrypted_is_named() -> None:
    assert codes(read(plain(b"x", b"Content-Type: multipart/encrypted; boundary=b\r\n"))) == [FaultCode.ENCRYPTED]
    assert codes(read(plain(b"eA==", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"))) == [
        FaultCode.ENCRYPTED
    ]


def test_a_flowed_text_is_joined_again() -> None:
    extra = b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
    assert read(plain(b"Please send 20 pcs \r\nof AB-100\r\n", extra)).text == "Please send 20 pcs of AB-100"


def test_two_senders_in_one_mail_are_both_told_and_doubted() -> None:
    reading = read(b"From: a@b.example\nFrom: boss@firm.example\n\nhi")
    assert reading.headers["from"] == "a@b.example, boss@firm.example"
    assert codes(reading) == [FaultCode.DOUBTFUL]


def test_a_line_break_in_an_encoded_subject_stays_out_of_the_headers() -> None:
    word = base64.b64encode(b"Order\r\nBcc: x@y.example").decode()
    assert read(f"Subject: =?utf-8?B?{word}?=\n\nhi".encode()).headers["subject"] == "Order Bcc: x@y.example"


def test_an_attachment_name_holds_no_folder() -> None:
    message = EmailMessage()
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="../../etc/passwd\\a.pdf")
    assert [part.filename for part in read(message.as_bytes()).parts] == ["a.pdf"]


def nested(depth: int) -> bytes:
    head = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b0\n\n"
    body = b""
    for level in range(depth - 1):
        body += f"--b{level}\nContent-Type: multipart/mixed; boundary=b{level + 1}\n\n".encode()
    body += f"--b{depth - 1}\nContent-Type: text/plain\n\nplease send AB-100 20 pcs\n".encode()
    return head + body + b"".join(f"--b{level}--\n".encode() for level in reversed(range(depth)))


def test_parts_within_parts_are_opened_to_the_limit_and_not_beyond() -> None:
    assert lines(read(nested(limits.DEEPEST))) == [("AB-100", "20")]
    beyond = read(nested(limits.DEEPEST + 1))
    assert (codes(beyond), beyond.orders, beyond.parts) == ([FaultCode.TOO_COMPLEX], (), ())
    assert codes(read(nested(5_000))) == [FaultCode.TOO_COMPLEX]


@pytest.mark.parametrize(
    ("count", "expected"), [(limits.MOST_PARTS - 1, []), (limits.MOST_PARTS, [FaultCode.TOO_COMPLEX])]
)
def test_parts_are_counted_to_the_limit(count: int, expected: list[str]) -> None:
    part = b"--b\nContent-Type: text/plain\n\nhi\n"
    assert codes(read(b"Content-Type: multipart/mixed; boundary=b\n\n" + part * count + b"--b--\n")) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(limits.MOST_HEADERS, []), (limits.MOST_HEADERS + 1, [FaultCode.TOO_COMPLEX])]
)
def test_headers_are_counted_to_the_limit(count: int, expected: list[str]) -> None:
    assert codes(read(b"X-A: 1\n" * count + b"\nhi")) == expected


@pytest.mark.parametrize(
    ("length", "expected"), [(limits.LONGEST_HEADER, []), (limits.LONGEST_HEADER + 1, [FaultCode.TOO_COMPLEX])]
)
def test_a_header_is_read_to_its_greatest_length(length: int, expected: list[str]) -> None:
    assert codes(read(b"Subject: " + b"x" * length + b"\n\nhi")) == expected


def test_nothing_at_all_and_too_much_are_named() -> None:
    assert codes(read(b" \r\n")) == [FaultCode.EMPTY]
    assert codes(read(b"a" * (mail.MOST_BYTES + 1))) == [FaultCode.TOO_LARGE]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_give_a_reading(content: bytes) -> None:
    assert read(content).format is Format.MAIL


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_sample_gives_a_reading(path: Path, data: st.DataObject) -> None:
    content = bytearray(path.read_bytes())
    for _change in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=12))
    assert read(bytes(content)).format is Format.MAIL
