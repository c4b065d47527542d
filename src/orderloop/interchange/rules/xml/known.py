"""Mappings of documents that are the same wherever they come from: SAP's IDocs ORDERS01 to ORDERS05, as XML."""

import re
from collections.abc import Mapping

# Parties by their role there: AG orders, WE receives. Goods by whose number it is: 001 the buyer's, 002 the seller's.
_SAP_ORDERS: Mapping[str, object] = {
    "orders": "IDOC",
    "lines": "E1EDP01",
    "role": {"path": "EDI_DC40/MESTYP", "default": "order", "values": {"ORDERS": "order", "ORDRSP": "confirmation"}},
    "date_format": "%Y%m%d",
    "header": {
        "po_number": {"path": ["E1EDK02[QUALF=001]/BELNR", "E1EDK01/BELNR"]},
        "ordered_on": {"path": ["E1EDK03[IDDAT=012]/DATUM", "E1EDK02[QUALF=001]/DATUM"]},
        "requested_on": "E1EDK03[IDDAT=002]/DATUM",
        "customer_code": "E1EDKA1[PARVW=AG]/PARTN",
        "customer_name": "E1EDKA1[PARVW=AG]/NAME1",
        "customer_gln": "E1EDKA1[PARVW=AG]/ILNNR",
        "ship_to_code": "E1EDKA1[PARVW=WE]/PARTN",
        "ship_to_name": "E1EDKA1[PARVW=WE]/NAME1",
        "currency": "E1EDK01/CURCY",
        "net_total": "E1EDS01[SUMID=002]/SUMME",
        "note": {"path": "E1EDKT1/E1EDKT2/TDLINE", "join": " "},
    },
    "line": {
        "line_no": "POSEX",
        "item": "E1EDP19[QUALF=002]/IDTNR",
        "customer_item": "E1EDP19[QUALF=001]/IDTNR",
        "barcode": "E1EDP19[QUALF=003]/IDTNR",
        "description": {"path": ["E1EDP19[QUALF=001]/KTEXT", "E1EDP19[QUALF=002]/KTEXT"]},
        "quantity": "MENGE",
        "unit": "MENEE",
        "unit_price": "VPREI",
        "price_basis": "PEINH",
        "amount": "NETWR",
        "requested_on": {"path": ["E1EDP20/EDATU", "E1EDP03[IDDAT=002]/DATUM"]},
        "note": {"path": "E1EDPT1/E1EDPT2/TDLINE", "join": " "},
    },
}
_ROOT_OF_SAP = re.compile(r"ORDERS0[1-5]")


def known_mapping(root: str) -> Mapping[str, object]:
    """The mapping of a document by the name of its root; empty where it says nothing."""
    return _SAP_ORDERS if _ROOT_OF_SAP.fullmatch(root) else {}
