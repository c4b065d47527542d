from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "orderloop.platform"
    label = "platform"

    def ready(self) -> None:
        from orderloop.platform import mail  # noqa: F401  # says who does effects of kind "mail"
