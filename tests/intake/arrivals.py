"""Messages as they arrive: an EDIFACT order, an order's mail, and what is stored of them."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from tests.makers import NOW

from orderloop.intake import services as intake
from orderloop.intake.facts import Arrival
from orderloop.intake.models import Partner
from orderloop.orders.facts import Channel

BUYER = "4012345000009"


def edifact(
    po_number: str,
    lines: Sequence[tuple[str, int, str]],
    *,
    sender: str = BUYER,
    control: str = "1",
    function: str = "9",
    wanted: str = "20261207",
) -> bytes:
    """A D.96A order of (our item code, quantity, unit price) lines."""
    body = [
        "UNH+1+ORDERS:D:96A:UN",
        f"BGM+220+{po_number}+{function}",
        "DTM+137:20261123:102",
        f"DTM+2:{wanted}:102",
        f"NAD+BY+{sender}::9",
        "CUX+2:CNY:9",
    ]
    for n, (code, quantity, price) in enumerate(lines, 1):
        body += [f"LIN+{n}++{code}:SA", f"QTY+21:{quantity}:PCE", f"PRI+AAA:{price}"]
    body += ["UNS+S", f"CNT+2:{len(lines)}"]
    body.append(f"UNT+{len(body) + 1}+1")
    parts = ["UNA:+.? ", f"UNB+UNOC:3+{sender}:14+5790000000000:14+261123:0930+{control}", *body, f"UNZ+1+{control}"]
    return ("'".join(parts) + "'").encode()


def mail(
    text: str,
    *,
    sender: str = "buyer@customer.example",
    subject: str = "Order",
    attached: Sequence[tuple[str, str, bytes]] = (),
) -> bytes:
    """A mail with attachments (name, content type, content)."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "orders@desk.example", subject
    message["Message-ID"] = f"<{abs(hash((text, subject, len(attached))))}@customer.example>"
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0800"
    message.set_content(text)
    for name, kind, content in attached:
        main, _slash, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def store(
    content: bytes,
    *,
    channel: Channel = Channel.EDI,
    sender: str = "as2:partner",
    at: datetime = NOW,
    external_id: str | None = None,
    filename: str = "",
    **envelope: object,
) -> int:
    """Store a message as its channel would; return its id."""
    arrival = Arrival(channel, "", content, at, sender, external_id, filename, envelope=envelope)
    return intake.store_messages([arrival])[0].message_id


def a_partner(customer_id: int, sender: str = BUYER, scheme: str = "edifact") -> Partner:
    return Partner.objects.create(scheme=scheme, sender=sender, customer_id=customer_id)
