"""A mapping file and the files it names, read and checked as a whole before anything is written."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from orderloop.onboarding import queries, rules
from orderloop.onboarding.facts import Company, CompanyMapping, Record, RowFault, TableMapping
from orderloop.platform.tables import FILE_FAULT_WORDS, Unreadable, read_sheet

MOST_ROWS = 1_000_000
Lookup = tuple[str, str, str]


def read_mapping(path: Path) -> CompanyMapping:
    """The mapping in a TOML file. Raises `rules.MappingFault`."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        missing = RowFault(path.name, 0, "", "file_missing", {"name": path.name, "folder": str(path.parent)})
        raise rules.MappingFault([missing]) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise rules.MappingFault([RowFault(path.name, 0, "", "mapping_unreadable", {"detail": str(error)})]) from error
    return rules.mapping_from(document, path.name)


def read_company(
    mapping: CompanyMapping, folder: Path, progress: Callable[[int, int, str], None]
) -> tuple[Company, list[RowFault]]:
    """All rows of all files, and everything that is wrong with any of them."""
    rows: dict[str, list[Record]] = {}
    faults: list[RowFault] = []
    sheets: dict[tuple[str, str, str, str], list[list[str]]] = {}
    for done, table in enumerate(mapping.tables):
        progress(done, len(mapping.tables), "Reading the files")
        found, wrong = _read_table(table, folder, sheets)
        rows.setdefault(table.target, []).extend(found)
        faults += wrong
    progress(len(mapping.tables), len(mapping.tables), "Reading the files")
    if not faults:
        faults = rules.reference_faults(rows, _known(rows))
    if faults:
        return Company(mapping.company, mapping.carrier, rows), faults
    orders, faults = rules.past_orders(rows.get("orders", ()), rows.get("order_lines", ()), mapping)
    return Company(mapping.company, mapping.carrier, rows, tuple(orders)), faults


def _known(rows: dict[str, list[Record]]) -> dict[str, set[str]]:
    fields = {
        "customers": ("customer_code",),
        "products": ("sku",),
        "product_lines": ("line",),
        "price_lists": ("price_list",),
    }
    asked = {
        target: {
            str(record.values[name])
            for records in rows.values()
            for record in records
            for name in names
            if name in record.values
        }
        for target, names in fields.items()
    }
    return {target: queries.known_codes(target, codes) for target, codes in asked.items()}


def _read_table(
    table: TableMapping, folder: Path, sheets: dict[tuple[str, str, str, str], list[list[str]]]
) -> tuple[list[Record], list[RowFault]]:
    try:
        rows = _rows(table, table.file, folder, sheets)
        lookups = {}
        for source in table.fields.values():
            if source.lookup:
                lookups[source.lookup] = _lookup(source.lookup, _rows(table, source.lookup[0], folder, sheets))
    except OSError:
        return [], [RowFault(table.file, 0, "", "file_missing", {"name": table.file, "folder": str(folder)})]
    except Unreadable as fault:
        detail = FILE_FAULT_WORDS[fault.code] % fault.params
        return [], [RowFault(table.file, 0, "", "unreadable", {"detail": detail})]
    except KeyError as missing:
        return [], [RowFault(table.file, 1, "", "column_missing", {"name": missing.args[0], "possible": ""})]
    return rules.records_from(table, rows, lookups)


def _rows(
    table: TableMapping, file: str, folder: Path, sheets: dict[tuple[str, str, str, str], list[list[str]]]
) -> list[list[str]]:
    sheet = table.sheet if file == table.file else ""
    key = (file, sheet, table.encoding, table.delimiter)
    if key not in sheets:
        content = (folder / file).read_bytes()
        options = {"encoding": table.encoding, "delimiter": table.delimiter}
        sheets[key] = read_sheet(content, sheet=sheet, most_csv_rows=MOST_ROWS, **options).rows
    return sheets[key]


def _lookup(lookup: Lookup, rows: Sequence[Sequence[str]]) -> dict[str, str]:
    _, key, value = lookup
    header = [cell.strip() for cell in rows[0]]
    for name in (key, value):
        if name not in header:
            raise KeyError(name)
    at, of = header.index(key), header.index(value)
    return {row[at].strip(): row[of].strip() for row in rows[1:] if len(row) > max(at, of)}
