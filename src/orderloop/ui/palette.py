"""What Ctrl+K finds beyond the pages of the rail: capabilities register providers that look up their own records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from django.http import HttpRequest

MOST_HITS = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the palette: where it leads, and a hint (number, customer, state) beside the label."""

    label: str
    url: str
    hint: str = ""
    icon: str = "arrow-right"
    group: str = ""


Provider = Callable[[HttpRequest, str], Iterable[Hit]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a provider `(request, q) -> hits`. It checks itself what the request's user may see, and is fast (indexed
    look-up, a dozen rows at most)."""
    if provider not in _providers:
        _providers.append(provider)


def hits_for(request: HttpRequest, q: str) -> list[Hit]:
    """The first hits of all providers in the order they were registered; nothing for an empty question."""
    words = q.strip()
    if not words:
        return []
    return list(islice((hit for provider in _providers for hit in provider(request, words)), MOST_HITS))
