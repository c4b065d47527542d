"""The words of order forms in German, French, Spanish, Italian and Japanese, and those that contracts and the usual
programs of bookkeeping print; keys and marks as in the lexicon they are added to."""

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "po_number": "PO number/date|PO no./date|Order number/date|Purchase order no./date|Bestellnummer/Datum|"
    "Bestell-Nr./Datum|"
    "订单号/日期|采购订单号/日期|N° de commande|N° commande|Commande n°|Numéro de commande|Bon de commande n°|"
    "Nº de pedido|Nº pedido|"
    "Número de pedido|Pedido nº|N. ordine|Numero ordine|注文番号|発注番号",
    "ordered_on": "Date de commande|Date de la commande|Fecha de pedido|Fecha del pedido|Data ordine|発注日|注文日",
    "ordered_on?": "Fecha",
    "requested_on": "Expected arrival|Expected receipt date|Wunschtermin|Date de livraison|Date de livraison souhaitée|"
    "Livraison souhaitée|Délai de livraison|Fecha de entrega|Entrega|Data di consegna|納期|希望納期",
    "currency": "结算币别|Devise|Moneda|Valuta|通貨",
    "contact": "Contact person/Telephone|Ansprechpartner/Telefon|Interlocutor",
    "other": "Payment due date|Payment due|Payment date|Invoice due date|Invoice date|Cancel date|Cancellation date|"
    "Cancel after|Quote due date|Bid due date|Start date|End date|Effective date|Expiry date|Expiration date|"
    "Valid from|付款日期|付款到期日|付款截止日期|发票日期|生效日期|Our fax number|Our telephone|Employee|Memo|"
    "Vendor order no|Buy-from vendor no|Your vendor no with us|Ship via|Purchaser code",
    "party:supplier": "Fournisseur|Proveedor|Fornitore",
}
TOTALS: Mapping[str, str] = {
    "total": "Total TTC|Montant TTC|Total a pagar|税込合計",
    "total?": "Importe total|Totale ordine|Totale|合計金額",
    "net_total": "Total net item value|Total net item value excl tax|Total net value excl tax|"
    "Untaxed amount|Total HT|Montant HT|Base imponible|Imponibile|Nettosumme|税抜合計",
    "tax_total": "TVA|IVA|消費税",
    "skip": "合计人民币金额大写|合计金额人民币大写|合计人民币大写|总计人民币大写|合计人民币金额|"
    "人民币金额大写|总金额人民币大写|"
    "Übertrag|A reporter|Report|Suma y sigue|Riporto",
}
COLUMNS: Mapping[str, str] = {
    "~other": "Min qty|Minimum qty|Minimum order qty|Min order qty|Max qty|Maximum qty|"
    "最小起订量|最小订购量|起订量|最小数量|最大数量|Forecast qty|预测数量",
    "item": "Réf|Código|Codice|Código artículo|Codice articolo",
    "description": "Descrizione|Libellé|Concepto|Activity|Product/Service",
    "quantity": "Qté|Quantità|Bestellmenge",
    "unit": "ME|単位|Unité de mesure|U.M.",
    "unit_price": "Prix unitaire HT|PU HT|P.U. HT|Precio unitario|Prezzo|Prezzo unitario|Direct unit cost|"
    "Direct unit cost excl VAT",
    "amount": "Montant HT|Montant|Total HT|Importe|Importo|Line amount excl VAT|Line amount excl tax|金額",
    "requested_on": "Date req|Expected arrival|Livraison|Entrega|Consegna",
}
TITLES: Mapping[str, str] = {
    "change": "Bestelländerung|Modification de commande|Modificación de pedido",
    "cancellation": "Stornierung|Annulation de commande|Anulación de pedido",
    "confirmation": "Confirmation de commande|Confirmación de pedido|Conferma d'ordine|注文請書",
    "despatch": "Lieferschein|Bon de livraison|Albarán|Documento di trasporto|納品書",
    "other": "Rechnung|Angebot|Anfrage|Facture|Devis|Factura|Presupuesto|Fattura|Preventivo|見積書|請求書",
    "order": "Bestellung|Bon de commande|Commande|Pedido de compra|Orden de compra|Ordine di acquisto|注文書|発注書",
}
