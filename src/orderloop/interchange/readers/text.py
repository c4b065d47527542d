"""Orders in plain text."""

from orderloop.interchange.facts import Fault, FaultCode, Format, Hints, Reading
from orderloop.interchange.rules.mail.charset import decode_text
from orderloop.interchange.rules.text_orders import order_from_text

MOST_BYTES = 2_000_000


def read(content: bytes, hints: Hints) -> Reading:
    """Read a document of plain text. Too large a one is read up to the limit, and says so."""
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return Reading(Format.TEXT, faults=(Fault(FaultCode.EMPTY),))
    faults = []
    if len(content) > MOST_BYTES:
        faults.append(Fault(FaultCode.TOO_LARGE, params={"limit": f"{MOST_BYTES // 1_000_000} MB"}))
    decoded = decode_text(content[:MOST_BYTES])
    if not decoded.is_sure:
        faults.append(Fault(FaultCode.ENCODING, params={"detail": decoded.encoding}))
    text = decoded.text.replace("\0", "")
    order = order_from_text(text, hints)
    if order is None:
        faults.append(Fault(FaultCode.NO_ORDER))
    return Reading(Format.TEXT, (order,) if order else (), tuple(faults), text=text)
