"""The states of a thing and the moves between them, walked once when made, so that a broken table never runs."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from enum import Enum
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)
Moves = Collection[tuple[S, S]] | Mapping[str, tuple[Collection[S], S]]


class BrokenStateTable(ValueError):
    """A state table contradicts itself; the message names every fault."""


class StateTable(Generic[S]):
    """Which moves between states are allowed.

    `moves` is a set of (from, to) pairs, or a mapping of an action's name to (the states it starts from, the state it
    leads to). `states` lists what is known; left out, it is every member of the enum the initial state belongs to,
    or, for plain values, whatever the moves mention. `final` states are those where nothing follows.

    Refused with `BrokenStateTable`: no states at all; a state nobody knows; a state no move leads to; a state without
    exit that is not final; a final state with an exit; a state from which no final one can be reached.
    """

    __slots__ = ("_actions", "_pairs", "final", "initial", "states")

    def __init__(
        self, initial: S, moves: Moves[S], final: Collection[S] = (), *, states: Iterable[S] | None = None
    ) -> None:
        self._actions = _named(moves)
        self._pairs = frozenset((start, end) for starts, end in self._actions.values() for start in starts) | frozenset(
            () if isinstance(moves, Mapping) else moves
        )
        self.initial = initial
        self.final = frozenset(final)
        self.states = tuple(_known(initial, states) or _mentioned(initial, self._pairs, self.final))
        if faults := self._faults():
            raise BrokenStateTable("; ".join(faults))

    def allowed(self, start: S, end: S) -> bool:
        """Whether one move leads from `start` to `end`."""
        return (start, end) in self._pairs

    def targets(self, start: S) -> frozenset[S]:
        """The states one move away from `start`."""
        return frozenset(end for begin, end in self._pairs if begin == start)

    def sources(self, end: S) -> frozenset[S]:
        """The states from which one move leads to `end`: what a conditional update expects to find."""
        return frozenset(start for start, goal in self._pairs if goal == end)

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of the actions, in the order given; empty when the moves have no names."""
        return tuple(self._actions)

    def actions_from(self, start: S) -> tuple[str, ...]:
        """The actions possible in `start`, in the order given."""
        return tuple(name for name, (starts, _) in self._actions.items() if start in starts)

    def action_sources(self, action: str) -> frozenset[S]:
        """The states in which `action` is possible; KeyError if there is no such action."""
        return self._actions[action][0]

    def action_target(self, action: str) -> S:
        """The state `action` leads to; KeyError if there is no such action."""
        return self._actions[action][1]

    def to_mermaid(self, labels: Mapping[S, str] | None = None) -> str:
        """The table as a Mermaid state diagram, the same text for the same table; `labels` names the states."""
        position = {state: index for index, state in enumerate(self.states)}
        lines = ["stateDiagram-v2"]
        lines += [f"    {_word(state)} : {labels[state]}" for state in self.states if labels and state in labels]
        lines.append(f"    [*] --> {_word(self.initial)}")
        for start, end in sorted(self._pairs, key=lambda pair: (position[pair[0]], position[pair[1]])):
            names = [name for name in self.actions_from(start) if self.action_target(name) == end]
            lines.append(f"    {_word(start)} --> {_word(end)}" + (f" : {', '.join(names)}" if names else ""))
        lines += [f"    {_word(state)} --> [*]" for state in self.states if state in self.final]
        return "\n".join(lines) + "\n"

    def _faults(self) -> list[str]:
        known = set(self.states)
        unknown = [state for state in _mentioned(self.initial, self._pairs, self.final) if state not in known]
        reached = _walk({self.initial}, self._pairs)
        ended = _walk(set(self.final), {(end, start) for start, end in self._pairs})
        exits = {state: self.targets(state) - {state} for state in self.states}
        stuck = [state for state in self.states if not exits[state] and state not in self.final]
        return [
            *(f"state {_word(state)} is unknown" for state in unknown),
            *(f"state {_word(state)} cannot be reached" for state in self.states if state not in reached),
            *(f"state {_word(state)} is a dead end but not final" for state in stuck),
            *(
                f"final state {_word(state)} has an exit"
                for state in self.states
                if state in self.final and exits[state]
            ),
            *(
                f"no final state can be reached from {_word(state)}"
                for state in self.states
                if self.final and state not in ended and state not in stuck
            ),
        ]


def _named(moves: Moves[S]) -> dict[str, tuple[frozenset[S], S]]:
    if not isinstance(moves, Mapping):
        return {}
    empty = [name for name, (starts, _) in moves.items() if not starts]
    if empty:
        raise BrokenStateTable("; ".join(f"action {name} starts from no state" for name in empty))
    return {name: (frozenset(starts), end) for name, (starts, end) in moves.items()}


def _known(initial: S, states: Iterable[S] | None) -> list[S]:
    if states is not None:
        return list(dict.fromkeys(states))
    return list(type(initial)) if isinstance(initial, Enum) else []


def _mentioned(initial: S, pairs: Iterable[tuple[S, S]], final: Iterable[S]) -> list[S]:
    later = {state for pair in pairs for state in pair} | set(final)
    return [initial, *sorted(later - {initial}, key=_word)]


def _walk(begin: set[S], pairs: Collection[tuple[S, S]]) -> set[S]:
    found, edge = set(begin), set(begin)
    while edge:
        edge = {end for start, end in pairs if start in edge} - found
        found |= edge
    return found


def _word(state: object) -> str:
    return str(state.value) if isinstance(state, Enum) else str(state)
