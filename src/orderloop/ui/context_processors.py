"""What the base templates need of every request, worked out only when a template asks for it."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from orderloop.platform import house
from orderloop.ui import navigation, toasts
from orderloop.ui.preferences import THEME_COOKIE, THEMES


class Shell:
    """The frame around a page, for one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def sections(self) -> list[navigation.Section]:
        """The rail."""
        return navigation.sections_for(self.request)

    @cached_property
    def theme(self) -> str:
        """The theme the person chose: auto follows the device."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "auto")
        return chosen if chosen in THEMES else "auto"

    @cached_property
    def language(self) -> str:
        """The language of this page, as in the html element's lang attribute."""
        return "zh-Hans" if (get_language() or settings.LANGUAGE_CODE).startswith("zh") else "en"

    @cached_property
    def house(self) -> str:
        """The name of the house, for pages of its customers."""
        return house.name(get_language() or settings.LANGUAGE_CODE)

    @cached_property
    def toasts(self) -> list[dict[str, str]]:
        """What is to be said once on this page."""
        return toasts.told(self.request)

    @cached_property
    def user_name(self) -> str:
        """How the signed-in person is called."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return ""
        return str(getattr(user, "display_name", "") or user.get_full_name() or user.get_username())


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Gives every template `shell`."""
    return {"shell": Shell(request)}
