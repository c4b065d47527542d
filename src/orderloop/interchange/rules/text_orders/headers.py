"""What a text says of the order as a whole, and blocks of `label: value`, one under the other."""

import re
from collections.abc import Mapping, Sequence

from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Place, Value
from orderloop.interchange.rules.text_orders.tables import Line
from orderloop.interchange.rules.text_orders.values import AFTER, QUANTITY, SIGN, Day, currency_in, days_in, read_number
from orderloop.interchange.rules.text_orders.words import (
    BARE_LABELS,
    CODE,
    COLUMN_LABELS,
    HEADER_LABELS,
    NUMBER,
    UNIT,
    fold,
)

_PARTED = re.compile(r"^\W{0,4}([^:\n]{1,40}?)\s*:\s*(\S.{0,300})$")
_SPACED = re.compile(r"^\s{0,8}(\S{1,14})\s+(\S.{0,120})$")
_SEVERAL = re.compile(r"(?:\s{2,}|\t|[;,、]\s*)(?=[^\s:;,、]{2,20}\s*:)")
_NEXT_LABEL = re.compile(r"\s([^\s:;,、]{2,12})\s?:")
_LABEL_WORDS = 4
_KNOWN_LABELS = frozenset({*HEADER_LABELS, *COLUMN_LABELS})
_NUMBERED = rf"(?P<po>(?=[\w\-./#]{{0,40}}\d){CODE})"
_PO_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w\-])(?P<po>PO-?\d[\w\-/]{0,40})",
        rf"\bP\.?O\.?[\s\-]{{0,2}}(?:no\.?|number|nr\.?|num|#)?\s?(?:is)?(?:\s|[:#.(]\s?){_NUMBERED}",
        rf"\bpurchase order\s?(?:no\.?|number|nr\.?|#)?\s?(?:is)?\s?[:#(]?\s?{_NUMBERED}",
        rf"\b(?:order|our ref(?:erence)?|your ref(?:erence)?|ref)\.?\s?(?:no\.?|number|nr\.?|#|:"
        rf"|is)\s?(?:is)?\s?[:#(]?\s?{_NUMBERED}",
        rf"\bref\.\s{_NUMBERED}",
        rf"\b(?:our|your) ref(?:erence)?\s(?=[\w\-./]{{0,40}}[A-Za-z\-/]){_NUMBERED}",
        rf"(?:订单|采购单|订货单|合同|采购订单|采购|订货|单|PO)(?:编号|号码|号|编码)\s?(?:为"
        rf"|是)?\s?[:#]?\s?{_NUMBERED}",
        rf"(?:采购订单|采购单|订货单|客户订单|合同|订单)\s?[:#]?\s?{_NUMBERED}",
        rf"(?<![\w\-]){_NUMBERED}\s?(?:号)?(?:采购订单|订货单|采购单|订单|合同)",
        r"\border\s(?P<po>(?=[\w\-./]{0,40}\d)(?=[\w\-./]{0,40}[A-Za-z])" + CODE + ")",
    )
)
_OWN_PO = (
    re.compile(
        rf"\b(?:P\.?O\.?|purchase order)(?:[\s\-]{{0,2}}(?:no\.?|number|nr\.?|#))?[\s:#\-]{{1,2}}{_NUMBERED}", re.I
    ),
    re.compile(rf"(?:采购订单|采购单|订单)(?:编号|号码|号)?\s?[:#]?\s?{_NUMBERED}"),
)
_REFERRED = re.compile(
    r"(?:same as|as (?:in|on|per|for)|like|previous|last|former|earlier|old|original|replac\w+|supersed\w+|instead of"
    r"|repeat|see|against|from|with|参照|同|上次|原|代替|替换|按照?|重复)(?: (?:our|the|your))?\s?$",
    re.IGNORECASE,
)
_LATE = re.compile(
    r"\s{0,2}(?:日|号)?\s?(?:之?前|以前|到货|交货|送到|送货|发货|交付|到|要货)|\s?(?:latest|at the latest)",
    re.IGNORECASE,
)
_EARLY = re.compile(
    r"(?:\b(?:by|before|deliver(?:y|ed)?(?: date)?(?: (?:on|by|is))?|required(?: on)?|need(?:ed)?(?: by| on)?"
    r"|due(?: on)?|latest|bis(?: zum)?"
    r"|no later than|ship(?:ment|ped)?(?: date)?(?: on)?|arrive(?: (?:on|by))?|until)|交期|交货期?|到货|要求"
    r"|交货日期|到货日期)"
    r"[\s:为是,]{0,3}(?:latest |on |by |date )?$",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    rf"(?:\b(?:grand |order )?total\b|合计|总计|总金额|总额)(?:金额|amount)?\W{{0,8}}{SIGN}?\s?({NUMBER})",
    re.IGNORECASE,
)


def header_fields(texts: Sequence[str], skipped: frozenset[int], hints: Hints) -> dict[str, Value]:
    """The header values a text states, by label or in its sentences. `skipped`: lines (from 1) that are a table's."""
    fields: dict[str, Value] = {}
    for number, text in enumerate(texts, 1):
        if number in skipped or not text.strip():
            continue
        for label, value in labelled(text):
            _put_label(fields, label, value, number, hints)
        _put_prose(fields, text, number, hints)
    if (currency := currency_in("\n".join(texts))) and "currency" not in fields:
        fields["currency"] = Value(currency, currency, Place(), Method.PATTERN, 0.8)
    return fields


def labelled(text: str) -> list[tuple[str, str]]:
    """The pairs of label and value in a line: `A: b`, several of them, or a known label and its value after a blank."""
    pairs = []
    for piece in _labels_apart(text):
        if found := _PARTED.match(piece):
            pairs.append((fold(found.group(1)), found.group(2).strip()))
    if not pairs and (found := _SPACED.match(text)):
        label = fold(found.group(1))
        if label in BARE_LABELS:
            pairs.append((label, found.group(2).strip()))
    return pairs


def _labels_apart(text: str) -> list[str]:
    """A line in pieces, each with a label of its own; one blank parts two only before a label that is known."""
    pieces: list[str] = []
    for piece in _SEVERAL.split(text):
        begin = 0
        for found in _NEXT_LABEL.finditer(piece):
            start = _start_of_label(piece, begin, found.end(1))
            if begin < start:
                pieces.append(piece[begin:start])
                begin = start
        pieces.append(piece[begin:])
    return pieces


def _start_of_label(text: str, begin: int, end: int) -> int:
    """Where the label that ends here begins, the longest that is known: `required date`, not `date`; else `begin`."""
    words = [begin + found.start() for found in re.finditer(r"\S+", text[begin:end])]
    return next((start for start in words[-_LABEL_WORDS:] if fold(text[start:end]) in _KNOWN_LABELS), begin)


def _put_label(fields: dict[str, Value], label: str, text: str, number: int, hints: Hints) -> None:
    field, _tab, lesson = (hints.labels.get(label) or HEADER_LABELS.get(label, "")).partition("\t")
    if not field or field in fields:
        return
    read = _read(field, text, hints)
    if read is not None:
        method = Method.LEARNT if lesson else Method.LABEL
        fields[field] = Value(read[0], text, Place(f"line {number}"), method, read[1], lesson)


def _read(field: str, text: str, hints: Hints) -> tuple[str, float] | None:
    """What a labelled value says and how sure that is; None where it cannot be such a value."""
    if field == "po_number":
        found = re.match(rf"#?\s?({CODE})(?=\s*(?:[,;、.(]|$))", text)
        return (found.group(1), 0.95) if found and re.search(r"\d", found.group(1)) else None
    if field in {"requested_on", "ordered_on"}:
        days = days_in(text, hints)
        return (days[0].text, 0.95 * days[0].confidence) if len(days) == 1 else (text, 0.3)
    if field in {"total", "net_total", "tax_total"}:
        number = re.search(rf"{SIGN}?\s?({NUMBER})\s?{AFTER}?", text)
        return read_number(number.group(1), hints) if number else None
    return text, 0.85


def _put_prose(fields: dict[str, Value], text: str, number: int, hints: Hints) -> None:
    place = Place(f"line {number}")
    if "po_number" not in fields and (found := po_in(text)):
        fields["po_number"] = Value(found, found, place, Method.PATTERN, 0.85)
    if "requested_on" not in fields and (day := wanted_day(text, hints)):
        fields["requested_on"] = Value(day.text, day.raw, place, Method.PATTERN, 0.85 * day.confidence)
    if "total" not in fields and (total := _TOTAL.search(text)):
        plain, sure = read_number(total.group(1), hints)
        fields["total"] = Value(plain, total.group(1), place, Method.PATTERN, 0.8 * sure)


def po_in(text: str) -> str:
    """The order number a sentence names, or nothing."""
    for pattern in _PO_PATTERNS:
        for found in pattern.finditer(text):
            rest = text[found.end("po") :]
            if not re.match(rf"\s?{UNIT}", rest, re.IGNORECASE) and not _is_quantity(found.group("po"), rest):
                return found.group("po").rstrip(".")
    if bracketed := re.search(
        r"(?:purchase order|order|订单|采购单)\s?\((?P<po>[\w\-./]{0,40}\d[\w\-./]{0,40})\)", text, re.IGNORECASE
    ):
        return bracketed.group("po")
    return ""


def several_in(texts: Sequence[str], lines: Sequence[Line]) -> Fault | None:
    """What says that a text holds several orders: numbers of its own before some lines, and others before others."""
    found = [(number, said["po"]) for number, text in enumerate(texts, 1) for said in _own_numbers(text)]
    own = list(dict.fromkeys(po.upper() for _number, po in found))
    later = [number for number, po in found if po.upper() != own[0]]
    placed = [int(value.place.path.removeprefix("line ") or 0) for line in lines for value in [*line.values()][:1]]
    if len(lines) < 2 or not later or any(own[0] in po or po in own[0] for po in own[1:]) or max(placed) < later[0]:
        return None
    given = {"given": ", ".join(own)}
    return Fault(FaultCode.SEVERAL_ORDERS, Place(f"line {later[0]}"), given, rejects=False)


def _own_numbers(text: str) -> list[re.Match[str]]:
    """The order numbers of a line that are plainly called so, without those it only refers to."""
    return [
        found
        for pattern in _OWN_PO
        for found in pattern.finditer(text)
        if not _REFERRED.search(text[: found.start()])
        and not re.match(rf"\s?{UNIT}", text[found.end("po") :], re.IGNORECASE)
    ]


def _is_quantity(text: str, rest: str) -> bool:
    return re.match(r"\s?[x×*]\s?[A-Za-z0-9]", rest) is not None or re.fullmatch(r"\d{1,2}[x×*]", text) is not None


def wanted_day(text: str, hints: Hints) -> Day | None:
    """The day by which a sentence wants the goods."""
    for day in days_in(text, hints):
        if _LATE.match(text, day.end) or _EARLY.search(text[max(0, day.start - 40) : day.start]):
            return day
    return None


def lines_in_blocks(texts: Sequence[str], skipped: frozenset[int], hints: Hints) -> tuple[list[Line], frozenset[int]]:
    """Order lines written as `item: …`, `quantity: …` under each other; an item's label begins the next."""
    lines: list[Line] = []
    taken: set[int] = set()
    current: Line = {}
    for number, text in enumerate(texts, 1):
        pairs = [] if number in skipped else labelled(text)
        for label, raw in pairs:
            field = COLUMN_LABELS.get(label, "")
            values = _block_values(field, raw, number, hints)
            if not values:
                continue
            if field in current and field in {"item", "description", "quantity"}:
                lines.append(current)
                current = {}
            current.update({name: value for name, value in values.items() if name not in current})
            taken.add(number)
    lines.append(current)
    whole = [line for line in lines if "quantity" in line and line.keys() & {"item", "description", "barcode"}]
    return (whole, frozenset(taken)) if whole else ([], frozenset())


def _block_values(field: str, raw: str, number: int, hints: Hints) -> Mapping[str, Value]:
    place = Place(f"line {number}")
    if field in {"item", "description", "barcode", "customer_item", "unit"}:
        return {field: Value(raw, raw, place, Method.LABEL, 0.85)}
    if field == "quantity" and (found := re.match(rf"({QUANTITY})\s*({UNIT})?", raw, re.IGNORECASE)):
        plain, sure = read_number(found.group(1), hints)
        values = {"quantity": Value(plain, raw, place, Method.LABEL, 0.9 * sure)}
        if found.group(2):
            values["unit"] = Value(found.group(2), found.group(2), place, Method.LABEL, 0.9)
        return values
    if field == "unit_price" and (found := re.match(rf"{SIGN}?\s?({NUMBER})", raw, re.IGNORECASE)):
        plain, sure = read_number(found.group(1), hints)
        return {"unit_price": Value(plain, raw, place, Method.LABEL, 0.9 * sure)}
    return {}
