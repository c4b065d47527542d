"""From an order and a template to a laid-out paper, and to the truth that stands on it."""

import random
from datetime import date

from bench.intake import forms, words, world
from bench.intake.paper import Cell, Element, Gap, Logo, Paper, Rule, Stated, Table, Text, Truth
from bench.intake.templates import Template
from bench.intake.truth import TAX_RATE, Line, Order

CURRENCIES = {"CNY": ("RMB", "人民币", "¥", "￥", "元", "CNY"), "USD": ("US$", "$", "USD"), "EUR": ("€", "EUR", "Euro")}
WIDTHS = {
    "line_no": 4.5, "item": 13, "customer_item": 12, "barcode": 12, "description": 24, "name": 15, "spec": 11,
    "quantity": 8.5, "unit": 6, "quantity+unit": 11, "unit_price": 10.5, "price_basis": 6, "amount": 12.5,
    "line_due": 11.5, "line_note": 8,
}  # fmt: skip
RIGHT = ("quantity", "unit_price", "amount", "price_basis")
NOTES = (("加急", "urgent"), ("按图纸", "as per drawing"), ("", ""), ("", ""), ("", ""))


def lay_out(order: Order, template: Template) -> tuple[Paper, Truth]:
    """The paper this customer sends for this order, and what it states."""
    desk = _Desk(order, template)
    parts: list[Element] = [*desk.letterhead(), *desk.header(), Gap()]
    if template.note_before:
        parts += [Text(desk.either("请按下列明细供货：", "Please supply the following goods:")), Gap(4)]
    parts += [desk.table(), Gap(), *desk.below()]
    footer = desk.either("第{page}页", "Page {page}") if "footer" in template.noise else ""
    paper = Paper(template.page, template.is_landscape, template.font, template.size, footer, tuple(parts))
    return paper, Truth(dict(desk.stated), tuple(desk.lines), implied_by(order))


def implied_by(order: Order) -> dict[str, Stated]:
    """What a reader may conclude from an order that does not say it."""
    return {
        "currency": Stated(order.currency, "code", CURRENCIES[order.currency]),
        "net_total": Stated(str(order.net), "number"),
        "total": Stated(str(order.total), "number"),
        "line_count": Stated(str(len(order.lines)), "number"),
        "lines/price_basis": Stated("1", "number"),
        "lines/requested_on": Stated(order.requested_on.isoformat(), "date"),
    }


class _Desk:
    """Writes one order with one template and keeps what it stated."""

    def __init__(self, order: Order, template: Template) -> None:
        self.order, self.template = order, template
        self.chance = random.Random(f"{template.name} {order.po_number}")
        self.stated: dict[str, Stated] = {}
        self.columns = list(template.columns)
        if any(line.price_basis != 1 for line in order.lines):
            self.columns.insert(self.columns.index("unit_price") + 1, "price_basis")
        self.lines = [self._truth_of(line) for line in order.lines]

    # words

    def either(self, chinese: str, english: str) -> str:
        """The words of the document's main language."""
        return english if self.template.language == "en" else chinese

    def label(self, field: str, *, joint: str = "") -> str:
        """What this template calls a field."""
        listed = (words.KNOWN if self.template.words == "known" else words.ODD)[field]
        # The choice hangs on the field too, else all fields would change their words together.
        chosen = listed[random.Random(f"{self.template.wording} {field}").randrange(len(listed))]
        if self.template.language == "both":
            return (joint or self.template.joint).join(chosen)
        return self.either(*chosen)

    def day(self, day: date) -> str:
        """A day as this template writes it."""
        return forms.write_date(day, self.template.date_form)

    def money(self, amount, decimals: int = 2) -> str:
        """An amount as this template writes it."""
        template = self.template
        text = forms.write_money(amount, template.number_form, template.mark, template.currency, decimals)
        # The older Chinese fonts have the sign in its full width only.
        return text.replace("¥", "￥") if template.font.startswith("AR PL") else text

    def state_day(self, day: date) -> Stated:
        """What the written day states: nothing certain where it could be another day."""
        ambiguous = forms.is_ambiguous(day, self.template.date_form)
        return Stated(day.isoformat(), "date", (self.day(day),) if ambiguous else ())

    # above the table

    def letterhead(self) -> list[Element]:
        """Company name, address and title in the template's way."""
        order, template = self.order, self.template
        customer = order.customer
        name = self.either(customer.name_zh, customer.name_en)
        address = self.either(customer.address_zh, customer.address_en)
        names = (customer.name_zh, customer.name_en)
        if template.letterhead != "none" or "customer_name" in template.header:
            self.stated["customer_name"] = Stated(name, "text", names)
        title = self.label("title", joint=" ")
        logo: list[Element] = [Logo()] if "logo" in template.noise else []
        if template.letterhead == "none":
            return [*logo, Text(title, "centre", 1.7, True), Gap()]
        if template.letterhead == "two-sided":
            sides = (Cell(f"{name}\n{address}"), Cell(title, "right", True))
            return [*logo, Table((60, 40), (sides,)), Gap(4)]
        more = [name] if template.language != "both" else [customer.name_zh, customer.name_en]
        texts = [Text(text, template.letterhead, 1.3, True) for text in more]
        url = [Text(f"www.{customer.email.split('@')[1]}", template.letterhead, 0.8)] if "url" in template.noise else []
        return [
            *logo,
            *texts,
            Text(address, template.letterhead, 0.9),
            *url,
            Rule(),
            Text(title, "centre", 1.6, True),
            Gap(),
        ]

    def header(self) -> list[Element]:
        """The fields above the table, in one of six arrangements."""
        # A contact below the supplier's name would be the supplier's, to any reader.
        fields = sorted(self.template.header, key=lambda field: field == "vendor")
        pairs = [(self.label(field, joint=" "), self._value(field)) for field in fields]
        if self.template.totals == "header":
            pairs += self._totals()
        return _ARRANGED[self.template.block](pairs, self.template.colon)

    def _value(self, field: str) -> str:
        order, customer = self.order, self.order.customer
        text, stated = {
            "po_number": (order.po_number, Stated(order.po_number, "code")),
            "ordered_on": (self.day(order.ordered_on), self.state_day(order.ordered_on)),
            "requested_on": (self.day(order.requested_on), self.state_day(order.requested_on)),
            "customer_code": (customer.code, Stated(customer.code, "code")),
            "customer_name": (self.either(customer.name_zh, customer.name_en), None),
            "vendor": (self.either(world.OWN_NAMES[1], world.OWN_NAMES[0]), None),
            "contact": (self.either(customer.contact_zh, customer.contact_en),) * 2,
            "contact_email": (customer.email, customer.email),
            "phone": (customer.phone, None),
            "ship_to_text": (self.either(customer.address_zh, customer.address_en),) * 2,
            "currency": self._currency(),
            "terms": (self.either(*words.TERMS[order.terms]),) * 2,
        }[field]
        if stated is not None:
            self.stated[field] = Stated(stated) if isinstance(stated, str) else stated
        return text

    def _currency(self) -> tuple[str, Stated]:
        written = self.template.currency
        if self.template.language != "en":
            written = self.chance.choice(("人民币", "RMB", "CNY"))
        return written, Stated(self.template.currency, "code", CURRENCIES[self.template.currency])

    # the table

    def table(self) -> Table:
        """The lines, with the totals as last rows where the template wants them there."""
        template = self.template
        if template.mark and "currency" not in self.stated:
            self.stated["currency"] = Stated(template.currency, "code", CURRENCIES[template.currency])
        heads = tuple(Cell(self._heading(column), "centre", True) for column in self.columns)
        rows = [tuple(self._cell(column, line) for column in self.columns) for line in self.order.lines]
        if template.totals == "row":
            rows += self._total_rows()
        widths = [WIDTHS[column] * (1.25 if self._is_wide(column) else 1) for column in self.columns]
        whole = sum(widths)
        return Table(tuple(100 * width / whole for width in widths), (heads, *rows), template.grid, 1)

    def _is_wide(self, column: str) -> bool:
        return not self.template.is_narrow and column in ("item", "quantity", "unit_price", "amount", "line_due")

    def _heading(self, column: str) -> str:
        if column == "quantity+unit":
            column = "quantity"
        if column == "unit_price" and self.order.tax == "included":
            column = "unit_price_included"
        return self.label(column)

    def _cell(self, column: str, line: Line) -> Cell:
        template, product = self.template, line.product
        quantity = forms.write_number(line.quantity, template.number_form, template.quantity_decimals)
        unit = self.either(product.unit_zh, product.unit_en)
        text = {
            "line_no": str(line.number),
            "item": product.code,
            "customer_item": line.customer_item,
            "barcode": product.barcode,
            "description": self._description(line),
            "name": self.either(product.name_zh, product.name_en),
            "spec": product.spec,
            "quantity": quantity,
            "unit": unit,
            "quantity+unit": f"{quantity} {unit}" if template.language == "en" else f"{quantity}{unit}",
            "unit_price": self.money(line.unit_price, template.price_decimals),
            "price_basis": str(line.price_basis),
            "amount": self.money(line.amount),
            "line_due": self.day(line.due),
            "line_note": self._note(line),
        }[column]
        return Cell(text, "right" if column in RIGHT else "left")

    def _description(self, line: Line) -> str:
        product = line.product
        if self.template.language == "both":
            return f"{product.name_zh} {product.name_en} {product.spec}"
        return f"{self.either(product.name_zh, product.name_en)} {product.spec}"

    def _note(self, line: Line) -> str:
        return self.either(*NOTES[line.number % len(NOTES)])

    def _truth_of(self, line: Line) -> dict[str, Stated]:
        product, columns = line.product, self.columns
        truth = {
            "item": Stated(product.code, "code"),
            "quantity": Stated(str(line.quantity), "number"),
            "unit": Stated(self.either(product.unit_zh, product.unit_en)),
            "unit_price": Stated(str(line.unit_price), "number"),
        }
        if "description" in columns:
            truth["description"] = Stated(self._description(line))
        if "spec" in columns:
            name = self.either(product.name_zh, product.name_en)
            truth["description"] = Stated(name, "text", (f"{name} {product.spec}", f"{product.spec} {name}"))
        if "line_due" in columns:
            truth["requested_on"] = self.state_day(line.due)
        if "line_note" in columns and self._note(line):
            truth["note"] = Stated(self._note(line))
        given = {
            "line_no": Stated(str(line.number), "number"),
            "customer_item": Stated(line.customer_item, "code"),
            "barcode": Stated(product.barcode, "code"),
            "price_basis": Stated(str(line.price_basis), "number"),
            "amount": Stated(str(line.amount), "number"),
        }
        if line.price_basis == 1:
            # Priced by the piece, said or not: nothing a reader has to tell.
            del given["price_basis"]
        return truth | {name: stated for name, stated in given.items() if name in columns}

    # totals and what stands below

    def _totals(self) -> list[tuple[str, str]]:
        order = self.order
        sums = [("total", order.total)]
        if order.tax == "excluded":
            sums = [("net_total", order.net), ("tax_total", order.duty), *sums]
        for field, amount in sums:
            self.stated[field] = Stated(str(amount), "number")
        return [(self.label(field, joint=" "), self.money(amount)) for field, amount in sums]

    def _total_rows(self) -> list[tuple[Cell, ...]]:
        rows = []
        for place, (label, amount) in enumerate(self._totals()):
            row = [Cell("") for _ in self.columns]
            row[-1] = Cell(amount, "right", True)
            if "amount" in self.columns:
                row[-1], row[self.columns.index("amount")] = Cell(""), Cell(amount, "right", True)
            # A label goes where there is room for it: into the widest column that holds no sum.
            widest = max((column for column in self.columns if column not in RIGHT), key=WIDTHS.__getitem__)
            row[self.columns.index(widest)] = Cell(label, "left", True)
            if self.template.sums_quantity and place == 0 and "quantity" in self.columns:
                whole = sum(line.quantity for line in self.order.lines)
                quantity = forms.write_number(whole, self.template.number_form, self.template.quantity_decimals)
                row[self.columns.index("quantity")] = Cell(quantity, "right", True)
            rows.append(tuple(row))
        return rows

    def below(self) -> list[Element]:
        """Sums below the table, and the small print."""
        template, order = self.template, self.order
        parts: list[Element] = []
        colon = template.colon or ":"
        if template.totals == "below":
            parts += [Text(f"{label}{colon} {amount}", "right", 1.1, True) for label, amount in self._totals()]
        if "words" in template.noise and template.language != "en":
            parts.append(Text(f"金额大写{colon}人民币{forms.in_words(order.total)}"))
        if "terms" in template.noise:
            parts += [Gap(), *(Text(text, scale=0.85) for text in self.either(words.NOISE_ZH, words.NOISE_EN))]
        if "signatures" in template.noise:
            names = self.either(*words.SIGNATURES)
            parts += [Gap(16), Table((100 / len(names),) * len(names), (tuple(Cell(name) for name in names),))]
        if "stamp" in template.noise:
            parts += [Gap(4), Text(self.either("采购专用章", "PURCHASING DEPT."), "right", 1.3, True, True)]
        if order.tax == "excluded" and template.language != "en" and "terms" in template.noise:
            parts.append(Text(f"税率{colon}{TAX_RATE:.0%}", scale=0.85))
        return parts


Pairs = list[tuple[str, str]]


def _stacked(pairs: Pairs, colon: str) -> list[Element]:
    return [Text(f"{label}{colon} {value}") for label, value in pairs]


def _in_columns(pairs: Pairs, colon: str) -> list[Element]:
    cells = [Cell(f"{label}{colon} {value}") for label, value in pairs]
    return [Table((50, 50), _rows_of(cells, 2))]


def _in_box(pairs: Pairs, colon: str) -> list[Element]:
    cells = [cell for label, value in pairs for cell in (Cell(label, is_bold=True), Cell(value))]
    return [Table((16, 34, 16, 34), _rows_of(cells, 4), "full")]


def _above(pairs: Pairs, colon: str) -> list[Element]:
    """Labels in one row, their values in the row below, three fields abreast."""
    rows: list[tuple[Cell, ...]] = []
    for first in range(0, len(pairs), 3):
        some = pairs[first : first + 3]
        some += [("", "")] * (3 - len(some))
        rows += [tuple(Cell(label, is_bold=True) for label, _ in some), tuple(Cell(value) for _, value in some)]
    return [Table((33, 34, 33), tuple(rows), "full")]


def _inline(pairs: Pairs, colon: str) -> list[Element]:
    """Two short fields in one line of text, long ones in a line of their own."""
    lines: list[str] = []
    is_open = False
    for label, value in pairs:
        text = f"{label}{colon or ':'} {value}"
        if is_open and len(text) < 40 and len(lines[-1]) < 40:
            lines[-1] += "\N{NO-BREAK SPACE}" * 6 + text
            is_open = False
        else:
            lines.append(text)
            is_open = True
    return [Text(line) for line in lines]


def _sides(pairs: Pairs, colon: str) -> list[Element]:
    """Labels in a column of their own, values in the next, on both halves of the page."""
    half = (len(pairs) + 1) // 2
    left, right = pairs[:half], [*pairs[half:], *[("", "")] * (2 * half - len(pairs))]
    rows = tuple(
        (Cell(one[0] + (colon if one[0] else "")), Cell(one[1]), Cell(two[0] + (colon if two[0] else "")), Cell(two[1]))
        for one, two in zip(left, right, strict=True)
    )
    return [Table((17, 35, 17, 31), rows)]


def _rows_of(cells: list[Cell], width: int) -> tuple[tuple[Cell, ...], ...]:
    padded = [*cells, *[Cell("")] * (-len(cells) % width)]
    return tuple(tuple(padded[first : first + width]) for first in range(0, len(padded), width))


_ARRANGED = {
    "stacked": _stacked, "columns": _in_columns, "box": _in_box, "above": _above, "inline": _inline, "sides": _sides,
}  # fmt: skip
