"""The orders a sheet states: its tables, the rows of each that are lines, and what stands around them."""

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from orderloop.interchange.facts import Fault, FaultCode, Hints, Place, ReadOrder, Role, Value
from orderloop.interchange.rules.lexicon import label_meaning
from orderloop.interchange.rules.line_numbers import with_codes
from orderloop.interchange.rules.sheet.caveats import note_caveats, note_other_kind
from orderloop.interchange.rules.sheet.currency import currency_beside
from orderloop.interchange.rules.sheet.grid import NUMBER, Grid, column_letters
from orderloop.interchange.rules.sheet.head import (
    ITEM_FIELDS,
    ORDER_COLUMNS,
    Column,
    Head,
    bare_head,
    find_head,
    head_at,
    repeats,
)
from orderloop.interchange.rules.sheet.labels import SUMS, role_in, values_in
from orderloop.interchange.rules.sheet.spread import EACH, EACH_SUM
from orderloop.interchange.rules.sheet.spread_lines import spread_line
from orderloop.interchange.rules.sheet.turned import turned, turned_back
from orderloop.interchange.rules.sheet.values import (
    HIDDEN,
    ColumnReader,
    Findings,
    Style,
    read_figure,
    settle_unit,
    style_of,
)
from orderloop.interchange.rules.values import currency_in, is_code, number_in

_GOODS = (*ITEM_FIELDS, "description")
_FIGURES = ("quantity", "unit_price", "amount")
_MOST_REMARKS = 4
_MONEY = ("unit_price", "amount", "~gross_amount")
_SAMPLE = 200
_SAMPLE_OF_CODES = 2_000
_ROWS_ABOVE = 40
# What a cell merged over several rows holds for each of them; a merged figure is the sum of them, or nobody knows.
_FILLED_DOWN = frozenset({*ORDER_COLUMNS, *_GOODS, "requested_on", "unit", "note"})
# What a sum is qualified by: a rate, a currency, a page, the number of lines.
_FOR_WHAT = re.compile(
    r"[(（]?\d+([.,]\d+)?\s*%[)）]?|^(人民币|本页|本单|以上|全部)|\b\d+\s*(items?|lines?|positions?)\b", re.IGNORECASE
)
_IN_WORDS = re.compile(r"合\s?计|总\s?计|总金额|\btotal\b", re.IGNORECASE)
_BY_ROW = ("po_number", "customer_code", "customer_name")


@dataclass(frozen=True, slots=True)
class _Order:
    fields: dict[str, Value] = field(default_factory=dict)
    lines: list[dict[str, Value]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Block:
    """A table with the rows around it: lines from `start` to before `end`, its heading's form from `above` on."""

    head: Head
    above: range
    body: range
    below: range
    orders: dict[tuple[str, ...], _Order] = field(default_factory=dict)
    sums: dict[str, Value] = field(default_factory=dict)


def orders_in_grid(grid: Grid, hints: Hints) -> list[ReadOrder]:
    """The orders of a sheet in the order in which they begin."""
    findings = Findings()
    found: list[ReadOrder] = []
    for parts in _documents(grid, _blocks(grid, hints), hints):
        found += _orders_of(grid, parts, hints)
    if not found and (side := turned(grid)) is not None:
        found = _on_its_side(side, hints)
    if not found:
        header = values_in(grid, range(1, min(len(grid.rows), _ROWS_ABOVE) + 1), hints, findings)
        if "po_number" in header and (role := role_in(grid, range(1, min(len(grid.rows), 10) + 1))):
            found.append(ReadOrder(role, header, faults=tuple(findings.faults)))
    return found


def _on_its_side(side: Grid, hints: Hints) -> list[ReadOrder]:
    blocks = [block for block in _blocks(side, hints) if block.head.last]
    orders = [order for parts in _documents(side, blocks, hints) for order in _orders_of(side, parts, hints)]
    back = [turned_back(order, side.prefix) for order in orders]
    return [order for order in back if order is not None] if all(back) else []


def _blocks(grid: Grid, hints: Hints) -> list[_Block]:
    """Each table of the sheet with its rows, from the top."""
    blocks: list[_Block] = []
    start = 1
    while (head := find_head(grid, hints.columns, start)) is not None:
        end = _end_of_table(grid, head, hints)
        blocks.append(_Block(head, range(start, head.first), range(head.last + 1, end), range(end, end)))
        for columns in head.beside:
            again = replace(head, columns=columns, beside=())
            blocks.append(_Block(again, range(start, start), range(head.last + 1, end), range(end, end)))
        start = end
    if blocks:
        last = blocks[-1].body.stop
        below = [*(block.above for block in blocks[1:]), range(last, min(len(grid.rows) + 1, last + _ROWS_ABOVE))]
        blocks = [replace(block, below=rows) for block, rows in zip(blocks, below, strict=True)]
    elif (bare := _bare(grid)) is not None:
        first = next(row for row in range(1, len(grid.rows) + 1) if sum(map(bool, grid.rows[row - 1])) > 1)
        blocks.append(_Block(bare, range(0), range(first, len(grid.rows) + 1), range(0)))
    return blocks


def _bare(grid: Grid) -> Head | None:
    counts = {row: sum(bool(cell.strip()) for cell in grid.rows[row - 1]) for row in range(1, len(grid.rows) + 1)}
    # A greeting above and thanks below are no rows of the table.
    filled = [row for row, count in counts.items() if count > 1][:_SAMPLE]
    if sum(count == 1 for count in counts.values()) > _MOST_REMARKS:
        return None
    width = max((len(grid.rows[row - 1]) for row in filled), default=0)
    if not filled or not 2 <= width <= 12:
        return None
    codes = [[is_code(grid.text(row, column)) for column in range(width)] for row in filled]
    numbers = [[number_in(grid.text(row, column)) is not None for column in range(width)] for row in filled]
    return bare_head(codes, numbers)


def _end_of_table(grid: Grid, head: Head, hints: Hints) -> int:
    """The first row below that is no longer of the table: other titles, or what follows a sum and is no line."""
    quantity, goods = head.column("quantity"), [column.index for column in head.columns if column.field in _GOODS]
    figures = [column.index for column in head.columns if column.field in (*_FIGURES, EACH)]
    is_summed, empty = False, 0
    for row in range(head.last + 1, len(grid.rows) + 1):
        if (
            quantity is not None
            and grid.type(row, quantity.index) == NUMBER
            and grid.text(row, goods[0] if goods else 0)
        ):
            is_summed, empty = False, 0
            continue
        if not any(cell.strip() for cell in grid.rows[row - 1]):
            empty += 1
            continue
        if _sum_in(grid, row, head) is not None:
            is_summed, empty = True, 0
            continue
        has_goods = any(grid.text(row, index) for index in goods)
        has_figures = any(number_in(grid.text(row, index)) is not None for index in figures)
        if not (has_goods and has_figures):
            found = head_at(grid, row, hints.columns)
            if found is not None and not repeats(grid, row, head):
                return row
            ends = is_summed or empty or _is_label_row(grid, row, hints)
            if found is None and ends and not has_figures and not _goes_on(grid, row, goods, figures):
                return row
        is_summed, empty = False, 0
    return len(grid.rows) + 1


def _goes_on(grid: Grid, row: int, goods: Sequence[int], figures: Sequence[int]) -> bool:
    """Whether a row with one text is the name of a group: lines of the same columns follow it at once."""
    if sum(bool(cell.strip()) for cell in grid.rows[row - 1]) != 1:
        return False
    return any(is_code(grid.text(row + 1, index)) for index in goods) and any(
        number_in(grid.text(row + 1, index)) is not None for index in figures
    )


def _is_label_row(grid: Grid, row: int, hints: Hints) -> bool:
    """Whether a row begins with a label of the form around a table: with a colon, or with its value beside it."""
    cells = [cell.strip() for cell in grid.rows[row - 1] if cell.strip()]
    if not cells or len(cells) > 6:
        return False
    label = cells[0].replace("：", ":").partition(":")
    meaning = label_meaning(label[0], hints.labels) if len(label[0]) <= 60 else None
    if meaning is None or meaning.name.startswith("sum:"):
        return False
    return bool(label[1]) or (meaning.strength == 1 and len(cells) % 2 == 0)


def _sum_in(grid: Grid, row: int, head: Head) -> tuple[str, int] | None:
    """The kind of sum a row states and the column of its label; None where it is no row of sums."""
    item = next((column.index for column in head.columns if column.field in ITEM_FIELDS), None)
    if item is not None and (code := grid.text(row, item)) and _sum_name(code) is None:
        return None
    # The number of a line, and the sum of the quantities where that column comes first.
    numbered = {column.index for column in head.columns if column.field in ("line_no", "quantity")}
    for column, cell in enumerate(grid.rows[row - 1]):
        text = cell.strip()
        if text and len(text) <= 60 and (name := _sum_name(text)) is not None:
            return name, column
        if text and grid.type(row, column) == NUMBER and column not in numbered:
            return None
    return None


@functools.lru_cache(4_096)
def _sum_name(text: str) -> str | None:
    """The kind of sum a label names, whatever rate, currency or page it is a sum for."""
    label = text.replace("：", ":").partition(":")[0]
    if not label or label[0].isdigit():
        return None
    for form in dict.fromkeys((label, _FOR_WHAT.sub("", label).strip())):
        meaning = label_meaning(form, {}) if form else None
        if meaning is not None and meaning.name.startswith("sum:"):
            return meaning.name
    return None


def _documents(grid: Grid, blocks: Sequence[_Block], hints: Hints) -> list[list[_Block]]:
    """Tables that belong to one form: a later one continues the one before unless a form of its own stands above it."""
    documents: list[list[_Block]] = []
    for block in blocks:
        is_new = not documents or bool(
            role_in(grid, block.above) or "po_number" in values_in(grid, block.above, hints, Findings())
        )
        if is_new:
            documents.append([block])
        else:
            documents[-1].append(block)
    return documents


def _orders_of(grid: Grid, blocks: Sequence[_Block], hints: Hints) -> list[ReadOrder]:
    findings = Findings()
    header = values_in(grid, blocks[0].above, hints, findings)
    role = role_in(grid, blocks[0].above) or Role.ORDER
    orders: dict[tuple[str, ...], _Order] = {}
    for block in blocks:
        _Table(grid, block, hints, findings, orders).read()
        note_other_kind(grid, block.above, findings)
        for rows in (block.above, block.body, block.below):
            note_caveats(grid, rows, findings)
        # What stands below the last table may say more, but does not gainsay what stands above it.
        marked = block.sums.pop("currency", None)
        header = {**values_in(grid, block.below, hints, findings), **header, **block.sums}
        if marked is not None:
            header.setdefault("currency", marked)
    filled = [order for order in orders.values() if order.lines]
    taken = {row for order in filled for row in order.rows}
    return [
        ReadOrder(
            role,
            _fields(order, header, is_only=len(filled) == 1),
            tuple(with_codes(order.lines)),
            _faults_of(findings, order.rows, taken, is_first=place == 0),
        )
        for place, order in enumerate(filled)
    ]


def _fields(order: _Order, header: Mapping[str, Value], *, is_only: bool) -> dict[str, Value]:
    """The order's own values first; sums of a sheet that holds several orders are sums of none of them."""
    sums = {"net_total", "tax_total", "total", "line_count"}
    return {**{name: value for name, value in header.items() if is_only or name not in sums}, **order.fields}


def _faults_of(findings: Findings, own: Sequence[int], taken: set[int], *, is_first: bool) -> tuple[Fault, ...]:
    """The faults in an order's rows; those of no order's row go with the first."""
    mine = set(own)
    kept = []
    for fault in findings.faults:
        digits = fault.place.path.rpartition("!")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        row = int(digits) if digits.isdigit() else 0
        if row in mine or (is_first and row not in taken):
            kept.append(fault)
    return tuple(kept)


class _Table:
    """Reads the lines of one table, row by row."""

    def __init__(
        self,
        grid: Grid,
        block: _Block,
        hints: Hints,
        findings: Findings,
        orders: dict[tuple[str, ...], _Order],
    ) -> None:
        self.grid, self.block, self.findings, self.orders = grid, block, findings, orders
        columns = {column.field: column for column in block.head.columns}
        self.columns = columns
        self.style: Style = style_of(grid, columns, block.body[:_SAMPLE], hints)
        named = [column for column in block.head.columns if not column.field.startswith("~")]
        self.readers = [ColumnReader(grid, column, self.style, findings) for column in named]
        self.indexes = [(reader.index, reader) for reader in self.readers]
        for reader in self.readers:
            if reader.index in grid.hidden_columns:
                letters = column_letters(reader.index)
                findings.add(FaultCode.HIDDEN, Place(f"{grid.prefix}{letters}"), name=letters)
            reader.watch_zeros(block.body[:_SAMPLE_OF_CODES])
        self.by_name = {reader.name: reader for reader in self.readers}
        self.summed: Counter[str] = Counter()
        self.merged = self._filled_down()
        self.constants = self._from_titles(named)
        self.spec = columns.get("~spec")
        self.across = {column.index: column.title for column in block.head.columns if column.field == EACH}
        self.current: tuple[str, ...] | None = next(reversed(orders), None) if orders else None

    def read(self) -> None:
        """Gather every row of the table into the order it belongs to."""
        for row in self.block.body:
            texts = self._texts(row)
            if texts is None:
                continue
            found = _sum_in(self.grid, row, self.block.head) if self._may_be_sum(texts) else None
            if found is not None:
                self._sum(row, *found)
            elif not texts.get("quantity", "")[:1].isdigit() and repeats(self.grid, row, self.block.head):
                continue
            elif self._is_line(row, texts):
                self._line(row, texts)
        self._drop_unordered()
        money = [column.index for name in _MONEY if (column := self.columns.get(name)) is not None]
        if "currency" not in self.block.sums and (code := currency_beside(self.grid, money, self.block.body)):
            self.block.sums["currency"] = code

    def _texts(self, row: int) -> dict[str, str] | None:
        cells = self.grid.rows[row - 1]
        width = len(cells)
        texts: dict[str, str] = {}
        for index, reader in self.indexes:
            if index < width and (text := cells[index].strip()):
                texts[reader.name] = text
        return texts or None

    def _may_be_sum(self, texts: Mapping[str, str]) -> bool:
        if "quantity" not in texts or not any(name in texts for name in ITEM_FIELDS):
            return True
        goods = (text for name in _GOODS if (text := texts.get(name)) and not (text.isascii() and not _is_word(text)))
        return any(_sum_name(text) is not None for text in goods)

    def _is_line(self, row: int, texts: Mapping[str, str]) -> bool:
        """Whether a row is a line; a description alone continues the line above, a remark is noted."""
        if any(name in texts for name in _FIGURES):
            return True
        if not any(name in texts for name in _GOODS):
            return False
        last = self.orders[self.current].lines if self.current in self.orders else []
        if set(texts) == {"description"} and last and "description" in last[-1]:
            above = last[-1]["description"]
            last[-1]["description"] = replace(
                above, text=f"{above.text} {texts['description']}", raw=f"{above.raw}\n{texts['description']}"
            )
            return False
        name = next(name for name in _GOODS if name in texts)
        if len(texts) == 1 and not (name in ITEM_FIELDS and is_code(texts[name])):
            index = self.columns[name].index
            self.findings.add(FaultCode.DOUBTFUL, self.grid.place(row, index), name=name, given=texts[name][:80])
            return False
        return True

    def _line(self, row: int, texts: dict[str, str]) -> None:
        filled = self.merged.get(row)
        if filled:
            texts = {**filled, **texts}
        factor = 1.0
        if row in self.grid.hidden_rows:
            factor = HIDDEN
            self.findings.add(FaultCode.HIDDEN, Place(f"{self.grid.prefix}{row}"), name=str(row))
        line: dict[str, Value] = dict(self.constants)
        own: dict[str, Value] = {}
        for reader in self.readers if self.grid.doubts else [self.by_name[name] for name in texts]:
            value = reader.value(row, texts.get(reader.name, ""), factor)
            if value is not None:
                (own if reader.name in ORDER_COLUMNS else line)[reader.name] = value
        settle_unit(line, self.findings)
        if self.spec is not None and (spec := self.grid.text(row, self.spec.index)):
            self._specify(row, spec, line)
        if not self.across:
            self._keep(row, line, own)
        for one in spread_line(self.grid, row, line, self.block.head, self.findings):
            self._keep(row, one, own)

    def _specify(self, row: int, spec: str, line: dict[str, Value]) -> None:
        if "description" in line:
            line["description"] = replace(line["description"], text=f"{line['description'].text} {spec}")
        elif self.spec is not None:
            reader = ColumnReader(self.grid, replace(self.spec, field="description"), self.style, self.findings)
            if (value := reader.value(row, spec)) is not None:
                line["description"] = value

    def _keep(self, row: int, line: dict[str, Value], own: dict[str, Value]) -> None:
        key = tuple(own[name].text if name in own else "" for name in _BY_ROW)
        if any(key) or self.current is None:
            self.current = key
        order = self.orders.get(self.current)
        if order is None:
            order = self.orders[self.current] = _Order()
        for name, value in own.items():
            order.fields.setdefault(name, value)
        order.lines.append(line)
        order.rows.append(row)

    def _sum(self, row: int, name: str, label: int) -> None:
        """The sum of the amounts; a sum of quantities alone is none of the order's, nor one of several subtotals."""
        if name == "sum:skip" and _IN_WORDS.search(self.grid.text(row, label)):
            name = "sum:total"  # in words, with the figure in its column
        if name not in SUMS:
            return
        self.summed[name] += 1
        amount, gross = self.columns.get("amount"), self.columns.get("~gross_amount")
        index = next((c.index for c in (amount, gross) if c is not None and self.grid.text(row, c.index)), None)
        if index is None:
            quantity = self.columns.get("quantity")
            cells = range(label + 1, len(self.grid.rows[row - 1]))
            uncounted = {*self.across, *(each.index for each in self.block.head.columns if each.field == EACH_SUM)}
            others = [at for at in cells if at not in uncounted and (quantity is None or at != quantity.index)]
            index = next((at for at in reversed(others) if number_in(self.grid.text(row, at)) is not None), None)
        if index is None:
            return
        column = Column(index, SUMS[name], self.grid.text(row, label))
        value = ColumnReader(self.grid, column, self.style, self.findings).value(row, self.grid.text(row, index))
        if value is not None:
            self.block.sums[column.field] = value
        if self.summed["sum:net_total"] > 1:
            self.block.sums.pop("net_total", None)
        if gross is not None and amount is not None and name == "sum:total" and index == amount.index:
            self._gross_sum(row, gross, value)

    def _gross_sum(self, row: int, gross: Column, net: Value | None) -> None:
        column = replace(gross, field="total")
        value = ColumnReader(self.grid, column, self.style, self.findings).value(row, self.grid.text(row, gross.index))
        if value is not None and net is not None:
            self.block.sums.update(total=value, net_total=net)

    def _from_titles(self, columns: Sequence[Column]) -> dict[str, Value]:
        """The unit and the price basis that stand in a title hold for every line."""
        constants: dict[str, Value] = {}
        for column in columns:
            said = {"unit": column.unit if column.field == "quantity" else ""}
            said["price_basis"] = column.basis if column.field == "unit_price" else ""
            for name, text in said.items():
                if text and name not in self.columns:
                    place = self.grid.place(self.block.head.last, column.index)
                    constants[name] = Value(text, column.title, place, self.readers[0].method, 0.9)
            if column.field in ("unit_price", "amount") and (code := currency_in(column.title)):
                place = self.grid.place(self.block.head.last, column.index)
                self.block.sums.setdefault("currency", Value(code, column.title, place, self.readers[0].method, 0.9))
        return constants

    def _filled_down(self) -> dict[int, dict[str, str]]:
        """What cells merged over several rows say for each row; merged figures are named and not spread."""
        by_index = {reader.index: reader.name for reader in self.readers}
        body = self.block.body
        filled: dict[int, dict[str, str]] = {}
        for top, left, bottom, _right in self.grid.merged:
            if bottom <= top or left not in by_index or not (body.start <= top < body.stop):
                continue
            name, text = by_index[left], self.grid.text(top, left)
            given = f"{column_letters(left)}{top}:{column_letters(left)}{bottom}"
            if text:
                self.findings.add(FaultCode.MERGED, self.grid.place(top, left), name=name, given=given)
            if name in _FILLED_DOWN and text:
                for row in range(top + 1, min(bottom, body.stop - 1) + 1):
                    filled.setdefault(row, {})[name] = text
        return filled

    def _drop_unordered(self) -> None:
        """In a list of all goods most rows have no quantity: those are not ordered, which is said once."""
        reader = next((each for each in self.readers if each.name == "quantity"), None)
        lines = [line for order in self.orders.values() for line in order.lines]
        bare = sum(_is_unordered(line) for line in lines)
        if reader is None or bare * 2 <= len(lines) or bare == len(lines):
            return
        for order in self.orders.values():
            kept = [(row, line) for row, line in zip(order.rows, order.lines, strict=True) if not _is_unordered(line)]
            order.rows[:], order.lines[:] = [row for row, _ in kept], [line for _, line in kept]
        self.findings.add(
            FaultCode.DOUBTFUL,
            self.grid.place(self.block.head.last, reader.index),
            name="quantity",
            given=str(bare),
        )


def _is_word(text: str) -> bool:
    return text.replace(" ", "").isalpha()


def _is_unordered(line: Mapping[str, Value]) -> bool:
    quantity = line.get("quantity")
    if quantity is None:
        return True
    if quantity.text.strip("0."):  # the usual case, and quickly told
        return False
    return read_figure(quantity.text, "s", Style())[1] > 0
