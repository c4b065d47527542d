"""What stands under a line of goods beside its cells: `Ship to: Dock 4`, `Your item: X-12`, `HS code 8712`.

Forms write it below the name, below the code, or as a row of its own without figures. It is no line and no part of a
cell: it gives the code or day that a line lacks, and else goes into its remark.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orderloop.interchange.facts import Fault, FaultCode, Method, Value
from orderloop.interchange.rules.lexicon import column_meaning, fold_label, label_meaning
from orderloop.interchange.rules.pages.lines import Sheet, Token, certainty, text_of
from orderloop.interchange.rules.values import day_in, is_code

_CODES = ("item", "customer_item", "barcode")
_LABELLED = re.compile(r"^(?P<label>[^:：]{2,30}?)\s*[:：]\s*(?P<value>\S.*)$", re.DOTALL)
_OF_GOODS = (
    r"HS ?codes?|customs tariff|tariff|commodity|drawing|dwg|country of origin|origin|project|cost cent(?:er|re)"
    r"|海关编码|HS ?编码|图号|图纸号|原产地|项目号|成本中心"
)
# Whether with a colon or without: what follows such words is said of the goods, and is nothing else.
_REMARK = re.compile(
    rf"^(?P<label>(?:{_OF_GOODS}))\s*(?:code|no|number|nr)?\.?\s*[:：#]?\s*(?=\S*\d|\S+$)", re.IGNORECASE
)
_SCHEDULE = re.compile(
    r"^(?:delivery |shipping |call-?off )?schedule|^(?:partial|split) deliver(?:y|ies)|^分批|^交货计划", re.IGNORECASE
)
_UNSURE = 0.3


@dataclass(frozen=True, slots=True)
class Aside:
    """A field of the line it is said of (`ship_to_text`, `note` among them), under which label, and its value."""

    name: str
    label: str
    value: str


def aside_of(text: str) -> Aside | None:
    """What a text says aside, if it begins with the label of such."""
    if found := _REMARK.match(text):
        return Aside("note", fold_label(found["label"]), text[found.end() :].strip())
    found = _LABELLED.match(text)
    if found is None:
        return None
    label, value = found["label"], found["value"].strip()
    if _SCHEDULE.match(label):
        return Aside("schedule", fold_label(label), value)
    column, header = column_meaning(label, {}), label_meaning(label, {})
    if header is not None and header.name in ("ship_to_text", "ship_to_name", "ship_to_code"):
        return Aside("ship_to_text", fold_label(label), value)
    if column is not None and column.strength >= 1 and column.name in (*_CODES, "requested_on"):
        return Aside(column.name, fold_label(label), value)
    return None


def parted(
    cells: Mapping[int, list[list[Token]]], sheet: Sheet
) -> tuple[dict[int, list[list[Token]]], dict[str, Value]]:
    """The cells of a row without what is said aside in them, and that: by field, remarks as `note`."""
    kept: dict[int, list[list[Token]]] = {}
    said: dict[str, Value] = {}
    for index, parts in cells.items():
        starts = _starts(parts)
        if not starts:
            kept[index] = parts
            continue
        if starts[0] == 0:
            # Above the rest of its cell, it is one line of it.
            bounds, main = [(0, 1)], parts[1:]
        else:
            bounds, main = list(zip(starts, [*starts[1:], len(parts)], strict=True)), parts[: starts[0]]
        if main:
            kept[index] = main
        for start, end in bounds:
            tokens = [token for part in parts[start:end] for token in part]
            _say(said, tokens, sheet)
    return kept, said


def _starts(parts: Sequence[Sequence[Token]]) -> list[int]:
    """The lines of a cell with which something begins that is said aside; a label may go on below."""
    starts: list[int] = []
    at = 0
    while at < len(parts):
        if aside_of(_text(parts[at:])) is not None:
            starts.append(at)
            while aside_of(_text(parts[starts[-1] : at + 1])) is None:
                at += 1
        at += 1
    return starts


def _text(parts: Sequence[Sequence[Token]]) -> str:
    return text_of([token for part in parts for token in part])


def _say(said: dict[str, Value], tokens: Sequence[Token], sheet: Sheet) -> None:
    text = text_of(tokens)
    aside = aside_of(text)
    if aside is None:
        return
    value = Value(aside.value, text, sheet.place(tokens), Method.LABEL, round(0.9 * certainty(tokens), 3))
    if aside.name in _CODES and aside.name not in said and is_code(first := aside.value.split()[0].strip(",;")):
        said[aside.name] = replace(value, text=first)
    elif aside.name == "requested_on" and aside.name not in said:
        day = day_in(aside.value)
        is_sure = day is not None and day.day is not None
        said[aside.name] = (
            replace(value, text=day.day.isoformat())
            if is_sure and day and day.day
            else replace(value, confidence=_UNSURE)
        )
    else:
        if aside.name == "schedule":
            # Which day counts for how many is for a person to say.
            said["requested_on"] = replace(value, confidence=_UNSURE)
        before = said.get("note")
        said["note"] = replace(value, text=f"{before.text}; {text}" if before else text)


def with_said(line: dict[str, Value], said: dict[str, Value]) -> dict[str, Value]:
    """A line with what is said beside it: where it states the same field itself, that stays."""
    for name, value in said.items():
        if name == "note" and "note" in line:
            line["note"] = replace(line["note"], text=f"{line['note'].text}; {value.text}")
        elif name not in line and not (name in _CODES and line.keys() & set(_CODES) and name != "customer_item"):
            line[name] = value
        elif name == "requested_on" and value.text != line[name].text:
            line[name] = replace(line[name], confidence=_UNSURE)
        elif name in _CODES:
            line["note"] = replace(value, text="; ".join([*([line["note"].text] if "note" in line else []), value.raw]))
    return line


def sent_apart(lines: Sequence[dict[str, Value]]) -> list[Fault]:
    """Lines with a place of delivery of their own, told of: the order is sent to one."""
    return [
        Fault(FaultCode.CAVEAT, line["note"].place, {"given": part}, rejects=False)
        for line in lines
        if "note" in line
        for part in line["note"].text.split("; ")
        if (aside := aside_of(part)) is not None and aside.name == "ship_to_text"
    ]
