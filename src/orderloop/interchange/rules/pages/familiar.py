"""Recognised words held against words that are known: those of forms, of what is sold, and those read surely elsewhere
on the page. A word nobody knows that is a known one with a stroke lost is that one."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import combinations

from orderloop.interchange.facts import Page, Word
from orderloop.interchange.rules.lexicon import COLUMNS, LABELS, TITLES, TOTALS, column_meaning, label_meaning
from orderloop.interchange.rules.values import day_in, is_ean

# A Latin word; recognition also takes an l for a one, and dirt above it for an accent.
_LATIN = re.compile(r"(?<![A-Za-z0-9_@.\-])[A-Za-z01\u00e0-\u00ff|]{3,}(?![A-Za-z0-9_@\-]|\.\w)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{4,}")
# Signs a lost or an added stroke makes of one another.
_STROKES = str.maketrans(dict.fromkeys("ecéèêëç", "c") | dict.fromkeys("li1|íìîïj", "l") | dict.fromkeys("oóòôö0", "o"))
# The same of Chinese signs; nobody tells these apart where strokes are lost.
_ALIKE = str.maketrans(
    dict.fromkeys("日曰目", "口")
    | {"天": "大", "太": "大", "未": "末", "干": "千", "于": "千"}
    | {"入": "人", "八": "人", "玉": "王", "主": "王", "士": "土", "了": "丁", "己": "已", "井": "开"}
)
# The signs of codes that recognition takes for one another, or what is left of one for.
_CODE = re.compile(r"[A-Z0-9][A-Z0-9./_-]{4,23}")
_PAIRS = "35 56 38 68 80 17 14 OB 0O 0D 0Q 1I IL S5 B8 Z2 Z7 HI VY XN VN XK NH ., EF PF CG UV"
_SIGNS_ALIKE = {sign: "".join(other for pair in _PAIRS.split() for other in pair if sign in pair and other != sign)
                for sign in set(_PAIRS.replace(" ", ""))}  # fmt: skip
# Two or more strokes are an H or two; and what is left of letters printed thin.
_BARS = re.compile(r"(?<![A-Z])[HIl]{2,5}")
_OF_THIN_PRINT = frozenset(("1V", "1A", "4A", "1L", "1H", "1N", "1M", "VM", "2Z", "7Z", "lI", "lH"))
# Words that short are known ones only if their e lost its bar or their l is a one.
_SHORT, _LOST = 4, frozenset("c10íìîï")
# How long a Latin and a Chinese word are at least to be known by the page alone.
_SHORTEST_OF_PAGE, _LONG_OF_PAGE = 5, 6
# Below this a word is doubtful enough to be taken for a known one that is like it in all but one sign whatsoever; above
# that a word of the page is sure enough to be known.
_DOUBTFUL, _SURE, _CHANGED = 0.8, 0.9, 0.7
_SHORTEST_LIKE = 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known words: in small letters, and by what is left of each when strokes are lost; and known codes."""

    words: frozenset[str]
    by_strokes: dict[str, tuple[str, ...]]
    codes: frozenset[str] = frozenset()
    # Codes by each of themselves with one sign left open.
    by_gap: Mapping[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Vocabulary":
        """All words of some texts, Latin and Chinese; a text that is a code is known as that."""
        texts = list(texts)
        codes = frozenset(text for text in texts if _CODE.fullmatch(text) and sum(map(str.isdigit, text)) > 1)
        by_gap: dict[tuple[int, str], tuple[str, ...]] = {}
        for code in codes:
            for at in range(len(code)):
                key = at, code[:at] + code[at + 1 :]
                by_gap[key] = (*by_gap.get(key, ()), code)
        words = frozenset(word for text in texts for word in _words_in(text))
        by_strokes: dict[str, list[str]] = {}
        for word in words:
            by_strokes.setdefault(_strokes(word), []).append(word)
        return cls(words, {key: tuple(sorted(found)) for key, found in by_strokes.items()}, codes, by_gap)

    def code_like(self, text: str, sure: float = 1.0) -> str:
        """The one code that differs from a text in one sign that looks alike, or if that is doubtful in some such
        letters or in any one; the text where none or several do."""
        if text in self.codes:
            return text
        found = {
            code
            for at, sign in enumerate(text)
            for code in self.by_gap.get((at, text[:at] + text[at + 1 :]), ())
            if code[at] in _SIGNS_ALIKE.get(sign, "")
        }
        found |= {code for code in (_BARS.sub(bars, text, count=1) for bars in ("H", "HH")) if code in self.codes}
        if not found and sure < _SURE and _CODE.fullmatch(text.upper()):
            found = {code for code in self.codes if _is_code_in_doubt(text, code)} or {
                code
                for at in range(len(text))
                for code in self.by_gap.get((at, text[:at] + text[at + 1 :]), ())
                if code[at].isalpha()
            }
        return found.pop() if len(found) == 1 else text


def _is_code_in_doubt(text: str, code: str) -> bool:
    """Whether a text is a code with up to three signs taken for others that look alike, not more than one a digit."""
    if len(text) != len(code):
        return False
    wrong = [(sign, meant) for sign, meant in zip(text, code, strict=True) if sign != meant]
    return (
        len(wrong) <= min(3, len(code) // 3)
        and sum(meant.isdigit() for _sign, meant in wrong) < 2
        and all(meant in _SIGNS_ALIKE.get(sign, "") or sign + meant in _OF_THIN_PRINT for sign, meant in wrong)
    )


def _words_in(text: str) -> Iterator[str]:
    yield from (found.lower() for found in re.findall(r"[A-Za-z]{3,}", text))
    yield from re.findall(r"[\u4e00-\u9fff]{3,}", text)


def _strokes(word: str) -> str:
    return word.lower().translate(_STROKES).translate(_ALIKE)


@cache
def of_forms() -> Vocabulary:
    """The words by which forms name their fields."""
    return Vocabulary.of(text for table in (LABELS, TOTALS, COLUMNS, TITLES) for text in table.values())


def familiar_page(page: Page, known: Vocabulary) -> Page:
    """A recognised page with its `familiar` words."""
    return replace(page, words=tuple(familiar(page.words, known)))


def familiar(words: Sequence[Word], known: Vocabulary) -> list[Word]:
    """A page's words, unknown ones with a lost stroke mended, measures with the sign the page writes between them,
    and labels parted from the values behind them."""
    words = _with_diagonals(_with_addresses(_with_crosses(_with_barcodes_whole(words))))
    page = Vocabulary.of(
        found
        for word in words
        if word.confidence >= _SURE
        for found in _words_in(word.text)
        if len(found) >= (_SHORTEST_OF_PAGE if found.isascii() else _LONG_OF_PAGE)
    )
    words = [replace(word, text=_parted(_mended(word, (of_forms(), known), page))) for word in words]
    return [_changed(word, known.code_like(word.text, word.confidence)) for word in words]


def _mended(word: Word, known: Sequence[Vocabulary], page: Vocabulary) -> str:
    text = _LATIN.sub(lambda found: _latin(found[0], word.confidence, known, page), word.text)
    return _CHINESE.sub(lambda found: _chinese(found[0], word.confidence, known, page), text)


def _latin(text: str, sure: float, known: Sequence[Vocabulary], page: Vocabulary) -> str:
    lower = text.lower()
    if any(lower in each.words for each in known) or sum(sign.isascii() and sign.isalpha() for sign in text) < 2:
        return text
    if (plain := _without_marks(lower)) != lower and plain in page.words:
        return _cased(plain, text)
    found = {word for each in known for word in each.by_strokes.get(_strokes(lower), ())}
    if not found and sure < _SURE and len(lower) >= _SHORTEST_OF_PAGE:
        found = set(page.by_strokes.get(_strokes(lower), ())) - {lower}
    if not found and sure < _DOUBTFUL and len(lower) >= _SHORTEST_LIKE and "1" not in lower and lower not in page.words:
        found = {word for each in known for word in each.words if word.isascii() and _is_near(lower, word)}
    meant = found.pop() if len(found) == 1 else lower
    if len(lower) <= _SHORT and any(a != b and a not in _LOST for a, b in zip(lower, meant, strict=False)):
        return text
    return text if meant == lower else _cased(meant, text)


def _without_marks(word: str) -> str:
    """A word without the accents that dirt makes."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))


def _cased(word: str, like: str) -> str:
    # A nought is as tall as a capital.
    is_capital = like[0].isupper() or like[0] == "0"
    return word.upper() if like.isupper() else word.capitalize() if is_capital else word


def _is_near(one: str, other: str) -> bool:
    """Whether two words differ in one sign, be it another, one more or one less."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        return sum(a != b for a, b in zip(short, long, strict=True)) == 1
    return any("".join(kept) == short for kept in combinations(long, len(short)))


def _chinese(text: str, sure: float, known: Sequence[Vocabulary], page: Vocabulary) -> str:
    """The one known word that a lost stroke made this of, or if it is doubtful that differs in one sign; a run of signs
    that holds other words too is left alone."""
    if any(text in each.words for each in (*known, page)):
        return text
    found = {word for each in known for word in each.by_strokes.get(_strokes(text), ())}
    if not found and sure < _DOUBTFUL:
        found = {
            word
            for each in (*known, page)
            for word in each.words
            if len(word) == len(text) and sum(a != b for a, b in zip(word, text, strict=True)) == 1
        }
    return found.pop() if len(found) == 1 else text


def _with_barcodes_whole(words: Sequence[Word]) -> list[Word]:
    """Words with a barcode that runs over a ruling out of its cell in one again: its last digit checks the others."""
    whole: list[Word] = []
    for word in words:
        last = whole[-1] if whole else None
        if last is not None and is_ean(last.text + word.text) and _adjoin(last, word):
            right, bottom = word.box[2], max(last.box[3], word.box[3])
            sure = min(last.confidence, word.confidence)
            whole[-1] = Word(last.text + word.text, (*last.box[:2], right, bottom), sure)
        else:
            whole.append(word)
    return whole


def _adjoin(left: Word, right: Word) -> bool:
    """Whether two words of a page stand side by side, no further apart than letters do; a page is about as high as
    broad."""
    level = (right.box[1] + right.box[3]) / 2
    return left.box[1] < level < left.box[3] and right.box[0] - left.box[2] < 0.5 * (left.box[3] - left.box[1])


_ADDRESS = re.compile(r"@[\w-]+\.|^www?\.")
_SYLLABLES = re.compile(
    r"(?:(?![gkh]i)(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:[iu]?ang|iong|[eio]ng|[iu]?an|[eiu]n|[iu]a|ia?o|uo|ai|ei|ao|ou|ie|i?u|"
    r"ui|uai|ue|er|[aoeiv])){2,}"
)
# What addresses end with: the usual ones, and the one that is set aside for examples.
_USUAL_ENDINGS = "com net org edu gov info biz io cn hk tw de fr it es nl pl uk us eu jp kr example"
_ENDINGS = {_strokes(ending): ending for ending in _USUAL_ENDINGS.split()}
# What may be a number behind a name: one that begins with a digit, or with what may be a one before two more.
_SERIAL = re.compile(r"(?:\d|l(?=\d{2}))[\dlIoO]*")
_AS_DIGITS = str.maketrans("lIoO", "1100")


def _with_addresses(words: Sequence[Word]) -> list[Word]:
    """Words that are addresses of mail or the web with the letters that recognition mistakes put right: the ending,
    and in a name and the number behind it ones and l, where the page states the name or it is of Chinese syllables."""
    texts = (word.text.lower() for word in words if not _ADDRESS.search(word.text))
    stated = {_strokes(name): name for text in texts for name in re.findall(r"[a-z]{4,}", text)}
    told = [_address(word.text, stated) if _ADDRESS.search(word.text) else word.text for word in words]
    return [_changed(word, text) for word, text in zip(words, told, strict=True)]


def _address(text: str, stated: Mapping[str, str]) -> str:
    labels = [_named(label, stated) for label in re.split(r"([@.:：/])", text)]
    labels[-1] = _ENDINGS.get(_strokes(labels[-1]), labels[-1])
    return "".join(labels)


def _named(label: str, stated: Mapping[str, str]) -> str:
    """A part of an address as a name and the number behind it."""
    for end in range(len(label), 3, -1):
        name, serial = label[:end], label[end:]
        if serial and not _SERIAL.fullmatch(serial):
            continue
        name = name if name in stated.values() else stated.get(_strokes(name), name)
        # Before a letter there is a letter.
        letters = re.sub(r"[10](?=[a-z])", lambda sign: "l" if sign[0] == "1" else "o", name)
        if name in stated.values() or (len(letters) > _SHORT and _SYLLABLES.fullmatch(letters)):
            return (name if name in stated.values() else letters) + serial.translate(_AS_DIGITS)
    return label


def _changed(word: Word, text: str) -> Word:
    """A word that says something else than was read, which nobody may take unseen."""
    return word if text == word.text else replace(word, text=text, confidence=min(word.confidence, _CHANGED))


_MARK = re.compile(r"(?<![A-Za-z])[A-Z]{2,4}(?![A-Za-z])")


def _with_diagonals(words: Sequence[Word]) -> list[Word]:
    """Words with an N for an X or V in a mark (`8*30-ZX`) that the page has surely and more than once with an N; a code
    changed so is no longer what was read, and a person looks."""
    sure = Counter(mark for word in words if word.confidence >= _SURE for mark in _MARK.findall(word.text))

    def meant(found: re.Match[str]) -> str:
        mark = found[0]
        others = {f"{mark[:at]}N{mark[at + 1 :]}" for at, sign in enumerate(mark) if sign in "XV"}
        known = [other for other in others if sure[other] > 1 and not sure[mark]]
        return known[0] if len(known) == 1 else mark

    return [word if word.confidence >= _SURE else _changed(word, _MARK.sub(meant, word.text)) for word in words]


_MEASURE = re.compile(r"(?<![\w.])([A-Za-z]{0,2})(\d{1,4})([xX×*])(\d{1,4})(?=(-(?=[A-Z])|[A-Za-z]{0,2}(?![\w.])))")


def _with_crosses(words: Sequence[Word]) -> list[Word]:
    """Words with a doubtful sign between the figures of a measure as the page's other measures of the kind have it:
    those that were read more surely, or else most."""
    signs: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for word in words:
        for before, _one, sign, _other, unit in _MEASURE.findall(word.text):
            signs.setdefault((before, unit), []).append((word.confidence, sign))

    def meant(found: re.Match[str], sure: float) -> str:
        every = signs[found[1], found[5]]
        surer = {sign for other, sign in every if other > sure}
        sign, most = Counter(sign for _sure, sign in every).most_common(1)[0]
        if len(surer) == 1:
            sign = surer.pop()
        elif most * 3 < len(every) * 2:
            sign = found[3]
        return f"{found[1]}{found[2]}{sign}{found[4]}"

    return [
        replace(word, text=_MEASURE.sub(partial(meant, sure=word.confidence), word.text))
        if word.confidence < _SURE
        else word
        for word in words
    ]


_LABELLED = re.compile(r"^[\u3400-\u9fff]{2,8}")


_YEAR = re.compile(r"(?<=[A-Za-z]{3})(?=20\d\d[年\-/.]\d)")


def _parted(text: str) -> str:
    """A label and what stands behind it without a blank, as narrow blanks come out, with a blank between."""
    text = _YEAR.sub(" ", text)
    head = _LABELLED.match(text)
    if head is None or " " in text or _is_title(text):
        return text
    for end in range(min(head.end(), len(text) - 2), 1, -1):
        meaning = label_meaning(text[:end], {})
        if meaning is None or text[end] in ":：/(（）)、，。":
            continue
        if meaning.strength >= 1 or day_in(text[end:]) is not None:
            return f"{text[:end]} {text[end:]}"
    return text


def _is_title(text: str) -> bool:
    return label_meaning(text, {}) is not None or column_meaning(text, {}) is not None
