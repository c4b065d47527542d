"""Elements of outgoing XML: texts can break out of nothing and hold only what XML may hold."""

import re
from decimal import Decimal

from lxml import etree

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MAX_TEXT = 1_000


def xml_text(text: str) -> str:
    """The text without characters that XML forbids, on one line, clipped to a length every partner takes."""
    return " ".join(_FORBIDDEN.sub("", text).split())[:MAX_TEXT]


def add(parent: etree._Element, tag: str, text: str | None = None, /, **attributes: str) -> etree._Element:
    """A new last child; attributes without a value are left out."""
    child = etree.SubElement(parent, tag)
    if text is not None:
        child.text = xml_text(text)
    for name, value in attributes.items():
        if value:
            child.set(name, xml_text(value))
    return child


def plain(number: Decimal) -> str:
    """Digits with a point, no exponent, no needless zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_bytes(root: etree._Element, doctype: str | None = None) -> bytes:
    """The document in UTF-8, the same bytes each time."""
    body: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", doctype=doctype, pretty_print=True)
    return body
