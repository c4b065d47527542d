"""XML opened so that nothing in it can reach out, grow or hide: no entities, no external parts, bounded everywhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from orderloop.interchange.facts import Fault, FaultCode, Place
from orderloop.interchange.rules.encodings import decoded

MAX_BYTES = 32 * 1024 * 1024
MAX_TAGS = 1_000_000
MAX_ATTRIBUTES = 1_000_000
MAX_DEPTH = 100
MAX_TEXT = 10_000

_JUNK_SHOWN = 40
# Where a document type may be named: on the web, or as a plain file name. It is never fetched.
_HARMLESS_IDENTIFIER = re.compile(r"(https?://[^\s\"'<>]+|[\w.-]+\.dtd)\Z", re.IGNORECASE)
_PROLOG_PIECE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(
    r"""<!DOCTYPE\s+[^\s\[>]+\s*(?:(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s*(?P<system>"[^"]*"|'[^']*')\s*)?"""
    r"""(?:\[(?P<inner>\s*)\]\s*)?>"""
)
_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_TOO_DEEP = etree.XPath("boolean(/*" + "/*" * MAX_DEPTH + ")")


@dataclass(frozen=True, slots=True)
class Opened:
    """The root of a document that was opened, or none, and the faults met on the way."""

    root: "Node | None"
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Node:
    """An element with its path. Children are found by local name: dialects differ in prefixes and even namespaces."""

    element: etree._Element
    path: str
    _children: "dict[str, list[Node]] | None" = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The local name."""
        return _local(self.element)

    @property
    def namespace(self) -> str:
        """The namespace, or an empty text."""
        tag = self.element.tag
        return tag[1:].partition("}")[0] if tag.startswith("{") else ""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(path=self.path)

    @property
    def raw(self) -> str:
        """The text in it, as it stands; clipped where nobody would read on."""
        element = self.element
        text = (element.text or "") if len(element) == 0 else "".join(element.itertext())
        return text[: MAX_TEXT + 1]

    @property
    def text(self) -> str:
        """The text in it without needless and invisible blanks."""
        return cleaned(self.raw)

    def attribute(self, name: str) -> str:
        """An attribute's cleaned text by its local name, or an empty text."""
        value = self.element.get(name)
        if value is None:
            value = next((v for k, v in self.element.items() if k.rpartition("}")[2] == name), "")
        return cleaned(value)

    def children(self) -> "dict[str, list[Node]]":
        """Child elements by local name, in their order; each path carries an index where several have one name."""
        if self._children is None:
            found: dict[str, list[etree._Element]] = {}
            for child in self.element.iterchildren("*"):
                found.setdefault(_local(child), []).append(child)
            self._children = {
                name: [
                    Node(each, f"{self.path}/{_shown(each)}" + (f"[{index}]" if len(same) > 1 else ""))
                    for index, each in enumerate(same, start=1)
                ]
                for name, same in found.items()
            }
        return self._children

    def all(self, path: str) -> "list[Node]":
        """Every element under a path of local names, such as `Party/PartyName/Name`."""
        nodes = [self]
        for name in path.split("/"):
            nodes = [child for node in nodes for child in node.children().get(name, ())]
        return nodes

    def first(self, path: str) -> "Node | None":
        """The first element under a path of local names."""
        return next(iter(self.all(path)), None)

    def said(self, path: str) -> str:
        """The cleaned text of the first element under a path, or an empty text."""
        node = self.first(path)
        return node.text if node else ""

    def inside(self, depth: int) -> "Iterator[Node]":
        """Itself and what it holds, down to so many levels."""
        yield self
        if depth > 0:
            for same in self.children().values():
                for child in same:
                    yield from child.inside(depth - 1)


def open_xml(content: bytes) -> Opened:
    """The document's root, or the fault that kept it closed."""
    if not content.strip(b" \t\r\n\x00\x1a"):
        return _closed(FaultCode.EMPTY)
    if len(content) > MAX_BYTES:
        return _closed(FaultCode.TOO_LARGE, limit=f"{MAX_BYTES // 1024 // 1024} MB")
    text, faults = decoded(content)
    if text is None:
        return Opened(None, faults)
    text, junk = _from_the_start(text)
    if junk:
        shown = junk[:_JUNK_SHOWN]
        faults = (*faults, Fault(FaultCode.DOUBTFUL, Place("/"), {"name": "/", "given": shown}, rejects=False))
    refused = _refused_size(text)
    if refused is None:
        text, refused = _without_doctype(text)
    if refused:
        return Opened(None, (*faults, refused))
    opened = _parsed(text)
    return Opened(opened.root, (*faults, *opened.faults))


def cleaned(text: str) -> str:
    """Without invisible characters, blanks in a row as one."""
    return " ".join((text if text.isascii() else text.translate(_INVISIBLE)).split())


def _closed(code: FaultCode, **params: str) -> Opened:
    return Opened(None, (Fault(code, params=params),))


def _from_the_start(text: str) -> tuple[str, str]:
    """The document from its first mark on, and what stood before it (blanks do not count)."""
    start = text.find("<?xml")
    first = text.find("<")
    start = start if 0 <= start <= max(first, 0) + 1024 else max(first, 0)
    junk = cleaned(text[:start].strip("\x00\ufeff"))
    return text[start:].rstrip(" \t\r\n\x00\x1a"), junk


def _refused_size(text: str) -> Fault | None:
    for mark, limit, name in (("<", MAX_TAGS, "elements"), ("=", MAX_ATTRIBUTES, "attributes")):
        if text.count(mark) > limit:
            return Fault(FaultCode.TOO_COMPLEX, params={"detail": f"{name} > {limit}"})
    return None


def _without_doctype(text: str) -> tuple[str, Fault | None]:
    """The document without its document type, so that any entity in it is one that nobody defined.

    A document type may be named, as cXML does; it may define nothing and point nowhere but to the web.
    """
    position = 0
    while piece := _PROLOG_PIECE.match(text, position):
        position = piece.end()
    if text[position : position + 9].upper() != "<!DOCTYPE":
        return text, None
    stated = _DOCTYPE.match(text, position)
    if stated is None:
        return text, Fault(FaultCode.FORBIDDEN_CONTENT, params={"detail": "DOCTYPE [ENTITY]"})
    system = (stated["system"] or "")[1:-1]
    if system and not _HARMLESS_IDENTIFIER.match(system):
        return text, Fault(FaultCode.FORBIDDEN_CONTENT, params={"detail": f"DOCTYPE SYSTEM {system[:80]}"})
    # As many lines as before, so that a fault's place stays true.
    return text[:position] + "\n" * stated[0].count("\n") + text[stated.end() :], None


def _parsed(text: str) -> Opened:
    body = _DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body.encode(), parser)
    except etree.XMLSyntaxError as error:
        code, detail = _meant(error)
        return _closed(code, detail=detail)
    if _TOO_DEEP(root):
        return _closed(FaultCode.TOO_COMPLEX, detail=f"depth > {MAX_DEPTH}")
    return Opened(Node(root, f"/{_shown(root)}"))


def _meant(error: etree.XMLSyntaxError) -> tuple[FaultCode, str]:
    said = str(error.msg or "")
    line, column = error.position
    code = FaultCode.TOO_COMPLEX if "xcessive depth" in said or "huge" in said.lower() else FaultCode.DAMAGED
    return code, f"{line}:{column}"


def _local(element: etree._Element) -> str:
    return _local_of(element.tag)


@lru_cache(maxsize=4096)
def _local_of(tag: str) -> str:
    return tag.rpartition("}")[2]


def _shown(element: etree._Element) -> str:
    return f"{element.prefix}:{_local(element)}" if element.prefix else _local(element)
