"""A document read again for a draft that people have worked on since: what they said stays."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from orderloop.intake.rules.bodies import HEADER_FIELDS
from orderloop.intake.rules.correcting import LINE_NAMES, line_of

Body = Mapping[str, Any]
Sources = Mapping[str, Mapping[str, object]]


def said_since(read: Body, now: Body, sources: Sources) -> dict[str, str] | None:
    """What people have put into a draft since its document was read, by path; what they only found right is among it.

    None where lines were added or taken out, so that no path says which line is meant.
    """
    if len(read["lines"]) != len(now["lines"]):
        return None
    before, after = values_by_path(read), values_by_path(now)
    said = {path: after.get(path, "") for path in {**before, **after} if before.get(path) != after.get(path)}
    return said | {path: after.get(path, "") for path, source in sources.items() if source.get("author")}


def moved_lines(said: Mapping[str, str], read: Body, new: Body) -> dict[str, str] | None:
    """Under each path of `said` the path it has in the document as it is read now; None where a line has no place.

    A line keeps its place where there are as many as before; else it is known by its item, if no other line has it.
    """
    if len(read["lines"]) == len(new["lines"]):
        return {path: path for path in said}
    before, after = ([str(line.get("item", "")) for line in body["lines"]] for body in (read, new))
    times, times_before = Counter(after), Counter(before)
    moved = {}
    for path in said:
        line = line_of(path)
        if line is None:
            moved[path] = path
            continue
        item = before[line[0]]
        if not item or times[item] != 1 or times_before[item] != 1:
            return None
        moved[path] = f"lines/{after.index(item)}/{line[1]}"
    return moved


def values_by_path(body: Body) -> dict[str, str]:
    """The values of a draft's document by path."""
    values = {name: str(body[name]) for name in HEADER_FIELDS if name in body}
    for n, line in enumerate(body["lines"]):
        values |= {f"lines/{n}/{name}": str(line[name]) for name in LINE_NAMES if name in line}
    return values
