"""What a search box finds: texts made comparable, Chinese ones also by their pinyin and its initials."""

import unicodedata
from collections.abc import Iterable

LONGEST_KEY = 800


def folded(text: str) -> str:
    """`text` as it is compared: NFKC, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def search_key(texts: Iterable[str]) -> str:
    """The texts folded, each Chinese one followed by its pinyin and by the initials of its pinyin."""
    words: list[str] = []
    for text in texts:
        plain = folded(text)
        words.append(plain)
        if any("\u4e00" <= letter <= "\u9fff" for letter in plain):
            words += _pinyin(plain)
    return " ".join(dict.fromkeys(word for word in words if word))[:LONGEST_KEY]


def contains_pattern(text: str) -> str:
    """The LIKE pattern of all keys that hold `text`, with its wildcards taken literally."""
    literal = folded(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"


def _pinyin(text: str) -> tuple[str, str]:
    from pypinyin import Style, lazy_pinyin  # its tables take 20 MB, and most processes never save a name

    syllables = lazy_pinyin(text, errors="default")
    initials = lazy_pinyin(text, style=Style.FIRST_LETTER, errors="default")
    return "".join(syllables).replace(" ", ""), "".join(initials).replace(" ", "")
