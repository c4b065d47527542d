"""EDIFACT's code lists, as far as an order needs them: which qualifier means which of our names."""

from orderloop.interchange.facts import Role
from orderloop.interchange.rules.edi import listed

# Message types that are read, with what they want; ORDERS and ORDCHG may still be cancellations.
MESSAGES = {
    "ORDERS": Role.ORDER, "ORDCHG": Role.CHANGE, "ORDRSP": Role.CONFIRMATION, "DESADV": Role.DESPATCH,
    "CONTRL": Role.RECEIPT, "APERAK": Role.RECEIPT,
}  # fmt: skip

# 1225 message function. A duplicate, a copy or what confirms a call may have been booked already; a proposal and what
# is provisional are no orders yet.
CANCELS = ("1", "3")
CHANGES = ("4", "5", "33", "34", "36")
ORIGINALS = ("", "9", "2")
DOUBTED_FUNCTIONS = ("6", "7", "31", "13", "16", "18", "22", "35", "42", "46")

# 1001 document names that are an order to deliver; a blanket order or an enquiry is not.
DOUBTED_DOCUMENTS = ("210", "221", "258", "310", "311", "325", "343")

# 2005 date qualifiers. Of several wanted dates the first of this order counts.
ORDERED_ON = ("137", "4")
REQUESTED_ON = ("2", "74", "63", "69", "64", "71", "17", "76", "358", "10", "38", "200", "37")
SHIPMENT_DATES = ("10", "38", "200", "37")
# Days behind which, or before which, the goods are not wanted: a condition that a person must see.
LIMITING_DATES = ("61", "81", "175", "177")
HARMLESS_DATES = listed(
    "7 8 11 13 35 36 44 45 50 54 79 97 98 105 117 119 131 132 133 134 135 136 138 139 140 143 151 152 153 154 155 157"
    " 158 159 160 161 162 163 164 166 167 168 169 171 178 179 180 182 186 189 191 194 206 209 210 218 219 232 234 235"
    " 236 242 243 245 257 263 264 265 267 273 277 292 310 318 322 324 325 326 334 351 361 364 392 400 411 419 452 453"
    " 454 469 735"
)
# 2379 forms that give a day; of a period its last day.
DAY_FORMS = {
    "2": "DDMMYY", "3": "MMDDYY", "4": "DDMMCCYY", "5": "DDMMCCYYHHmm", "101": "YYMMDD", "102": "CCYYMMDD",
    "201": "YYMMDDHHmm", "202": "YYMMDDHHmmss", "203": "CCYYMMDDHHmm", "204": "CCYYMMDDHHmmss",
    "301": "YYMMDDHHmmzzz", "302": "YYMMDDHHmmsszzz", "303": "CCYYMMDDHHmmzzz", "304": "CCYYMMDDHHmmsszzz",
}  # fmt: skip
PERIOD_FORMS = {"713": "201", "717": "101", "718": "102", "719": "203"}
COARSE_FORMS = listed("103 105 107 108 109 110 602 603 604 608 609 610 613 614 615 616 715 716 801 802 803 804")

# 3035 party qualifiers, the best first.
CUSTOMERS = ("BY", "OB", "IV", "BT")
SHIP_TO = ("DP", "ST", "CN", "UC")
PARTIES = dict.fromkeys(CUSTOMERS, "customer") | dict.fromkeys(SHIP_TO, "ship_to")
# 3055 agencies whose numbers are GLNs; some name the number's kind there, or nothing.
GLN_AGENCIES = ("9", "14")
UNTOLD_AGENCIES = ("", "EN", "UC", "GLN")

# 7143 item number types.
ITEM_TYPES = {
    "SA": "item", "VP": "item", "VN": "item", "SN": "", "MF": "item", "MP": "item", "IN": "customer_item",
    "BP": "customer_item", "PV": "", "EN": "barcode", "UP": "barcode", "SRV": "barcode", "GTIN": "barcode",
    "IB": "barcode", "IS": "barcode", "UA": "barcode",
}  # fmt: skip
# What tells one piece of a number from another: colours, sizes, the state of a drawing. It is told with the line.
VARIANTS = ("BO", "CL", "IZ", "SZ", "PV", "DR", "EC")
GTINS = ("EN", "UP", "SRV", "GTIN")
HARMLESS_ITEM_TYPES = listed(
    "AA AB AC BB BO CC CG CL CR DR EC EF EM GB GD GN GS GU HS MA MN NB PD PL PO RC RU RY "
    "SC SG SK SS ST SZ TG TI TSN UI ZZZ"
)  # fmt: skip

# 6063 quantities: the first of this order counts.
QUANTITIES = ("21", "1", "113", "83")
UNSUPPORTED_QUANTITIES = frozenset(("15", "61", "192", "11"))
# The quantity of one delivery of a line.
SCHEDULED_QUANTITIES = ("113", "21", "11", "83", "1")

# 5125 prices: the first of this order counts. Gross ones need allowances and charges, which are not worked out here.
PRICES = ("AAA", "CAL", "INV", "NTP", "AAB", "GRP", "AAF", "INF", "ZZZ")
GROSS_PRICES = ("AAB", "GRP", "AAF", "INF", "ZZZ")
TAXED_PRICES = ("AAC", "AAE")

# 5025 amounts of the message and of a line.
TOTALS = {"79": "net_total", "125": "net_total", "86": "total", "128": "total", "9": "total", "124": "tax_total",
          "176": "tax_total", "150": "tax_total"}  # fmt: skip
LINE_AMOUNTS = ("203",)
ALLOWANCE_AMOUNTS = ("8", "23", "25", "53", "204", "259", "267")

# 1229 what to do with a line.
ACTIONS = {"1": "add", "2": "delete", "3": "change", "4": "none", "5": "none", "6": "change", "7": "delete",
           "9": "change", "11": "none"}  # fmt: skip

SEGMENTS = listed(
    "UNH BGM DTM PAI ALI IMD FTX RFF DOC NAD LOC FII CTA COM TAX MOA CUX PCD PAT PYT TDT TOD PAC MEA PCI HAN GIR GIN"
    " SCC QTY RNG ALC RTE RCS DGS EQD EQA EQN SEL LIN PIA QVR PRI API CCI CAV DLM INP STG STS GEI ARR UNS CNT UNT RJL"
    " EFI MTD AJT GDS APR ERC HYN AUT CPS SPS TMD TMP PSD PRC BII IFD ASI CST FTE IDE SLI POC LAN UCI UCM UCS UCD UCF"
    " UCP DAM GOR"
)
# How many elements these can have.
MOST_ELEMENTS = {"BGM": 4, "DTM": 1, "RFF": 1, "LIN": 6, "PIA": 6, "QTY": 1, "PRI": 2, "MOA": 1, "CNT": 1, "UNS": 1}
# Conditions that change what is bought, and that a person must see.
CONDITIONS = ("ALC", "QVR", "RNG")
