"""A small order in UBL that keeps every rule of Peppol, written out to be changed by the tests."""

ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:ordering:3</cbc:ProfileID>
<cbc:ID>PO-77</cbc:ID>
<cbc:IssueDate>2026-11-02</cbc:IssueDate>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:ValidityPeriod><cbc:EndDate>2026-12-31</cbc:EndDate></cac:ValidityPeriod>
<cac:BuyerCustomerParty><cac:Party>
<cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>
<cac:PartyIdentification><cbc:ID schemeID="0088">7300010000001</cbc:ID></cac:PartyIdentification>
<cac:PartyTaxScheme><cbc:CompanyID>DE123456789</cbc:CompanyID>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Radhaus GmbH</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:BuyerCustomerParty>
<cac:SellerSupplierParty><cac:Party>
<cbc:EndpointID schemeID="0192">987654325</cbc:EndpointID>
<cac:PartyLegalEntity><cbc:RegistrationName>Adventure Works</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:SellerSupplierParty>
<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>
<cbc:AllowanceChargeReasonCode>FC</cbc:AllowanceChargeReasonCode>
<cbc:MultiplierFactorNumeric>10</cbc:MultiplierFactorNumeric><cbc:Amount currencyID="EUR">7.00</cbc:Amount>
<cbc:BaseAmount currencyID="EUR">70.00</cbc:BaseAmount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:AllowanceCharge>
<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>
<cbc:AllowanceChargeReasonCode>95</cbc:AllowanceChargeReasonCode>
<cbc:Amount currencyID="EUR">2.00</cbc:Amount></cac:AllowanceCharge>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">14.25</cbc:TaxAmount></cac:TaxTotal>
<cac:AnticipatedMonetaryTotal>
<cbc:LineExtensionAmount currencyID="EUR">70.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">75.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">89.25</cbc:TaxInclusiveAmount>
<cbc:AllowanceTotalAmount currencyID="EUR">2.00</cbc:AllowanceTotalAmount>
<cbc:ChargeTotalAmount currencyID="EUR">7.00</cbc:ChargeTotalAmount>
<cbc:PrepaidAmount currencyID="EUR">9.00</cbc:PrepaidAmount>
<cbc:PayableRoundingAmount currencyID="EUR">-0.25</cbc:PayableRoundingAmount>
<cbc:PayableAmount currencyID="EUR">80.00</cbc:PayableAmount>
</cac:AnticipatedMonetaryTotal>
<cac:OrderLine><cac:LineItem>
<cbc:ID>1</cbc:ID><cbc:Quantity unitCode="C62">200</cbc:Quantity>
<cbc:LineExtensionAmount currencyID="EUR">50.00</cbc:LineExtensionAmount>
<cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>2026-12-01</cbc:EndDate></cac:RequestedDeliveryPeriod></cac:Delivery>
<cac:Price><cbc:PriceAmount currencyID="EUR">25.00</cbc:PriceAmount>
<cbc:BaseQuantity unitCode="C62">100</cbc:BaseQuantity>
<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">5.00</cbc:Amount>
<cbc:BaseAmount currencyID="EUR">30.00</cbc:BaseAmount></cac:AllowanceCharge></cac:Price>
<cac:Item><cbc:Name>Chain link</cbc:Name>
<cac:BuyersItemIdentification><cbc:ID>R-1</cbc:ID></cac:BuyersItemIdentification>
<cac:SellersItemIdentification><cbc:ID>CH-0234</cbc:ID></cac:SellersItemIdentification>
<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
</cac:LineItem></cac:OrderLine>
<cac:OrderLine><cac:LineItem>
<cbc:ID>2</cbc:ID><cbc:Quantity unitCode="C62">2</cbc:Quantity>
<cbc:LineExtensionAmount currencyID="EUR">20.00</cbc:LineExtensionAmount>
<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>
<cbc:AllowanceChargeReason>Assembly</cbc:AllowanceChargeReason>
<cbc:Amount currencyID="EUR">1.00</cbc:Amount></cac:AllowanceCharge>
<cac:Price><cbc:PriceAmount currencyID="EUR">9.500</cbc:PriceAmount></cac:Price>
<cac:Item><cbc:Name>Bell</cbc:Name><cac:SellersItemIdentification><cbc:ID>BE-2349</cbc:ID></cac:SellersItemIdentification>
</cac:Item></cac:LineItem></cac:OrderLine>
</Order>
"""


def changed(*edits: tuple[str, str], text: str = ORDER) -> bytes:
    """The order with each first text replaced by the second; every edit must find its text."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def as_change(code: str = "3") -> str:
    """The order as an OrderChange, its first line with a status code."""
    return (
        ORDER.replace("<Order ", "<OrderChange ")
        .replace("</Order>", "</OrderChange>")
        .replace("xsd:Order-2", "xsd:OrderChange-2")
        .replace("<cbc:ID>PO-77</cbc:ID>", "<cbc:ID>CH-1</cbc:ID>")
        .replace(
            "<cbc:DocumentCurrencyCode>", "<cbc:SequenceNumberID>1</cbc:SequenceNumberID><cbc:DocumentCurrencyCode>"
        )
        .replace(
            "<cac:BuyerCustomerParty>",
            "<cac:OrderReference><cbc:ID>PO-77</cbc:ID></cac:OrderReference><cac:BuyerCustomerParty>",
        )
        .replace("<cbc:ID>1</cbc:ID>", f"<cbc:ID>1</cbc:ID><cbc:LineStatusCode>{code}</cbc:LineStatusCode>")
    )
