"""The values that stand once on an order: its number, days, parties, currency and sums."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from statistics import median

from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Value
from orderloop.interchange.rules.caveats import caveat_in
from orderloop.interchange.rules.lexicon import fold_label, label_meaning, numbered_role_word, role_word
from orderloop.interchange.rules.pages.labels import (
    Candidate,
    Label,
    candidates,
    leading,
    names_firm,
    party_of,
)
from orderloop.interchange.rules.pages.lines import Sheet, Token, certainty, part_of, pieces_of, text_of, with_starts
from orderloop.interchange.rules.pages.rows import Usage
from orderloop.interchange.rules.pages.unparted import every_label
from orderloop.interchange.rules.values import as_text, currency_in, day_in, is_code, number_in, plain

DAYS = ("ordered_on", "requested_on")
CODES = ("po_number", "customer_code", "ship_to_code", "refers_to")
SUMS = ("total", "net_total", "tax_total")
_OF_A_PARTY = ("contact", "contact_email", "customer_tax_id", "customer_gln")
_COMPANY = re.compile(
    r"公司|集团|工厂|商行|商社|有限|厂$|\b(?:ltd|limited|inc|llc|corp|corporation|gmbh|plc|pty|company|co|bv|b\.v|s\.a|sarl|"
    r"s\.r\.l|oy|ab|ag|kg|industries|manufacturing|trading|group|enterprises|factory|works|industrial)\b",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_TAX = re.compile(r"^[A-Z0-9][A-Z0-9 .\-]{6,22}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A value that may be a field's, and how much speaks for it beside its confidence."""

    name: str
    value: Value
    rank: float


@dataclass(frozen=True, slots=True)
class Region:
    """A sheet with its labels, its table's lines left out."""

    sheet: Sheet
    labels: tuple[Label, ...]


def regions_of(sheets: Sequence[Sheet], hints: Hints, tables: Mapping[int, tuple[int, int]]) -> list[Region]:
    """The sheets with their labels; `tables`: by page, the lines its table takes."""
    ready = [(with_starts(sheet, tables.get(sheet.number)), tables.get(sheet.number)) for sheet in sheets]
    return [Region(sheet, tuple(every_label(sheet, hints.labels, outside))) for sheet, outside in ready]


def header_from(regions: Sequence[Region], hints: Hints, usage: Usage) -> tuple[dict[str, Value], list[Fault]]:
    """The header values, and as faults where two different values claim one field."""
    found = [each for region in regions for each in found_on(region, hints, usage)]
    fields: dict[str, Value] = {}
    faults: list[Fault] = []
    for name in dict.fromkeys(each.name for each in found):
        rivals = sorted((each for each in found if each.name == name), key=lambda each: -each.rank)
        best = rivals[0]
        others = {fold_label(each.value.text) for each in rivals if each.rank >= best.rank - 0.1} - {
            fold_label(best.value.text)
        }
        # Words that were taught outrank others, but where they say two things themselves nobody knows which is meant.
        is_contested = bool(others) and name in (*CODES, *DAYS)
        fields[name] = replace(best.value, confidence=0.6) if is_contested else best.value
        if is_contested:
            params = {"name": name, "given": best.value.text}
            faults.append(Fault(FaultCode.DOUBTFUL, best.value.place, params, rejects=False))
    if "customer_name" not in fields and regions:
        fields.update(_letterhead(regions[0], hints))
    return fields, faults


def found_on(region: Region, hints: Hints, usage: Usage) -> Iterator[Found]:
    """What the labels of a sheet say, the same field perhaps several times."""
    for label in region.labels:
        name = label.meaning.name
        if name in ("other", "party:supplier", *SUMS) or name.startswith("sum:"):
            continue
        if name in (*_OF_A_PARTY, "customer_name", "customer_code") and label.party != "buyer":
            # Beside a supplier's name a label is still the customer's, unless there is one for each of the two.
            is_paired = sum(1 for other in region.labels if other.meaning.name == name) > 1
            if is_paired and not label.meaning.origin and party_of(label, region.labels, region.sheet) == "supplier":
                continue
        cut_off = ""
        for candidate in candidates(region.sheet, label, region.labels):
            made = list(_made(region.sheet, label, candidate, hints, usage))
            if made:
                yield from (_joined(cut_off, each) if each.name == name else each for each in made)
                break
            is_cut = name in CODES and re.fullmatch(r"[A-Z0-9]+[-/–]", candidate.text.strip(), re.IGNORECASE)
            cut_off = candidate.text.strip() if is_cut else ""


def _joined(cut_off: str, found: Found) -> Found:
    """A number broken behind its hyphen, `ST-` and `9112` below: one number, for a person to see."""
    if not cut_off:
        return found
    value = found.value
    whole = replace(
        value, text=cut_off + value.text, raw=f"{cut_off} {value.raw}", confidence=min(value.confidence, 0.6)
    )
    return replace(found, value=whole)


def _made(sheet: Sheet, label: Label, candidate: Candidate, hints: Hints, usage: Usage) -> Iterator[Found]:
    name = label.meaning.name
    tokens, text = _fitting(name, candidate)
    if not tokens or not text:
        return
    sure = _sureness(label, candidate)
    if name == "po_number" and not label.has_colon and role_word(text_of(label.tokens)):
        if not is_code(text):
            return
        sure *= 0.85  # a document's title, with a number behind or below it
    raw = text_of(tokens)
    if name in DAYS:
        day = day_in(raw, usage.date_order)
        if day is None:
            return
        text = day.day.isoformat() if day.day else plain(raw)
        sure *= 1.0 if day.day else 0.3
    if name == "customer_name" and is_own(text, hints.own_names):
        return
    value = _value(sheet, label, tokens, text, sure)
    rank = sure + (2 if label.meaning.origin else 0) - 0.02 * (sheet.number - 1)
    if name == "customer_name":
        rank += _party_rank(label, text)
    if name == "ship_to_text":
        yield from _ship_to(sheet, label, candidate, hints, sure, rank)
        return
    yield Found(name, value, rank)
    if name == "po_number" and _AND_DATE.search(text_of(label.tokens)):
        yield from _day_behind(sheet, label, candidate.tokens[len(tokens) :], usage, sure)


_AND_DATE = re.compile(r"/\s*(?:date|datum|日期|fecha)", re.IGNORECASE)


def _day_behind(sheet: Sheet, label: Label, tokens: Sequence[Token], usage: Usage, sure: float) -> Iterator[Found]:
    """The day behind the number under `PO number/date`."""
    rest = [token for token in tokens if token.text.strip("/|")]
    fit = leading(rest, lambda text: day_in(text) is not None)
    day = day_in(text_of(fit), usage.date_order) if fit else None
    if fit and day is not None:
        text = day.day.isoformat() if day.day else text_of(fit)
        sure *= 1.0 if day.day else 0.3
        yield Found("ordered_on", _value(sheet, label, fit, text, sure), sure)


def _value(sheet: Sheet, label: Label, tokens: Sequence[Token], text: str, sure: float) -> Value:
    method = Method.LEARNT if label.meaning.origin else Method.LABEL
    confidence = round(min(1.0, sure) * certainty(tokens), 3)
    return Value(text, text_of(tokens), sheet.place(tokens), method, confidence, label.meaning.origin)


def _sureness(label: Label, candidate: Candidate) -> float:
    sure = 0.98 if label.meaning.origin else 0.97 if label.has_colon else 0.94
    if candidate.is_below:
        sure -= 0.03 if not label.has_colon else 0.05
    return sure * (1.0 if label.meaning.strength >= 1 else 0.85) * (1.0 if label.is_clear else 0.9)


_BUYING = re.compile(
    r"buyer|purchas|customer|client|sold|order|采购|需方|购|买方|甲方|客户|订货|下单|客戶|買方|採購", re.IGNORECASE
)


def _party_rank(label: Label, text: str) -> float:
    """Who orders is named by `Buyer` before `Bill to`, and that before `Company`; and by a firm's name."""
    return (0.2 if _BUYING.search(text_of(label.tokens)) else 0.0) + (0.1 if _COMPANY.search(text) else 0.0)


def is_own(text: str, own_names: Sequence[str]) -> bool:
    """Whether a text names us."""
    folded = fold_label(text)
    names = [fold_label(name) for name in own_names]
    return any(name and (name in folded or (len(folded) > 5 and folded in name)) for name in names)


def _fitting(name: str, candidate: Candidate) -> tuple[list[Token], str]:
    """Those of a candidate's tokens that can be a value of this field, and their cleaned text."""
    tokens = list(candidate.tokens)
    while tokens and tokens[0].text in (":", "：", "-", "#", "/", "|", "No.", "No:"):
        tokens.pop(0)
    if name in DAYS:
        days = leading(tokens, lambda text: day_in(text) is not None) or _day_before_more(tokens)
        return (days, text_of(days)) if days else ([], "")
    if name in CODES or name == "customer_gln":
        return _code(tokens, is_strict=name != "po_number")
    if name == "customer_tax_id":
        fit = leading(
            tokens, lambda text: bool(_TAX.match(plain(text))) and any(sign.isdigit() for sign in text), most=5
        )
        return (fit, plain(text_of(fit)).replace(" ", "")) if fit else ([], "")
    if name == "contact_email":
        fit = next(([token] for token in tokens[:4] if _MAIL.search(token.text)), [])
        return (fit, _MAIL.findall(fit[0].text)[0]) if fit else ([], "")
    if name == "currency":
        code = currency_in(text_of(tokens[:4]))
        return (tokens[:4], code) if code else ([], "")
    if name == "line_count":
        fit = [token for token in tokens[:1] if token.text.isdigit()]
        return fit, fit[0].text if fit else ""
    return _words(name, tokens, candidate)


def _day_before_more(tokens: Sequence[Token]) -> list[Token]:
    """The day a sentence of a contract begins with: `2026年12月10日前；交货地点：…`."""
    found = re.match(r"[^;；，,。]{6,30}(?=[;；，,。])", tokens[0].text) if tokens else None
    return [part_of(tokens[0], 0, found.end())] if found and day_in(found.group()) is not None else []


def _words(name: str, tokens: list[Token], candidate: Candidate) -> tuple[list[Token], str]:
    text = text_of(tokens).strip(" :：;；,，|")
    if not re.search(r"[^\W\d_]", text) or label_meaning(text, {}) is not None:
        return [], ""
    if name == "contact" and len(text) > 60:
        return [], ""
    if name in ("note", "terms") and candidate.more:
        every = [*tokens, *(token for line in candidate.more for token in line)]
        return every, text_of(every)
    if name in ("customer_name", "contact") and candidate.more:
        return _wrapped_name(tokens, candidate.more)
    return tokens, text


def _wrapped_name(tokens: list[Token], lower: Sequence[Sequence[Token]]) -> tuple[list[Token], str]:
    """A firm's name whose end stands in one of the next lines: only there it reads like a firm's."""
    found = list(tokens)
    for line in lower[:2]:
        if _COMPANY_END.search(text_of(found)) or len(line) > 4:
            break
        found += line
    found = found if _COMPANY_END.search(text_of(found)) else tokens
    return found, text_of(found).strip(" :：;；,，|")


_COMPANY_END = re.compile(
    r"(?:公司|集团|工厂|商行|商社|厂)$|\b(?:ltd|limited|inc|llc|corp|corporation|gmbh|plc|company|co|b\.?v|sarl|ag|kg)\.?$",
    re.IGNORECASE,
)
_PO_SIGN = re.compile(r"^[\w\u3400-\u9fff][\w\u3400-\u9fff./#\-–—()\[\]（）〔〕]*$")


def _code(tokens: list[Token], is_strict: bool) -> tuple[list[Token], str]:
    """A number somebody gave: one token, or some that hang together and are all of capitals and digits."""
    if not tokens:
        return [], ""
    run = [tokens[0]]
    for token in tokens[1:4]:
        is_near = token.x0 - run[-1].x1 < 0.6 * token.height
        if not is_near or not re.fullmatch(r"[A-Z0-9\-/#.]+", token.text) or day_in(token.text):
            break
        run.append(token)
    while run:
        text = plain(text_of(run)).strip(" ,;，；.。").removeprefix("#")
        if len(run) > 1 and re.fullmatch(r"[A-Za-z\-/#. ]+", plain(run[-1].text)):
            run.pop()
            continue
        if is_code(text.replace(" ", "")) or (not is_strict and _is_chinese_number(text)):
            return run, text
        run.pop()
    return [], ""


def _is_chinese_number(text: str) -> bool:
    """`购字2026第005号`: a number with Chinese signs in it."""
    return (
        4 <= len(text) <= 30 and bool(_PO_SIGN.match(text)) and bool(re.search(r"\d{2}", text)) and day_in(text) is None
    )


def _ship_to(
    sheet: Sheet, label: Label, candidate: Candidate, hints: Hints, sure: float, rank: float
) -> Iterator[Found]:
    """The name in the first line of an address, where it is a firm's, and the rest; all lines as one text."""
    lines = [candidate.tokens, *candidate.more]
    first = candidate.text.strip(" :：")
    is_firm = names_firm(first) or (_COMPANY.search(first) and not first.endswith(",") and not re.search(r"\d", first))
    if len(lines) > 1 and is_firm:
        yield Found("ship_to_name", _value(sheet, label, lines[0], first, sure * 0.95), rank)
        lines = lines[1:]
    tokens = [token for line in lines for token in line]
    text = text_of(tokens).strip(" :：")
    if re.search(r"[^\W\d_]", text):
        yield Found("ship_to_text", _value(sheet, label, tokens, text, sure), rank)


def _letterhead(region: Region, hints: Hints) -> dict[str, Value]:
    """The firm at the head of the first page, where nothing else says who orders."""
    supplier = {
        fold_label(candidate.text)
        for label in region.labels
        if label.party == "supplier"
        for candidate in candidates(region.sheet, label, region.labels)
    }
    for line in region.sheet.lines[:8]:
        if line.level > 0.25 * region.sheet.height:
            break
        for whole in pieces_of(line, region.sheet, gap=1.5):
            piece = _name_in(whole)
            text = text_of(piece).strip()
            is_firm = _COMPANY.search(text) and 4 <= len(text) <= 60 and not text.endswith((":", "："))
            if is_firm and not is_own(text, hints.own_names) and fold_label(text) not in supplier:
                if any(token in label.tokens for label in region.labels for token in piece):
                    continue
                confidence = round(0.7 * certainty(piece), 3)
                return {"customer_name": Value(text, text, region.sheet.place(piece), Method.PATTERN, confidence)}
    return {}


def _name_in(piece: list[Token]) -> list[Token]:
    """The name in a line of a letterhead: without the address behind a dash, and without the document's title."""
    for at in range(1, len(piece)):
        is_cut = piece[at].text in ("-", "–", "—", "·", "•", "|", "*") or role_word(text_of(piece[at:])) == "order"
        if is_cut and _COMPANY.search(text_of(piece[:at])):
            return piece[:at]
    return piece


_TITLE_HEIGHT = 1.15  # of the usual line


def role_from(sheets: Sequence[Sheet]) -> str:
    """What kind of document its title names; `order` where none does."""
    if not sheets:
        return "order"
    found: list[tuple[float, str]] = []
    usual = median(line.height for line in sheets[0].lines) if sheets[0].lines else 0.0
    for line in sheets[0].lines[:14]:
        if line.level > 0.45 * sheets[0].height:
            break
        for piece in (*pieces_of(line, sheets[0], gap=1.5), line.tokens):
            text = text_of(piece)
            role = "" if text.rstrip().endswith((":", "：")) else role_word(text)
            if not role and max(token.height for token in piece) > _TITLE_HEIGHT * usual:
                role = numbered_role_word(text)
            if role in ("", "order") and is_cancelled_title(text):
                role = "cancellation"
            if role:
                found.append((max(token.height for token in piece), role))
    if not found:
        return "order"
    tallest = max(height for height, _role in found)
    large = [role for height, role in found if height > 0.8 * tallest]
    return next((role for role in large if role != "other"), large[0])


_TITLE_PARTS = re.compile(r"\s+[-–—]+\s+|[()（）\[\]【】:：/|]")
_CANCELLED = re.compile(r"cancell?ed|\bvoid|storniert|取消|作[废廢]", re.IGNORECASE)


def is_cancelled_title(text: str) -> bool:
    """`Purchase order - CANCELLED`, `采购订单（作废）`: the title of an order that says it is none any more."""
    parts = [part.strip() for part in _TITLE_PARTS.split(text) if part.strip()]
    return (
        len(parts) > 1
        and role_word(parts[0]) == "order"
        and any(_CANCELLED.search(part) and caveat_in(part) for part in parts[1:])
    )


def sums_from(regions: Sequence[Region], hints: Hints, usage: Usage, lines: Decimal | None) -> dict[str, Value]:
    """The document's sums: of several numbers behind one label the one that agrees with the lines, else the last."""
    sums: dict[str, tuple[float, Value, Decimal]] = {}
    for region in regions:
        for label in region.labels:
            name = label.meaning.name.removeprefix("sum:")
            if name == "skip" and _is_total_in_words(label):
                name = "total"
            if name not in SUMS:
                continue
            picked = _sum_of(region, label, usage, lines if name != "tax_total" else None)
            if picked is None:
                continue
            tokens, number = picked
            if (label.meaning.name == "sum:skip" and not any(_MARKED.search(token.text) for token in tokens)) or (
                _is_days_of_payment(label, tokens, number)
            ):
                continue
            agrees = lines is not None and abs(number - lines) <= Decimal("0.011")
            sure = (0.97 if label.meaning.strength >= 1 else 0.93) + (0.02 if agrees else 0)
            rank = label.meaning.strength + (0.001 * region.sheet.number) + (2 if label.meaning.origin else 0)
            value = _value(region.sheet, label, tokens, as_text(number), sure)
            if name == "total" and label.meaning.strength < 1 and "total" in sums and sums["total"][0] >= 1:
                continue
            if name not in sums or rank >= sums[name][0]:
                if name == "total" and name in sums and "net_total" not in sums and sums[name][2] < number:
                    sums["net_total"] = sums[name]
                sums[name] = (rank, value, number)
    return {name: value for name, (_rank, value, _number) in sums.items()}


_MARKED = re.compile(r"[¥￥$€£]|元")


def _is_total_in_words(label: Label) -> bool:
    """`合计人民币金额（大写）：伍仟陆佰元整 ￥5600.00`: the total in words, with its figure behind."""
    text = text_of(label.tokens)
    return bool(re.search(r"合\s?计|总\s?计|总金额|总额", text)) and not re.search(r"本页|小计|税额", text)


def _is_days_of_payment(label: Label, tokens: Sequence[Token], number: Decimal) -> bool:
    """`Net 30` says when is paid, and not how much."""
    is_whole = number == number.to_integral_value() and number <= 365 and not re.search(r"\D", text_of(tokens))
    return fold_label(text_of(label.tokens)) == "net" and is_whole


def _sum_of(region: Region, label: Label, usage: Usage, lines: Decimal | None) -> tuple[list[Token], Decimal] | None:
    sheet = region.sheet
    line = sheet.lines[label.line]
    starts = [each.start for each in region.labels if each.line == label.line and each.start > label.start]
    numbers = [
        _unwrapped(region, label.line, each, usage)
        for each in _numbers(line.tokens[label.end : min(starts, default=len(line.tokens))], usage)
    ]
    if not numbers:
        numbers = [
            each for candidate in candidates(sheet, label, region.labels) for each in _numbers(candidate.tokens, usage)
        ]
    if not numbers:
        return None
    return next((each for each in numbers if lines is not None and each[1] == lines), numbers[-1])


def _unwrapped(
    region: Region, index: int, number: tuple[list[Token], Decimal], usage: Usage
) -> tuple[list[Token], Decimal]:
    """A number with the rest of its digits, where a narrow cell broke it, once or more often."""
    run = list(number[0])
    left, right = run[0].x0 - run[-1].height, max(token.x1 for token in run) + 2
    text, found = "".join(plain(token.text) for token in run), number
    labelled = {label.line for label in region.labels if not label.is_rest}
    for at, lower in enumerate(region.sheet.lines[index + 1 : index + 5], index + 1):
        rest = next((token for token in lower.tokens if left < token.x0 and token.x1 < right), None)
        # A label over two lines goes on beside; one of its own has a sum of its own.
        beside = [token for token in lower.tokens if at in labelled or token.x1 > left]
        is_rest = all(re.fullmatch(r"[\d.,]+", plain(token.text)) or currency_in(token.text) for token in beside)
        if rest is None or not is_rest or lower.level - run[-1].level > 2 * run[-1].height:
            break
        more = plain(rest.text)
        joined = number_in(text + more) if _is_cut(text, more) else None
        value = joined.by(usage.decimal_sign or ".") if joined is not None else None
        if not re.fullmatch(r"[\d.,]+", more):
            break
        text, run = text + more, [*run, rest]
        if value is not None:
            found = run, value
    return found


def _is_cut(text: str, more: str) -> bool:
    """Whether a number ends where its cell did and goes on below: within its decimals, or before them."""
    if re.fullmatch(r"[.,]?\d{1,3}", more):
        return text.endswith((".", ",")) or more.startswith((".", ",")) or bool(re.search(r"\d[.,]\d$", text))
    return bool(re.search(r"\d$", text)) and bool(re.fullmatch(r"\d{1,3}[.,]\d{1,4}", more)) and "." not in text


def _numbers(tokens: Sequence[Token], usage: Usage) -> list[tuple[list[Token], Decimal]]:
    found: list[tuple[list[Token], Decimal]] = []
    at = 0
    while at < len(tokens):
        for end in range(min(len(tokens), at + 4), at, -1):
            run = list(tokens[at:end])
            number = number_in(text_of(run)) if _is_one_number(run) else None
            value = number.by(usage.decimal_sign or ".") if number is not None else None
            if value is not None:
                found.append((run, value))
                at = end
                break
        else:
            at += 1
    return found


def _is_one_number(run: Sequence[Token]) -> bool:
    return all(right.x0 - left.x1 < 0.7 * left.height for left, right in pairwise(run))
