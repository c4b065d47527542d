from django.apps import AppConfig
from django.http import HttpRequest


class AccessConfig(AppConfig):
    name = "orderloop.access"
    label = "access"
    append_only_tables = ("access_auditentry",)
    secret_columns = {"access_person": ("password",), "access_apitoken": ("digest",)}

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from orderloop.access.api import connect_use_writer
        from orderloop.access.services import set_languages
        from orderloop.ui import navigation, preferences

        def keep_language(request: HttpRequest, language: str) -> None:
            if request.user.pk:
                set_languages({request.user.pk: language})

        preferences.keep_language_with(keep_language)
        connect_use_writer()
        navigation.register(
            navigation.Item("people", _("People"), "people", "users", "people.view", group="setup", order=80)
        )
