"""Where in a document that nobody has mapped the orders and their lines stand, by the names and what is repeated."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from orderloop.interchange.facts import HEADER_FIELDS, LINE_FIELDS, Hints
from orderloop.interchange.rules.lexicon import Meaning
from orderloop.interchange.rules.xml.field_names import (
    header_meaning,
    is_line_name,
    is_telephone,
    line_meaning,
    side_of,
    words_of,
)
from orderloop.interchange.rules.xml.tree import Branch

_IDENTITIES = frozenset({"item", "customer_item", "barcode", "description"})
CODES = _IDENTITIES - {"description"}
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Names:
    """What names mean here; each name is looked up once, however many lines have it."""

    hints: Hints
    lines: dict[tuple[str, str], Meaning | None] = field(default_factory=dict)

    def in_line(self, leaf: Branch, line: Branch | None = None) -> Meaning | None:
        above = leaf.parent.name if leaf.parent is not None and leaf.parent is not line else ""
        key = (leaf.name, above)
        if key not in self.lines:
            meaning = line_meaning(leaf.name, above, self.hints.columns)
            self.lines[key] = meaning if meaning is not None and meaning.name in LINE_FIELDS else None
        return self.lines[key]

    def in_header(self, leaf: Branch, order: Branch) -> Meaning | None:
        above = [branch.name for branch in leaf.above() if branch is not order and branch.parent is not None]
        side = side_of(above)
        if side == "seller" or any(is_telephone(name) for name in above):
            return None
        meaning = header_meaning(leaf.name, above[0] if above else "", side, self.hints.labels)
        name = meaning.name.removeprefix("sum:") if meaning else ""
        return Meaning(name, meaning.strength, meaning.origin) if meaning and name in HEADER_FIELDS else None


def _shape(branch: Branch) -> tuple[str, ...]:
    return (branch.name, *(each.name for each in branch.above()))


def lines_of(root: Branch, names: Names) -> tuple[list[Branch], list[Branch]]:
    """The lines, and the quantities within them that are of parts or deliveries of a line and not of the line."""
    quantities, inner = _quantity_leaves(root, names)
    return (_lines(quantities, names), inner) if quantities else ([], [])


def _quantity_leaves(root: Branch, names: Names) -> tuple[list[Branch], list[Branch]]:
    """The leaves named as quantities, of the kind that is most frequent, and those that stand deeper in the same."""
    kinds: dict[tuple[str, ...], list[Branch]] = {}
    for leaf in root.below():
        if leaf.text and not any(part.name[:1] != "@" for part in leaf.parts):
            meaning = names.in_line(leaf)
            if meaning is not None and meaning.name == "quantity" and meaning.strength > _SURE:
                kinds.setdefault(_shape(leaf), []).append(leaf)
    inner: list[Branch] = []
    outer = [shape[1:] for shape, leaves in kinds.items() if _has_code(leaves[0].parent, names)]
    for shape in list(kinds):
        if any(len(shape) > len(holder) + 1 and shape[-len(holder) :] == holder for holder in outer):
            inner += kinds.pop(shape)
    return max(kinds.values(), key=len, default=[]), inner


def _has_code(branch: Branch | None, names: Names) -> bool:
    meanings = (names.in_line(part, branch) for part in (branch.parts if branch is not None else ()) if part.text)
    return any(meaning is not None and meaning.name in CODES and meaning.strength > _SURE for meaning in meanings)


def _lines(quantities: list[Branch], names: Names) -> list[Branch]:
    """The branch of each line: the nearest that stands among others of its kind and names goods."""
    above = [list(leaf.above()) for leaf in quantities]
    repeated = [_is_repeated(level[depth] for level in above) for depth in range(len(above[0]) - 1)]
    named = [_names_goods(level, names) for level in above[0][:-1]]
    depth = next((i for i, (many, goods) in enumerate(zip(repeated, named, strict=True)) if many and goods), None)
    if depth is None:
        depth = next((i for i, goods in enumerate(named) if goods), None)
        if depth is None:
            return []
        while depth + 1 < len(named) and is_line_name(above[0][depth + 1].name):
            depth += 1
    known = {id(level[depth]): level[depth] for level in above}
    holders = {id(line.parent): line for line in known.values()}
    # A line whose quantity is missing is a line all the same.
    beside = [part for line in holders.values() for part in _siblings(line)]
    found = [part for part in beside if id(part) in known or _names_goods(part, names)]
    return found


def _is_repeated(branches: Iterable[Branch]) -> bool:
    seen: dict[int, int] = {}
    for branch in branches:
        if branch.is_member:
            return True
        holder = id(branch.parent)
        if seen.setdefault(holder, id(branch)) != id(branch):
            return True
    return False


def _names_goods(branch: Branch, names: Names) -> bool:
    meanings = (names.in_line(leaf, branch) for leaf in branch.below() if leaf.text)
    return any(meaning is not None and meaning.name in _IDENTITIES for meaning in meanings)


def by_order(root: Branch, lines: list[Branch]) -> list[tuple[Branch, list[Branch]]]:
    """The lines of each order: of what is repeated above the lines and says something of itself, else of the root."""
    above = [list(line.above()) for line in lines]
    for depth in range(len(above[0]) - 1):
        candidates = {id(level[depth]): level[depth] for level in above}
        among = {id(part): part for each in candidates.values() for part in _siblings(each)}
        if (len(among) > 1 or next(iter(among.values())).is_member) and all(
            side_of([each.name]) == "" and _has_own_leaves(each) for each in candidates.values()
        ):
            grouped: dict[int, tuple[Branch, list[Branch]]] = {}
            for line, level in zip(lines, above, strict=True):
                grouped.setdefault(id(level[depth]), (level[depth], []))[1].append(line)
            return list(grouped.values())
    return [(root, lines)]


def _siblings(branch: Branch) -> list[Branch]:
    return [part for part in branch.parent.parts if part.name == branch.name] if branch.parent else [branch]


def _has_own_leaves(branch: Branch) -> bool:
    """Whether it says more of itself than its lines: a group of lines is no order."""
    return any(part.text and words_of(part.name) not in ("group", "name") for part in branch.parts)
