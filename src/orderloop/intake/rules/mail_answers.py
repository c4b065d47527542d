"""What a mail that answers a question says about each field that was asked; it is proposed, never applied by itself."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from orderloop.intake.facts import Finding
from orderloop.intake.rules.questions import ANSWER_LENGTH
from orderloop.intake.rules.reading import read_date, read_number

# How people call the fields in an answer; the question they answer calls them so in either language.
_WORDS: Mapping[str, str] = {
    "po_number": "po number|po no|po|purchase order|order number|订单号|客户订单号|采购订单号|采购单号",
    "requested_on": "requested date|delivery date|date|交期|交货日期|要求交期|需求日期|日期",
    "ship_to": "delivery address|ship to|address|收货地址|送货地址|地址",
    "currency": "currency|币种|货币",
    "total": "total|总计|合计|总金额",
    "item": "item code|item|code|part|产品编码|料号|编码|货号|型号",
    "quantity": "quantity|qty|数量",
    "unit": "unit|单位",
    "unit_price": "unit price|price|单价|价格",
    "description": "description|描述|名称",
}
_FIELD_OF = {word: field for field, words in _WORDS.items() for word in words.split("|")}
_LINE = re.compile(
    r"^\s*(?:[-*•]\s*)?(?:(?:line|第)\s*(?P<n>\d{1,4})\s*行?\s*[·,\-: ]\s*)?"
    r"(?P<label>[^:=]{1,40}?)\s*[:=]\s*(?P<value>.+)$",
    re.IGNORECASE,
)
_MOST_LINES = 200
_WORD = re.compile(r"[^\s,，;；。!！?？]{1,60}")


def answers_in(text: str, asked: Sequence[Finding]) -> dict[str, str]:
    """The value a mail gives for each field asked: by a label before it, or, where one thing was asked, by itself."""
    fields = list(dict.fromkeys(finding.field for finding in asked))
    lines = [line.strip() for line in unicodedata.normalize("NFKC", text).splitlines() if line.strip()][:_MOST_LINES]
    answers: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line[:500])
        field = _asked_field(found.group("label"), found.group("n"), fields) if found else None
        if found is not None and field is not None and field not in answers:
            answers[field] = found.group("value").strip()[:ANSWER_LENGTH]
    if not answers and len(fields) == 1:
        alone = _alone(lines, fields[0])
        answers = {fields[0]: alone} if alone else {}
    return answers


def _asked_field(label: str, number: str | None, fields: Sequence[str]) -> str | None:
    name = _FIELD_OF.get(" ".join(label.casefold().split()))
    if name is None:
        return None
    wanted = [field for field in fields if field.rpartition("/")[2] == name]
    if number is not None:
        wanted = [field for field in wanted if field.startswith(f"lines/{int(number) - 1}/")]
    return wanted[0] if len(wanted) == 1 else None


def _alone(lines: Sequence[str], field: str) -> str:
    name = field.rpartition("/")[2]
    words = [word for line in lines[:20] for word in _WORD.findall(line)]
    if name == "requested_on":
        return next((word for word in words if read_date(word) is not None), "")
    if name in {"quantity", "unit_price"}:
        numbers = [word for word in words if read_number(word) is not None]
        return numbers[0] if len(numbers) == 1 else ""
    return lines[0][:ANSWER_LENGTH] if len(lines) == 1 else ""
