"""X12's code lists, as far as an order needs them: which qualifier means which of our names."""

from orderloop.interchange.facts import Role
from orderloop.interchange.rules.edi import listed

# Transaction sets that are read, and the functional group each belongs to.
SETS = {"850": Role.ORDER, "860": Role.CHANGE, "997": Role.RECEIPT, "999": Role.RECEIPT, "TA1": Role.RECEIPT}
GROUP_OF = {"850": "PO", "860": "PC", "997": "FA", "999": "FA", "855": "PR", "856": "SH", "865": "CA"}

# 353 purpose. A duplicate, a copy or what confirms a call may have been booked already.
CANCELS = ("01",)
CHANGES = ("02", "03", "04", "05")
ORIGINALS = ("00", "18")
DOUBTED_PURPOSES = ("06", "07", "13", "22", "24", "25", "28")

# 92 order types that are no order to deliver: blanket orders and enquiries.
DOUBTED_TYPES = ("BE", "BK", "BL", "IN", "PR")

# 374 date qualifiers; of several wanted dates the first of this order counts.
ORDERED_ON = ("004",)
REQUESTED_ON = ("002", "074", "106", "067", "069", "063", "064", "017", "010", "038", "037", "068", "118")
SHIPMENT_DATES = ("010", "038", "037", "068", "118")
UNSUPPORTED_DATES = ("001", "061", "175", "177")
DAY_FORMS = {8: "CCYYMMDD", 6: "YYMMDD"}

CUSTOMERS = ("BY", "OB", "BT")
SHIP_TO = ("ST", "DA", "UC")
PARTIES = dict.fromkeys(CUSTOMERS, "customer") | dict.fromkeys(SHIP_TO, "ship_to")

# 235 product qualifiers, those first that count first for a name.
ITEM_TYPES = {
    "VN": "item", "VP": "item", "VC": "item", "VA": "item", "SA": "item", "MG": "item", "MN": "item",
    "BP": "customer_item", "IN": "customer_item", "PI": "customer_item", "CB": "customer_item",
    "SK": "customer_item", "IT": "customer_item",
    "UP": "barcode", "EN": "barcode", "UK": "barcode", "UA": "barcode", "UI": "barcode", "EO": "barcode",
    "UX": "barcode", "GTIN": "barcode", "IB": "barcode",
    "PD": "description",
}  # fmt: skip
# Names the goods where nothing better does: a style comes in colours and sizes.
STYLES = ("ST",)
# What tells one piece of a number from another: colours, sizes, the state of a drawing. It is told with the line.
VARIANTS = ("BO", "CL", "CM", "VE", "IZ", "SM", "SZ", "DR", "EC")
GTINS = ("UP", "EN", "UK", "UA")
HARMLESS_ITEM_TYPES = listed(
    "A1 A2 A3 A4 A5 A6 A7 A8 BL BO CG CH CL CM CN CR CT DR DV EC EM F1 F2 F3 F4 F5 F6 FS GC HD"
    " IZ LT MF MO ND NS ON PC PL PN PR PT PU PV PW QP RC RU RY SC SF SH SI SM SN SP ST SV SW SZ TP"
    " TY UD UPC VE VM VO VS VU VV VX ZB ZZ"
)  # fmt: skip

# 355: units whose X12 code means something else, or nothing, where no standard is stated (there ST is a sheet).
UNITS = {
    "ST": "SET", "SH": "SHEET", "CA": "CASE", "BO": "BTL", "PL": "PLT", "MR": "M", "LT": "L", "GR": "G", "PA": "PAIL",
    "CM": "CM", "MM": "MM", "SM": "M2", "CR": "M3",
}  # fmt: skip

# 639: how many units a price is for.
PRICE_BASES = {
    **dict.fromkeys(("HP", "LC", "QH", "RC", "TC", "WC"), "100"),
    **dict.fromkeys(("LM", "QS", "RM", "TM", "TP", "WM"), "1000"),
    **dict.fromkeys(("LD", "PD", "RD", "TD", "WD"), "12"),
}
FLAT_BASES = listed("CA CP CT DI DR DS LE PE PR QE QT TE UM WE WH NT NS BR FX FO UC ST PU VA CU")
# A price for a measure is the unit's price only where the unit is that measure.
MEASURED_BASES = {"PP": "LB", "PY": "YD", "PO": "OZ", "PT": "TN", "PK": "KG", "KP": "KG", "PF": "FT", "PG": "GA"}
DOUBTED_BASES = listed("AP ES NE NQ TB RE RT RC RD RM SR HF TF")
FREE_BASES = ("NC",)
# 236: what the goods are sold for by others, which is nothing to us.
RETAIL_PRICES = ("MSR", "RES", "RTL", "SLP", "RPA")

# 670: what to do with a line.
ACTIONS = {
    "AI": "add", "DI": "delete", "CF": "delete", "NC": "none", "OC": "none", "RC": "none",
    **dict.fromkeys(listed("CA CB CC CD CE CG CH CI CT MU OA PC PQ PR QD QI RA RB RE RM RQ RS RZ TI"), "change"),
}  # fmt: skip

SEGMENTS = listed(
    "ST BEG BCH CUR REF PER TAX FOB CTP PAM CSH TC2 SAC ITD DIS INC DTM LDT LIN SI PID MEA PWK PKG TD1 TD5 TD3 TD4 MAN"
    " PCT CTB TXI LM LQ SPI CB1 N9 MSG MTX NTE N1 N2 N3 N4 NX2 IN2 REF FA1 FA2 ADV PO1 PO3 POC PO4 SLN SDQ SCH SS AMT"
    " CTT SE ITA CRC NM1 QTY IT8 ISR PS G53 K1 DEP LS LE LX EFI BIN CN1 TCD MTD CRD SE ACK SPY SVC UIT LOC LUI REP"
    " G61 G62 AK1 AK2 AK3 AK4 AK5 AK9 IK3 IK4 IK5 CTX XH XPO CUN PDL RDM RCD"
)
# Conditions that change what is bought, and that a person must see.
CONDITIONS = ("SAC", "SDQ", "SLN", "ITA", "PAM", "PO3")
