"""Tables pasted as text: pipes, tabs, aligned columns, separated values; known by a row of column names."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orderloop.interchange.facts import Fault, FaultCode, Hints, Method, Place, Value
from orderloop.interchange.rules.line_numbers import with_codes
from orderloop.interchange.rules.text_orders.values import AFTER, SIGN, days_in, read_number
from orderloop.interchange.rules.text_orders.words import COLUMN_LABELS, NUMBER, UNIT, fold

MOST_COLUMNS = 30
Line = dict[str, Value]
_TOTALS = re.compile(
    r"^\W*(?:grand |sub)?total\b|^\W*(?:合计|总计|小计|共计|合計|sum\b|net total|vat\b|tax\b|税额)", re.IGNORECASE
)
_RULE = re.compile(r"[\s|+:=_\-–—─━┄┼│├┤]+")
_COUNTED = re.compile(rf"({NUMBER}\s?[万千百]?)\s*({UNIT})?\s*", re.IGNORECASE)
_PRICED = re.compile(rf"{SIGN}?\s*({NUMBER})\s*{AFTER}?(?:\s*/\s*\S{{1,12}})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of one table, and the numbers (from 1) of the text lines it takes up."""

    lines: tuple[Line, ...]
    taken: frozenset[int]
    faults: tuple[Fault, ...] = ()


def is_total(text: str) -> bool:
    """Whether a row sums up others."""
    return _TOTALS.match(text) is not None


def is_rule(text: str) -> bool:
    """Whether a row only draws a line."""
    return _RULE.fullmatch(text) is not None and len(text.strip()) > 1


def tables_in(texts: Sequence[str], hints: Hints) -> list[Table]:
    """Every table of a text, top to bottom. `texts` are its lines."""
    tables, at = [], 0
    while at < len(texts):
        head = _header(texts[at], hints)
        table = _table(texts, at, *head, hints) if head is not None else None
        if table is not None:
            tables.append(table)
            at = max(table.taken)
        else:
            at += 1
    return tables


def _pipes(text: str) -> list[str]:
    return text.strip().strip("|│").replace("│", "|").split("|")


_SPLITS: tuple[Callable[[str], list[str]], ...] = (
    _pipes,
    lambda text: text.split("\t"),
    lambda text: re.split(r"\s{2,}", text.strip()),
    lambda text: text.split(","),
    lambda text: text.split(";"),
    lambda text: text.split(),
)


def _header(text: str, hints: Hints) -> tuple[Callable[[str], list[str]], dict[int, str]] | None:
    """How the columns are parted and what each means; None where the row names no item and quantity."""
    if len(text) > 400 or not text.strip():
        return None
    for split in _SPLITS:
        cells = split(text)
        if not 2 <= len(cells) <= MOST_COLUMNS:
            continue
        columns = _columns(cells, hints)
        named = {each.partition("\t")[0] for each in columns.values()}
        whole = split is not _SPLITS[-1] or len(columns) == len(cells)
        if "quantity" in named and named & {"item", "description", "barcode", "customer_item"} and whole:
            return split, columns
    return None


def _columns(cells: Sequence[str], hints: Hints) -> dict[int, str]:
    columns: dict[int, str] = {}
    for place, cell in enumerate(cells):
        title = fold(cell)
        field = hints.columns.get(title) or COLUMN_LABELS.get(title)
        if field and field.partition("\t")[0] not in {each.partition("\t")[0] for each in columns.values()}:
            columns[place] = field
    return columns


def _table(
    texts: Sequence[str], head: int, split: Callable[[str], list[str]], columns: dict[int, str], hints: Hints
) -> Table | None:
    lines: list[Line] = []
    faults: list[Fault] = []
    taken = {head + 1}
    width = len(split(texts[head]))
    for at in range(head + 1, len(texts)):
        text = texts[at]
        if is_rule(text) or (not text.strip() and at == head + 1):
            taken.add(at + 1)
            continue
        cells = _fitted(split(text), texts[head], text, width)
        if is_total(" ".join(text.strip().strip("|").split()).strip(" ,;|")) or not text.strip():
            break
        line = _line(cells, columns, at + 1, hints) if cells else None
        if line is None:
            break
        taken.add(at + 1)
        lines.append(line)
        if doubt := doubtful(line, at + 1):
            faults.append(doubt)
    return Table(tuple(with_codes(lines)), frozenset(taken), tuple(faults)) if lines else None


def doubtful(line: Line, number: int) -> Fault | None:
    """What does not go together in a line."""
    quantity = line.get("quantity")
    if quantity is not None and quantity.confidence == 0.0:
        return Fault(
            FaultCode.DOUBTFUL, Place(f"line {number}"), {"given": quantity.raw, "name": "quantity"}, rejects=False
        )
    return None


def _fitted(cells: list[str], head: str, text: str, width: int) -> list[str]:
    """The cells under the columns of the header: one to one, or, where blanks are missing, by where they stand."""
    if len(cells) == width or "|" in head or "\t" in head:
        return cells[:width]
    if not re.search(r"\s{2,}", head.strip()):
        return []
    starts = [_wide(head[: found.start()]) for found in re.finditer(r"\S+(?: \S+)*", head)]
    fitted = [""] * len(starts)
    for found in re.finditer(r"\S+(?: \S+)*", text):
        begin = _wide(text[: found.start()])
        nearest = min(range(len(starts)), key=lambda n: abs(starts[n] - begin))
        if fitted[nearest]:
            return []
        fitted[nearest] = found.group()
    return fitted


def _wide(text: str) -> int:
    """The width of a text on a screen, where Chinese signs take two places."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _line(cells: Sequence[str], columns: dict[int, str], number: int, hints: Hints) -> Line | None:
    raw = {columns[n]: cell.strip().strip("*").strip() for n, cell in enumerate(cells) if n in columns}
    line: Line = {}
    for field, text in raw.items():
        if text:
            _put(line, field, text, number, hints)
    if "specification" in line:
        _join_specification(line)
    known = line.keys() & {"item", "description", "barcode", "customer_item"}
    return line if known and "quantity" in line else None


def _put(line: Line, field: str, text: str, number: int, hints: Hints) -> None:
    name, _tab, lesson = field.partition("\t")
    method = Method.LEARNT if lesson else Method.COLUMN
    place = Place(f"line {number}")

    def value(text: str, raw: str, sure: float = 0.95) -> Value:
        return Value(text, raw, place, method, sure, lesson)

    if name == "quantity":
        found = _COUNTED.fullmatch(text)
        plain, sure = read_number(found.group(1), hints) if found else (text, 0.0)
        line[name] = value(plain, text, 0.95 * sure)
        if found and found.group(2):
            line.setdefault("unit", value(found.group(2), found.group(2)))
    elif name in {"unit_price", "amount"}:
        found = _PRICED.fullmatch(text)
        plain, sure = read_number(found.group(1), hints) if found else (text, 0.0)
        line[name] = value(plain, text, 0.95 * sure)
    elif name == "requested_on":
        days = days_in(text, hints)
        line[name] = value(days[0].text, text, 0.95 * days[0].confidence) if len(days) == 1 else value(text, text, 0.3)
    else:
        line[name] = value(text, text)


def _join_specification(line: Line) -> None:
    """A specification belongs to the name it stands beside."""
    specification = line.pop("specification")
    name = line.get("description")
    if name is None:
        line["description"] = specification
        return
    text = f"{name.text} {specification.text}"
    line["description"] = Value(text, text, name.place, name.method, min(name.confidence, specification.confidence))
