"""A text that orders by what was ordered before: `please repeat our last order`, `照上次下单`, `老样子`.

It orders, but names no goods, or not all of them; only a person who knows the customer can say which.
"""

import re
from collections.abc import Sequence

from orderloop.interchange.facts import Fault, FaultCode, Place
from orderloop.interchange.rules.text_orders.words import CODE, ELSEWHERE, ORDERS

_ORDER = rf"(?:(?:purchase )?order|p\.?o\.?)\b(?:\s?(?:no\.?|number|#)?\s?(?=[\w\-./]{{0,40}}\d){CODE})?"
_LAST = r"(?:last|previous|former|latest|most recent|usual|same)"
_PHRASE = re.compile(
    rf"\b(?:repeat|re-?order|duplicate)\s(?:of\s)?(?:our|my|the)?\s?(?:very\s)?(?:{_LAST}\s)?{_ORDER}"
    rf"|\b(?:order|send|ship|deliver|supply|want|need|have|take)\s(?:us\s|me\s)?(?:the\s|our\s)?{_LAST}"
    r"(?:\s(?:goods|items|articles|things|again|order|quantit(?:y|ies)))*\s(?:again|as|like)\b[^.,;?!\n]{0,30}"
    rf"|\b(?<!not )(?<!not the )(?:the )?same(?:\s(?:order|again|goods|items|quantit(?:y|ies)|thing))*\s(?:as|like)\s"
    rf"(?:last (?:time|week|month|year)|before|always|ever|usual|(?:our|my|the|in our)\s?{_LAST}?\s?{_ORDER}|{_ORDER})"
    r"|\b(?:the |our |my )?(?:usual|same) order\b(?:\s(?:again|as\s\w+|please))*"
    r"|\bwie (?:beim|das) letzten? Mal\b"
    r"|\b(?:gleiche|letzte|vorige) bestellung\b(?:\s(?:noch\s?(?:ein)?mal|wiederholen))?"
    r"|(?<!不)(?:依?照|按照?|依|同|和|跟|像|参照|与)着?(?:上(?:一)?[次回单]|以前|之前|往常|平时|老规矩|原来)的?"
    r"(?:订单|单子|单|数量|量|货|品种|清单|内容)*(?:一样|再?来|下单|下一?单|发货?|再?订|再?要|安排|备货|送|一份|一单|重复)+"
    r"(?!的(?!货|单|订|东西|产品|量))"
    r"|(?:重复|复制|再来一[次单份遍]?)上(?:一)?[次回单]的?(?:订单|单子|单)?"
    r"|上(?:一)?[次回]的?(?:订单|单子|货|单)?(?:再|照|原样)(?:来|下|发|订|送)(?:一[次单份遍])?"
    r"|老样子|老规矩|(?:还是)?照旧(?:下单|发货|来|订|送)|原单(?:再来|复制|重下|返单)|返单一[次份]",
    re.IGNORECASE,
)
# What is as it was, and is no goods.
_OF_SOMETHING = re.compile(
    r"(?:price|terms|address|quality|packag\w+|packing|colou?r|conditions?)[^.,;\n]{0,12}$"
    r"|\b(?:is|are|was|were|be|remains?|stays?|looks?)(?:\s(?:still|about|much|all|just))?\s$"
    r"|(?:价格?|单价|包装|质量|地址|要求|规格|颜色|付款|方式|条件|问题|送到|发到)[^。、,;\n]{0,6}$",
    re.IGNORECASE,
)
_ADDING = re.compile(
    r"\b(?:plus|in addition|additionally|also|but|except|without|and)\b|另|外加|再加|加上|还要|此外|除了|不要",
    re.IGNORECASE,
)
_SHORT = 80  # signs, within which a text says hardly more
_MOST_GREETING = 12


def said_before(texts: Sequence[str]) -> Fault | None:
    """The words by which a text without goods orders what was ordered before; None where it asks, tells or thanks."""
    whole = "\n".join(texts)
    if ELSEWHERE.search(whole):
        return None
    signs = sum(len(text.strip()) for text in texts if len(text.strip()) > _MOST_GREETING)
    is_ordering = signs <= _SHORT or ORDERS.search(_PHRASE.sub(" ", whole)) is not None
    return _first(texts) if is_ordering else None


def added_to_before(texts: Sequence[str]) -> Fault | None:
    """The same beside goods that come on top of it: `same as last time, plus 5 pcs …`."""
    return _first([text if _ADDING.search(text) else "" for text in texts])


def without_phrase(text: str) -> str:
    """A text without those words: the number of the order they name is not that of this one."""
    return _PHRASE.sub(" ", text)


def _first(texts: Sequence[str]) -> Fault | None:
    for number, text in enumerate(texts, 1):
        for sentence in re.split(r"(?<=[.!?。;])\s?", text):
            found = _PHRASE.search(sentence)
            if found and not re.search(r"[?吗]", sentence) and not _OF_SOMETHING.search(sentence[: found.start()]):
                given = {"given": found.group().strip()}
                return Fault(FaultCode.LIKE_BEFORE, Place(f"line {number}"), given, rejects=False)
    return None
