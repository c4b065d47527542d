"""The tables as they are, to look at: for administrators, and nothing is changed here."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from orderloop.platform.permissions import may

PERMISSION = "records.raw"
_SECRET = {"password", "digest", "session_data"}
_MOST_COLUMNS = 8


class RawData(admin.AdminSite):
    """Django's admin without its own door: who may come in is decided by role, like everywhere."""

    site_header = site_title = _("Raw data")
    index_title = _("Tables")

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request, PERMISSION)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("profile")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("sign_in")


class Rows(admin.ModelAdmin):
    """A table, read-only: every change has a service that checks it and writes its history."""

    show_full_result_count = False
    list_per_page = 50
    actions = None

    def get_list_display(self, request: HttpRequest) -> Any:
        return [field.name for field in self._shown()][:_MOST_COLUMNS]

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return [field.name for field in self._shown()]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request, PERMISSION)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def _shown(self) -> list[Any]:
        fields = self.model._meta.concrete_fields
        return [f for f in fields if f.name not in _SECRET and not isinstance(f, models.BinaryField)]


def _registered() -> RawData:
    site = RawData(name="admin")
    for model in apps.get_models():
        composite = isinstance(model._meta.pk, models.CompositePrimaryKey)  # Django's admin cannot show those
        if model.__module__.startswith("orderloop.") and not composite:
            site.register(model, Rows)
    return site


site = _registered()
