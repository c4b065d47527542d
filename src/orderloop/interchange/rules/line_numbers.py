"""Numbers that seem to be those of the lines and are the goods' own: some programs title the item's column `No.`"""

import re
from collections.abc import Sequence
from dataclasses import replace

from orderloop.interchange.facts import Value
from orderloop.interchange.rules.values import is_code

_CODES = frozenset({"item", "customer_item", "barcode"})
_FIRST = (1, 10, 100, 1_000, 10_000)  # where lines begin to be counted
_DIGITS_OF_CODE = 5
_CONFIDENCE = 0.72  # that the goods are in the catalogue confirms it


def with_codes(lines: Sequence[dict[str, Value]]) -> list[dict[str, Value]]:
    """The lines, with what stands as their numbers as their codes where none has a code and they count nothing."""
    numbers = [line["line_no"].text.strip() if "line_no" in line else "" for line in lines]
    if any(line.keys() & _CODES for line in lines) or not lines or not all(map(_may_be_goods, numbers)):
        return list(lines)
    if _counts([int(number) for number in numbers if number.isdigit()], len(numbers)):
        return list(lines)
    return [_coded(line) for line in lines]


def _may_be_goods(number: str) -> bool:
    if number.isascii() and number.isdigit():
        return len(number) >= _DIGITS_OF_CODE
    return is_code(number) and re.search(r"[^\W\d_]", number) is not None


def _counts(numbers: Sequence[int], count: int) -> bool:
    return len(numbers) == count and list(numbers) == sorted(set(numbers)) and numbers[0] in _FIRST


def _coded(line: dict[str, Value]) -> dict[str, Value]:
    code = line["line_no"]
    rest = {name: value for name, value in line.items() if name != "line_no"}
    return {"item": replace(code, confidence=min(code.confidence, _CONFIDENCE)), **rest}
