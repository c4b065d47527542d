"""What the styles of a workbook say of the cells that have them: zeros before a number, its currency, struck out."""

import html
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from orderloop.foundation.packed import PackedLimits, unpacked
from orderloop.interchange.rules.values import currency_in

_ATTRIBUTE = re.compile(rb"""([\w:]{1,40})\s*=\s*(?:"([^"]{0,1000})"|'([^']{0,1000})')""")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^<>]{1,1000})/?>")
_FONTS = re.compile(rb"<(?:\w+:)?fonts\b[^<>]{0,200}>(.*?)</(?:\w+:)?fonts>", re.DOTALL)
_FONT = re.compile(rb"<(?:\w+:)?font\s*/>|<(?:\w+:)?font\b[^<>]{0,200}>(.*?)</(?:\w+:)?font>", re.DOTALL)
_STRIKE = re.compile(rb"<(?:\w+:)?strike(?![^<>]{0,40}val=[\"'](?:0|false)[\"'])[^<>]{0,60}>")
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b[^<>]{0,200}>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\s([^<>]{1,1000})>")
# `[$€-407]`, `[$USD]`: a currency by its sign or code, behind it the country whose sign it is.
_CURRENCY = re.compile(r"\[\$(?P<sign>[^\]\-]{1,8})(?:-(?P<place>[0-9A-Fa-f]{1,8}|[A-Za-z-]{2,12}))?\]")
# Countries whose dollar or yen sign is not that of the United States or China.
_BY_COUNTRY = {
    "C04": "HKD", "1004": "SGD", "404": "TWD", "C09": "AUD", "1009": "CAD", "1409": "NZD", "411": "JPY", "804": "CNY",
    "409": "USD", "540A": "USD", "80A": "MXN", "2C0A": "ARS", "340A": "CLP",
}  # fmt: skip
_SHARED_SIGNS = ("$", "¥", "￥", "kr", "kr.")


@dataclass(frozen=True, slots=True)
class Styles:
    """By the number of a style: how many digits it shows at least, the currency it shows, and those struck out."""

    widths: Mapping[str, int] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()


def attributes_of(tag: bytes) -> dict[str, str]:
    """The attributes of a tag."""
    return {
        name.decode("ascii", "replace"): html.unescape((one or other).decode("utf-8", "replace"))
        for name, one, other in _ATTRIBUTE.findall(tag)
    }


def styles_of(archive: zipfile.ZipFile, limits: PackedLimits) -> Styles:
    """The styles of an opened workbook that say more than how it looks."""
    try:
        styles = unpacked(archive, archive.getinfo("xl/styles.xml"), limits)
    except KeyError:
        return Styles()
    formats = {}
    for found in _FORMAT.finditer(styles):
        attributes = attributes_of(found[1])
        formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
    fonts = _FONTS.search(styles)
    every = enumerate(_FONT.finditer(fonts[1])) if fonts else ()
    struck = {str(number) for number, found in every if _STRIKE.search(found[1] or b"")}
    widths, currencies, out = {}, {}, set()
    cells = _STYLES.search(styles)
    for number, found in enumerate(_STYLE.finditer(cells[1])) if cells else ():
        attributes = attributes_of(found[1])
        code = formats.get(attributes.get("numFmtId", ""), "")
        if width := _width(code):
            widths[str(number)] = width
        if currency := currency_of_format(code):
            currencies[str(number)] = currency
        if attributes.get("fontId") in struck:
            out.add(str(number))
    return Styles(widths, currencies, frozenset(out))


def _width(code: str) -> int:
    code = code.replace('"', "").partition(";")[0]
    return len(code) if 2 <= len(code) <= 30 and not code.strip("0") else 0


def currency_of_format(code: str) -> str:
    """The currency's code a number format shows figures in, or an empty text."""
    shown = code.partition(";")[0]
    if found := _CURRENCY.search(shown):
        sign, place = found["sign"].strip(), (found["place"] or "").upper().lstrip("0")
        if sign in _SHARED_SIGNS:
            return _BY_COUNTRY.get(place[-4:].lstrip("0"), "") if place else _by_sign(sign)
        return _by_sign(sign)
    quoted = "".join(re.findall(r'"([^"]{1,8})"', shown))
    bare = re.sub(r'"[^"]*"|\\\\|[#0.,\s_*()\-?;\[\]]', "", shown)
    return _by_sign(quoted.strip()) or _by_sign(bare.strip())


def _by_sign(sign: str) -> str:
    return currency_in(sign) if 0 < len(sign) <= 8 else ""
