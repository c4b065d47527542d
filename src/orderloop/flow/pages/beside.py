"""What a document says beside what a draft keeps of it, as fields that a click on the document fills and teaches."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from orderloop.intake.facts import FIELD_WORDS
from orderloop.intake.rules.bodies import LINE_FIELDS
from orderloop.intake.rules.learning import COLUMNS_BESIDE, SHOWN_BESIDE

Sources = Mapping[str, Mapping[str, Any]]


def beside_of(lines: int, sources: Sources) -> dict[str, Any]:
    """The fields to show: of the whole document, and of its columns by the first line. Where no line was read all
    columns are there, since nothing else on the page names them."""
    columns = COLUMNS_BESIDE if lines else tuple(dict.fromkeys((*LINE_FIELDS, *COLUMNS_BESIDE)))
    return {
        "beside": [_field(name, sources) for name in SHOWN_BESIDE],
        "columns": [_field(f"lines/0/{name}", sources) for name in columns],
    }


def _field(path: str, sources: Sources) -> dict[str, Any]:
    source = sources.get(path, {})
    spot: Mapping[str, Any] = source.get("place") or {}
    return {
        "path": path,
        "name": "",  # shown and taught, never sent with the form
        "id": "f-" + path.replace("/", "-"),
        "label": gettext(FIELD_WORDS.get(path.rpartition("/")[2], path)),
        "value": str(source.get("text") or ""),
        "page": spot.get("page") or "",
        "box": ",".join(f"{side:.5f}" for side in spot.get("box") or ()),
        "place": spot.get("path") or "",
        "raw": source.get("raw") or source.get("text") or "",
    }
