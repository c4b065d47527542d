"""The shell every page stands in: layout, components, navigation, palette. It knows no business word."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Registers the check that every navigation entry leads somewhere."""

    name = "orderloop.ui"
    label = "ui"

    def ready(self) -> None:
        from django.core.checks import register

        from orderloop.ui.navigation import check_targets

        register(check_targets)
