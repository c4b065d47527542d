"""What fields are called on paper. KNOWN: as buyers usually write; ODD: as hardly anybody does, to be taught."""

# Of each field: pairs of a Chinese and an English wording that are used together.
KNOWN: dict[str, tuple[tuple[str, str], ...]] = {
    "title": (("采购订单", "PURCHASE ORDER"), ("订购单", "Purchase Order"), ("采购单", "ORDER"),
              ("订货单", "Order Form")),
    "po_number": (
        ("采购单号", "PO No."), ("订单编号", "Purchase Order No."), ("订单号", "PO Number"), ("采购订单号", "P.O. #"),
        ("单号", "Order No."), ("订购单号", "Purchase Order Number"), ("合同编号", "Order Number"),
    ),
    "ordered_on": (
        ("订单日期", "Order Date"), ("采购日期", "PO Date"), ("下单日期", "Date"), ("日期", "Date of Order"),
        ("制单日期", "Issue Date"), ("订购日期", "Purchase Date"),
    ),
    "requested_on": (
        ("交货日期", "Delivery Date"), ("要求交期", "Required Date"), ("交期", "Requested Delivery Date"),
        ("要求到货日期", "Due Date"), ("需求日期", "Ship By"), ("送货日期", "Required By"),
    ),
    "customer_code": (("客户编号", "Customer No."), ("客户代码", "Account No."), ("客户编码", "Customer Code")),
    "customer_name": (
        ("采购方", "Buyer"), ("客户名称", "Customer"), ("需方", "Purchaser"), ("买方", "Bill To"),
        ("甲方", "Ordered By"),
    ),
    "vendor": (("供应商", "Supplier"), ("供方", "Vendor"), ("卖方", "Seller"), ("供货单位", "To")),
    "contact": (("联系人", "Contact"), ("采购员", "Purchasing Agent"), ("经办人", "Contact Person")),
    "contact_email": (("邮箱", "E-mail"), ("电子邮箱", "Email")),
    "phone": (("电话", "Tel"), ("联系电话", "Phone")),
    "ship_to_text": (
        ("送货地址", "Ship To"), ("收货地址", "Delivery Address"), ("交货地点", "Deliver To"),
        ("到货地址", "Shipping Address"),
    ),
    "currency": (("币种", "Currency"), ("币别", "Currency"), ("货币", "Curr.")),
    "terms": (("付款方式", "Payment Terms"), ("付款条件", "Terms of Payment"), ("结算方式", "Terms")),
    "net_total": (("金额小计", "Subtotal"), ("不含税合计", "Net Total"), ("未税金额", "Total excl. VAT")),
    "tax_total": (("税额", "VAT"), ("增值税", "VAT 13%"), ("税额合计", "Tax")),
    "total": (("合计", "Total"), ("总金额", "Total Amount"), ("合计金额", "Grand Total"), ("价税合计", "Order Total")),
    "line_no": (("序号", "No."), ("行号", "Line"), ("项次", "Pos.")),
    "item": (
        ("产品编码", "Item No."), ("物料编码", "Part No."), ("货号", "Item Code"), ("物料号", "Material No."),
        ("商品编码", "SKU"), ("产品型号", "Product Code"), ("料号", "Part Number"),
    ),
    "customer_item": (("客户料号", "Customer Part No."), ("我方料号", "Our Part No."), ("买方料号", "Buyer Part No.")),
    "barcode": (("条码", "Barcode"), ("条形码", "EAN")),
    "description": (
        ("品名规格", "Description"), ("产品名称", "Product Name"), ("物料描述", "Item Description"),
        ("名称及规格", "Product Description"), ("品名", "Goods"),
    ),
    "name": (("品名", "Name"), ("产品名称", "Product Name"), ("货物名称", "Description")),
    "spec": (("规格型号", "Specification"), ("规格", "Spec."), ("型号规格", "Size")),
    "quantity": (
        ("数量", "Qty"), ("订购数量", "Quantity"), ("采购数量", "Order Qty"), ("订货数量", "Qty Ordered"),
    ),
    "unit": (("单位", "Unit"), ("计量单位", "UOM"), ("单位", "U/M")),
    "unit_price": (("单价", "Unit Price"), ("不含税单价", "Price"), ("采购单价", "Net Price"),
                   ("单价(元)", "Price/Unit")),
    "unit_price_included": (("含税单价", "Unit Price incl. VAT"), ("单价(含税)", "Price (incl. tax)")),
    "price_basis": (("价格单位", "Price Unit"), ("计价数量", "Per"), ("价格基数", "Price Per")),
    "amount": (("金额", "Amount"), ("小计", "Line Total"), ("总价", "Total Price"), ("金额(元)", "Ext. Price")),
    "line_due": (("交货日期", "Delivery Date"), ("交期", "Due Date"), ("要求交期", "Required Date")),
    "line_note": (("备注", "Remark"), ("备注", "Notes")),
}  # fmt: skip

ODD: dict[str, tuple[tuple[str, str], ...]] = {
    **KNOWN,
    "po_number": (("业务流水", "Requisition Tag"), ("函件标识", "Case Folio"), ("立案号码", "Buying Docket")),
    "ordered_on": (("落款", "Signed and Sent"), ("开立", "Raised"), ("签发于", "Written Up")),
    "requested_on": (("盼达", "Wanted In House"), ("最晚进厂", "Latest Dock"), ("用料日", "Needed At Plant")),
    "customer_name": (("出函单位", "On Behalf Of"), ("用料单位", "Our House"), ("申购主体", "Commissioned From")),
    "ship_to_text": (("卸货点", "Unloading Point"), ("进厂门岗", "Gate"), ("落货处", "Drop At")),
    "total": (("合共应付", "Sum Payable"), ("全单值", "Worth In All"), ("共计人民币值", "Whole Value")),
    "net_total": (("未加税值", "Before Duty"), ("净值汇总", "Goods Worth")),
    "tax_total": (("国税份额", "Duty Share"), ("加税值", "State Share")),
    "item": (("品目标识", "Reference Mark"), ("图样代号", "Drawing Key"), ("货品记号", "Goods Mark")),
    "description": (("所指何物", "Wording"), ("用料说明", "What It Is"), ("内容", "Goods Wording")),
    "name": (("所指何物", "Wording"), ("用料说明", "What It Is")),
    "quantity": (("所需", "Wanted"), ("件头", "How Many"), ("拟购", "Call-off")),
    "unit": (("度量", "Measure"), ("计法", "Counted In")),
    "unit_price": (("每计价", "Each At"), ("议定价", "Agreed Rate"), ("开价", "Rated At")),
    "unit_price_included": (("每计价", "Each At"), ("议定价", "Agreed Rate")),
    "amount": (("此行值", "Line Worth"), ("行值", "Extended"), ("折合", "Comes To")),
    "line_due": (("进厂", "At Plant"), ("此行到", "In House")),
}  # fmt: skip

TERMS = (("月结30天", "30 days net"), ("款到发货", "Payment in advance"), ("货到60天", "60 days after delivery"))
NOISE_ZH = (
    "1. 供方须按本订单要求的数量、质量及交期供货，逾期每日按订单金额的0.5%支付违约金。",
    "2. 货物须附送货单及检验报告，送货单上须注明采购单号及物料编码。",
    "3. 包装应适合长途运输，因包装不良造成的损失由供方承担，保修期12个月。",
    "4. 请于收到本订单后24小时内签字回传确认，传真：0512-66880031。",
)
NOISE_EN = (
    "1. The goods shall conform to the drawings and samples approved by the buyer; 2 copies of the test report.",
    "2. Please quote our order number on all invoices, delivery notes and packages. Late delivery: 0.5% a day.",
    "3. Unless agreed in writing within 3 days, this order is deemed accepted. Warranty: 12 months from receipt.",
    "4. Invoices to be sent to accounts payable, P.O. Box 1180. Fax confirmation to +86 512 6688 0031.",
)
SIGNATURES = (
    ("制单：", "审核：", "批准：", "供方确认(盖章)："),
    ("Prepared by:", "Approved by:", "Supplier's confirmation:"),
)
CONTINUED = (("转下页", "Continued on next page"), ("", ""))
