"""The cockpit: every figure with its target, its trend, and the orders behind it."""

from django.urls import path

from orderloop.metrics.pages import cockpit, figure

urlpatterns = [
    path("cockpit", cockpit.show_cockpit, name="cockpit"),
    path("cockpit/part/tiles", cockpit.show_tiles, name="cockpit_tiles"),
    path("cockpit/part/passages", cockpit.show_passages, name="cockpit_passages"),
    path("cockpit/<str:code>", figure.show_figure, name="figure"),
    path("cockpit/<str:code>/orders", figure.show_orders, name="figure_orders"),
    path("cockpit/<str:code>/export", figure.export_orders, name="figure_export"),
]
