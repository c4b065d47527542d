"""Where the documents of others lie, and what an independent reader found in them."""

import csv
from decimal import Decimal
from pathlib import Path

from orderloop.interchange.facts import ReadOrder

DOCUMENTS = Path(__file__).resolve().parents[2] / "examples" / "order-documents"


def document(name: str) -> bytes:
    """A document's bytes by its path under the folder."""
    return (DOCUMENTS / name).read_bytes()


def expected(folder: str) -> list[dict[str, str]]:
    """The rows of `expected_fields.csv` for a folder."""
    with (DOCUMENTS / "expected_fields.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["file"].startswith(f"{folder}/")]


def total_quantity(order: ReadOrder) -> Decimal:
    """The sum of the lines' quantities."""
    return sum((Decimal(line["quantity"].text) for line in order.lines if "quantity" in line), Decimal(0))


def total_amount(order: ReadOrder) -> Decimal:
    """The sum of the lines' stated amounts, or else of quantity times price by its basis."""
    total = Decimal(0)
    for line in order.lines:
        if "amount" in line:
            total += Decimal(line["amount"].text)
        elif "unit_price" in line and "quantity" in line:
            basis = Decimal(line["price_basis"].text) if "price_basis" in line else Decimal(1)
            total += Decimal(line["quantity"].text) * Decimal(line["unit_price"].text) / basis
    return total


def as_found(order: ReadOrder) -> dict[str, object]:
    """An order's figures in the form of `as_expected`."""
    return {
        "order_no": order.text("po_number"),
        "date": order.text("ordered_on"),
        "currency": order.text("currency"),
        "lines": len(order.lines),
        "quantity": total_quantity(order),
        "amount": total_amount(order),
        "refers_to": order.text("refers_to"),
    }


def as_expected(row: dict[str, str]) -> dict[str, object]:
    """A row of the table; its dates may have a time of day."""
    return {
        "order_no": row["order_no"],
        "date": row["date"][:10],
        "currency": row["currency"],
        "lines": int(row["lines"]),
        "quantity": Decimal(row["total_qty"] or 0),
        "amount": Decimal(row["sum_qty_x_price_or_line_amounts"] or 0),
        "refers_to": row["refers_to_order"],
    }
