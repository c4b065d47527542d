from django.apps import AppConfig
from django.http import HttpRequest


class MetricsConfig(AppConfig):
    name = "orderloop.metrics"
    label = "metrics"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from orderloop.metrics.facts import SECTION
        from orderloop.policy.facts import register
        from orderloop.ui import navigation

        register(SECTION)
        navigation.register(
            navigation.Item(
                "cockpit", _("Cockpit"), "cockpit", "gauge", "figures.view", group="insight", key="k",
                count=_open_alarms, order=10,
            )
        )  # fmt: skip


def _open_alarms(request: HttpRequest) -> int:
    """How many figures miss their target, as last looked at by the clock."""
    from orderloop.metrics.queries import figures

    return figures.open_alarms()
