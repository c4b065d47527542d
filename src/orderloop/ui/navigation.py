"""What stands in the left rail. Capabilities register their entries when they are loaded; the rail shows those a
person may open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.checks import CheckMessage, Error
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

Words = Any  # a str, or a lazy translation of one


@dataclass(frozen=True, slots=True)
class Group:
    """A heading in the rail. Groups stand in rising `order`."""

    name: str
    label: Words
    order: int


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the rail.

    `key` is the letter that opens it after `g`; `count` answers how many things wait there for this request's user
    (None or 0 shows nothing) and is asked once per full page, so it must be one cheap statement. `exists` says whether
    this installation has such a page at all.
    """

    name: str
    label: Words
    url_name: str
    icon: str
    permission: str = ""
    group: str = "work"
    key: str = ""
    count: Callable[[HttpRequest], int | None] | None = None
    order: int = 100
    exists: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it."""

    item: Item
    url: str
    current: bool
    count: int | None
    keywords: str


@dataclass(frozen=True, slots=True)
class Section:
    """A group with the entries a person may open; never empty."""

    group: Group
    links: tuple[Link, ...]


_groups: dict[str, Group] = {}
_items: dict[str, Item] = {}


def register_group(group: Group) -> None:
    """Add a heading, or replace the one of the same name."""
    _groups[group.name] = group


def register(item: Item) -> None:
    """Add an entry. Raises ValueError when another entry has its name or its letter, or its group is unknown."""
    if item.group not in _groups:
        raise ValueError(f"navigation group {item.group!r} is not registered")
    for other in _items.values():
        if other.name == item.name and other != item:
            raise ValueError(f"navigation entry {item.name!r} is registered twice")
        if item.key and other.key == item.key and other.name != item.name:
            raise ValueError(f"navigation letter {item.key!r} of {item.name!r} is taken by {other.name!r}")
    _items[item.name] = item


def may(user: Any, permission: str) -> bool:
    """Whether the user holds the permission; without a `can` method only a superuser does."""
    if not getattr(user, "is_authenticated", False):
        return False
    if not permission:
        return True
    can = getattr(user, "can", None)
    return bool(can(permission)) if callable(can) else bool(getattr(user, "is_superuser", False))


def sections_for(request: HttpRequest) -> list[Section]:
    """The rail for this request's user, with counts, the entry of the present page marked."""
    user = getattr(request, "user", None)
    shown = [
        (item, url)
        for item in _in_order()
        if may(user, item.permission) and (item.exists is None or item.exists()) and (url := _target(item))
    ]
    here = _longest_prefix(request.path, (url for _item, url in shown))
    links = [
        Link(item, url, url == here, item.count(request) if item.count else None, keywords_of(item.label))
        for item, url in shown
    ]
    found = []
    for group in sorted(_groups.values(), key=lambda group: group.order):
        own = tuple(link for link in links if link.item.group == group.name)
        if own:
            found.append(Section(group, own))
    return found


def keywords_of(label: Words) -> str:
    """The words the palette finds a label by: in English, in Chinese, and the Chinese by its initials."""
    with override("en"):
        english = str(label)
    with override("zh-hans"):
        chinese = str(label)
    initials = _initials(chinese) if chinese != english else ""
    return " ".join(dict.fromkeys(word.lower() for word in (english, chinese, initials) if word))


@cache
def _initials(chinese: str) -> str:
    from pypinyin import Style, lazy_pinyin  # its tables take 50 MB and half a second, and most processes draw no page

    return "".join(lazy_pinyin(chinese, style=Style.FIRST_LETTER))


def check_targets(**_options: Any) -> list[CheckMessage]:
    """Name every entry whose page does not exist. At run time such an entry is left out: one page missing must not
    take all the others down with it."""
    return [
        Error(f"Navigation entry {item.name!r} leads to unknown page {item.url_name!r}.", id="ui.E001")
        for item in _items.values()
        if not _target(item)
    ]


def _in_order() -> list[Item]:
    return sorted(_items.values(), key=lambda item: (item.order, item.name))


def _target(item: Item) -> str:
    try:
        return reverse(item.url_name)
    except NoReverseMatch:
        return ""


def _longest_prefix(path: str, urls: Iterable[str]) -> str:
    return max((url for url in urls if path == url or (url != "/" and path.startswith(url))), key=len, default="")


for _group in (
    Group("work", _("Work"), 10),
    Group("operations", _("Operations"), 20),
    Group("records", _("Records"), 30),
    Group("insight", _("Insight"), 40),
    Group("setup", _("Set-up"), 50),
):
    register_group(_group)
