"""Purchase orders as PDF in many forms, made from a seed: the truth, and a document that states it."""

# ruff: noqa: E501  # tables of words read better unbroken

import io
import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
CENT = Decimal("0.01")
US = ("Adventure Works Cycles", "冒险工厂自行车有限公司")

NAMES = {
    "po_number": (("PO No.", "Purchase Order No", "Order number", "P.O. #"), ("采购订单号", "订单编号", "订单号", "单据编号")),
    "ordered_on": (("Order date", "Date", "PO Date", "Issue date"), ("订单日期", "日期", "下单日期", "制单日期")),
    "requested_on": (("Delivery date", "Required by", "Requested delivery"), ("交货日期", "要求交期", "需求日期")),
    "customer_name": (("Buyer", "Sold to", "Customer"), ("需方", "采购单位", "买方", "客户名称")),
    "supplier": (("Supplier", "Vendor", "To"), ("供方", "供应商", "卖方")),
    "currency": (("Currency",), ("币种", "币别")),
    "terms": (("Payment terms",), ("付款方式", "结算方式")),
    "contact": (("Contact", "Attn"), ("联系人",)),
    "line_no": (("No.", "Line", "#", "Pos"), ("序号", "行号", "项次")),
    "item": (("Item No.", "Part Number", "SKU", "Material", "Item code"), ("物料编码", "货号", "产品编号", "料号")),
    "description": (("Description", "Product", "Item description"), ("品名规格", "名称", "产品名称", "物料描述")),
    "quantity": (("Qty", "Quantity", "Order Qty"), ("数量", "订购数量", "采购数量")),
    "unit": (("Unit", "UOM"), ("单位", "计量单位")),
    "unit_price": (("Unit Price", "Price", "Net price"), ("单价", "不含税单价", "未税单价")),
    "amount": (("Amount", "Line Total", "Ext. Price"), ("金额", "总价", "金额小计")),
    "line_date": (("Due date", "Delivery"), ("交期", "交货期")),
    "total": (("Total", "Grand Total", "Order total"), ("合计", "总计", "总金额")),
    "title": (("PURCHASE ORDER", "Purchase Order"), ("采购订单", "订购单")),
}  # fmt: skip
GOODS = (
    ("Mountain-200 Black, 42", "山地自行车 黑色 42寸"), ("HL Road Frame - Red, 62", "公路车架 红色 62"),
    ("Sport-100 Helmet, Blue", "运动头盔 蓝色"), ("LL Touring Handlebars with extended grips and cable stops", "旅行车把组 加长握把 带线管座"),
    ("Chain", "链条"), ("Front Derailleur", "前拨链器"), ("Water Bottle - 30 oz.", "水壶 30盎司"), ("Cable Lock", "钢缆锁"),
    ("ML Headset 1-1/8\"", "碗组 1-1/8"), ("Touring-3000 Yellow, 58, limited edition for the spring season", "旅行车3000 黄色 58 春季限量版"),
)  # fmt: skip
UNITS = (("EA", "个"), ("PCS", "件"), ("SET", "套"), ("BOX", "盒"))


@dataclass(frozen=True)
class Template:
    """The independent traits of a form."""

    language: str
    header: str
    grid: str
    columns: tuple[str, ...]
    names: dict[str, str]
    number_form: str
    date_form: str
    merged_unit: bool
    two_line_titles: bool
    align: str
    valign: str
    size: float
    page: str
    marks: bool
    total: str
    narrow: bool
    colon: str
    widths: tuple[float, ...]


@dataclass
class Truth:
    """What the document says."""

    header: dict[str, str]
    lines: list[dict[str, str]] = field(default_factory=list)
    total: Decimal = Decimal(0)


def template_of(seed: int) -> Template:
    pick = random.Random(f"template {seed}")
    language = pick.choice(("en", "zh", "both"))
    columns = ["item", "description", "quantity", "unit", "unit_price", "amount"]
    if pick.random() < 0.4:
        columns[2:4] = ["unit", "quantity"]
    if pick.random() < 0.3:
        columns[0:2] = ["description", "item"]
    if pick.random() < 0.7:
        columns.insert(0, "line_no")
    if pick.random() < 0.4:
        columns.insert(pick.choice((len(columns), 3)), "line_date")
    merged = pick.random() < 0.25
    if merged:
        columns.remove("unit")
    return Template(
        language=language,
        header=pick.choice(("pairs", "boxed", "stacked", "plain", "parties")),
        grid=pick.choice(("full", "horizontal", "none", "zebra", "box")),
        columns=tuple(columns),
        names={key: _name(pick, key, language) for key in NAMES},
        number_form=pick.choice(("1,234.50", "1234.50", "1,234.50", "1.234,50" if language == "en" else "1,234.50", "1 234,50" if language == "en" else "1234.50")),
        date_form=pick.choice(("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%b %d, %Y") if language == "en" else ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d")),
        merged_unit=merged,
        two_line_titles=language == "both" and pick.random() < 0.6,
        align=pick.choice(("RIGHT", "CENTER", "LEFT")),
        valign=pick.choice(("TOP", "MIDDLE", "MIDDLE")),
        size=pick.choice((7.5, 8.5, 9, 10)),
        page=pick.choice(("A4", "A4", "letter", "landscape")),
        marks=pick.random() < 0.3,
        total=pick.choice(("row", "below", "taxed", "none")),
        narrow=pick.random() < 0.3,
        colon=pick.choice((":", "：", " :", "")) if language != "en" else pick.choice((":", ":", "")),
        widths=tuple(pick.uniform(0.85, 1.2) for _ in range(9)),
    )  # fmt: skip


def _name(pick: random.Random, key: str, language: str) -> str:
    english, chinese = pick.choice(NAMES[key][0]), pick.choice(NAMES[key][1])
    if language == "both":
        return f"{chinese} {english}" if key == "title" or pick.random() < 0.5 else f"{chinese}/{english}"
    return english if language == "en" else chinese


def order_of(template: Template, seed: int) -> Truth:
    pick = random.Random(f"order {seed}")
    day = date(2026, 1, 1) + timedelta(days=pick.randrange(300))
    chinese = template.language != "en"
    truth = Truth(
        {
            "po_number": pick.choice(("PO-{}", "45000{}", "CG2026{}", "{}/26", "P{}-A")).format(pick.randrange(1000, 99999)),
            "ordered_on": day.isoformat(),
            "requested_on": (day + timedelta(days=pick.randrange(5, 60))).isoformat(),
            "customer_name": pick.choice(("上海骑行贸易有限公司", "北京风驰体育用品有限公司")) if chinese else pick.choice(("Northwind Bikes Ltd.", "Contoso Sports GmbH")),
            "currency": "CNY" if chinese else pick.choice(("USD", "EUR")),
        }
    )  # fmt: skip
    for number in range(1, pick.choice((1, 3, 5, 8, 14, 30)) + 1):
        name, unit = pick.choice(GOODS), pick.choice(UNITS)
        price = Decimal(pick.randrange(50, 300000)).scaleb(-2)
        quantity = Decimal(pick.choice((1, 2, 5, 12, 48, 100, 1200, 2500)))
        truth.lines.append(
            {
                "line_no": str(number),
                "item": f"{pick.choice(('FR', 'BK', 'HL', 'CA'))}-{pick.choice('RMTS')}{pick.randrange(10, 99)}{pick.choice(('B', 'R', 'S', ''))}-{pick.randrange(38, 999)}",
                "description": name[1] if chinese else name[0],
                "quantity": str(quantity),
                "unit": unit[1] if chinese else unit[0],
                "unit_price": str(price),
                "amount": str((price * quantity).quantize(CENT, ROUND_HALF_UP)),
                "requested_on": truth.header["requested_on"],
            }
        )  # fmt: skip
    truth.total = sum((Decimal(line["amount"]) for line in truth.lines), Decimal(0))
    return truth


def shown(number: str, form: str, whole: bool = False) -> str:
    plain = f"{Decimal(number):,.{0 if whole else 2}f}"
    if form == "1234.50":
        return plain.replace(",", "")
    if form in ("1.234,50", "1 234,50"):
        return plain.replace(",", "_").replace(".", ",").replace("_", form[1])
    return plain


def document_of(template: Template, truth: Truth) -> bytes:
    """The order printed in that form."""
    font = "Helvetica" if template.language == "en" else "STSong-Light"
    style = ParagraphStyle("cell", fontName=font, fontSize=template.size, leading=template.size * 1.2,
                           wordWrap=None if template.language == "en" else "CJK")  # fmt: skip
    size = {"A4": A4, "letter": letter, "landscape": landscape(A4)}[template.page]
    buffer = io.BytesIO()
    document = SimpleDocTemplate(buffer, pagesize=size, leftMargin=40, rightMargin=40, topMargin=40, bottomMargin=45,
                                 invariant=1)  # fmt: skip
    width = size[0] - 80
    big = ParagraphStyle("title", parent=style, fontSize=18, leading=24, alignment=1)
    story = [Paragraph(truth.header["customer_name"], ParagraphStyle("head", parent=style, fontSize=12, leading=16)),
             Paragraph(template.names["title"], big), Spacer(1, 8)]  # fmt: skip
    story += [_header(template, truth, width, style), Spacer(1, 12), _lines(template, truth, width, style)]
    story += [Spacer(1, 10), *_closing(template, truth, style)]
    document.build(
        story, onLaterPages=lambda canvas, _doc: canvas.drawString(250, 20, f"Page {canvas.getPageNumber()}")
    )
    return buffer.getvalue()


def _header(template: Template, truth: Truth, width: float, style: ParagraphStyle) -> Table:
    day = lambda key: date.fromisoformat(truth.header[key]).strftime(template.date_form)  # noqa: E731
    us = US[0] if template.language == "en" else US[1]
    pairs = [
        ("po_number", truth.header["po_number"]), ("ordered_on", day("ordered_on")),
        ("customer_name", truth.header["customer_name"]), ("supplier", us),
        ("requested_on", day("requested_on")), ("currency", truth.header["currency"]),
        ("terms", "30 days net" if template.language == "en" else "月结30天"),
        ("contact", "Li Wei" if template.language == "en" else "李伟"),
    ]  # fmt: skip
    cell = lambda text: Paragraph(text, style)  # noqa: E731
    colon = template.colon
    if template.header == "stacked":
        small = ParagraphStyle("small", parent=style, fontSize=style.fontSize - 1.5, textColor=colors.grey)
        data = []
        for start in (0, 4):
            data.append([Paragraph(template.names[key], small) for key, _text in pairs[start : start + 4]])
            data.append([cell(text) for _key, text in pairs[start : start + 4]])
        table = Table(data, colWidths=[width / 4] * 4)
        return table
    if template.header == "plain":
        data = [[cell(f"{template.names[key]}{colon or ':'} {text}")] for key, text in pairs]
        return Table(data, colWidths=[width])
    if template.header == "parties":
        order = [pairs[i] for i in (2, 3, 0, 1, 4, 5, 6, 7)]
        data = [
            [cell(f"{template.names[key]}{colon or ':'}{text}") for key, text in order[i : i + 2]]
            for i in range(0, 8, 2)
        ]
        return Table(data, colWidths=[width / 2] * 2)
    rows = [(*pairs[index], *pairs[index + 1]) for index in range(0, 8, 2)]
    data = [[cell(template.names[a] + colon), cell(b), cell(template.names[c] + colon), cell(d)] for a, b, c, d in rows]
    table = Table(data, colWidths=[width * 0.2, width * 0.3, width * 0.2, width * 0.3])
    if template.header == "boxed":
        table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]))
    return table


WIDTHS = {"line_no": 0.06, "item": 0.17, "description": 0.3, "quantity": 0.1, "unit": 0.08, "unit_price": 0.13,
          "amount": 0.16, "line_date": 0.13}  # fmt: skip


def _lines(template: Template, truth: Truth, width: float, style: ParagraphStyle) -> Table:
    titles = []
    for key in template.columns:
        name = template.names[key]
        titles.append(
            name.replace("/", "\n").replace(" ", "\n", 1) if template.two_line_titles and len(name) > 6 else name
        )
    data: list[list[object]] = [[Paragraph(each, style) for each in titles] if not template.two_line_titles else titles]
    for line in truth.lines:
        data.append([_cell(template, key, line, style) for key in template.columns])
    if template.total in ("row", "taxed"):
        row: list[object] = [""] * len(template.columns)
        row[1 if template.columns[0] == "line_no" else 0] = template.names["total"]
        row[template.columns.index("amount")] = shown(str(truth.total), template.number_form)
        data.append(row)
    share = [WIDTHS[key] * factor for key, factor in zip(template.columns, template.widths, strict=False)]
    if template.narrow:
        share = [each * (0.62 if key == "amount" else 1) for key, each in zip(template.columns, share, strict=True)]
    table = Table(data, colWidths=[width * each / sum(share) for each in share], repeatRows=1)
    look = [("FONT", (0, 0), (-1, -1), style.fontName, style.fontSize), ("VALIGN", (0, 1), (-1, -1), template.valign),
            ("ALIGN", (0, 0), (-1, 0), "CENTER" if template.align != "LEFT" else "LEFT")]  # fmt: skip
    for at, key in enumerate(template.columns):
        if key in ("quantity", "unit_price", "amount"):
            look.append(("ALIGN", (at, 1), (at, -1), template.align))
    look += {"full": [("GRID", (0, 0), (-1, -1), 0.5, colors.black)], "horizontal": [("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey)],
             "zebra": [("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.whitesmoke, colors.white])],
             "box": [("BOX", (0, 0), (-1, -1), 0.7, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 0.7, colors.black)]}.get(template.grid, [])  # fmt: skip
    table.setStyle(TableStyle(look))
    return table


def _cell(template: Template, key: str, line: dict[str, str], style: ParagraphStyle) -> object:
    if key == "line_date":
        return Paragraph(date.fromisoformat(line["requested_on"]).strftime(template.date_form), style)
    if key == "quantity":
        number = shown(line["quantity"], template.number_form, whole=True)
        return f"{number} {line['unit']}" if template.merged_unit else number
    if key in ("unit_price", "amount"):
        mark = ("$" if template.language == "en" else "¥") if template.marks else ""
        text = mark + shown(line[key], template.number_form)
        if template.narrow and key == "amount":
            right = ParagraphStyle("figure", parent=style, alignment={"RIGHT": 2, "CENTER": 1, "LEFT": 0}[template.align],
                                   splitLongWords=1)  # fmt: skip
            return Paragraph(text, right)
        return text
    if key in ("description", "item"):
        return Paragraph(line[key], style)
    return line[key]


def _closing(template: Template, truth: Truth, style: ParagraphStyle) -> list[object]:
    closing = []
    if template.total == "below":
        closing.append(Paragraph(f"{template.names['total']}: {shown(str(truth.total), template.number_form)}", style))
    chinese = template.language != "en"
    closing.append(
        Paragraph(
            "备注：请按时交货，如有问题请及时与我方联系。"
            if chinese
            else "Please quote our order number on all invoices and delivery notes.",
            style,
        )
    )
    closing.append(Paragraph("审批：王强    制单：李伟" if chinese else "Approved by: W. King", style))
    return closing


# Labels nobody would know beforehand.
UNUSUAL = {
    "po_number": (("Our token", "Commission key", "Trade folio"), ("我方凭号", "业务凭单", "令号")),
    "ordered_on": (("Drawn up", "Day of writing"), ("拟定时点", "成文之日")),
    "requested_on": (("Wanted on the dock", "At our gate"), ("到厂时点", "入库限期")),
    "customer_name": (("Principal", "Commissioner"), ("委托人", "发起单位")),
    "currency": (("Coin", "Money"), ("钱种", "计价种类")),
    "line_no": (("Entry", "Rank"), ("次序", "条次")),
    "item": (("Symbol", "Mark of goods", "Key"), ("识别符", "物符", "牌号")),
    "description": (("What we want", "Wares"), ("内容", "所需之物")),
    "quantity": (("How many", "Volume wanted"), ("多少", "需用量")),
    "unit": (("By the", "Kind"), ("量词", "计法")),
    "unit_price": (("One costs", "Tariff"), ("每个价钱", "费率")),
    "amount": (("Makes", "Comes to"), ("共计价钱", "折合")),
    "line_date": (("At gate on", "By day"), ("到厂日", "限期")),
    "total": (("All in all makes", "Everything"), ("全部相加", "总共费用")),
}  # fmt: skip


def unusual(template: Template, seed: int) -> Template:
    """The same form in words that are in no lexicon."""
    pick = random.Random(f"unusual {seed}")
    names = dict(template.names)
    for key, (english, chinese) in UNUSUAL.items():
        one, other = pick.choice(english), pick.choice(chinese)
        names[key] = one if template.language == "en" else other if template.language == "zh" else f"{other} {one}"
    return replace(template, names=names, two_line_titles=False)
