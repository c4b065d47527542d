"""Order lines in sentences and short lists: an item beside a quantity and, where stated, unit, price and day."""

import re
from dataclasses import dataclass, replace

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Place, Value
from orderloop.interchange.rules.text_orders.spelled import in_digits
from orderloop.interchange.rules.text_orders.tables import Line
from orderloop.interchange.rules.text_orders.values import AFTER, QUANTITY, SIGN, UNDATED, days_in, read_number
from orderloop.interchange.rules.text_orders.words import CHANGES, CODE, NUMBER, UNIT

_FREE = r"(?<![A-Za-z0-9_\-.#])"
_COUNTED = re.compile(rf"{_FREE}(?P<n>{QUANTITY})\s?(?P<u>{UNIT})", re.IGNORECASE)
_TIMES = re.compile(
    rf"^(?P<a>{CODE})\s?(?:\s[xX]|[×*])\s?(?P<n>{NUMBER})(?![\w.])|^(?P<m>{NUMBER})\s?[x×*]\s?(?P<b>{CODE})(?!\w)"
    rf"|^(?P<c>{CODE})\s+(?P<k>\d{{1,6}})$"
)
# Three digits at most: a longer number in front of a code is more likely an order's.
_PLAIN = re.compile(
    rf"(?P<m>\d{{1,3}})\s(?:of\s)?(?:the\s|your\s)?(?P<b>{CODE})"
    r"(?:\s?[.!]|,?\s(?:please|pls|asap|thanks|(?:by|for|to|at|on)\s.*))?",
    re.IGNORECASE,
)
_PARTED_PIECES = re.compile(r"\s?[,;、+&]\s?(?:and\s)?(?=\d)|\sand\s(?=\d)", re.IGNORECASE)
_MARK = re.compile(r"^\s*(?:[-*•·●▪+]\s+|\(?\d{1,3}[.)、](?!\d)\s*|\(\d{1,3}\)\s*|[①-⑳]\s*|\d{1,2}:\s+)")
# `由200套改为150套`: what holds from now on.
_FROM_TO = re.compile(
    rf"(?:(?:数量)?\s?(?:由|从)|\bfrom)\s?{QUANTITY}\s?(?:{UNIT})?\s?"
    rf"(?:修改为|更改为|变更为|调整为|改为|改成|改到|增加到|减少到|增至|减至|加到|减到|变成|to\b)\s?(?={QUANTITY})",
    re.IGNORECASE,
)
# `change the quantity of … 200 to 150 pcs`.
_TO_NOW = re.compile(rf"{_FREE}{NUMBER}\s?(?:{UNIT})?\sto\s(?={NUMBER})", re.IGNORECASE)
# Words that leave open how many: `about 20 pcs`, `20个左右`, `20多个`.
_VAGUE = re.compile(
    r"(?:\b(?:about|approx(?:imately|\.)?|ca\.|circa|around|roughly|some|at least|at most|up to|max\.|min\."
    r"|(?:maximum|minimum)(?: of)?|(?:no|not) more than)\s"
    r"|大约|大概|(?<![合预节签特])约|差不多|至少|最少|最多|不超过|不少于)"
    rf"\s?(?={QUANTITY}\s?(?:{UNIT}))"
    rf"|(?<=\d)[多几余](?=\s?(?:{UNIT}))",
    re.IGNORECASE,
)
_VAGUE_BEHIND = re.compile(rf"(?P<n>{QUANTITY}\s?(?:{UNIT}))\s?(?:左右|上下|or so\b)", re.IGNORECASE)
# A quantity taken back in the same breath: `五百个？不，600个`.
_TAKEN_BACK = re.compile(r"[?？]\s?不[、,是对]|\b(?:i mean|make (?:it|that)|or rather|correction)\b", re.IGNORECASE)
# The order that is changed, before the item.
_OF_ORDER = re.compile(
    rf"(?:订单|采购单|合同|单号|P\.?O\.?)\s?(?:号|no\.?)?\s?[:#]?\s?{CODE}\s?号?(?:订单|单)?\s?(?:中|里|内|上)?的?\s?",
    re.IGNORECASE,
)
# By when, between a verb and the quantity: `请于下周三前送 200 套`.
_BY_WHEN = re.compile(
    r"(?:于|在|务必|尽快|最迟)*(?:今天|明天|后天|[本这下]*(?:周|星期|礼拜)[一二三四五六日天]|[本下]?(?:周|月)[初中底末]|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|(?:\d{1,2}\s?月\s?)?\d{1,2}\s?[日号])(?:之?前|以前|内|左右)?(?:送到|送来|送货|发货|交货|送|发|交|到)?"
)
_VERBS = re.compile(
    r"^.*\b(?:increase|reduce|decrease|change|amend|liefern|senden|schicken|bestellen|benötigen|send|ship|supply|deliver|order|need|require|want|buy|get|add|book|provide|purchase|have|take)\b"
    r"(?:\s+(?:sie|uns|us|me|the|following|another|over|also|additional|more|a|an|to|of|further|out|as well)\b)*:?",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"^(?:\s|PS:?|(?:料|货|貨|型|编|編|物料)[号號码碼](?=\s|[A-Za-z])|加|送|寄|请|麻烦|帮忙|帮我们?|给我们?|我们|我司|我要|现在?|需要?|想|要|订购?|采购|购买|追加|加订|补货|补单|发货?|再|来|安排|下单"
    r"|一下|你好|您好|老样子|另外?|还要|以及|和|及|与|并|急|：|:|货|今天|and\b|plus\b|also\b|\+|of\b|the\b|共|各|为|是|用|先|就|那|的)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:\s|这款|这个|数量|數量|总共|一共|共|各|要|来|需|订|再订?|还是|为|是|qty\.?|quantity|(?<=\s)x|[:：×*=@\-–—.…,、/(])+$",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"[;。!?、]|,(?!\d)|\(|\s(?:zu|and|delivered|please|pls|asap|at|to|on|by|for|from|each|is|tomorrow|today)\b|\s[@+à]\s?|谢谢|急|吧|,|送|发到|，|单价",
    re.IGNORECASE,
)
_PRICES = (
    re.compile(
        rf"(?:单价|价格|含税价|未税价|unit price|price|@|à|zu|\bat\b)\s?(?:为|是|:)?\s?{SIGN}?\s?(?P<p>{NUMBER})",
        re.IGNORECASE,
    ),
    re.compile(rf"{SIGN}\s?(?P<p>{NUMBER})", re.IGNORECASE),
    re.compile(rf"{_FREE}(?P<p>{NUMBER})\s?{AFTER}", re.IGNORECASE),
)
_BARE = re.compile(rf"^[\s,;、/]*(?P<p>{NUMBER})(?:[\s,;、/]+(?P<a>{NUMBER}))?[\s,;、/]*(?P<rest>.*)$")
_PRICE_BEFORE = re.compile(r"(?:@|à|\bat|[¥$€£]|USD|EUR|RMB|CNY|(?:price|cost|单价|价格|价)\s?:)$", re.IGNORECASE)
_PER = re.compile(rf"^\s?{AFTER}?\s?(?:/|per\b|每)\s?(?P<basis>100{{1,2}})?\s?(?P<u>{UNIT})?", re.IGNORECASE)
# Words of a sentence, not of an article's name.
_PROSE = re.compile(
    r"\b(?:our|my|your|we|you|this|that|under|ref(?:erence)?|for|in|by|please|order|p\.?o\.?|no|number|is|are|as|with)\b",
    re.IGNORECASE,
)
_CODE = re.compile(CODE)
# Behind a name stand sizes as well: DN50, M8x30, 304.
_CODE_BEHIND = re.compile(
    r"(?<=\S)[\s(]+(?!(?:DN|PN|SUS|AISI|IP|ISO|DIN|EN|GB|ANSI|SAE)[-./]?\d)"
    r"(?P<code>(?=(?:[A-Z\-./]*\d){3}|[A-Z]{2,}\d{2,}[-./]|[A-Z]{2,}[-./][A-Z]*\d[A-Z\d]*[-./])(?=[A-Z0-9\-./]{6})[A-Z][A-Z0-9]*(?:[-./][A-Z0-9]+)*"
    r"|\d{6,20})\)?$"
)
# A number of fewer digits beside a quantity may be another quantity, or a measure.
_DIGITS_OF_CODE = 6
_SENTENCE_BEFORE = re.compile(r"^.*[a-z]{3}\.\s+")
# `GLV-L`: a code without a digit, by its capitals and the hyphen.
_LETTERS_ONLY = re.compile(r"[A-Z]{2,}(?:[-/][A-Z]+)+")
_NO_HINTS = Hints()
_LONGEST_SAID = 80


@dataclass(frozen=True, slots=True)
class Spotted:
    """Lines found in one line of text. `is_bare`: it holds nothing but such lines, so it needs no word that orders."""

    lines: tuple[Line, ...] = ()
    is_bare: bool = False
    faults: tuple[Fault, ...] = ()


def lines_in_text(text: str, number: int, hints: Hints) -> Spotted:
    """The order lines in one (folded) line of text."""
    body = in_digits(_FROM_TO.sub(" ", _MARK.sub("", text, count=1).strip()))
    if CHANGES.search(body):
        body = _TO_NOW.sub("", body)
    firm = _VAGUE_BEHIND.sub(r"\g<n>", _VAGUE.sub("", body))
    spotted = _spotted(firm, number, hints)
    is_firm = firm == body and not _TAKEN_BACK.search(body)
    return spotted if is_firm else _unsettled(spotted, body, number)


def _unsettled(spotted: Spotted, body: str, number: int) -> Spotted:
    """The same with quantities that are only about so, or said twice: the customer has to say how many he wants."""
    lines = tuple(
        {**line, "quantity": replace(line["quantity"], confidence=min(0.3, line["quantity"].confidence))}
        for line in spotted.lines
    )
    said = Fault(
        FaultCode.DOUBTFUL, Place(f"line {number}"), {"given": body[:_LONGEST_SAID], "name": "quantity"}, rejects=False
    )
    return replace(spotted, lines=lines, faults=(*spotted.faults, said) if lines else ())


def _spotted(body: str, number: int, hints: Hints) -> Spotted:
    if (found := _TIMES.match(body)) and (line := _times(found, number, hints)):
        return Spotted((line,), is_bare=True)
    anchors = [found for found in _COUNTED.finditer(body) if not _in_price(body, found)]
    if not anchors:
        return _plainly(body, number, hints)
    left = _left_item(body[: anchors[0].start()], is_first=True)
    before = _before(body, anchors, number, hints) if left else Spotted()
    return before if before.lines else _after(body, anchors, number, hints)


def _in_price(body: str, found: re.Match[str]) -> bool:
    """Whether a counted thing is the `3 个/箱` of a price or of a pack, not a quantity."""
    left = body[: found.start()].rstrip()
    if found.group("u").lower() in {"each", "ea"} and _PRICE_BEFORE.search(left):
        return True
    return left.endswith(("每", "per", "¥", "$", "€"))


def _times(found: re.Match[str], number: int, hints: Hints) -> Line | None:
    groups = found.groupdict()
    code = groups.get("a") or groups.get("b") or groups.get("c") or ""
    count = groups.get("n") or groups.get("m") or groups.get("k") or ""
    if code.isdigit() and count.isdigit() and len(count) >= _DIGITS_OF_CODE > len(code):
        code, count = count, code
    is_times = groups.get("k") is None
    if code.isdigit() and (len(code) < _DIGITS_OF_CODE or not (is_times or len(code) > _DIGITS_OF_CODE)):
        return None
    if not re.search(r"\d", code) or not re.search(r"[A-Za-z\-]|\d{6}", code) or days_in(code, hints):
        return None
    line = {"item": Value(code, code, Place(f"line {number}"), Method.PATTERN, 0.75)}
    plain, sure = read_number(count, hints)
    line["quantity"] = Value(plain, count, Place(f"line {number}"), Method.PATTERN, 0.75 * sure)
    tail = found.string[found.end() :]
    if unit := re.match(rf"\s?({UNIT})", tail, re.IGNORECASE):
        line["unit"] = Value(unit.group(1), unit.group(1), Place(f"line {number}"), Method.PATTERN, 0.8)
        tail = tail[unit.end() :]
    _put_rest(line, tail, number, hints)
    return line


def _plainly(body: str, number: int, hints: Hints) -> Spotted:
    """`order 20 HL-U509 and 5 of your FR-R92`: counted without a unit, behind a verb or by themselves."""
    asked = _VERBS.sub("", body).strip()
    lines: list[Line] = []
    for piece in _PARTED_PIECES.split(asked):
        found = _PLAIN.fullmatch(piece)
        line = _times(found, number, hints) if found else None
        if line is None:
            return Spotted()
        lines.append(line)
    return Spotted(tuple(lines), is_bare=asked == body)


def _before(body: str, anchors: list[re.Match[str]], number: int, hints: Hints) -> Spotted:
    """`item quantity unit …`, once or several times in a line."""
    lines: list[Line] = []
    faults: list[Fault] = []
    begin, prose = 0, False
    for n, anchor in enumerate(anchors):
        end = anchors[n + 1].start() if n + 1 < len(anchors) else len(body)
        text = _left_item(body[begin : anchor.start()], is_first=n == 0)
        line = _line(text, anchor, number, hints)
        begin = anchor.end()
        if line is None:
            continue
        begin += _put_rest(line, body[anchor.end() : end], number, hints)
        prose |= n == 0 and _signs(body[: anchor.start()]) - _signs(text) > 3
        lines.append(line)
        faults += _doubts(line, number)
    return Spotted(tuple(lines), not prose and not re.search(r"[?？吗]", body), tuple(faults))


def _after(body: str, anchors: list[re.Match[str]], number: int, hints: Hints) -> Spotted:
    """`quantity unit item …`."""
    lines: list[Line] = []
    faults: list[Fault] = []
    for n, anchor in enumerate(anchors):
        end = anchors[n + 1].start() if n + 1 < len(anchors) else len(body)
        right = body[anchor.end() : end]
        text = _right_item(right)
        line = _line(text, anchor, number, hints)
        if line is None:
            continue
        _put_rest(line, right.replace(text, " ", 1), number, hints)
        lines.append(line)
        faults += _doubts(line, number)
    is_bare = not body[: anchors[0].start()].strip() and not re.search(r"[?？吗]", body)
    return Spotted(tuple(lines), is_bare, tuple(faults))


def _signs(text: str) -> int:
    return sum(sign.isalnum() for sign in text)


def _left_item(text: str, *, is_first: bool) -> str:
    """What stands before a quantity and may be an item: without list marks, verbs and fillers."""
    pieces = re.split(r"[;。!?、，:]|,(?!\d{3})|\s\+\s", _SENTENCE_BEFORE.sub("", text))
    piece = pieces[-1]
    if len(pieces) > 1 and not piece.strip(" (-–—.…×*"):
        piece = pieces[-2]
    piece = _BY_WHEN.sub("", _OF_ORDER.sub("", _VERBS.sub("", piece)))
    if re.search(r"\band\b", piece):
        piece = re.split(r"\band\b", piece)[-1]
    text = _item_text(piece) if is_first or piece.strip() else ""
    return "" if _PROSE.search(text) and not _parted(text)[0] else text


def _item_text(piece: str) -> str:
    piece = _MARK.sub("", piece, count=1)
    previous = None
    while previous != piece:
        previous, piece = piece, _TAIL.sub("", _FILLERS.sub("", piece)).strip()
    return piece


def _right_item(text: str) -> str:
    """What stands behind a quantity and may be an item."""
    piece = re.sub(r"^\s*(?:of\b|the\b|[x×*的:])?\s*", "", text, flags=re.IGNORECASE)
    stop = _STOP.search(piece)
    return (piece[: stop.start()] if stop else piece).strip(" .-")


def _line(text: str, anchor: re.Match[str], number: int, hints: Hints) -> Line | None:
    item, name = _parted(text)
    if not item and not _is_name(name):
        return None
    place, sure_item = Place(f"line {number}"), 0.85 if item else 0.6
    count = anchor.group("n").strip()
    plain, sure = read_number(count, hints)
    line: Line = {}
    if item:
        line["item"] = Value(item, item, place, Method.PATTERN, sure_item)
    if name:
        line["description"] = Value(name, name, place, Method.PATTERN, 0.7)
    line["quantity"] = Value(plain, count, place, Method.PATTERN, 0.85 * sure)
    line["unit"] = Value(anchor.group("u"), anchor.group("u"), place, Method.PATTERN, 0.85)
    return line


def _parted(text: str) -> tuple[str, str]:
    """The code an item text begins with, and its name; or the name, and a code behind it that can be no measure. A code
    in the midst of a name is part of the name."""
    found = _CODE.match(text)
    if found and _is_code(found.group()):
        rest = text[found.end() :]
        return found.group(), re.sub(r"^[\s,:()\-–—]+|[\s,:()\-–—]+$|^(?:吧|的)$", "", rest)
    found = _CODE_BEHIND.search(text)
    if found and not _PROSE.search(text[: found.start()]) and not days_in(found.group("code"), _NO_HINTS):
        return found.group("code"), text[: found.start()].strip(" ,:()-–—")
    return "", text


def _is_code(text: str) -> bool:
    if _LETTERS_ONLY.fullmatch(text):
        return True
    return re.search(r"\d", text) is not None and (len(text) >= 3 or "-" in text) and not re.fullmatch(r"\d{1,3}", text)


def _is_name(text: str) -> bool:
    """Whether a text may name goods: Chinese of 2 to 40 signs or up to eight words."""
    if not 2 <= len(text) <= 60 or re.search(r"[@?]|https?:|www\.|\d{11}", text):
        return False
    return len(text.split()) <= 8 and re.search(r"[^\W\d_]{2}", text) is not None


def _put_rest(line: Line, text: str, number: int, hints: Hints) -> int:
    """Price and day out of what follows a line's quantity; returns up to where it was used."""
    used = 0
    place = Place(f"line {number}")
    stop = re.search(r"[;、](?!\s?(?:\d|单价|价格|每|[¥$€@]))|[。!?]", text)
    text = text[: stop.start()] if stop else text
    days = days_in(text, hints)
    for day in days[:1]:
        if day.confidence > UNDATED:
            line["requested_on"] = Value(day.text, day.raw, place, Method.PATTERN, 0.8 * day.confidence)
            used = day.end
    blanked = text
    for day in days:
        blanked = blanked[: day.start] + " " * (day.end - day.start) + blanked[day.end :]
    found = next((hit for pattern in _PRICES if (hit := pattern.search(blanked))), None) or _bare_price(
        line, blanked, hints
    )
    if found is None or re.search(r"(?:共|合计|总|total)\s?:?\s?\W?$", blanked[: found.start("p")], re.IGNORECASE):
        return used
    return max(used, _put_price(line, found, blanked, place, hints))


def _bare_price(line: Line, text: str, hints: Hints) -> re.Match[str] | None:
    """A number by itself behind the quantity; of two, the first if quantity x first = second."""
    found = _BARE.match(text)
    if found is None or re.match(r"\s*[A-Za-z0-9\u4e00-\u9fff]", found.group("rest")) or "-" in found.group("rest")[:1]:
        return None
    return found


def _put_price(line: Line, found: re.Match[str], text: str, place: Place, hints: Hints) -> int:
    plain, sure = read_number(found.group("p"), hints)
    end = found.end("p")
    if per := _PER.match(text[end:]):
        unit = per.group("u")
        if per.group("basis"):
            line["price_basis"] = Value(per.group("basis"), per.group().strip(), place, Method.PATTERN, 0.8)
        if unit and "unit" in line and canonical_unit(unit) != canonical_unit(line["unit"].text):
            sure = min(sure, 0.3)
        end += per.end()
    line["unit_price"] = Value(plain, found.group("p"), place, Method.PATTERN, 0.8 * sure)
    return max(end, found.end())


def _doubts(line: Line, number: int) -> list[Fault]:
    return [
        Fault(FaultCode.DOUBTFUL, Place(f"line {number}"), {"given": line[name].raw, "name": name}, rejects=False)
        for name in ("quantity", "unit_price")
        if name in line and line[name].confidence < 0.5
    ]
