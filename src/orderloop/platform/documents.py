"""PDF documents from typst templates. Words, figures and formats come in as plain data; a template only lays out."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

FONTS = Path(__file__).parent / "fonts"
KEPT_DOCUMENTS = 64

_kept: OrderedDict[bytes, bytes] = OrderedDict()
_lock = Lock()


class BrokenTemplate(RuntimeError):
    """A template does not compile with this data; the message is the compiler's."""


def render_pdf(template: Path, data: Mapping[str, Any], *, dated: datetime) -> bytes:
    """The PDF of a typst `template`, which finds `data` as `json(bytes(sys.inputs.data))`.

    The same template, data and date give the same bytes; the latest documents are kept, so that a second look costs
    nothing. Only the project's font and those of `ORDERLOOP_DOCUMENT_FONTS` are used, so that every host prints alike.
    """
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    key = hashlib.sha256("\0".join((template.read_text("utf-8"), text, dated.isoformat())).encode()).digest()
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    pdf = _compile(template, text, dated)
    with _lock:
        _kept[key] = pdf
        while len(_kept) > KEPT_DOCUMENTS:
            _kept.popitem(last=False)
    return pdf


def _compile(template: Path, data: str, dated: datetime) -> bytes:
    import typst  # 80 MB of machine code: only processes that print load it

    compiler = typst.Compiler(
        template, root=template.parent, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"data": data}
    )
    try:
        pdf = compiler.compile(format="pdf", timestamp=int(dated.timestamp()))
    except typst.TypstError as error:
        raise BrokenTemplate(f"{template.name}: {error}") from error
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> Any:
    import typst

    more = [folder for folder in str(getattr(settings, "DOCUMENT_FONTS", "")).split(":") if folder]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS, *map(Path, more)])
