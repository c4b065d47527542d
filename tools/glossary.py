"""Write docs/glossary.md: the words of the order desk in Chinese and English, with the names they have in the code.

Every state, stage, role, check, finding and the like comes from the facts of its capability and that capability's
translations, so that the page says what the screens say.

python tools/glossary.py           write it
python tools/glossary.py --check   say whether it is up to date, exit 1 if not
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polib

from orderloop.access.facts import ROLE_NAMES
from orderloop.flow.facts import DEFAULT_STAGES, WAIT_WORDS
from orderloop.fulfilment import facts as fulfilment
from orderloop.intake.facts import DECISION_WORDS, FINDING_TITLES, GATE_WORDS, OUTCOME_WORDS, RUNG_WORDS
from orderloop.interchange.facts import FAULT_WORDS
from orderloop.orders.facts import CHANNEL_WORDS, EVENT_WORDS, STATUS_WORDS
from orderloop.review.facts import CHECK_WORDS, REASON_WORDS, RISK_WORDS
from orderloop.tracking.facts import EVENT_WORDS as PROGRESS_WORDS
from orderloop.triage.facts import SIZE_WORDS, TERM_WORDS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "glossary.md"

HEAD = """# Glossary 术语表

What the order desk calls things, and what the code calls them. Written by `tools/glossary.py` from the facts of each
capability and its translations: a word that changes on the screen changes here.

"""
# Terms that are more than one word of one list: Chinese, English, name in the code, meaning.
TERMS = (
    (
        "订单",
        "order",
        "`orders.Order`",
        "complete, numbered, with at least one line; always in a state of the table below",
    ),
    ("来单", "message", "`intake.Message`", "what arrived on a channel, byte for byte, stored before it is read"),
    (
        "单据",
        "document",
        "`intake.Document`",
        "the message itself or a part of it, such as an attachment, with all that was read out of it",
    ),
    (
        "读取结果",
        "reading",
        "`interchange.facts.Reading`",
        "what a document says: values with text, place, method and confidence; nothing of it is matched yet",
    ),
    ("匹配阶梯", "ladder", "`intake.facts.Rung`", "the ways from a written code to our product, the surest first"),
    (
        "自动通过的条件",
        "gate",
        "`intake.facts.Gate`",
        "what must hold before an order from a document is taken in by itself",
    ),
    (
        "所教规则",
        "lesson",
        "`intake.Lesson`",
        "what a person taught about one customer's documents: words, a column, a way of writing; on trial until it was"
        " tried on his last documents",
    ),
    ("订单模板", "order template", "`intake.OrderTemplate`", "what a customer orders again and again, under a name"),
    (
        "往来伙伴",
        "partner",
        "`intake.Partner`",
        "an identifier under which a customer sends, with the settings of its documents",
    ),
    (
        "变更提议",
        "proposal",
        "`intake.Proposal`",
        "a change or cancellation a document asks for, line by line; a person decides it",
    ),
    (
        "收单台",
        "inbox",
        "`flow.queries.inbox`",
        "everything that came in over any channel, sorted by what it waits for",
    ),
    (
        "收信程序",
        "mailroom",
        "`entrypoints.mailroom`",
        "the process that takes mail by SMTP and fetches it by IMAP",
    ),
    ("录入内容", "entry", "`intake.facts.OrderEntry`", "an order as it was read, nothing matched yet"),
    ("待补全订单", "draft", "`intake.Draft`", "an entry that lacks something; not an order until it is complete"),
    ("询问", "question", "`intake.Question`", "what the customer is asked about a draft, behind a signed link"),
    (
        "核对结果",
        "finding",
        "`intake.facts.Finding`",
        "one thing wrong with an entry: code, field, words, perhaps a proposal",
    ),
    ("审核单", "review sheet", "`review.Sheet`", "the four checks of an order side by side, as they were seen"),
    ("暂停", "hold", "`review.Hold`", "a failed check that waits for a decision, with owner and due time"),
    (
        "信用占用",
        "exposure",
        "`customers.CreditAccount`",
        "open orders and unpaid invoices, set against the credit limit",
    ),
    ("快速通道", "fast lane", "`Sheet.fast_lane`", "customers of good standing pass the amount check up to a limit"),
    ("优先级", "priority", "`Order.priority`", "the score that ranks an order; computed, or set by hand for a while"),
    ("预留", "reservation", "`inventory.Reservation`", "what a line wants of a warehouse, and how much of it it has"),
    ("缺货", "shortage", "wanted less reserved", "no table of its own: the difference within a reservation"),
    (
        "可承诺量",
        "available to promise",
        "`available_to_promise`",
        "what can be promised from a day on without harming a promise given",
    ),
    (
        "承诺交期",
        "promised date",
        "`promised_on`",
        "the day promised now; `first_promised_on` is the first one, and never changes",
    ),
    (
        "环节",
        "stage",
        "`flow.StageRecord`",
        "a passage of an order through a step: enabled, started, finished, by whom, with what outcome",
    ),
    ("待办", "work item", "`worklist.WorkItem`", "what waits for a person: role, since when, due when, who has it"),
    ("下达", "release", "`released`", "given to the warehouse to be picked"),
    ("欠交", "back order", "`part_shipped`", "what is still owed of an order of which a part has left"),
    ("免人工", "touchless", "`Order.is_touchless`", "from message to released without a person"),
    (
        "管理规则",
        "policy",
        "`policy.PolicyVersion`",
        "rules of the company as documents with versions: draft, in force, retired",
    ),
    ("历史封存", "seal", "`orders.Seal`", "the digest of an order's steps since the seal before, made each night"),
    ("待发效果", "effect", "`platform.Effect`", "something to be sent outside, written with the decision it tells of"),
)


def catalogue(app: str) -> Mapping[str, str]:
    """The Chinese words of a capability by their English ones."""
    path = ROOT / "src" / "orderloop" / app / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}


def _section(title: str, rows: Iterable[tuple[str, str, str]]) -> str:
    lines = [f"## {title}", "", "| 中文 | English | code |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {zh} | {en} | `{code}` |" for zh, en, code in rows), ""])


def _words(app: str, words: Mapping[Any, str]) -> list[tuple[str, str, str]]:
    chinese = catalogue(app)
    return [(_plain(chinese[text]), _plain(text), str(code)) for code, text in words.items()]


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("%%", "%")


def page() -> str:
    """The whole page."""
    terms = ["## Terms 术语", "", "| 中文 | English | code | meaning |", "|---|---|---|---|"]
    terms += [f"| {zh} | {en} | {code} | {meaning} |" for zh, en, code, meaning in TERMS]
    stages = [(stage.name_zh, stage.name_en, stage.code) for stage in DEFAULT_STAGES]
    parts = [
        "\n".join([*terms, ""]),
        _section("States of an order 订单状态", _words("orders", STATUS_WORDS)),
        _section("Stages 处理环节", stages),
        _section(
            "What a stage waits for 等待原因", _words("flow", {code: text for code, text in WAIT_WORDS.items() if code})
        ),
        _section("States of a shipment 发运单状态", _words("fulfilment", fulfilment.STATUS_WORDS)),
        _section("Roles 角色", _words("access", ROLE_NAMES)),
        _section("Channels 渠道", _words("orders", CHANNEL_WORDS)),
        _section("Checks of the review 审核项目", _words("review", CHECK_WORDS)),
        _section("Reasons of the review 审核理由", _words("review", REASON_WORDS)),
        _section("Parts of the risk 风险构成", _words("review", RISK_WORDS)),
        _section("Terms of the priority 优先级构成", _words("triage", TERM_WORDS)),
        _section("Size classes 金额分类", _words("triage", SIZE_WORDS)),
        _section("What became of a message 来单去向", _words("intake", OUTCOME_WORDS)),
        _section("Decisions about a document 单据处理决定", _words("intake", DECISION_WORDS)),
        _section("Gates 自动通过的条件", _words("intake", GATE_WORDS)),
        _section("Rungs of the ladder 匹配阶梯", _words("intake", RUNG_WORDS)),
        _section("Faults of a document 单据问题", _words("interchange", FAULT_WORDS)),
        _section("Findings 核对结果", _words("intake", FINDING_TITLES)),
        _section("What happened to an order 订单事件", _words("orders", EVENT_WORDS)),
        _section("What customers are told 进度通知", _words("tracking", PROGRESS_WORDS)),
    ]
    return HEAD + "\n".join(parts)


def main(arguments: list[str]) -> int:
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/glossary.md lags behind the words: run python tools/glossary.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
