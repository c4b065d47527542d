"""The order, its lines, and its append-only history."""

from django.db import models
from django.db.models import F, Q


class Order(models.Model):
    """One customer order. Its state changes only along `lifecycle.ORDER`, each change with a row in `Event`."""

    number = models.CharField(max_length=30, unique=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    po_number = models.CharField(max_length=80, blank=True, default="")
    po_key = models.CharField(max_length=80, blank=True, default="")
    channel = models.CharField(max_length=20)
    message_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3)
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4, default=0)
    tax_included = models.BooleanField(default=False)
    net = models.DecimalField(max_digits=16, decimal_places=2)
    tax = models.DecimalField(max_digits=16, decimal_places=2)
    gross = models.DecimalField(max_digits=16, decimal_places=2)
    cost = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    requested_on = models.DateField()
    first_promised_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)
    ship_to = models.ForeignKey("customers.ShipTo", on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True, default="")
    priority = models.DecimalField(max_digits=8, decimal_places=3, default=0)
    product_line = models.ForeignKey("catalog.ProductLine", on_delete=models.PROTECT, null=True, related_name="+")
    size_class = models.CharField(max_length=10, default="small")
    is_urgent = models.BooleanField(default=False)
    is_touchless = models.BooleanField(default=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    received_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "po_key"],
                condition=~Q(po_key="") & ~Q(status__in=["cancelled", "rejected"]),
                name="order_po_unique_among_live",
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="order_gross_is_net_plus_tax"),
            models.CheckConstraint(condition=Q(version__gte=1), name="order_version_positive"),
        ]
        indexes = [
            models.Index(fields=["customer", "-received_at"], name="order_by_customer"),
            models.Index(fields=["-received_at", "-id"], name="order_by_receipt"),
            models.Index(
                fields=["po_key"], opclasses=["varchar_pattern_ops"], condition=~Q(po_key=""), name="order_by_po"
            ),
            models.Index(
                fields=["-priority", "id"],
                condition=~Q(status__in=["delivered", "cancelled", "rejected"]),
                name="order_open_by_priority",
            ),
            models.Index(
                fields=["status"],
                condition=~Q(status__in=["delivered", "cancelled", "rejected"]),
                name="order_open_status",
            ),
        ]


class Line(models.Model):
    """A line: quantities in the product's base unit; what was entered is kept beside it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    n = models.PositiveSmallIntegerField()
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=80, blank=True, default="")
    description = models.CharField(max_length=300, blank=True, default="")
    entered_quantity = models.DecimalField(max_digits=14, decimal_places=3)
    entered_unit = models.CharField(max_length=10)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(max_digits=16, decimal_places=4)
    net = models.DecimalField(max_digits=16, decimal_places=2)
    cost = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    requested_on = models.DateField()
    first_promised_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)
    shipped = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    cancelled = models.DecimalField(max_digits=14, decimal_places=3, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "n"], name="line_n_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(shipped__gte=0) & Q(cancelled__gte=0) & Q(quantity__gte=F("shipped") + F("cancelled")),
                name="line_shipped_within_ordered",
            ),
        ]


class Event(models.Model):
    """One step in an order's history: n runs from 1 without gap; folding the rows gives the order's present state."""

    pk = models.CompositePrimaryKey("order_id", "n")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    n = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    status_before = models.CharField(max_length=20, blank=True, default="")
    status_after = models.CharField(max_length=20)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    reason = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["at"], name="event_by_time")]


class Seal(models.Model):
    """What an order's history said up to step n: the digest of its steps since the seal before, chained to that one."""

    pk = models.CompositePrimaryKey("order_id", "n")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="seals", db_index=False)
    n = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()
