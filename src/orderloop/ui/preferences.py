"""How a person likes the pages: theme and language. Kept in cookies, so that they hold before anybody signs in; a
capability that knows the person can keep them for longer."""

from collections.abc import Callable

from django.http import HttpRequest

THEME_COOKIE = "orderloop_theme"
THEMES = ("auto", "light", "dark")

LanguageKeeper = Callable[[HttpRequest, str], None]
_language_keepers: list[LanguageKeeper] = []


def keep_language_with(keeper: LanguageKeeper) -> None:
    """Have `keeper(request, language)` called whenever somebody switches the language."""
    if keeper not in _language_keepers:
        _language_keepers.append(keeper)


def language_chosen(request: HttpRequest, language: str) -> None:
    """Tell all keepers of a choice."""
    for keeper in _language_keepers:
        keeper(request, language)
