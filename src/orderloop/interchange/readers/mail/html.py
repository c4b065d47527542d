"""The text of a mail's HTML as a reader sees it: tables with tabs, quotations marked, nothing hidden."""

import re
from collections.abc import Mapping

from lxml import etree

MOST_SIGNS = 2_000_000
MOST_TEXT = 400_000
DEEPEST_QUOTE = 20
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "form",
        "center",
        "address",
        "hr",
    ]
)
_UNSEEN = frozenset(
    [
        "script",
        "style",
        "head",
        "title",
        "template",
        "noscript",
        "object",
        "svg",
        "math",
        "select",
        "textarea",
        "button",
    ]
)
_VOID = frozenset(
    ["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"]
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote", re.IGNORECASE)
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def html_text(html: str) -> tuple[str, bool, frozenset[str]]:
    """The text, whether it holds a table of at least two rows and columns, and the content ids of the images shown."""
    seen = _Seen()
    parser = etree.HTMLParser(target=seen, recover=True, no_network=True, huge_tree=False, remove_comments=True)
    try:
        parser.feed(_UNSAFE.sub(" ", html[:MOST_SIGNS]))
        parser.close()
    except (etree.LxmlError, ValueError, AssertionError):
        pass  # what was seen until then is the text
    return seen.text(), seen.widest_table > 1, frozenset(seen.images)


class _Seen:
    """Takes the parser's events and writes lines of text. No tree is built, so depth costs nothing."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._open: list[tuple[str, bool, bool]] = []
        self._unseen = self._quoted = self._written = self._pre = 0
        self._rows: list[list[int]] = []
        self.widest_table = 0
        self.images: set[str] = set()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "img":
            self._image(attributes.get("src", ""))
        if tag in _VOID:
            if tag in {"br", "hr"}:
                self._break(blank=True)
            return
        hidden = tag in _UNSEEN or "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")[:2000]))
        quoted = tag == "blockquote" or bool(_QUOTES.search(attributes.get("class", "")[:500]))
        quoted &= not self._is_signature(attributes)
        if quoted:
            self._break()
        self._open.append((tag, hidden, quoted))
        self._unseen += hidden
        self._quoted += quoted
        self._pre += tag == "pre"
        if not self._unseen:
            self._structure(tag)

    @staticmethod
    def _is_signature(attributes: Mapping[str, str]) -> bool:
        return "signature" in attributes.get("class", "").lower()

    def _structure(self, tag: str) -> None:
        if tag == "table":
            self._break()
            self._rows.append([0, 0])
        elif tag == "tr":
            self._break()
            if self._rows:
                self._rows[-1][1] = 0
        elif tag in {"td", "th"}:
            if self._rows:
                self._rows[-1][1] += 1
                if self._rows[-1][1] > 1:
                    self._line.append("\t")
        elif tag == "li":
            self._break()
        elif tag in _BLOCKS:
            self._break(soft=self._in_cell())

    def end(self, tag: str) -> None:
        for at in range(len(self._open) - 1, max(-1, len(self._open) - 60), -1):
            if self._open[at][0] == tag:
                break
        else:
            return
        for closed, hidden, quoted in reversed(self._open[at:]):
            if not self._unseen:
                self._close(closed)
            if quoted:
                self._break()
            self._unseen -= hidden
            self._quoted -= quoted
            self._pre -= closed == "pre"
        del self._open[at:]

    def _close(self, tag: str) -> None:
        if tag == "tr":
            self._break()
            if self._rows and self._rows[-1][1] > 1:
                self._rows[-1][0] += 1
                if self._rows[-1][0] > 1:
                    self.widest_table = max(self.widest_table, self._rows[-1][1])
        elif tag == "table" and self._rows:
            self._rows.pop()
            self._break()
        elif tag in _BLOCKS or tag == "li":
            self._break(soft=self._in_cell())

    def data(self, text: str) -> None:
        if self._unseen or self._written > MOST_TEXT:
            return
        self._written += len(text)
        if self._pre:
            for n, piece in enumerate(text.replace("\r\n", "\n").split("\n")):
                if n:
                    self._break(blank=True)
                self._line.append(piece)
            return
        # A tab parts cells and nothing else; blanks of any kind are one.
        self._line.append(re.sub(r"[\s\u00a0]+", " ", text))

    def close(self) -> None:
        self._break()

    def text(self) -> str:
        """The lines, with at most one empty one between."""
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def _image(self, source: str) -> None:
        if source.lower().startswith("cid:") and len(self.images) < 500:
            self.images.add(source[4:].strip())

    def _in_cell(self) -> bool:
        return any(tag in {"td", "th"} for tag, _hidden, _quoted in self._open[-12:]) and bool(self._rows)

    def _break(self, *, soft: bool = False, blank: bool = False) -> None:
        if soft:
            self._line.append(" ")
            return
        joined = "".join(self._line)
        cells = [" ".join(cell.split()) for cell in joined.split("\t")] if not self._pre else [joined.rstrip()]
        line = "\t".join(cells).rstrip("\t") if any(cells) else ""
        self._line = []
        if line or (blank and self._lines and self._lines[-1]):
            self._lines.append("> " * min(self._quoted, DEEPEST_QUOTE) + line if line else "")
