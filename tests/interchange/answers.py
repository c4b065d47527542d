"""One answer with a line of every verdict, for the tests of every format's writer."""

from datetime import UTC, date, datetime
from decimal import Decimal

from orderloop.interchange.facts import Answer, AnsweredLine, Interchange, LineVerdict, Party, Verdict

AT = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
HOSTILE = 'Rad & "Bau" <GmbH> ]]> \x00\x0b\ud800 自行车\r\nInjected: yes'
CARRIED = 'Rad & "Bau" <GmbH> ]]> 自行车 Injected: yes'


def answered_line(number: int, verdict: LineVerdict, *, quantity: str = "10", text: str = "") -> AnsweredLine:
    """A line of 10 ordered pieces under a verdict, every field filled."""
    return AnsweredLine(
        line_no=str(number),
        verdict=verdict,
        item=f"CH-{number}",
        customer_item=f"R-{number}",
        description=text or "Chain",
        ordered_quantity=Decimal(10),
        unit="EA",
        quantity=Decimal(quantity),
        unit_price=Decimal("2.50"),
        promised_on=date(2026, 12, 1),
        requested_on=date(2026, 11, 30),
        substitute="CH-NEW" if verdict is LineVerdict.SUBSTITUTED else "",
        reason=text,
    )


def answer_with(verdict: Verdict, lines: tuple[AnsweredLine, ...] = (), text: str = "") -> Answer:
    """An answer to order PO-77 under a verdict."""
    return Answer(
        verdict=verdict,
        document_no="C-1",
        at=AT,
        number="SO-5",
        po_number="PO-77",
        ordered_on=date(2026, 11, 2),
        buyer=Party(text or "Radhaus GmbH", "7300010000001", "GLN"),
        seller=Party("Adventure Works", "987654325"),
        currency="EUR",
        lines=lines,
        total=Decimal("125.00"),
        reason=text,
    )


def every_line_verdict() -> tuple[AnsweredLine, ...]:
    """A line of every verdict; of what is changed or back-ordered, 4 of 10 pieces come."""
    fewer = (LineVerdict.QUANTITY_CHANGED, LineVerdict.BACKORDERED)
    return tuple(
        answered_line(number, verdict, quantity="4" if verdict in fewer else "10")
        for number, verdict in enumerate(LineVerdict, start=1)
    )


def interchange(**details: str) -> Interchange:
    """Us to the buyer, as control number 9."""
    return Interchange("987654325", "7300010000001", 9, AT, details=details)
