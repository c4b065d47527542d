"""A text about an order that is there: it takes the order or some of it back, or moves only its day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Place, ReadOrder, Role, Value
from orderloop.interchange.rules.text_orders.values import Day, days_in
from orderloop.interchange.rules.text_orders.words import CANCELS, KEEPS

# Somebody cancels here and now; `may be cancelled` and `orders cannot be cancelled` do not.
CANCELLING = re.compile(
    r"\b(?:please|pls|must|have to|need to|want to|would like to|wish to|hereby|kindly) cancel\b"
    r"|\bcancel (?:the|our|this|my|all|po|p\.o\.|order|purchase|line|item|pos)\b|^\W*cancel\b"
    r"|\b(?:order|po|lines?|items?)\b[^.\n]{0,40}\b(?:is|are|has been|have been|was) cancell?ed\b"
    r"|\b(?:do not|don't|no longer) (?:need|require|want)\b|\bnot (?:needed|required) any ?more\b"
    r"|\bno longer (?:needed|required)\b"
    r"|(?:请|需要?|要|予以|麻烦|帮忙|先|全部|现)取消|取消(?:订单|以下|该|此|这|采购|第|掉)|订单.{0,20}(?:取消|作废|撤销)|不(?:需要|要)了"
    r"|\bstornier",
    re.IGNORECASE | re.MULTILINE,
)
_PARTLY = re.compile(
    r"\b(?:lines?|items?|pos(?:ition)?s?\.?)\s?(?:no\.?\s?|#\s?)?\d|\b(?:the )?(?:rest|remainder|others?|remaining)\b"
    r"|\bonly\b"
    r"|\bpart(?:ly|ial(?:ly)?)?\b|第\s?[\d一二三四五六七八九十]+\s?[行项条]|其余|其他|剩余|部分|只取消",
    re.IGNORECASE,
)
# An order that takes another's place.
_INSTEAD = re.compile(r"\bnew (?:purchase )?(?:order|po)\b|\breplac|新订单|重新下单|重下", re.IGNORECASE)
_MOVES = re.compile(
    r"\b(?:mov(?:e|ed|ing)|postpon\w+|resched\w+|re-sched\w+|defer\w*|push(?:ed)? (?:back|out)"
    r"|pull(?:ed)? (?:in|forward)"
    r"|br(?:ing|ought)(?: \w+){0,3} forward|advanc\w+|delay\w*|new (?:delivery |required |requested )?date"
    r"|(?:delivery|required|requested|due)(?: date)? (?:should|shall|must|to) (?:now )?be(?: changed)?"
    r"|chang\w+(?: \w+){0,4} (?:delivery|date)|(?:delivery|date)(?: \w+){0,6} chang\w+|instead of"
    r"|verschieb\w+|vorzieh\w+)\b"
    r"|(?:交期|交货期?|到货|送货|发货|日期)[^\n]{0,24}(?:改|调整|变更|推迟|延|提前|顺延)"
    r"|(?:改|调整|推迟|延期|延后|延迟|提前|顺延)(?:到|至|为|交货|到货|发货)",
    re.IGNORECASE,
)
_TO = re.compile(
    r"(?:\bto|\buntil|\btill|\bauf(?: den)?|\bis(?: now)?|\bbe|\bby|\bon|改成|到|至|为)[\s:]{0,3}(?:the |date |now )?$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?:\bfrom|\binstead of|\brather than|\boriginally(?: \w+){0,3}|\bvom|原定于?|原|从|由|不是)[\s:]{0,3}(?:the )?$",
    re.IGNORECASE,
)


def without_lines(texts: Sequence[str], fields: Mapping[str, Value], hints: Hints) -> ReadOrder | None:
    """What a text that names an order's number and no goods wants of that order: to cancel it, or another day."""
    whole = "\n".join(texts)
    if "po_number" not in fields:
        return None
    if CANCELS.search(whole) and not KEEPS.search(whole):
        if not _PARTLY.search(_sentences_with(CANCELS, whole)):
            return ReadOrder(Role.CANCELLATION, fields)
        doubt = Fault(FaultCode.DOUBTFUL, Place(), {"name": "lines", "given": "–"}, rejects=False)
        return ReadOrder(Role.CHANGE, {"po_number": fields["po_number"]}, faults=(doubt,))
    day = _moved_to(texts, hints) if _MOVES.search(whole) and "?" not in _question(whole) else None
    if day is None:
        return None
    number, found = day
    value = Value(found.text, found.raw, Place(f"line {number}"), Method.PATTERN, 0.85 * found.confidence)
    return ReadOrder(Role.CHANGE, {"po_number": fields["po_number"], "requested_on": value})


def taken_back(order: ReadOrder, texts: Sequence[str]) -> ReadOrder:
    """An order whose text cancels: all of it, or the lines that stand in a sentence that does; else as it is."""
    whole = "\n".join(texts)
    found = None if KEEPS.search(whole) else CANCELLING.search(whole)
    if found is None or order.role not in (Role.ORDER, Role.CHANGE):
        return order
    if _INSTEAD.search(whole):
        said = Fault(FaultCode.CAVEAT, Place(), {"given": found.group().strip()}, rejects=False)
        return replace(order, faults=(*order.faults, said))
    cancelled = [_stands_in(line, texts) for line in order.lines]
    is_partial = _PARTLY.search(_sentences_with(CANCELLING, whole)) or (any(cancelled) and "po_number" in order.fields)
    if not is_partial:
        return replace(order, role=Role.CANCELLATION)
    is_all = not any(cancelled)
    lines = tuple(_deleted(line) if is_all or each else line for line, each in zip(order.lines, cancelled, strict=True))
    return replace(order, role=Role.CHANGE, lines=lines)


def _stands_in(line: Mapping[str, Value], texts: Sequence[str]) -> bool:
    paths = {value.place.path.removeprefix("line ") for value in line.values()}
    return any(path.isdigit() and CANCELLING.search(texts[int(path) - 1]) for path in paths)


def _deleted(line: Mapping[str, Value]) -> Mapping[str, Value]:
    first = next(iter(line.values()))
    return {**line, "action": replace(first, text="deleted")}


def _sentences_with(pattern: re.Pattern[str], text: str) -> str:
    return " ".join(each for each in re.split(r"(?<=[.!?。！？])\s|\n", text) if pattern.search(each))


def _question(text: str) -> str:
    """The questions of a text that only ask; `could you please postpone …?` asks for it to be done."""
    asked = [each for each in re.split(r"(?<=[.!?])\s|\n", text) if "?" in each and _MOVES.search(each)]
    return " ".join(each for each in asked if not re.search(r"\b(?:please|pls|kindly)\b|请|麻烦", each, re.IGNORECASE))


def _moved_to(texts: Sequence[str], hints: Hints) -> tuple[int, Day] | None:
    """The one day that is wanted now: behind `to`, else the only one that is not said to be the former."""
    days = [
        (number, day, text[: day.start])
        for number, text in enumerate(texts, 1)
        if not text.startswith(">")
        for day in days_in(text, hints)
    ]
    new = [(number, day, before) for number, day, before in days if not _FROM.search(before)]
    named = [each for each in new if _TO.search(each[2])] or new
    return named[0][:2] if len({day.text for _number, day, _before in named}) == 1 else None
