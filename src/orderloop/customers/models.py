"""Customers: who buys, on what terms, where goods go, and what they owe."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q


class Customer(models.Model):
    class Importance(models.TextChoices):
        A = "A"
        B = "B"
        C = "C"

    class Standing(models.TextChoices):
        GOOD = "good"
        NORMAL = "normal"
        WATCH = "watch"
        BLOCKED = "blocked"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    importance = models.CharField(max_length=1, choices=Importance, default=Importance.C)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.NORMAL)
    language = models.CharField(max_length=10, default="en")
    currency = models.CharField(max_length=3)
    payment_terms_days = models.PositiveSmallIntegerField(default=30)
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4, default=0)
    tax_included = models.BooleanField(default=False)
    price_list = models.ForeignKey(
        "catalog.PriceList", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requires_po_number = models.BooleanField(default=True)
    ship_complete = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    # What a search box is matched against: code, name, and of Chinese names the pinyin and its initials.
    search_key = models.CharField(max_length=800, blank=True, default="")
    derived = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["name"]),
            # How a name is compared that stands on somebody's paper; made by a migration.
            models.Index(Func("name", function="customers_name_key"), name="customer_by_name_key"),
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="customer_search"),
        ]


class CreditAccount(models.Model):
    """The customer's limit and what stands against it. This row is the lock under which credit is decided."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="credit")
    limit = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    open_orders = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    unpaid_invoices = models.DecimalField(max_digits=16, decimal_places=2, default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(limit__gte=0), name="credit_limit_not_negative"),
            models.CheckConstraint(condition=Q(open_orders__gte=0), name="credit_open_orders_not_negative"),
            models.CheckConstraint(condition=Q(unpaid_invoices__gte=0), name="credit_unpaid_not_negative"),
        ]


class CreditChange(models.Model):
    """Who changed a customer's credit limit, when, from what to what; append-only."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    old_limit = models.DecimalField(max_digits=16, decimal_places=2)
    new_limit = models.DecimalField(max_digits=16, decimal_places=2)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(old_limit=F("new_limit")), name="credit_change_is_one")]
        indexes = [models.Index(fields=["customer", "-at"], name="credit_change_by_customer")]


class Contact(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    fax = models.CharField(max_length=40, blank=True, default="")
    is_primary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="contact_name_unique"),
            models.UniqueConstraint(fields=["customer"], condition=Q(is_primary=True), name="contact_one_primary"),
        ]


class ShipTo(models.Model):
    """A delivery address of a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="ship_tos")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    address = models.TextField()
    city = models.CharField(max_length=100, blank=True, default="")
    region = models.CharField(max_length=100, blank=True, default="")
    postcode = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "code"], name="ship_to_code_unique"),
            models.UniqueConstraint(fields=["customer"], condition=Q(is_default=True), name="ship_to_one_default"),
        ]


class Invoice(models.Model):
    """What a customer was billed for one order's delivery; unpaid until payments cover it."""

    number = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    paid = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    issued_on = models.DateField()
    due_on = models.DateField()
    settled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paid__gte=0) & Q(paid__lte=F("amount")), name="invoice_paid_within_amount"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "due_on"], condition=Q(settled_on__isnull=True), name="invoice_open")
        ]


class Payment(models.Model):
    """Money received. The part no invoice has used yet is `unapplied`."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=60)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    unapplied = models.DecimalField(max_digits=16, decimal_places=2)
    received_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "reference"], name="payment_reference_unique"),
            models.CheckConstraint(
                condition=Q(unapplied__gte=0) & Q(unapplied__lte=F("amount")), name="payment_unapplied_within_amount"
            ),
        ]
