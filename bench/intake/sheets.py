"""The same orders as spreadsheets and as comma-separated text, as people fill them in."""

import csv
import io
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bench.intake import forms, layout
from bench.intake.corpus import Document, order_for
from bench.intake.paper import Table, Truth
from bench.intake.templates import Template, templates
from bench.intake.truth import Order

KINDS = ("xlsx", "csv-utf-8", "csv-utf-8-sig", "csv-gb18030")


def documents(count: int, seed: int = 1, *, half: str = "all", first: int = 0) -> Iterator[Document]:
    """So many sheets, those before `first` left out: a table alone, or with the header's fields above it, the kinds
    taking turns."""
    looks = [template for template in templates() if half in (template.half, "all")]
    for number in range(first, first + count):
        template = looks[number % len(looks)]
        order, chance = order_for(template, 3_000 + number, seed)
        paper, stated = layout.lay_out(order, template)
        # Tables of one row are letterheads and signatures; nobody types these into a sheet.
        tables = [element for element in paper.elements if isinstance(element, Table) and len(element.rows) > 1]
        rows = [row for table in tables for row in _texts(table)]
        # No look keeps to one kind of file.
        kind = KINDS[(number + number // len(looks)) % len(KINDS)]
        content = _workbook(rows, chance, template) if kind == "xlsx" else _csv(rows, kind.removeprefix("csv-"))
        suffix = kind.partition("-")[0]
        name = f"{kind}-{number}"
        shown = {text for row in _around_lines(tables, order) for text in row}
        yield Document(name, kind, content, f"{name}.{suffix}", _still_stated(stated, shown, template), order)


def _around_lines(tables: list[Table], order: Order) -> list[list[str]]:
    """The rows that tell of the order as a whole: those of a line may hold the same figure or day by chance."""
    return [
        row
        for table in tables
        for place, row in enumerate(_texts(table))
        if not (table.heads and 0 < place <= len(order.lines))
    ]


def _texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def _still_stated(truth: Truth, shown: set[str], template) -> Truth:
    """The truth without what stood in paragraphs, which a sheet has not."""
    joined = "\n".join(shown)
    header = {}
    for name, stated in truth.header.items():
        written = {
            "number": lambda text: any(
                form in joined for form in (text, forms.write_number(Decimal(text), template.number_form, 2))
            ),
            "date": lambda text: forms.write_date(date.fromisoformat(text), template.date_form) in joined,
        }.get(stated.kind, lambda text: text in joined)
        texts = (stated.text,) if stated.kind in ("number", "date") else (stated.text, *stated.also)
        if name == "currency" or any(written(text) for text in texts):
            header[name] = stated
    if template.mark == "" and "currency" in header and not any(one in joined for one in header["currency"].also):
        del header["currency"]  # with a mark it stands beside every figure
    return Truth(header, truth.lines, truth.implied)


def _csv(rows: list[list[str]], encoding: str) -> bytes:
    output = io.StringIO(newline="")
    csv.writer(output).writerows(rows)
    return output.getvalue().encode(encoding, "replace")


def _workbook(rows: list[list[str]], chance: random.Random, template: Template) -> bytes:
    """Numbers as numbers where they look like it, as spreadsheet programs do when somebody types."""
    import xlsxwriter

    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet(chance.choice(("Sheet1", "订单", "PO")))
    for down, row in enumerate(rows):
        for across, text in enumerate(row):
            plain = text.replace(",", "")
            if (
                plain.replace(".", "", 1).isdigit()
                and len(plain) < 12
                and not plain.startswith("0")
                and "," not in text
                and template.number_form != "european"  # there 4.000 is four thousand, and typed as a text
            ):
                sheet.write_number(down, across, float(plain))
            else:
                sheet.write_string(down, across, text)
    book.close()
    return output.getvalue()


def large(rows: int = 50_000) -> bytes:
    """A workbook with so many order lines."""
    import xlsxwriter

    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ("Item No.", "Description", "Qty", "Unit", "Unit Price"))
    for row in range(1, rows + 1):
        sheet.write_row(row, 0, (f"HB-{row:06d}", "Hex head bolt M8x30", row % 97 + 1, "PCS", row % 1000 / 100 + 0.01))
    book.close()
    return output.getvalue()
