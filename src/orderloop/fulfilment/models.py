"""Shipments: what was picked, packed, handed to a carrier and delivered."""

from django.db import models
from django.db.models import F, Q


class Shipment(models.Model):
    number = models.CharField(max_length=30, unique=True)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey("inventory.Warehouse", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12)
    carrier = models.CharField(max_length=80, blank=True, default="")
    tracking_number = models.CharField(max_length=80, blank=True, default="")
    address = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    picked_at = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=120, blank=True, default="")
    parcels = models.PositiveSmallIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["order"], name="shipment_by_order"),
            models.Index(
                fields=["warehouse", "created_at"],
                condition=Q(status__in=["picking", "picked", "packed"]),
                name="shipment_in_house",
            ),
        ]


class ShipmentLine(models.Model):
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey("orders.Line", on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    picked = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    short_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipment_line_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(picked__gte=0) & Q(picked__lte=F("quantity")),
                name="shipment_line_picked_within",
            ),
        ]
