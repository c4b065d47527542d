"""Draw the way of an order into the documents, from the stages of the flow and the table of the order's states.

python tools/way_picture.py           write it
python tools/way_picture.py --check   say whether the documents are up to date, exit 1 if not
"""

import sys
from pathlib import Path

from orderloop.flow.facts import DEFAULT_STAGES, Stage, StageDefinition
from orderloop.orders.facts import OrderStatus
from orderloop.orders.lifecycle import ORDER

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "README.md": "en",
    "README.zh-CN.md": "zh",
    "docs/explanation/way-of-an-order.md": "en",
    "docs/explanation/way-of-an-order.zh-CN.md": "zh",
}
BEGIN, END = "<!-- way: drawn by tools/way_picture.py -->", "<!-- end of way -->"
# The state an order has reached once a stage is finished.
REACHED = {
    Stage.REVIEW: OrderStatus.CONFIRMED,
    Stage.SHIPPING_PLANNING: OrderStatus.RELEASED,
    Stage.DISPATCH: OrderStatus.SHIPPED,
    Stage.DELIVERY: OrderStatus.DELIVERED,
}
WORDS = {
    "en": {"message": "Message", "ask": "Customer is asked", "short": "short", "incomplete": "something is missing",
           "answer": "answers by link", "goods": "goods arrive"},
    "zh": {"message": "来单", "ask": "询问客户", "short": "缺货", "incomplete": "信息不全",
           "answer": "通过链接补充", "goods": "到货"},
}  # fmt: skip
STATES = {
    "en": {s: str(s).replace("_", " ") for s in OrderStatus},
    "zh": {
        OrderStatus.CONFIRMED: "已确认", OrderStatus.RELEASED: "已下达", OrderStatus.SHIPPED: "已发货",
        OrderStatus.DELIVERED: "已送达",
    },
}  # fmt: skip


def picture(language: str) -> str:
    """A flow chart in Mermaid's words."""
    words = WORDS[language]
    lines = ["flowchart LR", f"    message([{words['message']}]) --> entry"]
    lines += [f'    {stage.code}["{_label(stage, language)}"]' for stage in DEFAULT_STAGES]
    for stage in DEFAULT_STAGES:
        mark = f"|{words['short']}|" if stage.condition == "short" else ""
        lines += [f"    {need} -->{mark} {stage.code}" for need in stage.needs]
    lines += [
        f"    entry -.->|{words['incomplete']}| ask[{words['ask']}]",
        f"    ask -.->|{words['answer']}| entry",
        f"    production_planning -.->|{words['goods']}| shipping_planning",
    ]
    return "\n".join(["```mermaid", *lines, "```"])


def _label(stage: StageDefinition, language: str) -> str:
    name = stage.name_zh if language == "zh" else stage.name_en
    reached = REACHED.get(Stage(stage.code))
    if reached is None:
        return name
    assert reached in ORDER.states
    return f"{name}<br/><small>→ {STATES[language][reached]}</small>"


def drawn(text: str, language: str) -> str:
    """A document with its picture as it should be."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{picture(language)}\n\n{END}{rest.split(END)[1]}"


def main(arguments: list[str]) -> int:
    lagging = []
    for name, language in PAGES.items():
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        if (wanted := drawn(text, language)) != text:
            lagging.append(name)
            if "--check" not in arguments:
                path.write_text(wanted, encoding="utf-8")
    if lagging and "--check" in arguments:
        print(f"{', '.join(lagging)}: run python tools/way_picture.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
