"""Quantities and units: what customers call a unit, exact factors of a product, whole packs."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from orderloop.foundation.outcome import Reason

# Canonical code -> what customers write for it; the UN/ECE Recommendation 20 codes of electronic orders are among them.
UNIT_NAMES: Mapping[str, str] = {
    "EA": "EACH PC PCS PCE PIECE PIECES UNIT UNITS H87 C62 NMP STK STCK STUECK STÜCK "
    "UD UDS UN UND UNID UNIDAD UNIDADES PZ PZA PZAS PIEZA PIEZAS PEZZO PEZZI PÇ PEÇA PEÇAS SZT KS "
    "个 件 只 支 台 辆 条 根 把 块 片 枚 颗 粒 本 部 個 隻 條 PIÈCE PIÈCES",
    "SET": "SETS KIT KITS SATZ JEU JUEGO 套 组 組",
    "PR": "PAIR PAIRS PRS NPR PARES 双 对 副 雙 對 PAAR PAIRE PAIRES",
    "DZ": "DOZ DOZEN DOZENS DZN DTZ DUTZEND DOCENA 打",
    "BOX": "BOXES BX XBX CX CAIXA CAIXAS CAJA CAJAS BOÎTE BOÎTES KISTE KISTEN 盒",
    "CTN": "CARTON CARTONS CT CASE CASES CS XCT KRT KART KARTON KARTONS 箱 纸箱",
    "PK": "PACK PACKS PKT PACKET PACKETS PA XPK VE PCK PKG PACKUNG PACKUNGEN PAQUET PAQUETS PAQUETE 包",
    "BAG": "BAGS BG XBG 袋",
    "BTL": "BOTTLE BOTTLES XBO FL FLASCHE FLASCHEN BOUTEILLE BOTELLA 瓶",
    "ROLL": "ROLLS RL RO XRO RLL ROLLO ROLLOS 卷 捲 ROLLE ROLLEN ROULEAU ROULEAUX",
    "SHEET": "SHEETS SHT ST XST 张 張",
    "PLT": "PALLET PALLETS XPX PALETTE PALETTEN 托 托盘 板",
    "DRUM": "DRUMS DR XDR 桶",
    "KG": "KGS KGM KILO KILOGRAM KILOGRAMS 千克 公斤",
    "G": "GRM GRAM GRAMS 克",
    "T": "TNE TON TONS TONNE TONNES 吨",
    "LB": "LBS LBR POUND POUNDS 磅",
    "OZ": "ONZ OUNCE OUNCES 盎司",
    "M": "MTR METER METERS METRE METRES 米",
    "CM": "CMT 厘米",
    "MM": "MMT 毫米",
    "FT": "FOT FOOT FEET 英尺",
    "IN": "INH INCH INCHES 英寸",
    "M2": "MTK SQM ㎡ 平方米 平米",
    "M3": "MTQ CBM 立方米",
    "L": "LTR LITER LITERS LITRE LITRES 升",
    "ML": "MLT 毫升",
}
# Written so it is a German piece, while the code ST is a sheet.
_AS_WRITTEN = {"St": "EA", "st": "EA"}
_CODE_OF = {name: code for code, names in UNIT_NAMES.items() for name in (code, *names.split())}

MAX_DECIMALS = 6
QUANTITY_LIMIT = Decimal(10) ** 12


def canonical_unit(text: str) -> str | None:
    """The canonical code of a unit as a customer wrote it, or None when nobody calls a unit so."""
    written = text.strip().rstrip(".")
    return _AS_WRITTEN.get(written) or _CODE_OF.get(written.upper())


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount and the canonical code of its unit."""

    amount: Decimal
    unit: str


def to_base(quantity: Decimal, unit: str, factors: Mapping[str, Fraction]) -> Decimal | Reason:
    """`quantity` of `unit` in the product's base unit, exactly, or the reason why that cannot be said.

    `factors` are the product's own: canonical unit -> how many base units one of it holds, the base unit itself
    with 1. A factor is never taken from another product. Refused: `quantity_not_a_number`; `quantity_too_large` from
    10^12 up; `unit_unknown`; `unit_not_for_product`; `quantity_not_exact` when the result has no exact decimal of at
    most six places.
    """
    # Before any exact arithmetic: 1E999999999 would be written out digit by digit.
    if not quantity.is_finite():
        return Reason("quantity_not_a_number", "quantity", {"quantity": str(quantity)})
    if abs(quantity) >= QUANTITY_LIMIT:
        return Reason("quantity_too_large", "quantity", {"quantity": str(quantity), "limit": QUANTITY_LIMIT})
    code = canonical_unit(unit)
    if code is None:
        return Reason("unit_unknown", "unit", {"unit": unit})
    if code not in factors:
        return Reason("unit_not_for_product", "unit", {"unit": code, "possible": tuple(sorted(factors))})
    scaled = Fraction(quantity) * Fraction(factors[code]) * 10**MAX_DECIMALS
    if scaled.denominator != 1:
        return Reason("quantity_not_exact", "quantity", {"quantity": quantity, "unit": code})
    return _plain(Decimal(scaled.numerator).scaleb(-MAX_DECIMALS))


def round_up_to_pack(quantity: Decimal, pack: Decimal) -> Decimal:
    """The smallest whole number of packs that holds `quantity`, both in the base unit; `pack` above 0."""
    if pack <= 0:
        raise ValueError(f"a pack cannot hold {pack}")
    return _plain(pack * ceil(Fraction(quantity) / Fraction(pack)))


def pack_fault(quantity: Decimal, pack: Decimal) -> Reason | None:
    """`not_a_pack_multiple` with the rounded-up `proposed` quantity, or None when `quantity` is whole packs."""
    proposed = round_up_to_pack(quantity, pack)
    if proposed == quantity:
        return None
    return Reason("not_a_pack_multiple", "quantity", {"quantity": quantity, "pack": pack, "proposed": proposed})


def _plain(number: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent, so that 240 is not written 2.4E+2."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if whole == number else number.normalize()
