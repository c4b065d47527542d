from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "orderloop.triage"
    label = "triage"

    def ready(self) -> None:
        from orderloop.policy.facts import register
        from orderloop.triage.facts import SECTION

        register(SECTION)
