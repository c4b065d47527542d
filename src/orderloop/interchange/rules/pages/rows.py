"""The values of a table's rows: numbers that agree with each other, codes, texts and days, each with its place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from orderloop.foundation.quantity import canonical_unit
from orderloop.interchange.facts import Method, Value
from orderloop.interchange.rules.pages.asides import parted, with_said
from orderloop.interchange.rules.pages.columns import Column
from orderloop.interchange.rules.pages.days import day_among
from orderloop.interchange.rules.pages.guessed import with_guessed
from orderloop.interchange.rules.pages.lines import Sheet, Token, certainty, text_of
from orderloop.interchange.rules.pages.tables import Row, Table
from orderloop.interchange.rules.values import as_text, day_in, is_code, number_in, plain, quantity_and_unit

_FIGURES = ("quantity", "unit_price", "amount")
_CODES = ("item", "customer_item", "barcode")
_CENT = Decimal("0.011")
_BASES = (Decimal(1), Decimal(100), Decimal(1000), Decimal(10))
_BEHIND = re.compile(
    r"^(?P<number>[^/]*\d)\s*(?:/|per|每)\s*(?P<basis>\d{1,5})?\s*(?P<unit>[^\d\s]{0,10})$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Usage:
    """How a document writes numbers and days: its decimal sign, its order of day and month, the usual price basis."""

    decimal_sign: str = ""
    date_order: str = ""
    price_basis: str = ""
    # Recognition takes a point for a comma and the other way round; the amounts must tell.
    is_recognised: bool = False


@dataclass(frozen=True, slots=True)
class _Figure:
    """One way to read the number in a cell."""

    number: Decimal
    raw: str
    unit: str = ""
    basis: str = ""
    doubt: float = 1.0


def lines_from(table: Table, usage: Usage) -> list[dict[str, Value]]:
    """The order lines of a table, a value for each field a row states."""
    beside = [parted(row.cells, row.sheet) for row in table.rows]
    rows = tuple(Row(row.sheet, cells) for row, (cells, _said) in zip(table.rows, beside, strict=True))
    table = replace(table, rows=rows)
    columns = _retitled(table)
    if any(column.origin for column in columns):
        columns = with_guessed(columns, _texts_of(table), usage.decimal_sign)
    lines = [
        with_said(_line(row, columns, usage, table.is_shaped), said)
        for row, (_cells, said) in zip(rows, beside, strict=True)
    ]
    return [line for line in lines if "quantity" in line or "item" in line or "description" in line]


def _line(row: Row, columns: Sequence[Column], usage: Usage, is_shaped: bool) -> dict[str, Value]:
    line: dict[str, Value] = {}
    figures: dict[str, tuple[Column, list[_Figure], list[Token]]] = {}
    extra: dict[str, Decimal] = {}
    for index, column in enumerate(columns):
        parts = row.cells.get(index)
        if not parts or not column.field:
            continue
        tokens = [token for part in parts for token in part]
        if column.field in _FIGURES:
            figures[column.field] = (column, _figures(parts, column, usage), tokens)
        elif column.field in ("~discount", "~tax_rate"):
            extra[column.field] = _percent(text_of(tokens))
        elif column.field == "price_basis":
            extra["price_basis"] = _basis(text_of(tokens))
        elif not column.field.startswith("~") and column.field not in line:
            value = _plain_value(row.sheet, column, parts, usage)
            if value is not None:
                line[column.field] = _sized(value, column, is_shaped)
    if "unit" not in line and "barcode" in line:
        line.update(_unglued(line["barcode"]))
    line.update(_figure_values(row.sheet, figures, extra, usage, is_shaped))
    for field, (column, _found, _tokens) in figures.items():
        if field == "quantity" and "quantity" in line and "unit" not in line and column.unit:
            line["unit"] = replace(line["quantity"], text=column.unit, raw=column.title, confidence=0.9)
    if "requested_on" not in line:
        line.update(_day_elsewhere(row, columns, usage))
    return line


def _day_elsewhere(row: Row, columns: Sequence[Column], usage: Usage) -> dict[str, Value]:
    """A day that stands among a row's other texts: most likely the line's own, and in no case to be passed over."""
    for index, parts in row.cells.items():
        tokens = [token for part in parts for token in part]
        field = columns[index].field
        is_other = (field in _CODES and len(tokens) == 1) or (field in _FIGURES and number_in(text_of(tokens)))
        found = [] if is_other else day_among(tokens, usage.date_order)
        if found:
            day = day_in(text_of(found), usage.date_order)
            shown = day.day.isoformat() if day and day.day else plain(text_of(found))
            place = row.sheet.place(found)
            return {"requested_on": Value(shown, text_of(found), place, Method.PATTERN, confidence=0.4)}
    return {}


def _unglued(barcode: Value) -> dict[str, Value]:
    """A barcode and the unit printed right behind it, where the two cells touch."""
    found = re.fullmatch(r"(\d{8,14})(\D{1,6})", barcode.text)
    if found is None or canonical_unit(found[2]) is None:
        return {}
    return {"barcode": replace(barcode, text=found[1]), "unit": replace(barcode, text=found[2])}


def _sized(value: Value, column: Column, is_shaped: bool) -> Value:
    method = Method.LEARNT if column.origin else Method.PATTERN if is_shaped else Method.COLUMN
    ceiling = 0.98 if column.origin else 0.65 if is_shaped else 0.96 * max(0.6, column.strength)
    return replace(value, method=method, origin=column.origin, confidence=round(value.confidence * ceiling, 3))


def _plain_value(sheet: Sheet, column: Column, parts: Sequence[Sequence[Token]], usage: Usage) -> Value | None:
    tokens = [token for part in parts for token in part]
    raw = text_of(tokens)
    sure = certainty(tokens)
    if column.field == "requested_on":
        return _day_value(sheet, tokens, parts, usage)
    if column.field in _CODES:
        text, doubt = _code_text(parts, column)
        return Value(text, raw, sheet.place(tokens), confidence=sure * doubt) if text else None
    if column.field == "line_no":
        # The end of a title over two lines may lie in the first row's cell.
        texts = (plain(each).rstrip(".)、") for each in (raw, *map(text_of, parts)))
        text = next((text for text in texts if re.fullmatch(r"[\d.]{1,8}", text)), "")
        return Value(text, raw, sheet.place(tokens), confidence=sure) if text else None
    return Value(raw.strip(), raw, sheet.place(tokens), confidence=sure) if raw.strip() else None


def _code_text(parts: Sequence[Sequence[Token]], column: Column) -> tuple[str, float]:
    """A code, wrapped pieces put together where the cell had no room for more; and how sure that is."""
    pieces = [plain(text_of(part)) for part in parts]
    whole = "".join(pieces)
    if column.field == "barcode" and len(pieces) > 1 and whole.isdigit() and len(whole) in (8, 12, 13, 14):
        return whole, 0.95
    text, doubt = pieces[0], 1.0
    for index, piece in enumerate(pieces[1:], 1):
        room = column.right - max(token.x1 for token in parts[index - 1])
        needed = min((token.x1 - token.x0 for token in parts[index]), default=0.0)
        is_wrapped = text.endswith(("-", "/", "_", ".")) or room < needed + 0.6 * parts[index][0].height
        # A sign or two below the beginning of a code as wide as its title are its end.
        is_end = len(piece) <= 2 and abs(parts[index][0].x0 - parts[0][0].x0) < 1
        is_wrapped = is_wrapped or (is_end and parts[index - 1][-1].x1 + needed > column.x1)
        if not is_wrapped or not re.fullmatch(r"[\w\-./#+]+", piece):
            return text, 0.8
        text, doubt = text + piece, 0.85
    return text, doubt


def _day_value(sheet: Sheet, tokens: list[Token], parts: Sequence[Sequence[Token]], usage: Usage) -> Value | None:
    raw = text_of(tokens)
    for text in (raw, "".join(token.text for token in tokens), text_of(parts[0])):
        day = day_in(text, usage.date_order)
        if day is not None:
            # What stands below a part of a cell that is a day by itself may be its last digit.
            is_sure = day.day is not None and (text != text_of(parts[0]) or text == raw or not _has_digit(parts[1:]))
            shown = day.day.isoformat() if day.day else plain(text)
            return Value(shown, raw, sheet.place(tokens), confidence=certainty(tokens) * (1.0 if is_sure else 0.3))
    return Value(plain(raw), raw, sheet.place(tokens), confidence=0.4 * certainty(tokens)) if raw else None


def _has_digit(parts: Sequence[Sequence[Token]]) -> bool:
    return any(sign.isdigit() for part in parts for token in part for sign in token.text)


def _figures(parts: Sequence[Sequence[Token]], column: Column, usage: Usage) -> list[_Figure]:
    """The ways to read a number cell, likeliest first: as one text even if wrapped, then its first line alone."""
    lines = ["".join(token.text for token in part) for part in parts]
    spaced = [text_of(part) for part in parts]
    texts: list[tuple[str, float]] = []
    if len(lines) > 1 and number_in(lines[0]) is not None and number_in("".join(lines)) is not None:
        is_filled = _fills(parts[0], column) or lines[0].rstrip().endswith((".", ",", "-"))
        texts = [("".join(lines), 0.85), (lines[0], 0.7)] if is_filled else [(lines[0], 0.7), ("".join(lines), 0.6)]
    elif len(lines) > 1:
        texts = [(" ".join(spaced), 1.0), ("".join(lines), 0.9), *((each, 0.9) for each in spaced)]
    else:
        texts = [(spaced[0], 1.0), (lines[0], 1.0), *((token.text, 0.75) for token in parts[0])]
    found: list[_Figure] = []
    for text, doubt in texts:
        for figure in _readings(text, usage, doubt):
            if all((figure.number, figure.unit) != (other.number, other.unit) for other in found):
                found.append(figure)
    return found[:6]


def _fills(part: Sequence[Token], column: Column) -> bool:
    """Whether a piece takes so much of its cell that what follows below may be its rest."""
    width = max(token.x1 for token in part) - min(token.x0 for token in part)
    return width >= 0.6 * (column.right - column.left)


def _readings(text: str, usage: Usage, doubt: float) -> list[_Figure]:
    unit = basis = ""
    body = plain(text)
    both = quantity_and_unit(body)
    behind = _BEHIND.match(body)
    if both is not None:
        body, unit = both
    elif behind is not None:
        body, unit, basis = behind["number"], behind["unit"], behind["basis"] or ""
    number = number_in(body)
    if number is None:
        return []
    first, second = number.by(usage.decimal_sign or "."), number.by("," if usage.decimal_sign != "," else ".")
    ways = [(first, doubt if usage.decimal_sign or number.is_certain else doubt * 0.97)]
    if second != first and (not usage.decimal_sign or usage.is_recognised):
        ways.append((second, doubt * 0.6))
    return [_Figure(value, plain(text), unit, basis, sure) for value, sure in ways if value is not None]


def _percent(text: str) -> Decimal:
    found = re.search(r"\d+(?:[.,]\d+)?", plain(text))
    if not found:
        return Decimal(0)
    share = Decimal(found[0].replace(",", "."))
    return share / 100 if share >= 1 or "%" in text else share


def _basis(text: str) -> Decimal:
    found = re.search(r"\d+", plain(text))
    return Decimal(found[0]) if found else Decimal(0)


def _figure_values(
    sheet: Sheet,
    figures: Mapping[str, tuple[Column, list[_Figure], list[Token]]],
    extra: Mapping[str, Decimal],
    usage: Usage,
    is_shaped: bool,
) -> dict[str, Value]:
    names = [name for name in _FIGURES if name in figures and figures[name][1]]
    stated = _stated_basis(figures, extra, usage)
    chosen, agrees, basis = _agreeing({name: figures[name][1] for name in names}, stated, extra)
    values: dict[str, Value] = {}
    for name in names:
        column, _found, tokens = figures[name]
        figure = chosen[name]
        sure = certainty(tokens) * (_AGREED[agrees] if agrees is not None else 1.0) * (1.0 if agrees else figure.doubt)
        value = Value(as_text(figure.number), text_of(tokens), sheet.place(tokens), confidence=min(1.0, sure))
        values[name] = _sized(value, column, is_shaped)
        if name == "quantity" and figure.unit:
            values["unit"] = replace(values[name], text=figure.unit)
    if basis > 1 and "unit_price" in values:
        sure = 0.95 if stated else 0.75
        values["price_basis"] = replace(values["unit_price"], text=as_text(basis), confidence=sure)
    _discount(values, extra)
    return values


_AGREED = {True: 1.03, False: 0.6}


def _stated_basis(
    figures: Mapping[str, tuple[Column, list[_Figure], list[Token]]], extra: Mapping[str, Decimal], usage: Usage
) -> Decimal:
    if extra.get("price_basis"):
        return extra["price_basis"]
    column, found, _tokens = figures.get("unit_price", (None, [], []))
    text = (found[0].basis if found else "") or (column.basis if column else "") or usage.price_basis
    return Decimal(text) if text.isdigit() else Decimal(0)


def _agreeing(
    ways: Mapping[str, list[_Figure]], stated: Decimal, extra: Mapping[str, Decimal]
) -> tuple[dict[str, _Figure], bool | None, Decimal]:
    """The reading of each figure under which quantity times price gives the amount; whether they do (None: unsaid)."""
    first = {name: found[0] for name, found in ways.items()}
    if len(ways) < 3:
        return first, None, stated or Decimal(1)
    every = list(product(*(ways[name] for name in _FIGURES)))
    for basis, within in product((stated,) if stated else _BASES, (Decimal("0.005"), _CENT)):
        for quantity, price, amount in every:
            if _agree(quantity.number, price.number / basis, amount.number, extra, within):
                return dict(zip(_FIGURES, (quantity, price, amount), strict=True)), True, basis
    return first, False, stated or Decimal(1)


def _agree(quantity: Decimal, price: Decimal, amount: Decimal, extra: Mapping[str, Decimal], within: Decimal) -> bool:
    gross = quantity * price
    discount, rate = extra.get("~discount", Decimal(0)), extra.get("~tax_rate", Decimal(0))
    # Chinese forms state a discount of 95 % where 95 % is left to be paid.
    expected = {gross, gross * (1 - discount), gross * discount if discount else gross, gross * (1 + rate)}
    expected |= {gross * (1 - discount) * (1 + rate), gross / (1 + rate)}
    return any(abs(each - amount) <= within for each in expected)


def _discount(values: dict[str, Value], extra: Mapping[str, Decimal]) -> None:
    """The price that is paid: the written one less the discount stated beside it, where the amount confirms that."""
    if not extra.get("~discount") or not {"quantity", "unit_price", "amount"} <= values.keys():
        return
    quantity, price, amount = (Decimal(values[name].text) for name in _FIGURES)
    for share in (1 - extra["~discount"], extra["~discount"]):
        if share and quantity and abs(quantity * price * share - amount) <= _CENT < abs(quantity * price - amount):
            net = as_text((price * share).normalize())
            values["unit_price"] = replace(values["unit_price"], text=net, confidence=0.9)
            return


def _texts_of(table: Table) -> list[list[str]]:
    """What stands in each column, row by row."""
    return [[plain(text_of([t for part in row.cells[at] for t in part])) for row in table.rows if at in row.cells]
            for at in range(len(table.columns))]  # fmt: skip


def _retitled(table: Table) -> tuple[Column, ...]:
    """The columns after a look at what stands in them: a column `Item` may count lines, or name the goods."""
    columns = list(table.columns)
    texts = _texts_of(table)
    fields = {column.field: at for at, column in enumerate(columns) if column.field}
    at = fields.get("unit")
    if "quantity" not in fields and at is not None and texts[at] and all(quantity_and_unit(text) for text in texts[at]):
        columns[at] = replace(columns[at], field="quantity")
    at = fields.get("item")
    if at is not None and not columns[at].origin and texts[at]:
        other = _code_column(columns, texts, at)
        if _counts(texts[at]) and other is not None and "line_no" not in fields:
            columns[at], columns[other] = replace(columns[at], field="line_no"), replace(columns[other], field="item")
        elif not any(is_code(text) or number_in(text) for text in texts[at]) and "description" not in fields:
            columns[at] = replace(columns[at], field="description")
    _tell_bases(columns, texts)
    counting = next(
        (at for at, column in enumerate(columns) if column.field in ("", "~item") and _counts(texts[at])), None
    )
    if "line_no" not in fields and counting is not None:
        columns[counting] = replace(columns[counting], field="line_no")
    fields = {column.field: at for at, column in enumerate(columns) if column.field}
    if "item" not in fields and columns:
        other = _code_column(columns, texts, -1)
        if other is not None:
            columns[other] = replace(columns[other], field="item", strength=min(0.75, columns[other].strength))
    undated = [at for at, column in enumerate(columns) if column.field in ("", "~other") and _are_days(texts[at])]
    if "requested_on" not in fields and undated:
        # Days under a title nobody knows are most likely the lines' own: better doubtful than passed over.
        columns[undated[-1]] = replace(columns[undated[-1]], field="requested_on", strength=0.6)
    for name in ("~item", "~spec", "~description"):
        if "description" not in fields and name in fields and fields[name] != fields.get("item"):
            columns[fields[name]] = replace(columns[fields[name]], field="description")
            break
    return tuple(columns)


def _tell_bases(columns: list[Column], texts: Sequence[Sequence[str]]) -> None:
    """Of two columns of prices take the one that says for how many pieces the other holds as that: `Price Unit`."""
    fields = {column.field: at for at, column in enumerate(columns) if column.field}
    price, other = fields.get("unit_price"), fields.get("~unit_price")
    if price is None or other is None or "price_basis" in fields:
        return
    if _are_bases(texts[other]):
        columns[other] = replace(columns[other], field="price_basis")
    elif _are_bases(texts[price]) and any(_readings(text, Usage(), 1.0) for text in texts[other]):
        columns[price] = replace(columns[price], field="price_basis")
        columns[other] = replace(columns[other], field="unit_price")


def _counts(texts: Sequence[str]) -> bool:
    numbers = [int(text.rstrip(".")) for text in texts if re.fullmatch(r"\d{1,4}\.?", text)]
    return (
        bool(numbers) and len(numbers) == len(texts) and numbers == sorted(set(numbers)) and numbers[0] in (1, 10, 100)
    )


def _are_bases(texts: Sequence[str]) -> bool:
    return bool(texts) and all(text in ("1", "10", "100", "1000") for text in texts)


def _are_days(texts: Sequence[str]) -> bool:
    return bool(texts) and all(day_in(text) or day_in(text.replace(" ", "")) for text in texts)


def _code_column(columns: Sequence[Column], texts: Sequence[Sequence[str]], without: int) -> int | None:
    """A column that holds a different code in each row and no known field."""
    for at, column in enumerate(columns):
        free = column.field in ("", "~item", "~spec", "~description") or (column.field == "line_no" and without < 0)
        if at == without or not free or not texts[at]:
            continue
        # The same goods may be ordered twice; what only describes them may as well be the same twice.
        is_various = len(set(texts[at])) == len(texts[at]) or column.field == "line_no"
        if is_various and all(is_code(text) and canonical_unit(text) is None for text in texts[at]):
            if all(number_in(text) is not None for text in texts[at]) and column.field == "":
                continue
            return at
    return None
