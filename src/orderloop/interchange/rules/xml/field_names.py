"""What names in XML or JSON mean: the words of labels and columns, and those that only machines write."""

import re
from collections.abc import Iterable, Mapping

from orderloop.interchange.rules.lexicon import Meaning, column_meaning, fold_label, label_meaning

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_a-zA-Z]+")
_GENERIC = frozenset(
    {
        "id",
        "no",
        "nr",
        "num",
        "number",
        "code",
        "name",
        "value",
        "text",
        "date",
        "key",
        "ref",
        "reference",
        "type",
        "content",
    }
)


def _folded(names: str) -> frozenset[str]:
    return frozenset(map(fold_label, names.split("|")))


_HEADER: Mapping[str, str] = {
    "po_number": "po number|po no|purchase order number|customer order number|order number|order no|"
    "buyer order id|customer order id|order id|order ref|order code|order reference|document id|"
    "external order id|external id",
    "ordered_on": "order date|ordered at|ordered on|created at|date created|"
    "order time|date ordered|po date|issue date|placed at|"
    "document date time",
    "requested_on": "requested delivery date|delivery date|required date|need by date|"
    "due date|requested on|deliver by|"
    "delivery on|requested ship date",
    "currency": "currency|currency code|currency id|iso currency",
    "contact": "requestor|requester|contact|contact name|ordered by|buyer name contact",
    "note": "note|notes|remark|remarks|comment|comments|special instructions|instructions|memo",
    "line_count": "line count|number of lines|item count|total lines|lines count",
    "refers_to": "original order number|original order id|original po number|previous order|replaces|refers to",
    "terms": "payment terms|delivery terms|incoterms|terms|payment term",
    "customer_gln": "buyer gln|customer gln|gln",
    "contact_email": "email|e mail|contact email|buyer email|customer email|mail",
}
_LINE: Mapping[str, str] = {
    "line_no": "line|line no|line number|line num|line id|position|pos|row|sequence|seq|line item id|index",
    "item": "supplier part id|vendor part|seller item id|sku|product sku|item code|item no|part number|part no|"
    "product code|product no|stock code|item id|part id|article id|material id|product id|sku id|goods id",
    "customer_item": "buyer part id|customer part|customer item|buyer item id|"
    "customer sku|buyer sku|customer part number|"
    "buyer part number|customer item code",
    "barcode": "barcode|bar code|ean|ean code|ean13|gtin|gtin13|upc|upc code",
    "description": "description|product name|item name|part name|title|item description|product description|goods name",
    "quantity": "quantity|qty|order qty|ordered quantity|quantity ordered|order quantity|ordered qty|qty ordered",
    "unit": "unit|uom|unit code|unit of measure|quantity unit|measure unit|unit of measurement",
    "unit_price": "unit price|price|net price|unit cost|price per unit|unit price net|net unit price",
    "price_basis": "price basis|price unit|price quantity|base quantity|per",
    "amount": "amount|line amount|line total|net amount|total|extended price|subtotal|total price|line value",
    "requested_on": "requested delivery date|delivery date|required date|need by date|due date|requested on|deliver by",
    "note": "note|notes|remark|remarks|comment|comments",
    "action": "action|change type",
}
_BUYER: Mapping[str, str] = {
    "customer_code": "id|no|number|code|account|account number|customer id|customer number|customer code|party id",
    "customer_name": "name|company|company name|full name|organization|customer name|party name",
    "customer_gln": "gln|iln|ean",
    "customer_tax_id": "tax id|vat|vat id|vat number|tax number|ein|uscc",
    "contact": "contact|contact name|contact person|attention|person",
    "contact_email": "email|e mail|mail|contact email",
}
_SHIP_TO: Mapping[str, str] = {
    "ship_to_code": "id|no|number|code|location id|address id|site|location code|site code|gln",
    "ship_to_name": "name|company|company name|recipient|consignee|receiver|full name",
    "requested_on": "date|delivery date|requested date|due date|requested delivery date|required date",
    "ship_to_text": "address|full address|ship to address|delivery address|shipping address|地址|收货地址",
}
_ADDRESS = _folded(
    "address|address1|address2|addressline|addressline1|addressline2|addressline3|city|country|"
    "countrycode|county|district|housenumber|line1|line2|line3|postal|postalcode|postcode|province|"
    "region|state|street|street1|street2|street3|town|zip|zipcode|区|国家|地址|城市|市|省|街道|详细地址|邮编"
)
_TELEPHONES = _folded("phone|phones|telephone|telephone number|tel|fax|telefax|mobile|电话|手机")

_Table = Mapping[str, Meaning]


def _table(words: Mapping[str, str]) -> _Table:
    """The earlier of two names for a field is the better one, and taken where a document has both."""
    return {
        fold_label(each): Meaning(name, 1 - rank / 1000)
        for name, names in words.items()
        for rank, each in reversed(list(enumerate(names.split("|"))))
    }


_TABLES = {"header": _table(_HEADER), "line": _table(_LINE), "buyer": _table(_BUYER), "ship_to": _table(_SHIP_TO)}
_SIDES: Mapping[str, frozenset[str]] = {
    "seller": _folded("seller|supplier|vendor|ship from|sold by|seller party|supplier party|供应商|卖方|供方"),
    "ship_to": _folded(
        "ship to|shipping|shipping address|shipping instructions|shipping info|"
        "ship|delivery|delivery address|deliver to|"
        "delivery location|delivery party|consignee|destination|receiver|收货|收货信息|收货人|送货"
    ),
    "buyer": _folded(
        "buyer|buyer party|customer|customer info|customer party|client|"
        "bill to|billing|billing address|sold to|purchaser|"
        "ordering party|company|买方|客户|需方|采购方"
    ),
}
_LINE_NAMES = _folded(
    "line|line item|item|item line|order line|order item|order entry|order detail|order position|po line|"
    "purchase order line|position|row|detail|entry|record|product|article|行|明细|商品"
)
_AMOUNTS = frozenset({"amount", "money", "price"})
_KINDS = _folded(
    "type|document type|doc type|order type|message type|action|operation|purpose|transaction type|request type|event|"
    "类型|单据类型|订单类型|操作"
)
_LONGEST_KIND = 40
_BACK_NAME = re.compile(
    r"^(cancell?ed|deleted|voided)(at|on|date|time)?$|^cancel(lation)?reason$|^取消(时间|日期|原因)$"
)
_BACK_STATES = frozenset(
    ("refunded", "voided", "failed", "trash", "draft", "on-hold", "on_hold", "onhold", "pending_approval", "rejected",
     "closed", "expired", "已退款")
)  # fmt: skip
_ROLE_WORDS: Mapping[str, re.Pattern[str]] = {
    "cancellation": re.compile(r"cancel|storn|delete|取消|作废|撤销", re.IGNORECASE),
    "change": re.compile(r"change|amend|update|revis|modif|变更|修改", re.IGNORECASE),
    "other": re.compile(r"quot|invoice|rfq|inquiry|confirm|发票|报价|询价", re.IGNORECASE),
}


def words_of(name: str) -> str:
    """A name such as `unitPrice`, `UPCCode` or `LINE_NO` as words."""
    return " ".join(_WORDS.findall(name.lstrip("@"))).lower()


def side_of(names: Iterable[str]) -> str:
    """Whose part of an order something stands in, by the names above it, the nearest first: buyer, ship_to, seller."""
    for name in names:
        folded = fold_label(name.lstrip("@"))
        for side, known in _SIDES.items():
            if folded in known:
                return side
    return ""


def is_line_name(name: str) -> bool:
    """Whether a part of that name is one line of an order, rather than all of them."""
    return fold_label(name) in _LINE_NAMES


def is_address_name(name: str) -> bool:
    """Whether a name is that of a part of an address."""
    return fold_label(name.lstrip("@")) in _ADDRESS


def role_stated(name: str, text: str) -> str:
    """What a document says it wants in a field for that: `cancellation`, `change`, `other`, or an empty text."""
    if fold_label(name.lstrip("@")) not in _KINDS or len(text) > _LONGEST_KIND:
        return ""
    return next((role for role, pattern in _ROLE_WORDS.items() if pattern.search(text)), "")


def is_taken_back(name: str, text: str) -> bool:
    """Whether a field says that its order is none any more: when or why it was cancelled, or a status that means so."""
    folded = fold_label(name.lstrip("@"))
    if _BACK_NAME.search(folded):
        return text.casefold() not in ("false", "0", "no", "none", "null")
    return folded.endswith(("status", "state", "状态")) and text.casefold() in _BACK_STATES


def is_telephone(name: str) -> bool:
    """Whether what stands under a name is a telephone or fax number."""
    return fold_label(name) in _TELEPHONES


def header_meaning(name: str, above: str, side: str, learnt: Mapping[str, str]) -> Meaning | None:
    """What a name in an order's header means, with the name it stands under and whose part that is."""
    if side in ("buyer", "ship_to"):
        return _first(_TABLES[side], name, above) or (None if side == "ship_to" else _label(name, above, learnt))
    known = _first(_TABLES["header"], name, above)
    if known is None and words_of(name) in _GENERIC:
        known = _TABLES["header"].get(fold_label(words_of(above)))
    return known or _label(name, above, learnt)


def line_meaning(name: str, above: str, learnt: Mapping[str, str]) -> Meaning | None:
    """What a name in an order's line means, with the name it stands under."""
    words, both = words_of(name), words_of(f"{above} {name.lstrip('@')}")
    taught = column_meaning(name, learnt) if learnt else None
    if taught is not None and taught.origin:
        return taught
    known = _first(_TABLES["line"], name, above)
    if (words in _GENERIC or words in _AMOUNTS) and above and not is_line_name(above):
        # What only says that it is an amount or a code is what it stands under.
        holder = _TABLES["line"].get(fold_label(f"{words_of(above)} {words}")) or line_meaning(above, "", {})
        known = holder if holder is not None and not holder.name.startswith("~") else known
    return known or (column_meaning(both, {}) if words in _GENERIC else column_meaning(words, {}))


def _first(table: _Table, name: str, above: str) -> Meaning | None:
    words = words_of(name)
    both = table.get(fold_label(f"{words_of(above)} {words}"))
    return both or table.get(fold_label(words)) or table.get(fold_label(name))


def _label(name: str, above: str, learnt: Mapping[str, str]) -> Meaning | None:
    words = words_of(name)
    if words in _GENERIC and above:
        both = label_meaning(f"{words_of(above)} {words}", learnt)
        if both is not None:
            return both
    return label_meaning(words, learnt)
