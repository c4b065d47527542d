"""Words by which a document takes back, holds or limits what it seems to order: `*** CANCELLED ***`, `(作废)`, `draft`.

A form that was cancelled, copied or never released has all the lines and sums of an order; only such words tell. They
count where they stand by themselves, as a stamp, a title, a status or a remark does. The same words within a sentence
about something else, as in terms of purchase, say nothing of this order.
"""

import re
import unicodedata
from collections.abc import Iterable

_LONGEST, _LONGEST_SENTENCE = 120, 250
# What a sentence tells us to do with this order, or to wait for.
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|omit|skip|delete|cancel|hold)\s(?:the\s)?(?:lines?|items?|pos(?:ition)?s?\.?)\s?(?:no\.?\s?|#)?\d+"
    r"|\bsubject to (?:\w+ ){0,3}(?:approval|release|go-ahead)\b"
    r"|\b(?:wait|waiting) for (?:our|my) (?:\w+ )?(?:release|approval|go-ahead|confirmation)\b"
    r"|\b(?:only|deliver\w*|ship\w*) (?:only )?(?:after|upon|against|on) "
    r"(?:our |separate |written |your )+(?:release|call-?off|approval)s?\b"
    r"|\b(?:lines?|items?|pos\.?)\s?\d+\s?:?[^.]{0,40}\b(?:half|the rest|balance|remainder)\b"
    r"|\b(?:ship|deliver\w*)(?: to)? \(?(?:lines?|items?|pos\.?)\s?\d+"
    r"|等(?:候)?(?:我[司方])?(?:书面)?通知|待(?:我[司方])?通知|第\s?\d+\s?[行项条][^。]{0,6}(?:不要|暂|取消|先不)",
    re.IGNORECASE,
)
# What says it, and with it what may stand around it; a text in which any other word stands is about something else.
_TELLING = (
    "cancelled canceled cancellation cancel void voided deleted withdrawn draft provisional superseded duplicate"
    " forecast optional option alternative unapproved unconfirmed storniert entwurf optionell hinfällig gelöscht"
    " annulé annulée anulado annullato"
)
_AROUND = (
    "this the our your a an please purchase order orders po document line lines item items position pos status is are"
    " has have been was now hereby all fully completely as by us customer any further again yet to be not do no longer"
    " on for only copy records information reference planning purposes purpose quotation approval attention important"
    " note remark revision rev of from dated and or with immediate effect commitment quantities estimated"
    " ship deliver process produce manufacture supply send ordered binding firm released approved valid execute"
    " required needed enter blanket replaces supersedes hold pending diese bestellung ist wurde nicht bitte"
    " ausführen liefern freigegeben commande pedido"
)
_FIXED = re.compile(
    r"\bfor (?:your )?(?:information|reference|planning|quotation|records?|evaluation)(?: purposes?)? only\b"
    r"|\bnot (?:a |an |yet |to be )?(?:\w+ )?(?:binding|firm|valid|released|approved|ordered|required|needed)\b"
    r"|\bdo not (?:\w+ )?(?:ship|deliver|process|produce|manufacture|supply|send|order|execute|enter|duplicate)\b"
    r"|\bon hold\b|\bpending approval\b|\bno (?:purchase )?commitment\b|\bno longer (?:required|needed)\b"
    r"|\bblanket (?:purchase )?(?:order|po)\b"
    r"|\b(?:replaces|supersedes) (?:the |our |your )?(?:purchase )?(?:order|po)\b"
    r"|\bnicht (?:ausführen|liefern|freigegeben)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_TELLS = frozenset(_TELLING.split())
_VOCABULARY = _TELLS | frozenset(_AROUND.split())
_CHINESE = re.compile(
    r"已?取消|作[废廢]|撤销|暂不|暂缓|暂停|先不|不要(?:做|发货|送|生产|下单|了)|不需要了"
    r"|停止(?:供货|生产|发货)|未(?:审核|审批|批准|核准)"
    r"|待(?:审核|审批)|草稿|草案|[仅僅](?:供|作)参考|预测|框架(?:合同|协议|订单)|意向订单"
    r"|请勿(?:发货|生产|执行)|已关闭|重复(?:单|订单)"
)
_CHINESE_BY_ITSELF = re.compile(r"(?:此[项行])?(?:备选|可选|选配|无效)(?:项|件|品)?")
_CHINESE_SIGN = re.compile(r"[\u3400-\u9fff]")
# Words of a rule about orders, not of this one.
_OF_RULES = re.compile(
    r"如|若|可以|有权|不得|应当?|须|的话|否则|规定|条款|违约|不予|时$|能否|不可|不能|不会|[甲乙需供买卖双]方|一方"
    r"|政策|费|的$"
)
_MOST_AROUND = 10  # Chinese signs beside those that tell
_CUTS = re.compile(r"[\n\r\t;；。!！|()（）\[\]【】<>《》*_=#~]+|\s[-–—]+\s|[,，、:：]\s*|\.\s+")
# Without one of these nothing is told.
_KEYS = (
    "cancel", "void", "delet", "withdrawn", "draft", "provision", "supersed", "replaces", "duplicate", "forecast",
    "blanket", "option", "alternative", "unapproved", "unconfirmed", "on hold", "pending", "only", "not ", "no ",
    "storniert", "entwurf", "hinfällig", "gelöscht", "nicht ", "anul", "annul", "取消", "作废", "作廢", "撤销",
    "暂", "先不", "不要", "不需要", "停止", "未审", "未批", "未核", "待审", "草", "参考", "预测", "框架", "意向",
    "请勿", "关闭", "重复", "备选", "可选", "选配", "无效", "通知", "第", "(line",
    "(item", "(pos", "deliver line", "ignore", "disregard", "omit", "skip", "hold",
    "subject to", "wait", "release", "approval", "call", "half", "rest", "balance", "remainder",
)  # fmt: skip


def may_hold_caveats(text: str) -> bool:
    """Whether a text, however long, is worth being looked through for caveats."""
    folded = text.lower()
    return any(key in folded for key in _KEYS)


def caveat_in(text: str) -> str:
    """The part of a text that takes the order, or the line it stands in, back or limits it; else an empty text."""
    if not text or len(text) > _LONGEST_SENTENCE or not may_hold_caveats(text):
        return ""
    plain = unicodedata.normalize("NFKC", text)
    if found := _INSTRUCTION.search(plain):
        return found.group().strip()
    if len(text) > _LONGEST:
        return ""
    return next((part for part in _parts(plain) if _is_caveat(part)), "")


def _parts(text: str) -> Iterable[str]:
    return (part for each in _CUTS.split(text) if (part := each.strip(" .-–—'\"")))


def _is_caveat(part: str) -> bool:
    if _CHINESE_BY_ITSELF.fullmatch(part):
        return True
    if found := _CHINESE.search(part):
        signs = len(_CHINESE_SIGN.findall(part)) - len(found.group())
        return signs <= _MOST_AROUND and not _OF_RULES.search(part)
    words = [word.casefold() for word in _WORD.findall(part)]
    if not words or any(word not in _VOCABULARY for word in words):
        return False
    return bool(_FIXED.search(part)) or any(word in _TELLS for word in words)


# Kinds of papers that are no orders, by the noun in their title; what may stand around it is endless.
_OTHER_KIND = re.compile(
    r"\b(?:invoice|quote|quotation|offer|requisition|memo|(?:credit|debit|delivery) note|remittance|returns?|rma"
    r"|acknowledge?ment|confirmation|packing (?:list|slip)|goods receipt|receipt|statement|report|schedule|plan"
    r"|shipping instructions|inquiry|enquiry|rfq|rfp|pro-?\s?forma|sample|rechnung|angebot|anfrage|gutschrift"
    r"|lieferschein"
    r"|facture|devis|avoir|factura|presupuesto|fattura|preventivo)s?\b",
    re.IGNORECASE,
)
_OTHER_KIND_CHINESE = re.compile(
    r"(?:退货|退换货|退料|申请|请购|入库|出库|发货|送货|收货|验收|装箱|报价|询价|对账|付款|结算|样品|借用|调拨)(?:通知)?"
    r"(?:单|函|书|表)$"
    r"|发票$|回执$|确认书$|跟踪表$|明细表?$|计划表?$|排程表?$"
)
_FIRM = re.compile(
    r"公司|厂$|\b(?:ltd|inc|llc|corp|gmbh|co|company|limited|s\.?a|kg|works|group|services?)\b", re.IGNORECASE
)
_WORDS_OF_TITLE, _SIGNS_OF_TITLE = 6, 14


def other_kind_in(title: str) -> str:
    """The title, where it names a paper that is no order: an invoice of any sort, a return, a requisition, a plan."""
    plain = unicodedata.normalize("NFKC", title).strip(" *-–—_=")
    if len(plain) > _LONGEST or plain.endswith(":") or _FIRM.search(plain):
        return ""
    chinese = "".join(_CHINESE_SIGN.findall(re.sub(r"\([^()]*\)", "", plain)))
    if _OTHER_KIND_CHINESE.search(chinese) and len(chinese) <= _SIGNS_OF_TITLE:
        return plain
    return plain if _OTHER_KIND.search(plain) and len(plain.split()) <= _WORDS_OF_TITLE else ""
