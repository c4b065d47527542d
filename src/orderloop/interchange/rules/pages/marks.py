"""What a page says beside its form that the order is not meant as it reads: stamps, other titles, words struck out."""

from collections.abc import Iterator, Sequence
from statistics import median

from orderloop.interchange.facts import Fault, FaultCode
from orderloop.interchange.rules.caveats import caveat_in, other_kind_in
from orderloop.interchange.rules.pages.lines import Line, Sheet, Token, pieces_of, text_of

_MOST = 20
_MOST_LINES = 2000
_HEAD_LINES, _FIRST_LINES = 14, 4
_LARGE = 1.12  # of the usual line's height
# A stroke through a word runs in the middle of its height; a line under it, or of a table, does not.
_STRUCK_FROM, _STRUCK_TO = 0.35, 0.72


def caveats_on(sheets: Sequence[Sheet]) -> list[Fault]:
    """What takes the order, or a line of it, back on the pages of the order; pages of terms speak of any order."""
    found = [*_other_titles(sheets[:1])]
    for sheet in sheets:
        for line in sheet.lines[:_MOST_LINES]:
            for piece in pieces_of(line, sheet, gap=1.5):
                if given := caveat_in(text_of(piece)):
                    found.append(_fault(sheet, piece, given))
            if struck := _struck(sheet, line):
                found.append(_fault(sheet, struck, text_of(struck)[:80]))
    return found[:_MOST]


def _fault(sheet: Sheet, tokens: Sequence[Token], given: str) -> Fault:
    return Fault(FaultCode.CAVEAT, sheet.place(tokens), {"given": given}, rejects=False)


def _other_titles(sheets: Sequence[Sheet]) -> Iterator[Fault]:
    """What stands at the head in large print, or by itself in capitals, and names a paper that is no order."""
    for sheet in sheets:
        usual = median(line.height for line in sheet.lines) if sheet.lines else 0.0
        for index, line in enumerate(sheet.lines[:_HEAD_LINES]):
            pieces = pieces_of(line, sheet, gap=1.5)
            for piece in pieces:
                text = text_of(piece)
                is_large = max(token.height for token in piece) > _LARGE * usual
                is_title = is_large or (len(pieces) == 1 and (text.isupper() or index < _FIRST_LINES))
                if is_title and (given := other_kind_in(text)):
                    yield _fault(sheet, piece, given)


def _struck(sheet: Sheet, line: Line) -> list[Token]:
    """The words of a line through which a stroke is drawn."""
    near = [each for each in sheet.horizontals if line.y0 < each[0] < line.y1] if not sheet.is_scan else []
    return [token for token in line.tokens if any(_is_through(token, *each) for each in near)] if near else []


def _is_through(token: Token, level: float, left: float, right: float) -> bool:
    share = (level - token.y0) / max(token.height, 1.0)
    slack = 0.25 * (token.x1 - token.x0)
    return _STRUCK_FROM < share < _STRUCK_TO and left <= token.x0 + slack and right >= token.x1 - slack
