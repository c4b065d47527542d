"""The words by which order documents name their fields and columns, in Chinese and English, and what is no field."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orderloop.interchange.rules import lexicon_abroad

# Labels of single values. The names after the colon of `party:` open a block about somebody; `other` are labels whose
# value is none of ours, known so that it is not taken for one.
LABELS: Mapping[str, str] = {
    "po_number": "PO number|PO no|PO nr|PO num|PO #|PO|P O|P/O|P/O no|PO ref|PO reference|Purchase order|"
    "Purchase order no|Purchase order nr|Purchase order number|Purchase order #|Purchase order ref|"
    "Purchase order reference|Purchase order id|Purchase no|Purchasing document|Purchasing document no|Order no|"
    "Order nr|Order number|Order #|Order id|Order ref|Order reference|Your order no|Our order no|Our order number|"
    "Our order|Our PO|Our PO no|Our PO number|Customer PO|Customer PO no|Customer PO number|Customer order no|"
    "Customer order number|Customer order|Buyer order no|Buyer's order no|Buyer order number|Client PO|"
    "Client order no|Document no|Document number|Doc no|Order code|PO code|PO id|Bestellnummer|Bestell-Nr|"
    "Auftragsnummer|Bestellung Nr|订单号|订单号码|订单编号|订单编码|订单单号|订单No|采购订单|采购订单号|采购订单号码|"
    "采购订单编号|采购订单单号|采购单号|采购单编号|采购单|采购编号|客户订单号|客户订单编号|客户订单|客户单号|客户PO|"
    "客户PO号|PO号|PO编号|PO单号|订货单号|订货单编号|订货单|订货编号|订购单号|订购单编号|订购单|需方订单号|"
    "买方订单号|贵方订单号|我方订单号|我司订单号|单据编号|单据号|单据号码|单号|採購單號|訂單號|訂單編號|訂單號碼|"
    "採購訂單|採購訂單號|採購單編號|訂購單號",
    "po_number?": "Order|No|Nr|Number|Reference|Ref|Ref no|Reference no|Our ref|Our reference|Your ref|Contract no|"
    "Contract number|编号|编码|号码|合同号|合同编号|合同号码|合约号|参考号|单据|申请单号|编 号|No号|單號|合同編號",
    "ordered_on": "Order date|PO date|Date of order|Date ordered|Ordered on|Ordered|Purchase order date|"
    "Purchase date|Purchasing date|Document date|Doc date|Issue date|Date of issue|Issued|Issued on|Issued date|"
    "Order issued|Order placed|Date placed|Placed on|Date raised|Raised on|Created|Created on|Creation date|Dated|"
    "Order dt|PO dt|Bestelldatum|订单日期|下单日期|订货日期|订购日期|采购日期|采购订单日期|开单日期|制单日期|"
    "单据日期|签订日期|签约日期|开立日期|下单时间|订单时间|采购时间|发单日期|订购时间|填单日期|创建日期|制表日期|"
    "訂單日期|下單日期|採購日期|訂購日期|單據日期",
    "ordered_on?": "Date|日期|时间|日 期|Datum",
    "requested_on": "Requested date|Requested delivery date|Requested delivery|Request date|Required date|"
    "Required by|Required on|Required delivery date|Required delivery|Delivery date|Date of delivery|Delivery due|"
    "Delivery due date|Delivery required by|Delivery required|Delivery by|Deliver by|Deliver on|Delivery on|"
    "Deliver before|Delivery before|Delivery deadline|Delivery time|Delivery|Need by|Need by date|Needed by|"
    "Need date|Date needed|Date required|Date wanted|Wanted by|Due date|Due|Due by|Due on|Ship date|Ship by|Ship on|"
    "Shipment date|Shipping date|Latest delivery|Latest delivery date|Latest ship date|Expected delivery|"
    "Expected delivery date|Expected on|Expected date|Expected by|Arrival date|ETA|Promise date|Target date|Deadline|"
    "Receive by|Requested ship date|Requested for|Requested arrival|Liefertermin|Lieferdatum|交期|交货期|交货日|"
    "交货日期|交货时间|交付日期|交付时间|交货期限|要求交期|要求交货期|要求交货日期|要求到货日期|要求到货|"
    "要求交付日期|要求日期|要货日期|要货时间|需求日期|需求日|需要日期|需货日期|到货日期|到货时间|到货期|预计到货日期|"
    "预计到货|预计交期|预计交货日期|预计交货|预交日期|预交货日期|希望交期|期望交期|期望到货日期|期望交货日期|"
    "希望交货日期|希望到货日期|送货日期|送货时间|发货日期|最迟交期|最迟交货日期|最晚交货日期|最晚到货日期|交貨日期|"
    "交貨期|要求交貨日期|到貨日期|需求交期|供货日期|供货时间|交貨日",
    "customer_code": "Customer no|Customer number|Customer code|Customer id|Customer #|Customer account|"
    "Customer account no|Account no|Account number|Account|Account code|Client no|Client code|Client id|Buyer code|"
    "Buyer id|Buyer no|Our account|Our account no|Our customer no|Our customer number|Debtor no|Kundennummer|"
    "Kunden-Nr|客户编号|客户编码|客户代码|客户号|客户代号|购方编码|买方编号|需方编号|客戶編號|客戶代碼",
    "customer_name": "Customer|Customer name|Client|Client name|Buyer|Buyer name|Purchaser|Purchaser name|"
    "Purchasing company|Buying company|Ordering party|Ordered by|Orderer|Sold to|Sold-to party|Bill to|Billed to|"
    "Bill-to party|Invoice to|Invoice address|Billing address|Company name|Company|Issued by|From|Purchased by|"
    "Besteller|Kunde|Placed by|Buying party|Invoice party|客户|客户名称|客户全称|客户单位|客户公司|购货方|购货单位|"
    "购方|购方名称|购买方|购买单位|采购方|采购单位|采购方名称|采购公司|采购商|需方|需方名称|需方单位|需方单位名称|"
    "甲方|甲方名称|买方|买方名称|买受人|订货方|订货单位|订货单位名称|订购方|订购单位|下单单位|下单公司|下单方|"
    "单位名称|公司名称|公司|名称|开票单位|开票名称|发票抬头|需求方|客戶|客戶名稱|買方|採購方|採購單位|公司名稱",
    "customer_gln": "Buyer GLN|Customer GLN|GLN|ILN|EAN location|买方GLN|客户GLN",
    "customer_tax_id": "Tax id|Tax no|Tax number|Taxpayer id|VAT no|VAT number|VAT id|VAT reg no|VAT registration no|"
    "Tax registration no|USCC|EIN|GST no|TIN|Buyer tax id|Customer tax id|USt-IdNr|税号|纳税人识别号|纳税识别号|"
    "统一社会信用代码|社会信用代码|信用代码|纳税人税号|購方稅號|統一編號|税务登记号",
    "contact": "Contact|Contact person|Contact name|Attn|Attention|Buyer contact|Purchasing agent|Purchaser contact|"
    "Requester|Requested by|Requisitioner|Requestor|Prepared by|Ansprechpartner|Handled by|Order contact|联系人|"
    "采购联系人|联络人|经办人|采购员|采购人员|业务联系人|订货人|采购经办|采购负责人|聯絡人|聯繫人|下单人|需方联系人|"
    "买方联系人",
    "contact_email": "E-mail|Email|Mail|Email address|E-mail address|Contact email|邮箱|电子邮箱|电子邮件|电邮|"
    "联系邮箱|邮件|電子郵件",
    "ship_to_code": "Ship to code|Ship-to no|Ship to no|Ship to id|Delivery site|Site code|Plant|Location code|"
    "Store no|Delivery location code|Warehouse code|收货地址编码|收货点编码|收货点|送达方编码|工厂代码|地址代码|"
    "仓库代码|门店编号|收货地编码|收货编码|送达方代码|收货代码",
    "ship_to_text": "Ship to|Ship-to|Ship to address|Ship-to address|Shipping address|Shipping to|Deliver to|"
    "Delivery to|Delivery address|Delivery location|Delivery place|Place of delivery|Goods to|Consignee|"
    "Consignee address|Receiving address|Ship-to party|Destination|Delivery point|Send to|Send goods to|Shipped to|"
    "Lieferadresse|Delivered to|Receiving location|Receiver address|收货地址|收货地点|收货单位|收货方|收货处|"
    "收件地址|送货地址|送货地点|交货地址|交货地点|到货地址|到货地点|到货地|送达地址|送达方|收货信息|收貨地址|"
    "送貨地址|交貨地點|交貨地址|配送地址|收货人地址|交付地点|发货地址|卸货地点|货物送至|送货至|送至",
    "currency": "Currency|Curr|Currency code|Order currency|Ccy|Währung|币种|币别|货币|结算币种|结算货币|计价货币|"
    "交易币种|交易货币|幣別|幣種|币种代码|货币单位",
    "note": "Note|Notes|Remark|Remarks|Comment|Comments|Special instructions|Instructions|Bemerkung|备注|说明|备 注|"
    "特别说明|附注|備註|其他说明|备注说明|订单备注",
    "terms": "Payment terms|Terms of payment|Terms|Payment|Payment term|Payment condition|Payment conditions|"
    "Pay terms|Zahlungsbedingungen|付款条件|付款方式|结算方式|账期|付款条款|付款期限|支付方式|结算条件|支付条件|"
    "付款約定|付款條件",
    "line_count": "Number of lines|Line count|No of lines|Number of items|Total lines|Total line items|Lines|行数|"
    "品项数|总行数|项数|明细行数",
    "refers_to": "Original PO|Original order|Original order no|Refers to|Refers to order|Changes order|"
    "Original PO no|Original PO number|原订单号|原采购订单号|原单号|变更原订单|原订单",
    "other": "Supplier no|Supplier number|Supplier code|Supplier id|Vendor no|Vendor number|Vendor code|Vendor id|"
    "Quotation no|Quote no|Quotation|Quote ref|Offer no|Your quotation|Your offer|Tel|Telephone|Phone|Phone no|Fax|"
    "Fax no|Mobile|Page|Page no|Address|Incoterms|Delivery terms|Shipping terms|Terms of delivery|Ship via|"
    "Ship method|Shipping method|Carrier|Freight|FOB|F O B|Bank|Bank account|Account name|Bank name|SWIFT|IBAN|"
    "Revision|Rev|Version|Rev no|Approved by|Approved|Authorized by|Authorised by|Signature|Signed|Project|"
    "Project no|Cost center|Cost centre|Department|Dept|Requisition no|Requisition|Invoice no|Print date|Printed on|"
    "Printed|Print time|Valid until|Validity|Website|Web|Postcode|Zip|City|Country|Supplier reference|"
    "Vendor reference|Purchasing group|Tax rate|VAT rate|Exchange rate|Packing|Packaging|Warranty|Quality|Inspection|"
    "Job no|Buyer signature|Supplier contact|Reviewed by|Checked by|Legal representative|Registered address|Stamp|"
    "供应商编号|供应商编码|供应商代码|供方编号|供方代码|卖方编号|报价单号|报价编号|电话|联系电话|手机|手机号|"
    "手机号码|电话号码|传真|传真号|页|页码|页次|地址|单位地址|公司地址|注册地址|交货方式|运输方式|送货方式|发货方式|"
    "交货条款|贸易条款|价格条款|贸易方式|运费|开户行|开户银行|银行账号|账号|帐号|版本|版次|版本号|修订|审批|审核|"
    "审批人|审核人|批准|批准人|核准|制单|制单人|签字|签章|盖章|签名|项目|项目号|项目编号|项目名称|部门|申请部门|"
    "成本中心|申请人|发票号|打印日期|打印时间|有效期|网址|邮编|税率|汇率|包装|包装方式|包装要求|质保|质量要求|"
    "质量标准|验收|验收标准|违约责任|法定代表人|委托代理人|代表人|签订地点|發票號|電話|傳真|发票类型|開戶行|会签|"
    "復核|复核|采购类型|订单类型|采购组织|订单状态|Order type|Status|Order status|收货人|收货联系人|收货电话|"
    "Receiver|Receiving contact|Consignee contact|Delivery contact|收件人|单据类型|仓库|Warehouse|Priority|Sheet",
    "party:supplier": "Supplier|Supplier name|Vendor|Vendor name|Seller|Seller name|To|Manufacturer|Messrs|Sold by|"
    "Lieferant|Supplied by|Order to|Selling party|供应商|供应商名称|供方|供方名称|供方单位|供方单位名称|供货方|"
    "供货单位|供货商|乙方|乙方名称|卖方|卖方名称|出卖人|销方|销售方|销货方|销货单位|厂商|厂商名称|致|供應商|賣方|"
    "廠商|供應商名稱|承制方|生产厂家|受订方|供货单位名称",
}  # fmt: skip

# Sums of the document. `strong` names can only be what they say; `skip` are sums of a page or amounts in words.
TOTALS: Mapping[str, str] = {
    "total": "Grand total|Total due|Amount due|Total payable|Payable|Total incl VAT|Total including VAT|"
    "Total incl tax|Total including tax|Total with VAT|Gross total|Total gross|Gross amount|Total gross amount|"
    "Invoice total|Total amount incl VAT|Total amount incl tax|Total inc VAT|Total inc tax|Total (incl. tax)|"
    "Gesamtbetrag|价税合计|价税总计|税价合计|含税合计|含税总计|含税总额|含税总金额|合计含税|总计含税|含税金额合计|"
    "价税合计金额|应付总额|应付金额|应付合计|價稅合計|含稅總計|价税合计小写|合计金额含税|总金额含税|总价含税|"
    "含税总价",
    "total?": "Total|Total amount|Order total|Total value|Total price|Total order value|Order value|Order amount|"
    "Total order amount|PO total|PO amount|PO value|Total PO value|Sum|Sum total|Amount total|Totals|Overall total|"
    "Total sum|Purchase total|Contract value|Summe|Gesamt|合计|总计|总额|总金额|合计金额|金额合计|总计金额|金额总计|"
    "总价|订单总额|订单总金额|订单金额|采购总额|采购金额|总价款|合同金额|合同总额|合同总金额|共计|累计|合計|總計|"
    "總額|總金額|金額合計|订单总价|订单合计|小写|合计小写|采购总金额",
    "net_total": "Subtotal|Sub total|Sub-total|Net total|Net|Net amount|Total net|Total excl VAT|Total excluding VAT|"
    "Total excl tax|Total excluding tax|Total before tax|Amount before tax|Net value|Total net value|"
    "Total without VAT|Net order value|Goods total|Total goods|Merchandise total|Total net amount|Total ex VAT|"
    "Amount excl VAT|Amount excl tax|Taxable amount|Total ex tax|Items total|Item total|Lines total|Pre-tax total|"
    "Nettobetrag|Zwischensumme|小计|金额小计|小计金额|不含税合计|不含税总计|不含税金额|不含税总额|未税合计|"
    "未税总计|未税金额|未税总额|"
    "未税小计|不含税小计|合计不含税|总计不含税|税前合计|税前金额|税前总额|货款合计|净额|净价合计|小計|未稅金額|"
    "不含税总金额|不含税金额合计|货物金额|货款|商品金额|商品合计|未税总金额|不含税总价",
    "tax_total": "Tax|VAT|VAT amount|Tax amount|Total VAT|Total tax|Sales tax|GST|VAT total|Tax total|Plus VAT|"
    "Add VAT|Output tax|Value added tax|MwSt|税额|税金|增值税|增值税额|税额合计|合计税额|税费|总税额|税款|稅額|"
    "營業稅|加增值税",
    "skip": "Page total|Page subtotal|Carried forward|Brought forward|Carry forward|Carry over|Carried over|"
    "Brought over|Continued|Total this page|Sub total this page|Subtotal this page|To be continued|"
    "Balance brought forward|Balance carried forward|Continued on next page|Continued overleaf|Transport|Übertrag|"
    "转下页|承前页|接上页|接下页|过次页|承上页|续下页|续上页|本页小计|本页合计|本页金额|页小计|每页小计|转次页|"
    "轉下頁|承前頁|本頁小計|下页继续|未完待续|以下空白|见下页|续页|本页累计|截至本页累计|累计至本页|大写|金额大写|"
    "大写金额|人民币大写|合计大写|合计金额大写|总金额大写|价税合计大写|合计人民币大写|大写合计|總金額大寫|"
    "合计人民币|Amount in words|In words|Say|Say total|Total in words|Total quantity|Total qty|Qty total|数量合计|"
    "总数量|合计数量|数量总计|Total weight|Total cartons|Total pieces|总重量|总件数|总箱数|件数合计|共",
}  # fmt: skip

# Titles of columns. A `?` marks a name that means this only where no other column does; names with `~` are columns
# known to be there but no field of an order line.
COLUMNS: Mapping[str, str] = {
    "line_no": "Line|Line no|Line nr|Line number|Line #|Ln|Ln no|Pos|Pos no|Position|No|Nr|#|S/N|SN|S/No|Sl no|Sr no|"
    "Sr|Seq|Seq no|Sequence|Serial no|PO line|Row|Row no|Item line|Li|序号|行号|项次|项号|行|序|行项目|行项目号|"
    "项目号|序 号|編號序|項次|序號|项|NO序号|明细行|行次|栏次",
    "item": "Item code|Item no|Item nr|Item number|Item id|Item #|Product code|Product no|Product number|Product id|"
    "Product ref|Part no|Part nr|Part number|Part #|Part|Part code|SKU|SKU no|SKU code|Article|Article no|"
    "Article number|Article code|Article nr|Art no|Art nr|Art|Material|Material no|Material number|Material code|"
    "Code|Model no|Model number|Stock code|Stock no|Stock number|Catalog no|Catalogue no|Catalog number|Cat no|"
    "Goods code|P/N|PN|Part ref|Item ref|Reference|Ref|Ref no|Supplier part|Item/Part no|Style|Style no|"
    "Commodity code|Artikelnummer|Artikel-Nr|Product/Service code|Item key|Order code|MPN|物料编码|物料编号|物料号|"
    "物料代码|料号|料件编号|料件号|品号|品番|产品编码|产品编号|产品代码|产品号|产品型号|货号|货品编号|货品编码|"
    "货品代码|商品编码|商品编号|商品代码|商品货号|存货编码|存货编号|存货代码|编码|编号|代码|零件号|零件编号|图号|"
    "件号|物料|品目编码|物资编码|款号|项目编码|產品編號|產品編碼|料號|品號|貨號|商品編號|物料編號|物料編碼|零件號|"
    "产品料号|材料编码|材料编号|"
    "零件图号|商家编码|货物编码|配件编号|商品ID|规格编码|物料代号|Artikel-Nr|Artikelnummer|Teilenummer|"
    "Référence|Referencia|品番|品目コード|"
    "Catalog no|Catalog #|Cat no",
    "item!": "Supplier part no|Supplier item no|Supplier item code|Supplier code|Supplier article no|Supplier SKU|"
    "Supplier part number|Supplier item|Supplier material|Supplier product code|Vendor part no|Vendor part number|"
    "Vendor item no|Vendor item|Vendor code|Vendor SKU|Vendor material|Vendor part|Your item no|Your item|"
    "Your part no|Your code|Your article no|Your item code|Your ref|Your reference|Seller item|Seller item code|"
    "Manufacturer part no|Manufacturer code|Mfr part no|Mfg part no|Your part number|Your product code|Your SKU|"
    "Your material|供应商料号|供应商物料号|供应商编码|供应商产品编码|供应商货号|供方料号|供方编码|供方物料号|"
    "厂家编码|厂家型号|厂家货号|卖方编码|卖方料号|贵司料号|贵司编码|贵司货号|贵司型号|厂商料号|厂商编码|供应商品号|"
    "供货商编码|供方货号|乙方编码|卖方货号|供应商物料编码",
    "item?": "Item|Product|Model|Type|型号|规格型号|型号规格|规格/型号|产品|商品|Goods|產品型號|型號|機種|"
    "Style/Model|"
    "Artikel",
    "customer_item": "Customer part no|Customer item no|Customer item|Customer code|Customer material|Customer part|"
    "Customer article no|Customer SKU|Customer part number|Customer item code|Customer material no|Buyer part no|"
    "Buyer item|Buyer item no|Buyer code|Buyer part number|Buyer item code|Our item no|Our item|Our part no|"
    "Our part number|Our code|Our material|Our item code|Our article no|Our ref|Our reference|Our SKU|"
    "Our product code|Client part no|Client code|Internal part no|Internal code|In-house code|Customer product code|"
    "Our material no|客户料号|客户物料号|客户编码|客户货号|客户品号|客户型号|客户产品编码|客户物料编码|客户代码|"
    "需方料号|需方编码|买方料号|买方编码|我司料号|我司编码|我司物料号|我方料号|我方编码|本司料号|本公司料号|内部编码|"
    "内部料号|采购方料号|采购方编码|客戶料號|甲方编码|我方货号|需方货号|我司货号|我司物料编码|"
    "客户物料|我司型号|客户物料编号",
    "barcode": "Barcode|Bar code|EAN|EAN code|EAN no|UPC|UPC code|GTIN|EAN13|EAN/UPC|GTIN/EAN|条码|条形码|商品条码|"
    "国际条码|国条码|產品條碼|條碼|商品条形码|产品条码|69码",
    "description": "Description|Item description|Product description|Description of goods|Goods description|"
    "Material description|Article description|Part description|Product name|Item name|Material name|Article name|"
    "Part name|Name|Name of goods|Name of product|Commodity|Details|Text|Short text|Designation|Goods name|"
    "Item & description|Item and description|Product/Description|Product details|Item details|Particulars|"
    "Bezeichnung|Beschreibung|Description/Specification|Description & specification|Name & specification|"
    "Name and specification|Product / Service|Commodity & specification|品名|名称|物料名称|产品名称|商品名称|"
    "货物名称|货品名称|货名|品名规格|品名及规格|品名/规格|名称及规格|名称规格|规格名称|产品描述|物料描述|描述|"
    "商品描述|货品描述|物品名称|存货名称|材料名称|零件名称|物资名称|产品名称及规格|产品名称规格|商品名称及规格|"
    "物料名称及规格|名称及规格型号|产品名称及型号|品名型号|品名/型号|品名及型号|摘要|產品名稱|商品名稱|貨品名稱|"
    "品名規格|名稱|品名描述|物料说明|商品信息|产品信息|中文品名|中文名称|商品名|产品名|料品名称|"
    "配件名称|料件名称|Désignation|Descripción|品目名",
    "~spec": "Specification|Spec|Specs|Size|Dimensions|Dimension|规格|规格说明|规格描述|尺寸|技术规格|規格|参数|"
    "规格参数",
    "~other": "Color|Colour|颜色|Brand|品牌|Material type|材质|Weight|重量|HS code|Origin|产地|Packing|包装|装箱数|"
    "包装规格|Drawing no|图纸号|版本|Revision|Rev|Warehouse|仓库|库位|Location|Stock|库存|备用|Image|图片|Project|"
    "项目|Cost center|Account|Dept|部门|English name|英文名称|英文品名|Net weight|Gross weight|净重|毛重|Volume|体积|"
    "Currency|币种|Curr|箱数|Cartons|件数|Status|状态|Tax code|税码|Pack|Pack size|MOQ|每箱数量|Qty per carton|"
    "Received|已收|已收数量|Open qty|交货地点|收货地点|Plant|工厂|Shipped|申请单号|Req no|Batch|批号|"
    "原数量|变更前数量|原订单数量|原单价|变更前单价|原交期|变更前交期|Original qty|Original quantity|Old qty|"
    "Previous qty|Original price|"
    "Original date|Original delivery date",
    "quantity": "Quantity|Qty|Qty ordered|Quantity ordered|Order qty|Order quantity|Ordered qty|Ordered quantity|"
    "Ordered|Qnty|Qty.|Pieces|Number of pieces|No of pieces|Pcs|Count|Qty required|Required qty|Req qty|"
    "Quantity required|PO qty|Purchase qty|Menge|Anzahl|Qty pcs|Units ordered|Total qty|Q'ty|QTY'|Order Q'ty|"
    "Demand qty|Qty/Unit|Quantity/Unit|Qty & unit|Quantity & unit|Quantity and unit|Qty unit|Quantity unit|Qty UOM|"
    "Quantity UOM|数量|订购数量|订单数量|采购数量|需求数量|订货数量|要货数量|数 量|购买数量|採購數量|數量|訂購數量|"
    "数量单位|数量/单位|数量及单位|订货量|采购量|订购量|需求量|要货量|本次数量|申购数量|下单数量|總數量|个数|订单量|"
    "订货数|订单数|采购数|要货数|需求数|商品数量|报货数量|报单数量|变更后数量|修改后数量|更改后数量|"
    "调整后数量|新数量|New qty|New quantity|Revised qty|"
    "Revised quantity|Changed qty|Stückzahl|Quantité|Cantidad|注文数|注文数量",
    "unit": "Unit|Units|UOM|UM|U/M|Unit of measure|Measure|Qty unit|Order unit|Unit of measurement|UoM code|"
    "Measure unit|Einheit|Mengeneinheit|Units of measure|Meas|单位|计量单位|采购单位|数量单位|单 位|單位|計量單位|"
    "订货单位|销售单位|基本单位|主单位|"
    "主计量|主计量单位|Unité|Unidad",
    "unit_price": "Unit price|Price|Net price|Unit net price|Net unit price|Price each|Each|Price per unit|"
    "Price/unit|Unit cost|Cost|Rate|U/price|U price|Price each net|Unit rate|Price per piece|Unit value|"
    "Purchase price|Order price|Direct unit cost|Einzelpreis|Preis|Unit price excl tax|Unit price excl VAT|"
    "Price excl VAT|Price excl tax|Price per pc|Cost per unit|Price/pc|Price pcs|Unit price net|Price (net)|"
    "单价|价格|未税单价|"
    "不含税单价|无税单价|净价|采购单价|订货单价|不含税价|未税价|单 价|採購單價|單價|未稅單價|税前单价|除税单价|"
    "协议单价|订单单价|采购价|结算单价|供货单价|进价|折后单价|折后价|成交单价|实际单价|含税单价|含税价|含税采购价|"
    "Discounted price|Price incl tax|Price incl VAT|Unit price incl tax|Unit price incl VAT|Gross price|"
    "Price after discount|Final price|含稅單價|List price|原价|标准价|目录价|Unit list price|税后单价|"
    "原币含税单价|原币无税单价|原币单价|含税价格|变更后单价|新单价|New price|Revised price|Prix|Prix unitaire|"
    "Precio|単価",
    "unit_price?": "Price per",
    "~discount": "Discount|Disc|Disc %|Discount %|Disc pct|Rebate|Discount rate|Less|折扣|折扣率|优惠|折让|折扣%|"
    "Rabatt",
    "~tax_rate": "Tax rate|VAT rate|VAT %|Tax %|Tax|VAT|GST %|GST|VAT pct|税率|增值税率|税率%|稅率|MwSt",
    "~tax": "Tax amount|VAT amount|税额|税金|增值税额|稅額|Tax amt",
    "price_basis": "Price unit|Per|Price basis|Price per qty|Price quantity|PU|Per unit qty|Basis|Price base|"
    "价格单位|计价单位|计价数量|价格基数|单价单位|计价基数|每",
    "amount": "Amount|Line amount|Total|Line total|Total price|Total amount|Net amount|Extended price|Ext price|"
    "Extension|Extended amount|Ext amount|Value|Net value|Line value|Sum|Subtotal|Sub total|Amt|Net total|"
    "Total value|Line net|Total net|Amount net|Extended cost|Ext cost|Total cost|Gesamtpreis|Betrag|Summe|Ext|"
    "Net line total|Amount excl tax|Amount excl VAT|Total excl VAT|Total excl tax|Item total|Price total|金额|总价|"
    "小计|合计|总金额|合计金额|金 额|未税金额|不含税金额|无税金额|金额小计|行金额|总额|总计|金額|總價|未稅金額|小計|"
    "合價|合价|税前金额|净额|采购金额|订货金额|货款|不含税总价|订单金额|未税总价|"
    "原币金额|原币无税金额|总计金额|Ext amt",
    "~gross_amount": "价税合计|含税金额|含税总价|含税合计|Gross amount|Amount incl tax|Amount incl VAT|"
    "Total incl VAT|Total incl tax|含税小计|價稅合計|含税总额|Gross|Gross total|Line total incl VAT|含稅金額|"
    "原币价税合计|本币价税合计",
    "requested_on": "Requested date|Required date|Delivery date|Delivery|Deliv date|Del date|Due date|Due|Need by|"
    "Need date|Needed by|Date required|Required by|Ship date|ETA|Date|Requested delivery|Requested delivery date|"
    "Request date|Delivery on|Deliver by|Req date|Reqd date|Del. date|Ship by|Arrival date|Due on|Liefertermin|"
    "Requested|Delivery due|Required delivery date|Wanted by|Expected date|交期|交货期|交货日期|要求交期|要货日期|"
    "需求日期|到货日期|交货时间|预计到货|要求到货日期|要求日期|交付日期|要求交货日期|期望交期|预交日期|到货时间|"
    "需求日|交貨日期|交貨期|預交日|要求到货|发货日期|送货日期|交货日|供货日期|交 期|日期|"
    "计划到货日期|计划到货|要求发货日期|期望到货日|需求时间|发货时间|到货日|变更后交期|新交期|"
    "New delivery date|Revised delivery date|New date|Termin|納期",
    "note": "Note|Notes|Remark|Remarks|Comment|Comments|Memo|Bemerkung|备注|说明|备 注|用途|備註|行备注|附注",
    "action": "Action|Change|Change type|变更|变更类型|动作|操作",
}  # fmt: skip

TITLES: Mapping[str, str] = {
    "change": "Purchase order change|Order change|Change order|PO change|Order amendment|Purchase order amendment|"
    "Amended purchase order|Revised purchase order|Purchase order revision|PO amendment|Order change request|"
    "Change to purchase order|PO revision|Amendment|Change request|Amended order|订单变更|采购订单变更|订单变更单|"
    "采购订单变更单|订单变更通知|订单变更通知单|采购变更单|订单更改单|订单修改|订单修改通知|变更单|变更通知单|"
    "采购订单变更通知单|订单更改通知单|采购订单变更通知|变更订单|订单更改通知|訂單變更",
    "cancellation": "Order cancellation|Purchase order cancellation|Cancellation|Cancellation of order|"
    "Cancellation of purchase order|PO cancellation|Cancelled purchase order|Cancellation notice|Cancel order|"
    "Notice of cancellation|取消订单|订单取消|订单取消通知|订单取消通知单|采购订单取消|采购订单取消通知|撤销订单|"
    "取消通知|取消通知单|訂單取消|采购订单取消单|订单取消单|订单作废通知|订单作废通知单",
    "confirmation": "Order confirmation|Order acknowledgement|Order acknowledgment|Sales order confirmation|"
    "Purchase order confirmation|Order response|PO acknowledgement|Auftragsbestätigung|订单确认|订单确认书|"
    "订单确认单|销售订单确认|订单回执|采购订单确认|訂單確認",
    "despatch": "Delivery note|Packing list|Packing slip|Despatch advice|Dispatch note|Shipping notice|Despatch note|"
    "Advance shipping notice|Delivery docket|送货单|发货单|装箱单|出库单|发货通知|发货通知单|交货单|出貨單|送貨單",
    "other": "Invoice|Commercial invoice|Proforma invoice|Pro forma invoice|Tax invoice|Quotation|Quote|"
    "Request for quotation|RFQ|Statement|Statement of account|Credit note|Debit note|Receipt|Price list|"
    "Goods received note|Remittance advice|发票|形式发票|增值税发票|报价单|询价单|对账单|收据|价目表|入库单|退货单|"
    "付款通知|報價單|詢價單|發票|贷记单|收货单",
    "order": "Purchase order|Order|Order form|PO|P.O.|Purchase order form|Purchase contract|Sales order|Order sheet|"
    "Purchase agreement|Sales contract|Order request|Blanket order|采购订单|订单|采购单|订货单|订购单|采购合同|"
    "购销合同|产品购销合同|销售合同|订货合同|买卖合同|物料采购单|採購單|訂單|採購訂單|訂購單|工业品买卖合同|"
    "产品采购订单|物资采购订单|外购订单|订货通知单|采购订货单",
}  # fmt: skip

_CJK = r"\u3400-\u9fff\uf900-\ufaff"
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〕]*〕")
_BASIS = re.compile(
    r"(?:\bper\b|/|每|\bfor\b|\bp\.)\s*(?P<figure>(?:1000|100|10)(?!\d)|[百千]|(?:hundred|thousand|C|M)(?![a-z]))\s*"
    r"(?:pcs|pieces|pc|ea|units?|[个件支只条米套台片根卷箱包只])?",
    re.IGNORECASE,
)
# The number of a clause: `三、交货时间`.
_ORDINAL = re.compile(r"^\s*(?:[一二三四五六七八九十]{1,3}\s*[、.．]|[（(][一二三四五六七八九十]{1,3}[)）])\s*")
# `Total DKK incl. VAT`.
_MONEY_WITHIN = re.compile(r"\b(?:CNY|RMB|USD|EUR|GBP|HKD|JPY|TWD|CHF|DKK|SEK|NOK|PLN|CZK|CAD|AUD|SGD|INR)\b(?=\s+\w)")
# `Request for Quotation #P00043`, `Invoice No. INV-3321`.
_NUMBER_BEHIND = re.compile(
    r"\s*(?:[:：#№]|\b(?:no|nr|number)\b\.?|编?号)?\s*[:：#]?\s*(?=[\w\-./]*\d)[A-Z0-9][\w\-./]{1,30}$", re.IGNORECASE
)
_BASIS_WORDS = {"百": "100", "千": "1000", "hundred": "100", "thousand": "1000", "c": "100", "m": "1000"}
_QUALIFIERS = [
    "cny",
    "rmb",
    "usd",
    "eur",
    "gbp",
    "hkd",
    "jpy",
    "twd",
    "us",
    "yuan",
    "元",
    "人民币",
    "美元",
    "美金",
    "欧元",
    "港币",
    "excltax",
    "exclvat",
    "incltax",
    "inclvat",
    "exvat",
    "extax",
    "incvat",
    "excludingtax",
    "excludingvat",
    "includingtax",
    "includingvat",
    "net",
    "gross",
    "含税",
    "未税",
    "不含税",
    "exw",
    "fob",
    "cif",
]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label or title means: a field's name, how surely it does (0 to 1), and the lesson that says so."""

    name: str
    strength: float = 1.0
    origin: str = ""


def fold_label(text: str) -> str:
    """The form in which two labels or titles are the same: without case, blanks and marks; `#` stays as a letter.

    What stands in brackets stays too: `Price (per 100)` and `Price` are two titles.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum() or sign == "#")


def _sums(totals: Mapping[str, str]) -> dict[str, str]:
    return {f"sum:{name}": words for name, words in totals.items()}


def _table(*words: Mapping[str, str]) -> dict[str, tuple[str, float]]:
    table: dict[str, tuple[str, float]] = {}
    for key, names in (entry for each in words for entry in each.items()):
        name, strength = key.rstrip("?!"), 0.6 if key.endswith("?") else 1.0
        for each in names.split("|"):
            folded = fold_label(each)
            if folded and (folded not in table or table[folded][1] < strength):
                table[folded] = (name, strength)
    return table


_LABELS = _table(LABELS, _sums(TOTALS), lexicon_abroad.LABELS, _sums(lexicon_abroad.TOTALS))
_COLUMNS = _table(COLUMNS, lexicon_abroad.COLUMNS)
_SUPPLIER_ITEMS = frozenset(fold_label(name) for name in COLUMNS["item!"].split("|"))
_ROLES = _table(TITLES, lexicon_abroad.TITLES)
_LONGEST = max(len(name) for name in (*_LABELS, *_COLUMNS))


def label_meaning(text: str, learnt: Mapping[str, str]) -> Meaning | None:
    """What a label means, by what was learnt first and by the usual words second; None when nobody calls a field so."""
    return _meaning(text, learnt, is_column=False)


def column_meaning(text: str, learnt: Mapping[str, str]) -> Meaning | None:
    """What a column's title means; names beginning with `~` are columns that no field of an order line is read from."""
    return _meaning(text, learnt, is_column=True)


def is_suppliers_item(title: str) -> bool:
    """Whether a title names the supplier's own code, so that a plainer title beside it means the customer's."""
    return any(form in _SUPPLIER_ITEMS for form in (*_forms(title), *_languages(fold_label(title))))


def role_word(text: str) -> str:
    """Which kind of document a title names: `order`, `change`, `cancellation` …, or an empty text."""
    forms = (*_forms(text), *_languages(fold_label(text)))
    return next((_ROLES[folded][0] for folded in forms if folded in _ROLES), "")


def numbered_role_word(text: str) -> str:
    """The kind of document that a title with a number behind it names. In small print that is a reference, no title."""
    bare = _NUMBER_BEHIND.sub("", text).strip()
    return role_word(bare) if bare and bare != text.strip() else ""


def half_meaning(text: str, is_column: bool) -> Meaning | None:
    """What one language of a bilingual label says where the other says nothing known: less sure than both."""
    table = _COLUMNS if is_column else _LABELS
    if any(sign.isdigit() for sign in text) or len(text) > 40:
        return None  # a value stands there too
    found = [table[cut] for half in _languages(fold_label(text)) for cut in (half, _shorn(half)) if cut in table]
    return Meaning(found[0][0], 0.9 * found[0][1]) if len({name for name, _strength in found}) == 1 else None


def basis_in(title: str) -> str:
    """The number of units a title says its price is for (`Price per 100`, `单价/百件`), or an empty text."""
    found = _BASIS.search(unicodedata.normalize("NFKC", title))
    return _BASIS_WORDS.get(found["figure"].lower(), found["figure"]) if found else ""


def learnt_meaning(text: str, learnt: Mapping[str, str]) -> Meaning | None:
    """What was learnt of a label or title, with the lesson's id."""
    name, _tab, lesson = learnt.get(fold_label(text), "").partition("\t")
    return Meaning(name, 1.0, lesson) if name else None


def _meaning(text: str, learnt: Mapping[str, str], is_column: bool) -> Meaning | None:
    taught = learnt_meaning(text, learnt) if learnt else None
    return taught if taught is not None else _usual_meaning(text, is_column)


@functools.lru_cache(16_384)
def _usual_meaning(text: str, is_column: bool) -> Meaning | None:
    """What a label or title usually means; kept, for the same words are looked up under many ways to part a line."""
    if len(text) > 3 * _LONGEST:
        return None
    table = _COLUMNS if is_column else _LABELS
    found = [table[folded] for folded in _forms(text) if folded in table] or _agreed(text, table)
    if not found:
        return None
    name, strength = max(found, key=lambda each: each[1])
    return Meaning(name, strength)


def _forms(text: str) -> Iterable[str]:
    """The whole label, without brackets, without the basis of a price, and without a currency at its end."""
    plain = unicodedata.normalize("NFKC", text)
    bare = _BRACKETS.sub("", plain)
    bare = _ORDINAL.sub("", bare)
    seen = dict.fromkeys(fold_label(form) for form in (plain, bare, _BASIS.sub("", bare), _MONEY_WITHIN.sub(" ", bare)))
    return [form for form in dict.fromkeys((*seen, *(_shorn(form) for form in seen))) if form]


def _agreed(text: str, table: Mapping[str, tuple[str, float]]) -> list[tuple[str, float]]:
    """What both languages of a bilingual label say, if they say the same; the sense of a label split into two."""
    whole = unicodedata.normalize("NFKC", text)
    plain = _BASIS.sub("", whole)
    for form in dict.fromkeys((_BRACKETS.sub("", plain), plain, whole)):  # `单位 U/M` names no basis
        halves = [[table[cut] for cut in (half, _shorn(half)) if cut in table] for half in _languages(fold_label(form))]
        if len(halves) == 2 and all(halves):
            shared = {name for name, _strength in halves[0]} & {name for name, _strength in halves[1]}
            # `产品名称 Product`: one language says for sure what the other leaves open.
            sure = [each for half in halves for each in half if each[1] >= 1]
            return [each for half in halves for each in half if each[0] in shared] or sure[:1]
    return []


def _languages(folded: str) -> tuple[str, ...]:
    """The Chinese and the other signs of a label that has both."""
    chinese = "".join(re.findall(f"[{_CJK}]+", folded))
    latin = "".join(re.findall(f"[^{_CJK}]+", folded))
    if not chinese or (len(latin) < 2 and latin != "#"):
        return ()
    return chinese, latin


def _shorn(folded: str) -> str:
    for qualifier in _QUALIFIERS:
        if folded.endswith(qualifier) and len(folded) > len(qualifier):
            return folded[: -len(qualifier)]
    return folded
