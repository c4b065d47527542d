"""What became of every id a service was given: done, refused with all reasons, or stale."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused or remarked on.

    `code` is stable and never translated; `field` points at the field or line it concerns, empty for the whole;
    `params` are the figures its words need. The words themselves belong to the screens.
    """

    code: str
    field: str = ""
    # Left out of the hash because a mapping has none; equality still compares it.
    params: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Done(Generic[K, T]):
    """The work on `id` is done; `value` is what it yielded."""

    id: K
    value: T


@dataclass(frozen=True, slots=True)
class Refused(Generic[K]):
    """A rule forbids the work on `id`; `reasons` names every one, never none."""

    id: K
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError(f"{self.id!r} is refused without a reason")


@dataclass(frozen=True, slots=True)
class Stale(Generic[K]):
    """Somebody else was faster: `id` was not in the expected state; `found` is what was there, None if nothing."""

    id: K
    found: object = None


class UnaccountedIds(ValueError):
    """The entries of an outcome do not cover the given ids exactly once each."""


@dataclass(frozen=True, slots=True)
class Outcomes(Generic[K, T]):
    """The sum of one call: every given id exactly once. Build it with `of`, which checks just that.

    An id given twice counts once. Entries keep the order in which the ids were given.
    """

    done: tuple[Done[K, T], ...] = ()
    refused: tuple[Refused[K], ...] = ()
    stale: tuple[Stale[K], ...] = ()

    @classmethod
    def of(
        cls,
        ids: Iterable[K],
        *,
        done: Iterable[Done[K, T]] = (),
        refused: Iterable[Refused[K]] = (),
        stale: Iterable[Stale[K]] = (),
    ) -> "Outcomes[K, T]":
        """Gather the entries of a call over `ids`; raise `UnaccountedIds` unless each id stands in exactly one."""
        place = {each: position for position, each in enumerate(dict.fromkeys(ids))}
        done, refused, stale = tuple(done), tuple(refused), tuple(stale)
        _assert_each_once(place, [entry.id for kind in (done, refused, stale) for entry in kind])
        return cls(
            tuple(sorted(done, key=lambda entry: place[entry.id])),
            tuple(sorted(refused, key=lambda entry: place[entry.id])),
            tuple(sorted(stale, key=lambda entry: place[entry.id])),
        )

    def __iter__(self) -> Iterator[Done[K, T] | Refused[K] | Stale[K]]:
        yield from self.done
        yield from self.refused
        yield from self.stale

    def __len__(self) -> int:
        return len(self.done) + len(self.refused) + len(self.stale)

    @property
    def by_id(self) -> dict[K, Done[K, T] | Refused[K] | Stale[K]]:
        """Every entry under its id."""
        return {entry.id: entry for entry in self}

    @property
    def values(self) -> dict[K, T]:
        """What the done ids yielded, under their ids."""
        return {entry.id: entry.value for entry in self.done}

    @property
    def done_ids(self) -> tuple[K, ...]:
        """The ids that are done, in the order given."""
        return tuple(entry.id for entry in self.done)

    @property
    def all_done(self) -> bool:
        """Whether nothing was refused and nothing was stale."""
        return not self.refused and not self.stale

    @property
    def counts(self) -> dict[str, int]:
        """How many ids ended in each way; their sum is the number of ids given."""
        return {"done": len(self.done), "refused": len(self.refused), "stale": len(self.stale)}

    def joined(self, other: "Outcomes[K, T]") -> "Outcomes[K, T]":
        """This call and another over other ids as one, as when a long list is worked in chunks."""
        ids = [entry.id for outcome in (self, other) for entry in outcome]
        return Outcomes.of(
            ids, done=self.done + other.done, refused=self.refused + other.refused, stale=self.stale + other.stale
        )


def _assert_each_once(given: Mapping[K, int], accounted: list[K]) -> None:
    seen = set(accounted)
    missing = [each for each in given if each not in seen]
    foreign = [each for each in seen if each not in given]
    if missing or foreign or len(accounted) != len(seen):
        twice = [each for each in seen if accounted.count(each) > 1] if len(accounted) != len(seen) else []
        raise UnaccountedIds(f"not accounted for: {missing}; not asked for: {foreign}; accounted twice: {twice}")
