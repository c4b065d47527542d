"""How the orders of a day to come arrive: each in the form of its store, and what else the post brings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from orderloop.customers.facts import CustomerFact
from orderloop.demo import interchanges, papers
from orderloop.demo.purchases import Purchase, revised
from orderloop.demo.timeline import Dated, Timeline
from orderloop.intake.facts import Arrival, EnvelopeKey, PartnerNew
from orderloop.orders.facts import Channel


class Form(StrEnum):
    """In which form an order comes. `entered`: through the API, the portal or an upload, as its store always orders."""

    ENTERED = "entered"
    PDF = "pdf"
    OWN_WORDS = "own_words"
    SHEET = "sheet"
    TEXT = "text"
    EDIFACT = "edifact"
    X12 = "x12"
    UBL = "ubl"


# By its place among the orders of a day.
_FORMS = (
    Form.ENTERED,
    Form.PDF,
    Form.EDIFACT,
    Form.TEXT,
    Form.ENTERED,
    Form.SHEET,
    Form.ENTERED,
    Form.OWN_WORDS,
    Form.UBL,
    Form.TEXT,
    Form.X12,
    Form.PDF,
)
_INTERCHANGES = {Form.EDIFACT: interchanges.edifact, Form.X12: interchanges.x12, Form.UBL: interchanges.ubl}
# What the mailroom says of a mail whose signature agrees with its sender, and of one that nothing speaks for.
_SIGNED = {EnvelopeKey.TRUST: "trusted", EnvelopeKey.TRUST_REASONS: ["aligned_dkim", "known_address"]}
_UNSIGNED = {EnvelopeKey.TRUST: "untrusted", EnvelopeKey.TRUST_REASONS: ["no_checks", "unknown_sender"]}
_NEWS = """Hello,

the spring bicycle fair opens on 14 March. Early visitors save 20 % until the end of the month, and there is a
test track for every kind of brake. Have a look at the programme on our pages.

To hear no more of us, answer this mail with "stop".
"""


def forms_of(orders: Sequence[Dated]) -> dict[int, Form]:
    """The forms of a day's orders by their serials."""
    return {dated.serial: form for dated, form in zip(orders, _FORMS, strict=True)}


def partners_of(timeline: Timeline, customers: Mapping[str, CustomerFact]) -> list[PartnerNew]:
    """The stores whose programs write to ours, each under its number with us."""
    rounds = {dated.round for dated in timeline.to_come}
    days = [[dated for dated in timeline.to_come if dated.round == turn] for turn in sorted(rounds)]
    return [
        PartnerNew(str(form), dated.sale.store, customers[dated.sale.store].customer_id, interchanges.OUR_ID)
        for orders in days
        for dated, form in zip(orders, _FORMS, strict=True)
        if form in _INTERCHANGES
    ]


def arrival(order: Purchase, form: Form, at: datetime) -> Arrival:
    """The order as it comes in. ValueError for one that is entered."""
    if form is Form.ENTERED:
        raise ValueError("what is entered does not come by post")
    if form in _INTERCHANGES:
        content, name = _INTERCHANGES[form](order), f"{order.po_number}.{'xml' if form is Form.UBL else 'edi'}"
        return Arrival(Channel.EDI, "", content, at, order.customer, f"{form}-{order.serial}", name)
    match form:
        case Form.TEXT:
            return mailed(order, papers.mail(order, papers.text(order), at), at)
        case Form.SHEET:
            attached = (f"{order.po_number}.xlsx", papers.XLSX, papers.sheet(order))
        case _:
            content = papers.pdf(order, at, own_words=form is Form.OWN_WORDS)
            attached = (f"{order.po_number}.pdf", papers.PDF, content)
    return mailed(order, papers.mail(order, papers.note(order), at, attached=attached), at)


def mailed(order: Purchase, content: bytes, at: datetime, *, signed: bool = True) -> Arrival:
    """A mail as the mailroom hands it on."""
    return Arrival(
        Channel.MAIL,
        "message/rfc822",
        content,
        at,
        order.mailbox,
        papers.message_id_of(order),
        papers.subject_of(order),
        envelope={str(key): value for key, value in (_SIGNED if signed else _UNSIGNED).items()},
    )


def rest_of_the_post(turn: int, orders: Sequence[Purchase], at: datetime) -> list[Arrival]:
    """What else comes on a day, once its orders are in: news, an order sent twice, one that is changed, one from an
    address that nobody knows."""
    match turn % 5:
        case 1:
            fair = replace(orders[0], mailbox="news@bicycle-fair.example", po_number="", revision=turn)
            return [mailed(fair, papers.mail(fair, _NEWS, at), at)]
        case 2:
            return [arrival(orders[2], Form.PDF, at)]
        case 3:
            return [arrival(revised(orders[1]), Form.PDF, at)]
        case 4:
            strange = replace(orders[9], mailbox="purchase.desk@mail.example", po_number=f"{orders[9].po_number}-B")
            return [mailed(strange, papers.mail(strange, papers.text(strange), at), at, signed=False)]
        case _:
            return []
