"""A mapping file read: which file fills which table, and which of its columns which field."""

from collections.abc import Mapping, Sequence
from typing import Any

from orderloop.onboarding.facts import TARGETS, CompanyMapping, RowFault, Source, State, StateMapping, TableMapping

_SOURCE_KEYS = {
    "column", "columns", "constant", "join", "default", "lookup", "map", "else", "upper", "most", "date", "decimal",
}  # fmt: skip
_TABLE_KEYS = {"target", "file", "sheet", "encoding", "delimiter", "fields"}


class MappingFault(ValueError):
    """A mapping file that cannot be used; `faults` name everything wrong with it."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("; ".join(fault.code for fault in faults))
        self.faults = tuple(faults)


def mapping_from(document: Mapping[str, Any], file: str) -> CompanyMapping:
    """The mapping a TOML document describes. Raises `MappingFault` with everything that is wrong with it."""
    faults: list[RowFault] = []
    unknown = set(document) - {"company", "orders", "table"}
    faults += [_fault(file, "mapping_unknown", name=name) for name in sorted(unknown)]
    company = document.get("company", {})
    if not company.get("name"):
        faults.append(_fault(file, "mapping_missing", name="company.name"))
    tables = [_table_from(each, file, faults) for each in document.get("table", [])]
    if not tables:
        faults.append(_fault(file, "mapping_missing", name="table"))
    orders = document.get("orders", {})
    states = _states_from(orders.get("status", {}), file, faults)
    if faults:
        raise MappingFault(faults)
    return CompanyMapping(
        company=company["name"],
        tables=tuple(table for table in tables if table is not None),
        states=states,
        delivered_after_days=int(orders.get("delivered_after_days", 0)),
        carrier=str(orders.get("carrier", "")),
    )


def _table_from(given: Mapping[str, Any], file: str, faults: list[RowFault]) -> TableMapping | None:
    target = str(given.get("target", ""))
    if target not in TARGETS:
        faults.append(_fault(file, "target_unknown", name=target, possible=", ".join(TARGETS)))
        return None
    faults += [_fault(file, "mapping_unknown", name=name) for name in sorted(set(given) - _TABLE_KEYS)]
    if not given.get("file"):
        faults.append(_fault(file, "mapping_missing", name=f"{target}.file"))
    fields = TARGETS[target]
    sources: dict[str, Source] = {}
    for name, source in given.get("fields", {}).items():
        if name not in fields:
            faults.append(_fault(file, "field_unknown", target=target, name=name, possible=", ".join(fields)))
        else:
            sources[name] = _source_from(source, name, file, faults)
    for name, needed in fields.items():
        if needed.required and name not in sources:
            faults.append(_fault(file, "field_missing", target=target, name=name))
    texts = {name: str(given.get(name, "")) for name in ("file", "sheet", "encoding", "delimiter")}
    return TableMapping(target, fields=sources, **texts)


def _source_from(given: object, name: str, file: str, faults: list[RowFault]) -> Source:
    if isinstance(given, str):
        return Source(columns=(given,))
    if not isinstance(given, Mapping):
        return Source(constant=_as_text(given))
    faults += [_fault(file, "mapping_unknown", name=f"{name}.{key}") for key in sorted(set(given) - _SOURCE_KEYS)]
    columns = (given["column"],) if "column" in given else tuple(given.get("columns", ()))
    if not columns and "constant" not in given:
        faults.append(_fault(file, "source_missing", name=name))
    lookup = given.get("lookup")
    return Source(
        columns=columns,
        constant=_as_text(given["constant"]) if "constant" in given else None,
        join=given.get("join", " "),
        default=_as_text(given["default"]) if "default" in given else None,
        lookup=(lookup["file"], lookup["key"], lookup["value"]) if lookup else None,
        words={str(key): _as_text(value) for key, value in given.get("map", {}).items()},
        others=given.get("else"),
        upper=bool(given.get("upper", False)),
        most=int(given.get("most", 0)),
        date_form=given.get("date", ""),
        decimal_comma=given.get("decimal") == ",",
    )


def _as_text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _states_from(given: Mapping[str, Any], file: str, faults: list[RowFault]) -> dict[str, StateMapping]:
    states: dict[str, StateMapping] = {}
    for status, meaning in given.items():
        document = {"state": meaning} if isinstance(meaning, str) else meaning
        name = document.get("state", "")
        if name not in set(State):
            faults.append(_fault(file, "state_unknown", name=name, possible=", ".join(State)))
        else:
            states[status] = StateMapping(State(name), document.get("hold", "credit"))
    return states


def _fault(file: str, code: str, **params: object) -> RowFault:
    return RowFault(file, 0, "", code, params)
