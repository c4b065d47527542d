from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.http import HttpRequest

if TYPE_CHECKING:
    from orderloop.ui.palette import Hit


class DemoConfig(AppConfig):
    name = "orderloop.demo"
    label = "demo"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from orderloop.ui import navigation, palette

        palette.register(_find)
        item = navigation.Item(
            "demo", _("Demo company"), "demo", "calendar", "orders.enter", "setup", exists=_is_founded
        )
        navigation.register(item)


def _is_founded() -> bool:
    from orderloop.demo.steps import is_founded_here

    return is_founded_here()


def _find(request: HttpRequest, q: str) -> "Iterable[Hit]":
    """The demo's page for those who look for it; an installation without the demo knows no such page."""
    from django.urls import reverse
    from django.utils.translation import gettext

    from orderloop.demo import company
    from orderloop.platform.permissions import may
    from orderloop.ui.palette import Hit

    label = gettext("Demo company")
    wanted = q.casefold() in f"demo {label}".casefold()
    if not wanted or not may(request, "orders.enter") or not company.is_founded():
        return []
    return [Hit(label, reverse("demo"), gettext("Bring in the next day"), "calendar")]
