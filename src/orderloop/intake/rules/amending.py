"""What an order would say once a change asked for is carried out."""

from collections.abc import Mapping, Sequence
from typing import Any


def amended(body: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The document of an order with the changes of a proposal's difference; None where one of them is not told by it.

    Each product is one line then, in its base unit; what is added comes last.
    """
    lines: dict[str, dict[str, Any]] = {}
    for line in body.get("lines", ()):
        if line["item"] in lines:
            return None  # A product on several lines: nobody can tell which of them is meant.
        lines[line["item"]] = dict(line)
    for change in changes:
        kind, item = change.get("kind"), str(change.get("item", ""))
        if kind == "removed" and item in lines:
            del lines[item]
        elif kind == "added" and item and item not in lines:
            lines[item] = {"item": item, "quantity": change["after"]}
        elif kind in _FIELDS and item in lines:
            lines[item][_FIELDS[kind]] = change["after"]
        else:
            return None
    return {**body, "lines": list(lines.values())} if lines else None


_FIELDS: Mapping[Any, str] = {"changed": "quantity", "day": "requested_on", "price": "unit_price"}
