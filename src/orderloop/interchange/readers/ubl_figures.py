"""The figures of a UBL order, taken out of its elements for the rules that judge them."""

from decimal import Decimal

from orderloop.interchange.readers.xml import Node
from orderloop.interchange.rules.xml.ubl import Amount, Category, Charge, OrderedLine, OrderFigures, Totals
from orderloop.interchange.rules.xml.values import decimal_stated

_AMOUNTS = frozenset({"Amount", "TaxAmount", "LineExtensionAmount", "PriceAmount", "BaseAmount"})
_CATEGORIES = frozenset({"TaxCategory", "ClassifiedTaxCategory"})
_ORIGINATOR = ("Party/PartyName/Name", "Party/PartyIdentification/ID")
_DEPTH = 8


def figures_of(document: Node, network: str) -> OrderFigures:
    """The figures; `network` begins the identifiers of the documents whose rules bind."""
    specification, profile = document.said("CustomizationID"), document.said("ProfileID")
    originators = document.all("OriginatorCustomerParty")
    found = _named(document, _AMOUNTS | _CATEGORIES | {"PartyTaxScheme"})
    return OrderFigures(
        place=document.path,
        is_peppol=specification.startswith(network) or profile.startswith(network),
        specification=specification,
        profile=profile,
        currency=document.said("DocumentCurrencyCode"),
        has_validity_end=bool(document.said("ValidityPeriod/EndDate")),
        nameless_originator=any(not any(node.said(path) for path in _ORIGINATOR) for node in originators),
        vat_numbers=_vat_numbers(found["PartyTaxScheme"]),
        lines=tuple(_line(node) for node in document.all("OrderLine/LineItem")),
        charges=_charges(document),
        categories=tuple(_category(node) for name in sorted(_CATEGORIES) for node in found[name]),
        amounts=_amounts(document, found),
        tax=_number(document, "TaxTotal/TaxAmount"),
        totals=_totals(document),
    )


def _number(node: Node, path: str) -> Decimal | None:
    return decimal_stated(node.said(path))


def _named(document: Node, names: frozenset[str]) -> dict[str, list[Node]]:
    """Every element of those names, found in one walk."""
    found: dict[str, list[Node]] = {name: [] for name in names}
    for node in document.inside(_DEPTH):
        if node.name in names:
            found[node.name].append(node)
    return found


def _vat_numbers(schemes: list[Node]) -> tuple[tuple[str, str], ...]:
    stated = [node for node in schemes if node.said("TaxScheme/ID") == "VAT" and node.said("CompanyID")]
    return tuple((node.path, node.said("CompanyID")) for node in stated)


def _charges(node: Node) -> tuple[Charge, ...]:
    return tuple(
        Charge(
            place=each.path,
            is_charge=each.said("ChargeIndicator") in ("true", "1"),
            amount=_number(each, "Amount"),
            base=_number(each, "BaseAmount"),
            percent=_number(each, "MultiplierFactorNumeric"),
            reason=each.said("AllowanceChargeReason"),
            reason_code=each.said("AllowanceChargeReasonCode"),
        )
        for each in node.all("AllowanceCharge")
    )


def _line(node: Node) -> OrderedLine:
    price = node.first("Price")
    return OrderedLine(
        place=node.path,
        number=node.said("ID"),
        quantity=_number(node, "Quantity"),
        amount=_number(node, "LineExtensionAmount"),
        price=_number(node, "Price/PriceAmount"),
        base_quantity=_number(node, "Price/BaseQuantity"),
        charges=_charges(node),
        price_charges=_charges(price) if price is not None else (),
    )


def _category(node: Node) -> Category:
    return Category(node.path, node.said("ID"), _number(node, "Percent"))


def _amounts(document: Node, found: dict[str, list[Node]]) -> tuple[Amount, ...]:
    nodes = [node for name in sorted(_AMOUNTS) for node in found[name]]
    for totals in document.all("AnticipatedMonetaryTotal"):
        nodes += [node for same in totals.children().values() for node in same if node.name not in _AMOUNTS]
    return tuple(Amount(n.path, n.text, n.attribute("currencyID"), "Price/" in n.path) for n in nodes)


def _totals(document: Node) -> Totals | None:
    node = document.first("AnticipatedMonetaryTotal")
    if node is None:
        return None
    return Totals(
        place=node.path,
        lines=_number(node, "LineExtensionAmount"),
        allowances=_number(node, "AllowanceTotalAmount"),
        charges=_number(node, "ChargeTotalAmount"),
        without_tax=_number(node, "TaxExclusiveAmount"),
        with_tax=_number(node, "TaxInclusiveAmount"),
        prepaid=_number(node, "PrepaidAmount"),
        rounding=_number(node, "PayableRoundingAmount"),
        payable=_number(node, "PayableAmount"),
    )
