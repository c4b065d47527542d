from django.urls import URLPattern, URLResolver, include, path

from orderloop.access.admin import site as raw_data
from orderloop.entrypoints.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    # First, because every address before it is tried on each call.
    path("api/v1/", api.urls),
    path("", include("orderloop.platform.pages")),
    path("", include("orderloop.ui.pages")),
    path("", include("orderloop.access.pages")),
    path("", include("orderloop.policy.pages")),
    path("", include("orderloop.customers.pages")),
    path("", include("orderloop.catalog.pages")),
    path("", include("orderloop.metrics.pages")),
    path("", include("orderloop.flow.pages")),
    path("", include("orderloop.tracking.pages")),
    path("", include("orderloop.demo.pages")),
    path("admin/", raw_data.urls),
]

handler400 = "orderloop.ui.pages.bad_request"
handler403 = "orderloop.ui.pages.forbidden"
handler404 = "orderloop.entrypoints.api.not_found"
handler500 = "orderloop.entrypoints.outage.server_error"
