"""Cut Noto Sans CJK SC down to GB 2312 and Latin. Needs fonttools and compreffor, which nothing else here needs.

python tools/document_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
"""

import sys
from pathlib import Path

import compreffor
from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parents[1] / "src/orderloop/platform/fonts/NotoSansSC-Regular-GB2312.otf"
SIMPLIFIED_CHINESE_FACE = 2
SIGN_ROWS, HANZI_ROWS = (0xA1, 0xA2, 0xA3, 0xA6), range(0xB0, 0xF8)
SIGNS = "€℃№™←↑→↓∀□☑✓￥￡\ufffd"


def characters() -> set[int]:
    found = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2040), *range(0xFF01, 0xFF5F), *map(ord, SIGNS)}
    for row in (*SIGN_ROWS, *HANZI_ROWS):
        found |= set(map(ord, bytes(b for cell in range(0xA1, 0xFF) for b in (row, cell)).decode("gb2312", "ignore")))
    return found


def main(source: str) -> None:
    font = TTFont(source, fontNumber=SIMPLIFIED_CHINESE_FACE, lazy=True)
    options = subset.Options(hinting=False, desubroutinize=True, notdef_outline=True, name_IDs=[*range(8), 13, 14])
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "GPOS", "GSUB", "GDEF", "DSIG"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=characters())
    cut.subset(font)
    compreffor.compress(font)
    font.save(TARGET)


if __name__ == "__main__":
    main(sys.argv[1])
