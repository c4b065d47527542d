"""Stock by warehouse, the moves that make it, what is reserved and what is expected."""

from django.db import models
from django.db.models import F, Q


class Warehouse(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)


class Stock(models.Model):
    """On hand is the sum of the moves; reserved is the sum of the open reservations, never above what is on hand."""

    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    bin = models.CharField(max_length=30, blank=True, default="")
    on_hand = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    reserved = models.DecimalField(max_digits=16, decimal_places=3, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "warehouse"], name="stock_unique"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")), name="stock_reserved_within_on_hand"
            ),
        ]


class Move(models.Model):
    """A change of stock on hand; append-only."""

    class Kind(models.TextChoices):
        OPENING = "opening"
        RECEIPT = "receipt"
        SHIPMENT = "shipment"
        ADJUSTMENT = "adjustment"
        TRANSFER = "transfer"

    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    quantity = models.DecimalField(max_digits=16, decimal_places=3)
    at = models.DateTimeField()
    reference = models.CharField(max_length=60, blank=True, default="")
    line_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["product", "warehouse", "at"], name="move_by_product")]


class Reservation(models.Model):
    """What an order line wants from a warehouse and how much of it is held; the rest is short."""

    class Status(models.TextChoices):
        OPEN = "open"
        CONSUMED = "consumed"
        RELEASED = "released"

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("orders.Line", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    wanted = models.DecimalField(max_digits=14, decimal_places=3)
    reserved = models.DecimalField(max_digits=14, decimal_places=3)
    needed_on = models.DateField()
    expected_on = models.DateField(null=True)
    priority = models.DecimalField(max_digits=8, decimal_places=3, default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "warehouse"], condition=Q(status="open"), name="reservation_open_once_per_line"
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("wanted")), name="reservation_within_wanted"
            ),
        ]
        indexes = [
            models.Index(
                fields=["product", "-priority"],
                condition=Q(status="open") & Q(reserved__lt=F("wanted")),
                name="reservation_short",
            ),
            models.Index(fields=["order"], name="reservation_by_order"),
        ]


class Receipt(models.Model):
    """Goods expected from production or a supplier on a day; `received` counts what has come."""

    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    received = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    expected_on = models.DateField()
    source = models.CharField(max_length=60, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(received__gte=0) & Q(received__lte=F("quantity")), name="receipt_within"
            ),
        ]
        indexes = [
            models.Index(fields=["product", "expected_on"], condition=Q(closed_at__isnull=True), name="receipt_open")
        ]
