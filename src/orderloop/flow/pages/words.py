"""States, reasons and figures of orders in the reader's language, with the dot they are shown by."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from orderloop.access.facts import ROLE_NAMES, Role
from orderloop.customers.facts import STANDING_WORDS
from orderloop.flow.facts import WAIT_WORDS, FlowPolicy, StageDefinition
from orderloop.foundation.outcome import Outcomes, Reason, Refused, Stale
from orderloop.fulfilment.facts import REFUSAL_WORDS as SHIPPING_WORDS
from orderloop.orders.facts import CHANNEL_WORDS, STATUS_WORDS
from orderloop.policy.queries import in_force
from orderloop.review.facts import CHECK_WORDS, REASON_WORDS, CheckKind
from orderloop.triage.facts import SIZE_WORDS
from orderloop.ui.components import Results, RowResult
from orderloop.ui.templatetags.ui_values import date_local, figure, money, percent
from orderloop.worklist.facts import KIND_WORDS

STATUS_TONES: Mapping[str, str] = {
    "in_review": "warn",
    "confirmed": "info",
    "released": "info",
    "part_shipped": "info",
    "shipped": "info",
    "delivered": "good",
    "rejected": "bad",
    "cancelled": "neutral",
}
CHECK_TONES = {"pass": "good", "warning": "warn", "fail": "bad"}
RESULT_WORDS = {"pass": _("Passed"), "warning": _("Remark"), "fail": _("Not passed")}
HOLD_STATES = {
    "open": ("warn", _("To be decided")),
    "approved": ("good", _("Approved")),
    "rejected": ("bad", _("Rejected")),
    "released": ("neutral", _("Ended by itself")),
}
SUPPLY_WORDS = {"make": _("Made here"), "buy": _("Bought")}
MOVE_WORDS = {
    "opening": _("Opening stock"),
    "receipt": _("Receipt"),
    "shipment": _("Shipment"),
    "adjustment": _("Adjustment"),
    "transfer": _("Transfer"),
}
FIGURE_WORDS = {
    "limit": _("Credit limit"),
    "exposure": _("Exposure before"),
    "exposure_after": _("Exposure with this order"),
    "overdue_amount": _("Overdue"),
    "overdue_days": _("Oldest overdue"),
    "standing": _("Standing"),
    "gross": _("Amount of the order"),
    "threshold": _("Large from"),
    "margin_share": _("Margin"),
    "lines": _("Lines"),
    "short_lines": _("Short lines"),
    "short_share": _("Short share of the value"),
    "requested_on": _("Requested for"),
    "earliest_on": _("Can be promised for"),
    "first_day": _("First possible day"),
}
MONEY = {"limit", "exposure", "exposure_after", "overdue_amount", "excess", "gross", "threshold"}
SHARES = {"share", "short_share", "margin_share"}
DAYS = {"requested_on", "earliest_on", "first_day"}
REFUSALS = {
    "reason_missing": _("A reason is needed."),
    "cause_missing": _("Say why the work is sent back."),
    "maker_is_checker": _("Who opened the hold may not approve it."),
    "not_allowed": _("The order cannot go there from where it stands."),
    "already_shipping": _("Goods have left or are being picked; the order can no longer be cancelled as a whole."),
    "ended": _("The order has ended already."),
    "score_out_of_range": _("A priority lies between 0 and %(highest)s."),
    "expiry_not_ahead": _("The last day must lie ahead."),
    "expiry_too_far": _("A priority by hand lasts at most %(days)s days."),
    "customer_has_no_address": _("The customer has no e-mail address. Call, or add a contact."),
    "question_missing": _("Write what you want to know."),
    "not_permitted": _("You may not do this."),
    "score_missing": _("The priority is a number."),
    "until_missing": _("Name the last day it holds."),
    "role_missing": _("This colleague does not do such work."),
}
STALE = _("Somebody else was faster: this has changed meanwhile.")


def chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "").startswith("zh")


def plain(document: Any) -> Any:
    """A JSON value as the database hands it out: text, or read already."""
    return json.loads(document) if isinstance(document, str) else document


def status_of(status: str) -> tuple[str, str]:
    """Dot and word of an order's state."""
    return STATUS_TONES.get(status, "neutral"), gettext(STATUS_WORDS.get(status, status))


def channel_word(channel: str) -> str:
    return gettext(CHANNEL_WORDS.get(channel, channel))


def kind_word(kind: str) -> str:
    """What a kind of work is called."""
    return gettext(KIND_WORDS[kind]) if kind in KIND_WORDS else stage_word(kind)


def check_word(kind: str) -> str:
    return gettext(CHECK_WORDS[CheckKind(kind)])


def role_word(role: str) -> str:
    return gettext(ROLE_NAMES[Role(role)]) if role in set(Role) else role


def size_word(size: str) -> str:
    return gettext(SIZE_WORDS.get(size, size))


def wait_word(reason: str) -> str:
    return gettext(WAIT_WORDS.get(reason, reason)) if reason else ""


def stages() -> dict[str, StageDefinition]:
    """The stages of the policy in force, by code."""
    policy: FlowPolicy = in_force("flow").value
    return {stage.code: stage for stage in policy.stages}


def stage_name(stage: StageDefinition) -> str:
    return stage.name_zh if chinese() else stage.name_en


def stage_word(code: str) -> str:
    """What a stage is called by the policy in force."""
    found = stages().get(code)
    return stage_name(found) if found else code


def procedure(code: str) -> str:
    """How a stage is done, as the policy in force says."""
    found = stages().get(code)
    return "" if found is None else found.procedure_zh if chinese() else found.procedure_en


def value_words(name: str, value: Any, currency: str) -> Any:
    """A figure of a check as people write it: money, days, shares, words."""
    if value is None:
        return None
    if name in MONEY:
        return money(value, currency)
    if name in SHARES:
        return percent(value)
    if name in DAYS:
        return date_local(_day(value))
    if name == "overdue_days":
        return gettext("%(days)s days") % {"days": value}
    if name == "standing":
        return gettext(STANDING_WORDS.get(str(value), str(value)))
    return figure(value)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def reason_words(reason: Mapping[str, Any], currency: str) -> SafeString:
    """A reason of a review as a sentence, its figures in place."""
    # Where a sentence says "days" itself, the number alone stands in it.
    params = {
        name: figure(value) if name == "overdue_days" else value_words(name, value, currency)
        for name, value in reason.get("params", {}).items()
    }
    code = str(reason["code"])
    text = gettext(REASON_WORDS.get(code, code))
    return SafeString(text % {name: format_html("{}", value) for name, value in params.items()} if params else text)


def explain(reason: Reason) -> str:
    """Why something was refused, as a sentence."""
    words = REFUSALS.get(reason.code) or gettext(SHIPPING_WORDS.get(reason.code, reason.code))
    try:
        return str(words) % dict(reason.params) if reason.params else str(words)
    except KeyError:
        return str(words)


def first_fault(outcome: Outcomes[Any, Any]) -> str:
    """Why the only thing asked for did not happen; empty when it did."""
    if outcome.refused:
        return " ".join(explain(reason) for reason in outcome.refused[0].reasons)
    return str(STALE) if outcome.stale else ""


def results_of(outcome: Outcomes[Any, Any], labels: Mapping[Any, tuple[str, str]]) -> Results:
    """What became of each row of a batch; `labels` has a label and an address for each id."""
    rows = []
    for entry in outcome:
        label, url = labels.get(entry.id, (str(entry.id), ""))
        if isinstance(entry, Refused):
            rows.append(RowResult(label, "refused", tuple(explain(reason) for reason in entry.reasons), url))
        elif isinstance(entry, Stale):
            rows.append(RowResult(label, "stale", (STALE,), url))
        else:
            rows.append(RowResult(label, "done", (), url))
    return Results(tuple(rows))


def decimal_of(text: str) -> Decimal | None:
    """A number somebody typed, thousands set apart or not; None for what is none."""
    try:
        number = Decimal(text.replace(",", "").replace("\u00a0", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 11 else None


def day_of(text: str) -> date | None:
    """A day somebody typed or picked; None for what is none."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if date(1990, 1, 1) <= found < date(9000, 1, 1) else None


def ids_of(values: Iterable[str]) -> list[int]:
    """The numbers among ticked values, each once."""
    return list(dict.fromkeys(int(v) for v in values if v.isascii() and v.isdigit() and len(v) < 18))


def person_of(request: HttpRequest) -> int:
    """The id of who is signed in."""
    return int(request.user.pk)  # type: ignore[arg-type]  # pages that ask let nobody else in


def clean(text: str, most: int = 2000) -> str:
    """What somebody typed, without what a database cannot keep."""
    return text.strip().replace("\x00", "")[:most]


def is_late(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at < now
