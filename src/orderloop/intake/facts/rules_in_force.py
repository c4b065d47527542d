"""The policy section of intake: which findings count, how they weigh, what is tolerated, who is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from ipaddress import ip_network

from orderloop.foundation.outcome import Reason
from orderloop.foundation.words import gettext_noop as _
from orderloop.intake.facts.entries import MAX_QUANTITY
from orderloop.intake.facts.findings import FINDING_TITLES, OF_READING, FindingCode, Severity
from orderloop.orders.facts import CHANNEL_WORDS, Channel
from orderloop.policy.facts import Field, Kind, Section


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """How the company treats one kind of finding. Channels in `except_channels` are not judged by it."""

    code: str
    active: bool
    severity: str
    ask_customer: bool
    except_channels: tuple[str, ...] = ()


NUMBER_MARK = "{number}"


class CallerPlace(StrEnum):
    """Where in a fax gateway's mail the caller's number stands."""

    SUBJECT = "subject"
    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class FaxGateway:
    """A service that takes faxes and passes them on by mail. `sender`: its address, or `@` and its domain; `place`,
    `header` and `pattern` (with `{number}` in it, or empty for the first number there): where its mails name the
    caller; `network`: where they come from if nothing else proves them, as an address or a network."""

    sender: str
    place: str = CallerPlace.SUBJECT
    header: str = ""
    pattern: str = ""
    network: str = ""


# Without these an order cannot be written down at all, so no policy may turn them off or into a remark.
ESSENTIAL = frozenset(
    {
        FindingCode.UNKNOWN_CUSTOMER,
        FindingCode.MISSING_DATE,
        FindingCode.DATE_INVALID,
        FindingCode.NO_LINES,
        FindingCode.TOO_MANY_LINES,
        FindingCode.DUP_PO,
        FindingCode.MISSING_ITEM,
        FindingCode.UNKNOWN_ITEM,
        FindingCode.AMBIGUOUS_ITEM,
        FindingCode.MISSING_QTY,
        FindingCode.QTY_INVALID,
        FindingCode.QTY_NOT_POSITIVE,
        FindingCode.QTY_TOO_LARGE,
        FindingCode.QTY_DECIMALS,
        FindingCode.UOM,
        FindingCode.PRICE_INVALID,
        FindingCode.PRICE_MISSING,
        FindingCode.AMOUNT_TOO_LARGE,
        FindingCode.TEXT_TOO_LONG,
        FindingCode.TEXT_INVALID,
        FindingCode.DIGITS_LOST,
        FindingCode.CELL_ERROR,
        FindingCode.UNREADABLE,
        FindingCode.UNKNOWN_FIELD,
        FindingCode.WRONG_TYPE,
    }
)

_WARNINGS = frozenset(
    {
        FindingCode.DATE_TOO_SOON,
        FindingCode.DATE_TOO_FAR,
        FindingCode.NONWORKING_DAY,
        FindingCode.QTY_OUTLIER,
    }
)
_FOR_THE_DESK = OF_READING | frozenset(
    {
        FindingCode.UNKNOWN_CUSTOMER,
        FindingCode.CUSTOMER_BLOCKED,
        FindingCode.NO_LINES,
        FindingCode.TOO_MANY_LINES,
        FindingCode.PRICE_MISSING,
        FindingCode.CURRENCY,
        FindingCode.MISSING_SHIPTO,
        FindingCode.AMOUNT_TOO_LARGE,
        FindingCode.TEXT_TOO_LONG,
        FindingCode.TEXT_INVALID,
        FindingCode.DIGITS_LOST,
        FindingCode.CELL_ERROR,
        FindingCode.UNREADABLE,
        FindingCode.UNKNOWN_FIELD,
        FindingCode.WRONG_TYPE,
    }
)
_NOT_FOR_IMPORTS = frozenset({FindingCode.DATE_TOO_SOON, FindingCode.NONWORKING_DAY, FindingCode.DATE_TOO_FAR})


def _usual_setting(code: FindingCode) -> RuleSetting:
    return RuleSetting(
        code=code,
        active=True,
        severity=Severity.WARNING if code in _WARNINGS else Severity.BLOCKING,
        ask_customer=code not in _FOR_THE_DESK and code not in _WARNINGS,
        except_channels=(Channel.IMPORT,) if code in _NOT_FOR_IMPORTS else (),
    )


USUAL_RULES = tuple(_usual_setting(code) for code in FindingCode)


@dataclass(frozen=True, slots=True)
class IntakePolicy:
    """The company's rules of completeness and accuracy: which findings count, how they weigh, and what is tolerated.

    A price within `price_tolerance_percent` or `price_tolerance_amount` (per entered unit) of ours is taken as ours.
    On `agreed_price_channels` the price that came is the price agreed, as in records of the past. An order read from a
    document is taken in by itself on `accepting_channels` only, and only where nothing in it was read with less
    confidence than `confidence_floor`; with `total_needed` a document without a total that agrees is looked at.
    """

    rules: tuple[RuleSetting, ...] = USUAL_RULES
    price_tolerance_percent: Decimal = Decimal("0.5")
    price_tolerance_amount: Decimal = Decimal("0.01")
    agreed_price_channels: tuple[str, ...] = (Channel.IMPORT,)
    notice_working_days: int = 1
    furthest_days: int = 730
    outlier_quantity: Decimal = Decimal(100_000)
    asking_channels: tuple[str, ...] = (Channel.API, Channel.UPLOAD, Channel.MAIL, Channel.FAX, Channel.EDI)
    answer_working_hours: int = 8
    reminder_working_hours: int = 4
    clerk_working_hours: int = 4
    link_days: int = 14
    accepting_channels: tuple[str, ...] = (Channel.MAIL, Channel.FAX, Channel.EDI)
    confidence_floor: Decimal = Decimal("0.8")
    total_needed: bool = True
    near_duplicate_days: int = 10
    most_documents: int = 50
    fax_gateways: tuple[FaxGateway, ...] = ()

    def setting_of(self, code: str) -> RuleSetting:
        """The setting of a finding; the usual one where this version of the policy does not name it."""
        for setting in self.rules:
            if setting.code == code:
                return setting
        return _usual_setting(FindingCode(code))


_ESSENTIAL_WORDS = _("Without this an order cannot be written down; it must block.")


def _contradictions(policy: IntakePolicy) -> list[Reason]:
    """What an order cannot do without may not be turned off or become a remark; a fax gateway must be findable."""
    return [
        *(
            Reason("intake.fax_gateway", "fax_gateways", {"text": words, "sender": gateway.sender})
            for gateway in policy.fax_gateways
            for words in _gateway_faults(gateway)
        ),
        *_weakened(policy),
    ]


def _gateway_faults(gateway: FaxGateway) -> Iterator[str]:
    if not re.fullmatch(r"[^@\s]*@[^@\s]+", gateway.sender):
        yield _("The gateway's sender is an address, or @ and a domain.")
    if (gateway.place == CallerPlace.HEADER) != bool(gateway.header):
        yield _("Name the header where, and only where, the number stands in one.")
    if gateway.pattern and gateway.pattern.count(NUMBER_MARK) != 1:
        yield _("In the pattern {number} stands once for the caller's number.")
    try:
        ip_network(gateway.network or "127.0.0.1", strict=False)
    except ValueError:
        yield _("The network is an address such as 10.0.0.7, or a network such as 10.0.0.0/24.")


def _weakened(policy: IntakePolicy) -> list[Reason]:
    return [
        Reason(
            "intake.essential",
            "rules",
            {"text": _ESSENTIAL_WORDS, "code": setting.code},
        )
        for setting in policy.rules
        if setting.code in ESSENTIAL
        and (not setting.active or setting.severity != Severity.BLOCKING or setting.except_channels)
    ]


_PLACES = (
    (CallerPlace.SUBJECT.value, _("Subject")),
    (CallerPlace.HEADER.value, _("Header")),
    (CallerPlace.BODY.value, _("Text of the mail")),
)
_GATEWAY_COLUMNS = (
    Field("sender", _("Sender"), Kind.TEXT, maximum=200, unique=True, help=_("Its address, or @ and its domain.")),
    Field("place", _("Caller's number in"), Kind.CHOICE, choices=_PLACES),
    Field("header", _("Name of the header"), Kind.TEXT, maximum=60, optional=True),
    Field(
        "pattern",
        _("Pattern"),
        Kind.TEXT,
        maximum=120,
        optional=True,
        help=_("Such as: Fax from {number}. Empty: the first number there."),
    ),
    Field(
        "network",
        _("Comes from"),
        Kind.TEXT,
        maximum=60,
        optional=True,
        help=_("Address or network of a fax server of your own, whose mail nothing else proves."),
    ),
)
_CHANNELS = tuple((channel, words) for channel, words in CHANNEL_WORDS.items())
_CODES = tuple((code.value, FINDING_TITLES[code]) for code in FindingCode)
_HOURS = _("working hours")
_SEVERITIES = ((Severity.BLOCKING.value, _("Order waits")), (Severity.WARNING.value, _("Remark only")))
_RULE_COLUMNS = (
    Field(
        "code",
        _("Finding"),
        Kind.CHOICE,
        choices=tuple((code.value, FINDING_TITLES[code]) for code in FindingCode),
        unique=True,
    ),
    Field("active", _("In use"), Kind.BOOL),
    Field("severity", _("Effect"), Kind.CHOICE, choices=_SEVERITIES),
    Field("ask_customer", _("Ask the customer"), Kind.BOOL, help=_("Otherwise the desk clears it.")),
    Field("except_channels", _("Not on these channels"), Kind.CHOICES, choices=_CHANNELS, optional=True),
)
SECTION = Section(
    "intake",
    _("Order intake"),
    IntakePolicy,
    (
        Field("rules", _("Completeness and accuracy"), Kind.TABLE, row=RuleSetting, columns=_RULE_COLUMNS),
        Field("price_tolerance_percent", _("Price tolerance"), Kind.DECIMAL, minimum=0, maximum=100, unit="%"),
        Field("price_tolerance_amount", _("Price tolerance per unit"), Kind.DECIMAL, minimum=0, maximum=1_000_000),
        Field(
            "agreed_price_channels",
            _("Prices taken as they come on"),
            Kind.CHOICES,
            choices=_CHANNELS,
            optional=True,
        ),
        Field(
            "asking_channels",
            _("Customers are asked at once on"),
            Kind.CHOICES,
            choices=_CHANNELS,
            optional=True,
            help=_("On other channels someone sits at the screen and sees the findings there."),
        ),
        Field("notice_working_days", _("Usual notice"), Kind.INT, minimum=0, maximum=250, unit=_("working days")),
        Field("furthest_days", _("Furthest date"), Kind.INT, minimum=1, maximum=3650, unit=_("days")),
        Field("outlier_quantity", _("Unusual quantity from"), Kind.DECIMAL, minimum=1, maximum=MAX_QUANTITY),
        Field(
            "answer_working_hours",
            _("Answer expected within"),
            Kind.INT,
            minimum=1,
            maximum=400,
            unit=_HOURS,
        ),
        Field("reminder_working_hours", _("Reminder after"), Kind.INT, minimum=1, maximum=400, unit=_HOURS),
        Field("clerk_working_hours", _("Desk clears within"), Kind.INT, minimum=1, maximum=400, unit=_HOURS),
        Field("link_days", _("Link to the question holds for"), Kind.INT, minimum=1, maximum=365, unit=_("days")),
        Field(
            "accepting_channels",
            _("Documents become orders by themselves on"),
            Kind.CHOICES,
            choices=_CHANNELS,
            optional=True,
            help=_("Only where the document, its amounts, items, prices and sender leave no doubt."),
        ),
        Field("confidence_floor", _("Least confidence"), Kind.SHARE, minimum=0, maximum=1),
        Field(
            "total_needed",
            _("A document needs a total that agrees"),
            Kind.BOOL,
            help=_("Otherwise amounts line by line are enough, and a line that was overlooked is not noticed."),
        ),
        Field(
            "near_duplicate_days",
            _("Same goods again are suspicious for"),
            Kind.INT,
            minimum=0,
            maximum=365,
            unit=_("days"),
        ),
        Field("most_documents", _("Documents in one message at most"), Kind.INT, minimum=1, maximum=1000),
        Field(
            "fax_gateways",
            _("Fax gateways"),
            Kind.TABLE,
            row=FaxGateway,
            columns=_GATEWAY_COLUMNS,
            optional=True,
            help=_("What these send by mail counts as a fax of the caller they name."),
        ),
    ),
    summary=_("What makes an order complete and accurate, and who is asked when it is not."),
    check=_contradictions,
)
