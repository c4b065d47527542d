"""Hostile XML and JSON stay closed, and what is one step below each limit is read."""

import pytest

from orderloop.interchange.facts import FaultCode, Hints, Reading
from orderloop.interchange.readers import xml
from orderloop.interchange.readers.cxml import read as read_cxml
from orderloop.interchange.readers.mapped import read
from orderloop.interchange.readers.ubl import read as read_ubl
from orderloop.interchange.readers.xml import open_xml

BODY = "<Order><No>PO-1</No><Line><Item>A-1</Item><Qty>2</Qty></Line></Order>"


def told(content: bytes) -> list[tuple[str, str]]:
    opened = open_xml(content)
    assert opened.root is None
    return [(fault.code, "/".join(fault.params.values())) for fault in opened.faults]


def laughs(levels: int) -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels))
    return f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{entities}]><lolz>&l{levels - 1};</lolz>'


@pytest.mark.parametrize(
    "document",
    [
        laughs(1),
        laughs(10),
        f'<!DOCTYPE a [<!ENTITY a "{"a" * 50_000}">]><a>{"&a;" * 50_000}</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd">%x;]><a/>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
        "<!DOCTYPE a [<!ELEMENT a ANY>]><a/>",
        '<?xml version="1.0"?><!-- x --><?y z?>\n<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!doctype a [<!ENTITY b "c">]><a>&b;</a>',
    ],
)
def test_a_document_type_that_defines_anything_is_refused(document: str) -> None:
    for content in (document.encode(), document.encode("utf-16")):
        assert told(content) == [(FaultCode.FORBIDDEN_CONTENT, "DOCTYPE [ENTITY]")]


@pytest.mark.parametrize(
    "system", ["file:///etc/passwd", "ftp://x/y.dtd", "/etc/x.dtd", "../x.dtd", "php://filter", "x.xml"]
)
def test_a_document_type_may_not_point_into_the_machine(system: str) -> None:
    for named in (f'SYSTEM "{system}"', f'PUBLIC "-//x//" "{system}"'):
        assert told(f"<!DOCTYPE a {named}><a/>".encode()) == [(FaultCode.FORBIDDEN_CONTENT, f"DOCTYPE SYSTEM {system}")]


@pytest.mark.parametrize("named", ["", 'SYSTEM "http://xml.cxml.org/schemas/cXML.dtd"', 'SYSTEM "cXML.dtd"', "[ ]"])
def test_a_document_type_that_only_names_one_is_read_and_never_fetched(named: str) -> None:
    opened = open_xml(f"<!DOCTYPE a {named}><a>1</a>".encode())
    assert opened.faults == ()
    assert opened.root is not None
    assert opened.root.text == "1"


def test_an_entity_nobody_defined_is_damage() -> None:
    assert told(b"<a>&x;</a>") == [(FaultCode.DAMAGED, "1:7")]
    assert told(b'<!DOCTYPE a SYSTEM "http://x.example/a.dtd"><a b="&x;"/>')[0][0] == FaultCode.DAMAGED


def test_an_include_is_only_an_element() -> None:
    opened = open_xml(b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></a>')
    assert opened.root is not None
    assert opened.root.text == ""


def test_depth_has_a_limit() -> None:
    below, above = xml.MAX_DEPTH, xml.MAX_DEPTH + 1
    assert open_xml(b"<a>" * below + b"</a>" * below).root is not None
    assert told(b"<a>" * above + b"</a>" * above) == [(FaultCode.TOO_COMPLEX, f"depth > {xml.MAX_DEPTH}")]
    assert told(b"<a>" * 300_000)[0][0] in (FaultCode.TOO_COMPLEX, FaultCode.DAMAGED)


def test_the_number_of_elements_and_attributes_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_TAGS", 10)
    monkeypatch.setattr(xml, "MAX_ATTRIBUTES", 10)
    assert open_xml(b"<a>" + b"<b/>" * 8 + b"</a>").root is not None
    assert told(b"<a>" + b"<b/>" * 9 + b"</a>") == [(FaultCode.TOO_COMPLEX, "elements > 10")]
    many = " ".join(f'a{n}="1"' for n in range(10))
    assert open_xml(f"<a {many}/>".encode()).root is not None
    assert told(f'<a {many} b="1"/>'.encode()) == [(FaultCode.TOO_COMPLEX, "attributes > 10")]


def test_size_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_BYTES", 1024 * 1024)
    fits = b"<a>" + b"x" * (1024 * 1024 - 7) + b"</a>"
    assert open_xml(fits).root is not None
    assert told(fits + b" ") == [(FaultCode.TOO_LARGE, "1 MB")]


def test_one_text_has_a_limit() -> None:
    number = "9" * xml.MAX_TEXT
    kept = read_cxml(_request(f"<Comments>{number}</Comments>"), Hints())
    assert kept.orders[0].text("note") == number
    refused = read_cxml(_request(f"<Comments>{number}9</Comments>"), Hints())
    assert "note" not in refused.orders[0].fields
    assert [fault.code for fault in refused.orders[0].faults] == [FaultCode.TOO_LARGE]


def _request(inner: str) -> bytes:
    return f"""<cXML payloadID="1"><Header><From><Credential><Identity>a</Identity></Credential></From>
    <To><Credential><Identity>b</Identity></Credential></To></Header><Request><OrderRequest>
    <OrderRequestHeader orderID="1" orderDate="2026-01-01" type="delete">{inner}</OrderRequestHeader>
    </OrderRequest></Request></cXML>""".encode()


CHINESE = "<订单><订单号>PO-1</订单号><名>自行车链条镕</名></订单>"


@pytest.mark.parametrize(
    ("stated", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("", "utf-16-le"),
        ("", "utf-16-be"),
        ("UTF-16", "utf-16"),
        ("utf-16", "utf-8"),
        ("gb2312", "gbk"),
        ("GBK", "gbk"),
        ("gb18030", "gb18030"),
        ("utf-8", "utf-8-sig"),
    ],
)
def test_text_is_read_in_the_encoding_it_has(stated: str, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{stated}"?>' if stated else ""
    opened = open_xml((head + CHINESE).encode(encoding))
    assert opened.faults == ()
    assert opened.root is not None
    assert opened.root.said("名") == "自行车链条镕"


def test_chinese_under_a_wrong_name_is_read_with_a_doubt_and_western_text_is_not() -> None:
    opened = open_xml(CHINESE.encode("gbk"))
    assert opened.root is not None
    assert opened.root.said("名") == "自行车链条镕"
    assert [(f.code, f.params["name"], f.rejects) for f in opened.faults] == [(FaultCode.DOUBTFUL, "encoding", False)]
    assert told("<a>Café Zürich</a>".encode("latin-1")) == [(FaultCode.ENCODING, "utf-8, 6")]
    assert told(b'<?xml version="1.0" encoding="utf-7"?><a/>') == [(FaultCode.ENCODING, "utf-7")]
    assert told(b'<?xml version="1.0" encoding="rot13"?><a/>') == [(FaultCode.ENCODING, "rot13")]


def test_blanks_before_the_document_do_not_matter_and_other_signs_are_told() -> None:
    assert open_xml(b"\r\n \t<?xml version='1.0'?><a>1</a>\x00\x1a\n").faults == ()
    opened = open_xml(b"HTTP/1.1 200 OK\r\n\r\n<?xml version='1.0'?><a>1</a>")
    assert opened.root is not None
    assert [(f.code, f.params["given"], f.rejects) for f in opened.faults] == [
        (FaultCode.DOUBTFUL, "HTTP/1.1 200 OK", False)
    ]
    assert told(b"<a/>trailing") == [(FaultCode.DAMAGED, "1:5")]
    assert told(b" \n\x00") == [(FaultCode.EMPTY, "")]


def test_nothing_invisible_stays_in_a_value() -> None:
    opened = open_xml("<a>\u200bPO\ufeff-1\u2060 \u3000 x</a>".encode())
    assert opened.root is not None
    assert opened.root.text == "PO-1 x"


@pytest.mark.parametrize("reader", [read, read_ubl, read_cxml])
def test_every_reader_refuses_what_the_opener_refuses(reader: object) -> None:
    reading = reader(laughs(10).encode(), Hints())  # type: ignore[operator]
    assert isinstance(reading, Reading)
    assert [fault.code for fault in reading.faults] == [FaultCode.FORBIDDEN_CONTENT]
    assert reading.orders == ()


def test_json_depth_has_a_limit() -> None:
    below, above = xml.MAX_DEPTH - 1, xml.MAX_DEPTH
    assert [f.code for f in read(b"[" * below + b"1" + b"]" * below, Hints()).faults] == [FaultCode.NO_ORDER]
    for content in (b"[" * above + b"1" + b"]" * above, b"[" * 500_000 + b"]" * 500_000, b'{"a":' * 200_000):
        codes = [(f.code, f.params["detail"]) for f in read(content, Hints()).faults]
        assert codes == [(FaultCode.TOO_COMPLEX, f"depth > {xml.MAX_DEPTH}")]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b'{"a": NaN}', FaultCode.INVALID_ELEMENT, "NaN"),
        (b'{"a": -Infinity}', FaultCode.INVALID_ELEMENT, "-Infinity"),
        (b'{"a": 1', FaultCode.DAMAGED, "1:8"),
        (b'{"a": 1} x', FaultCode.DAMAGED, "1:10"),
        (b'{"a": 1, "a": 2}', FaultCode.INVALID_ELEMENT, "a"),
        (b'{"a": "\xff"}', FaultCode.ENCODING, "utf-8, 7"),
    ],
)
def test_json_that_can_be_read_in_two_ways_or_none_is_told(content: bytes, code: FaultCode, said: str) -> None:
    fault = read(content, Hints()).faults[0]
    assert (fault.code, fault.params.get("given", fault.params.get("detail"))) == (code, said)
    assert fault.rejects
