from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "orderloop.policy"
    label = "policy"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from orderloop.policy.facts import CALENDAR, GOVERNANCE, register
        from orderloop.ui import navigation

        register(GOVERNANCE)
        register(CALENDAR)
        entry = navigation.Item(
            "policies", _("Policies"), "policies", "adjustments", "policy.view", group="setup", order=10
        )
        navigation.register(entry)
