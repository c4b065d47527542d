"""A document of names within names, XML and JSON alike, and the paths by which a mapping finds values in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_STEP = re.compile(r"(?P<name>[^\[\]]+)(?P<tests>(?:\[[^\[\]]+\])*)")
_TEST = re.compile(r"\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A named part of a document: its own text and the parts in it. `shown`: its step in the path a person sees.

    Attributes of XML are parts whose name begins with `@`; members of a JSON list are parts of the list's name.
    """

    name: str
    shown: str
    text: str = ""
    parent: "Branch | None" = field(default=None, repr=False)
    parts: "list[Branch]" = field(default_factory=list, repr=False)
    is_member: bool = False

    @property
    def path(self) -> str:
        """The way to it from the root."""
        steps = [branch.shown for branch in (self, *self.above())]
        return "/" + "/".join(step for step in reversed(steps) if step)

    def above(self) -> "Iterator[Branch]":
        """What it stands in, the nearest first."""
        branch = self.parent
        while branch is not None:
            yield branch
            branch = branch.parent

    def below(self, *, but: "frozenset[int]" = frozenset()) -> "Iterator[Branch]":
        """Itself and all in it, in order, without the branches whose `id` is in `but`."""
        waiting = [self]
        while waiting:
            branch = waiting.pop()
            if id(branch) in but:
                continue
            yield branch
            waiting.extend(reversed(branch.parts))

    def find(self, path: str) -> "list[Branch]":
        """The parts a path leads to: names between slashes, `*` for any, `..` for what it stands in, `[2]` for the
        second, `[@type=buyer]` for those with such a part. A path that begins with a slash starts at the root."""
        start = self
        if path.startswith("/"):
            start = next((branch for branch in self.above() if branch.parent is None), self)
        found = [start]
        for step in (each for each in path.split("/") if each and each != "."):
            found = [part for branch in found for part in _step(branch, step)]
        return found


def _step(branch: Branch, step: str) -> list[Branch]:
    if step == "..":
        return [branch.parent] if branch.parent is not None else []
    match = _STEP.fullmatch(step)
    if match is None:
        return []
    found = [
        part for part in branch.parts if match["name"] == part.name or (match["name"] == "*" and part.name[:1] != "@")
    ]
    for test in _TEST.findall(match["tests"]):
        found = _tested(found, test)
    return found


def _tested(found: list[Branch], test: str) -> list[Branch]:
    if test.isdecimal():
        return found[int(test) - 1 : int(test)] if 0 < int(test) <= len(found) else []
    name, _, wanted = test.partition("=")
    return [branch for branch in found if any(part.text == wanted for part in branch.parts if part.name == name)]
