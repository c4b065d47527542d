"""The stages as data, where an order stands in them, and the section of the policy that defines them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from orderloop.foundation.actor import Actor
from orderloop.foundation.outcome import Reason
from orderloop.foundation.words import gettext_noop as _
from orderloop.intake.facts import Finding
from orderloop.interchange.facts import LineVerdict
from orderloop.inventory.facts import Allocated
from orderloop.review.facts import SheetDrafted, Verdict
from orderloop.triage.facts import Scored


class Stage(StrEnum):
    """The stages the product knows how to lead an order through; a policy arranges them."""

    ENTRY = "entry"
    REVIEW = "review"
    STOCK = "stock"
    PRODUCTION_PLANNING = "production_planning"
    SHIPPING_PLANNING = "shipping_planning"
    PICKING = "picking"
    DISPATCH = "dispatch"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class StageDefinition:
    """A stage as the policy has it.

    `needs` are the stages that must be finished before it is enabled; stages that do not need one another run side by
    side. `condition` says for which orders it applies. `standard_minutes` is the work it should take, `due_hours` the
    working hours in which it is to be finished once enabled.
    """

    code: str
    name_en: str
    name_zh: str
    role: str
    needs: tuple[str, ...] = ()
    condition: str = "always"
    standard_minutes: Decimal = Decimal(5)
    due_hours: int = 8
    procedure_en: str = ""
    procedure_zh: str = ""


CONDITION_WORDS: Mapping[str, str] = {
    "always": _("Every order"),
    "short": _("Orders short of stock"),
}

WAIT_WORDS: Mapping[str, str] = {
    "": _("Not waiting"),
    "colleague": _("Waiting for a colleague"),
    "credit": _("Waiting for a credit decision"),
    "approval": _("Waiting for approval"),
    "stock": _("Waiting for stock"),
    "customer": _("Waiting for the customer"),
    "date": _("Waiting for a date to be agreed"),
    "carrier": _("On the way"),
}


@dataclass(frozen=True, slots=True)
class StageState:
    """One passage of an order through a stage, as recorded."""

    stage: str
    round: int
    enabled_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    wait_reason: str = ""
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A stage that is finished as far as the order is concerned: with what outcome, and by whom."""

    outcome: str
    actor: Actor
    minutes: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A stage record to be written; with `settled` it is finished in the same moment."""

    stage: str
    round: int
    role: str
    enabled_at: datetime
    settled: Settled | None
    wait_reason: str
    due_hours: int


@dataclass(frozen=True, slots=True)
class Closing:
    """A running stage record to be finished."""

    record_id: int
    stage: str
    settled: Settled


@dataclass(frozen=True, slots=True)
class Passage:
    """What the next step of an order's way writes into the record."""

    openings: tuple[Opening, ...]
    closings: tuple[Closing, ...]

    @property
    def running(self) -> tuple[Opening, ...]:
        return tuple(opening for opening in self.openings if opening.settled is None)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of one entry: an order (with its number and state), or a draft with what it lacks."""

    order_id: int | None
    number: str
    status: str
    draft_id: int | None = None
    findings: tuple[Finding, ...] = ()
    holds: tuple[str, ...] = ()
    warnings: tuple[Reason, ...] = ()
    promised_on: date | None = None
    total: Decimal | None = None


DEFAULT_STAGES: tuple[StageDefinition, ...] = (
    StageDefinition(
        Stage.ENTRY, "Entry", "录入", "clerk", standard_minutes=Decimal(6), due_hours=2,
        procedure_en=(
            "Check customer, items, quantities, prices and dates against the message. "
            "Ask the customer for what is missing; never guess."
        ),
        procedure_zh="对照原始来单核对客户、品项、数量、价格和交期。缺项向客户询问，不得猜测。",
    ),
    StageDefinition(
        Stage.REVIEW, "Review", "审核", "credit_reviewer", needs=(Stage.ENTRY,),
        standard_minutes=Decimal(8), due_hours=8,
        procedure_en=(
            "Read the review sheet: credit, amount, stock and date. "
            "Decide each hold with a reason the customer may read."
        ),
        procedure_zh="查看审核单：信用、金额、库存、交期。对每项暂停作出决定，并写明客户可以看到的理由。",
    ),
    StageDefinition(
        Stage.STOCK, "Stock check", "库存查询", "planner", needs=(Stage.ENTRY,),
        standard_minutes=Decimal(3), due_hours=4,
        procedure_en="Stock is reserved by priority on its own. Look at the shortage list for what is not covered.",
        procedure_zh="系统按优先级自动预留库存。未满足的部分在缺货清单中处理。",
    ),
    StageDefinition(
        Stage.PRODUCTION_PLANNING, "Production planning", "生产安排", "planner", needs=(Stage.STOCK,),
        condition="short", standard_minutes=Decimal(15), due_hours=16,
        procedure_en=(
            "For each short line decide: make, buy, transfer or re-date. Enter the expected receipt; "
            "the order moves on when goods arrive."
        ),
        procedure_zh="对每个缺货行决定：生产、采购、调拨或改期。登记预计到货；货到后订单自动继续。",
    ),
    StageDefinition(
        Stage.SHIPPING_PLANNING, "Shipping planning", "发货安排", "planner", needs=(Stage.REVIEW, Stage.STOCK),
        standard_minutes=Decimal(4), due_hours=8,
        procedure_en=(
            "Confirm the date of delivery and the address. "
            "The promise follows from stock, receipts and the calendar."
        ),
        procedure_zh="确认交货日期和收货地址。承诺交期由库存、预计到货和工作日历得出。",
    ),
    StageDefinition(
        Stage.PICKING, "Picking", "拣货", "warehouse", needs=(Stage.SHIPPING_PLANNING,),
        standard_minutes=Decimal(12), due_hours=8,
        procedure_en="Pick by location, confirm each line; report a short pick with its cause.",
        procedure_zh="按库位拣货，逐行确认；数量不足时注明原因。",
    ),
    StageDefinition(
        Stage.DISPATCH, "Dispatch", "发运", "warehouse", needs=(Stage.PICKING,),
        standard_minutes=Decimal(8), due_hours=8,
        procedure_en="Pack, print the delivery note, hand over to the carrier and enter the tracking number.",
        procedure_zh="装箱，打印送货单，交承运人并登记运单号。",
    ),
    StageDefinition(
        Stage.DELIVERY, "Delivery", "交付", "service", needs=(Stage.DISPATCH,),
        standard_minutes=Decimal(3), due_hours=80,
        procedure_en="Watch the shipment until the customer has it; enter who received it.",
        procedure_zh="跟踪货物直至客户收货；登记签收人。",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlowPolicy:
    """The company's stages, and from which covered share of its value an order is released in part."""

    stages: tuple[StageDefinition, ...] = DEFAULT_STAGES
    partial_release_share: Decimal = Decimal("0.5")


STAGE_FAULT_WORDS: Mapping[str, str] = {
    "stage_twice": _("Stage %(stage)s stands there twice."),
    "unknown_need": _("Stage %(stage)s needs a stage that is not there."),
    "needs_in_circle": _("Stage %(stage)s waits for itself in a circle."),
    "stage_missing": _("Stage %(stage)s is missing; orders cannot be led without it."),
    "stage_unknown": _(
        "There is no stage %(stage)s; the product leads orders through: entry, review, stock and so on."
    ),
}


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line of an order to be decided: `quantity` is what is still open, in the base unit."""

    product_id: int
    quantity: Decimal
    net: Decimal
    requested_on: date


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order about to be decided: new, or back from a person."""

    key: int
    customer_id: int
    gross: Decimal
    net: Decimal
    cost: Decimal
    requested_on: date
    received_at: datetime
    lines: tuple[WantedLine, ...]
    approved: frozenset[str] = frozenset()
    manual_score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one order. `allocated` and `promised` have an entry per line, in the lines' order."""

    candidate: Candidate
    sheet: SheetDrafted
    scored: Scored
    priority: Decimal
    allocated: tuple[Allocated, ...]
    promised: tuple[date | None, ...]
    release: bool

    @property
    def confirmed(self) -> bool:
        return self.sheet.verdict is Verdict.CONFIRM

    @property
    def is_short(self) -> bool:
        return any(line.short for line in self.allocated)


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """By when whoever sent an order is to have his answer. While he is asked (`paused_since`) the clock stands still,
    and `due_at` moves along; `asked_minutes` are the working minutes it has stood so far."""

    due_at: datetime
    is_late: bool
    asked_minutes: int = 0
    paused_since: datetime | None = None


# Two steps: that it was received is said at once; whether it is accepted follows.
ANSWER_WORDS: Mapping[str, str] = {
    "received": _("The order was received; it is not yet accepted."),
    "held": _("The order is being examined; it is not yet accepted."),
    "rejected": _("The order is not accepted."),
    "cancelled": _("The order was cancelled."),
    "nothing_left": _("Nothing is left to be delivered."),
    "unknown": _("We have no order of this number."),
    "later": _("Not possible by the day asked for."),
    "short": _("Not in stock, and no day can be promised yet."),
}


# What a person is told of a line, as electronic partners are told by codes.
LINE_WORDS: Mapping[LineVerdict, str] = {
    LineVerdict.ACCEPTED: _("Accepted"),
    LineVerdict.QUANTITY_CHANGED: _("Quantity changed: %(quantity)s instead of %(ordered)s %(unit)s"),
    LineVerdict.DATE_CHANGED: _("Date changed: %(promised)s instead of %(requested)s"),
    LineVerdict.PRICE_CHANGED: _("Price changed: %(price)s %(currency)s net per %(unit)s"),
    LineVerdict.SUBSTITUTED: _("Substituted: %(substitute)s instead of %(item)s"),
    LineVerdict.BACKORDERED: _("Back-ordered: %(quantity)s of %(ordered)s %(unit)s now, no day for the rest yet"),
    LineVerdict.HELD: _("Held: being examined, not yet accepted"),
    LineVerdict.REJECTED: _("Not accepted"),
}


@dataclass(frozen=True, slots=True)
class AgreedLine:
    """A line as it was ordered and as it now stands, all in the unit in which it was ordered.

    `agreed` is what is to be delivered altogether, `covered` what of it is held in stock or has left. Prices are per
    that unit and on the basis of the order (with or without tax); `ordered_price` is None where none was stated.
    """

    ordered: Decimal
    agreed: Decimal
    covered: Decimal
    requested_on: date | None
    promised_on: date | None
    ordered_price: Decimal | None = None
    agreed_price: Decimal | None = None
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What a line is answered with: the verdict, the quantity he gets by it, and the key of the reason's words."""

    verdict: LineVerdict
    quantity: Decimal
    reason: str = ""
