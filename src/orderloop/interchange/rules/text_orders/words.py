"""The words by which an order in plain text is told: labels, units, verbs that order and words that do not."""

import re
import unicodedata
from collections.abc import Mapping

from orderloop.foundation.quantity import UNIT_NAMES
from orderloop.interchange.rules.lexicon import COLUMNS, LABELS, TOTALS

# Beside the lexicon's words for forms, those that mean a field in a mail: there `Ref` is the writer's order.
_LABELS: Mapping[str, str] = {
    "po_number": "our reference|your reference|our ref|your ref|reference|ref|订单|合同号|合同编号|合同|"
    "我司单号|我方单号",
    "contact": "收货人",
    "ship_to_text": "地址",
}
_COLUMNS: Mapping[str, str] = {
    "item": "item|product|model|型号|产品|商品",
    "customer_item": "your item",
    "specification": "specification|spec|size|规格|规格型号|尺寸",
    "amount": "含税金额",
}
# The labels of one English word that are followed by their value without a colon; others begin sentences.
_WITHOUT_COLON = (
    "po ref reference delivery eta customer company buyer contact attn email e-mail mail currency total terms note "
    "notes remark remarks pos line no nr item article part sku product material code model description name text "
    "specification spec size barcode ean gtin upc quantity qty ordered pieces pcs unit uom um price amount date account"
)
# A mail's own header repeated within it, as where it was forwarded.
_OF_MAILS = ("from", "to", "date", "sent", "subject")
# Counters people write that stand for no unit the catalogue knows; they are read, and asked about later.
_MORE_COUNTERS = "付 幅 捆 扎 提 听 罐 筒 份 盘 盏 樘 车 株 令 排 串"
_UNSAFE_NAMES = frozenset(["IN", "ST", "SHT", "T", "RO", "DR", "UN", "HUNDRED", "UNIT", "PA", "VE", "FL", "KS"])
# What follows a counter and shows that nothing was counted: 3 部分, 2 个月, 5 条建议.
_NOT_COUNTED = {
    "个": "月|工作日|小时|人|星期|客户|问题|百分|自然日|礼拜", "部": "分|门", "条": "件|款|建议|消息", "本": "月"
    "|年|周|次|人|公司|地",
    "件": "事", "只": "要|有|是|需|能|限", "支": "付|持", "升": "级", "套": "餐", "包": "装|括|邮"
    "|含", "张": "先生|经理|工|总|女士",
    "根": "据", "把": "这|它|货|订单", "打": "折|电话|印|款", "对": "吧|方|账|于|应", "组": "织", "双": "方"
    "|十", "板": "块",
    "托": "运", "箱": "号", "块": "钱", "米": "色", "车": "间", "提": "前|供|交"
    "|货", "份": "子", "排": "产", "台": "阶|风|州|湾",
}  # fmt: skip


def fold(text: str) -> str:
    """The form in which two labels are the same: no case, no blanks, no marks, nothing in brackets."""
    plain = unicodedata.normalize("NFKC", text).casefold().partition("(")[0]
    return "".join(sign for sign in plain if sign.isalnum() or sign == "#")


def _folded(*tables: Mapping[str, str]) -> dict[str, str]:
    """Folded label -> field; of the lexicon's names those that leave no doubt and name a field."""
    return {
        fold(name): "specification" if field == "~spec" else field.rstrip("!")
        for table in tables
        for field, names in table.items()
        if field == "~spec" or not (field.startswith(("~", "party:")) or field.endswith("?") or field in _NO_FIELDS)
        for name in names.split("|")
    }


_NO_FIELDS = frozenset({"other", "skip"})
HEADER_LABELS = {label: field for label, field in _folded(TOTALS, LABELS, _LABELS).items() if label not in _OF_MAILS}
COLUMN_LABELS = _folded(COLUMNS, _COLUMNS)
BARE_LABELS = frozenset(
    label for label in (*HEADER_LABELS, *COLUMN_LABELS) if not label.isascii() or label in _WITHOUT_COLON.split()
)


def _unit_pattern() -> str:
    names = {name for known in UNIT_NAMES.values() for name in known.split()} | set(UNIT_NAMES)
    latin = sorted((n for n in names if n.isascii() and n not in _UNSAFE_NAMES and not n[-1].isdigit()), key=len)
    counters = sorted({n for n in names if not n.isascii()} | set(_MORE_COUNTERS.split()), key=len)
    chinese = [f"{name}(?!{_NOT_COUNTED[name]})" if name in _NOT_COUNTED else name for name in reversed(counters)]
    return rf"(?:(?:pc\(s\)|{'|'.join(reversed(latin))}|units?|m2|m3)(?![A-Za-z0-9])\.?|{'|'.join(chinese)})"


UNIT = _unit_pattern()
NUMBER = (
    r"(?:\d{1,3}(?:\.\d{3})+,\d{1,4}(?![\d,])|\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?(?![\d,])|\d{1,12}(?:[.,]\d{1,6})?(?!\d))"
)
CODE = r"[A-Za-z0-9](?:[A-Za-z0-9_#+]|[-./](?=[A-Za-z0-9])){0,79}"

# An order is meant, whatever else is said.
ORDERS = re.compile(
    r"下单|订购|订货|采购单|采购订单|要货|补货|补单|追加|加订|备货|再订|请发|发货|帮我订|安排|采购|订单|合同号"
    r"|就订|再来|直接发|要订"
    r"|我们?要|需要|麻烦发|给我们发|现需|请供|请.{0,12}送(?!来报价)|出貨|再要"
    r"|bestell|bitte (?:liefern|senden|schicken)|(?<![A-Za-z])P\.?O\.?(?![A-Za-z.])"
    r"|\b(?:order(?:ing)?|please (?:send|ship|supply|deliver|process|provide)|(?:send|ship|supply|deliver) (?:us|me)"
    r"|(?:we|i)(?: would like| want|'d like| need| require)|need|send|deliver|get)\b",
    re.IGNORECASE,
)
SURE = re.compile(
    r"下单|订购|订货|采购单|采购订单|补货|补单|请发货|就订|要订|我们要订|请发(?!来|送|给|我)"
    r"|(?<![A-Za-z])P\.?O\.?(?![A-Za-z.])|\bour order\b|\border (?:below|as follows)"
    r"|(?:hereby|to|would like to) order\b|place an order|following order|purchase order",
    re.IGNORECASE,
)
# An order that is yet to come, or one a shop asks for: neither is one.
LATER = re.compile(
    r"(?:先|暂时?|还)?不(?:会|能|要|再|用|想)?(?:下单|订购|订货|采购)|(?:点击|立即|马上|即刻|扫码|在线)(?:下单|抢购|订购|购买)"
    r"|(?:再|才|后再|确认后|收到报价后)(?:给(?:你|您)们?)?下单"
    r"|\b(?:will|would|may|might|can|to|'ll)\s(?:then\s)?(?:send|issue|place|raise|release|follow with)\s(?:you\s)?"
    r"(?:(?:a|an|the|our|your)\s)?(?:formal\s|official\s)?(?:p\.?o\.?|purchase order|order)\s"
    r"(?=tomorrow|soon|later|next|once|when|after|then)",
    re.IGNORECASE,
)
# The mail is about an order that was placed before; its number and its goods are named without being ordered again.
EARLIER = re.compile(
    r"破损|退货|退换|换货|投诉|质量问题|少发|错发|漏发|缺货少|发错|何时(?:能)?发货|什么时候(?:能)?(?:发|到)|发货了吗|到哪(?:里|儿)?了|物流单号"
    r"|damaged|defective|complain|return(?:ed)? goods|was delivered|has been shipped|where is (?:my|our) order|tracking"
    r"|was short|short[- ](?:shipped|delivered|shipment)|but only \S+|(?:only|have) (?:arrived|received)|never arrived"
    r"|thank(?:s| you)(?: very much)? for (?:confirming|your confirmation|the (?:order )?confirmation|the delivery)"
    r"|when (?:will|do|can) you (?:ship|deliver|send)|status of"
    r"|\bwhen (?:will|do|does|can|could|may|is|are)\b[^.?!\n]{0,60}\b(?:deliver|ship|arriv|dispatch|receiv|sen[dt]\b)"
    r"|(?:receipt of|received|thank(?:s| you) for) your (?:order )?(?:confirmation|acknowledge?ment)",
    re.IGNORECASE,
)
SURE_VERBS = re.compile(
    r"下单|订购|订货|补货|补单|就订|要订|请发货|\border (?:below|as follows)|(?:hereby|would like to) order\b"
    r"|place an order|following order|please (?:also )?(?:ship|supply|send us)",
    re.IGNORECASE,
)
# The mail is about something else, unless it surely orders.
ELSEWHERE = re.compile(
    r"报价|询价|询盘|多少钱|什么价|单价多少|价格多少|有货吗|有现货|多久|能否优惠|破损|退货|退换|换货|投诉"
    r"|质量问题|少发|错发|促销|优惠券"
    r"|大促|特惠|秒杀|满减|优惠价|仅需|限时|领取|退订|会议|自动回复|不在办公室|休假|对账|发票号|催款|已发货|已签收|报警|面试|招聘"
    r"|\bquot(?:e|ation)\b|price ?list|catalog(?:ue)?\b|how much|lead ?time\?|in stock\?|do you have|availability\?"
    r"|unsubscribe|mailing list|out of (?:the )?office|automatic reply|invoice \S* ?(?:for|is|of)|overdue|damaged"
    r"|defective"
    r"|complain|return(?:ed)? goods|was delivered|has been shipped|tracking|meeting|newsletter|discount code"
    r"|% off|click here"
    r"|where is my order|win \d|\bour offer\b|\bwe (?:can |are pleased to |would like to )?(?:offer|quote)\b"
    r"|thank(?:s| you) for your (?:enquiry|inquiry|request for)",
    re.IGNORECASE,
)
CANCELS = re.compile(r"取消|撤销|作废|\bcancel(?:led|lation)?\b", re.IGNORECASE)
KEEPS = re.compile(r"不(?:要|能|可|会|想)?取消|do not cancel|don't cancel|not to cancel", re.IGNORECASE)
CHANGES = re.compile(
    r"改成|改为|更改|修改|变更|调整为|减少到|增加到|减至|增至|追加到|\b(?:change|amend|revise|increase|reduce)\b",
    re.IGNORECASE,
)
