"""The record of the process: every stage of every order; and what is exchanged with partners."""

from django.db import models
from django.db.models import Q


class StageRecord(models.Model):
    """One passage of one order through one stage; a second passage (sent back) is a new round."""

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=30)
    round = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(max_length=20)
    enabled_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=10, blank=True, default="")
    actor_name = models.CharField(max_length=120, blank=True, default="")
    outcome = models.CharField(max_length=20, blank=True, default="")
    wait_reason = models.CharField(max_length=30, blank=True, default="")
    minutes = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    policy = models.ForeignKey("policy.PolicyVersion", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "stage", "round"], name="stage_round_unique"),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(started_at__gte=models.F("enabled_at")),
                name="stage_starts_after_enabled",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True)
                | (Q(started_at__isnull=False) & Q(finished_at__gte=models.F("started_at"))),
                name="stage_finishes_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "due_at"], condition=Q(finished_at__isnull=True), name="stage_running"),
            models.Index(fields=["finished_at"], name="stage_by_finish"),
        ]


class Outgoing(models.Model):
    """One document sent to a partner: a receipt for what he sent, what became of his order, or what was shipped."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt"
        CONFIRMATION = "confirmation"
        DESPATCH = "despatch"

    class Transport(models.TextChoices):
        COLLECT = "collect"
        MAIL = "mail"
        POST = "post"

    # What it answers, once: a document, a version of an order's confirmation, a shipment.
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    format = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    verdict = models.CharField(max_length=20, blank=True, default="")
    # What it says, without date and control number: said again only when that has changed.
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    order_id = models.BigIntegerField(null=True)
    document = models.ForeignKey("intake.Document", on_delete=models.PROTECT, null=True, related_name="+")
    sender = models.CharField(max_length=120, blank=True, default="")
    receiver = models.CharField(max_length=120)
    control = models.BigIntegerField()
    is_test = models.BooleanField(default=False)
    file = models.CharField(max_length=64)
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    transport = models.CharField(max_length=8, choices=Transport, default=Transport.COLLECT)
    address = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # Until when the partner is to say that he has it, and what he said.
    receipt_due_at = models.DateTimeField(null=True)
    # With whom it was agreed that it is posted; and since when no more is tried.
    partner_id = models.BigIntegerField(null=True)
    given_up_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settlement = models.CharField(max_length=30, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["format", "receiver", "control"], name="outgoing_control_once"),
            models.CheckConstraint(condition=Q(control__gt=0), name="outgoing_control_positive"),
        ]
        indexes = [
            models.Index(fields=["order_id", "-id"], name="outgoing_by_order"),
            models.Index(fields=["customer", "-id"], name="outgoing_by_customer"),
            models.Index(
                fields=["id"], condition=Q(transport="collect", sent_at__isnull=True), name="outgoing_to_collect"
            ),
            models.Index(
                fields=["receipt_due_at"],
                condition=Q(settled_at__isnull=True, receipt_due_at__isnull=False),
                name="outgoing_unsettled",
            ),
        ]


class PostTry(models.Model):
    """One try to post a document to a partner: what he answered, or why no answer came."""

    outgoing = models.ForeignKey(Outgoing, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    # The first 2 kB.
    reply = models.TextField(blank=True, default="")
    fault = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["outgoing", "-id"], name="post_try_by_outgoing")]


class AnswerTime(models.Model):
    """How long a decided order's sender waited for receipt and confirmation, by the targets in force when it was
    decided. Minutes: of the receipt by the clock, else working minutes; the confirmation's without those for which
    the customer was asked."""

    order = models.OneToOneField("orders.Order", on_delete=models.CASCADE, related_name="+")
    receipt_minutes = models.PositiveIntegerField(null=True)
    confirmation_minutes = models.PositiveIntegerField()
    asked_minutes = models.PositiveIntegerField(default=0)
    receipt_in_time = models.BooleanField(null=True)
    confirmation_in_time = models.BooleanField()
    kept_at = models.DateTimeField()


class ClosedAddress(models.Model):
    """An address that said it is gone for good (410): nothing is posted there until a person opens it again."""

    address = models.CharField(max_length=300, unique=True)
    at = models.DateTimeField()


class ToldRobot(models.Model):
    """Up to which piece of work a chat robot has been told of alarms."""

    name = models.CharField(max_length=160, unique=True)
    last_item = models.BigIntegerField()


class ControlNumber(models.Model):
    """The last control number used towards a partner in a format; they only rise."""

    format = models.CharField(max_length=20)
    receiver = models.CharField(max_length=120)
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["format", "receiver"], name="control_number_once")]


class SharedSecret(models.Model):
    """What another system proves itself to us with (`cxml:identity`, `webhook:source`), or we to it (`post:partner`,
    `robot:name`). Sealed; the one before counts until `previous_until`; one retired has neither."""

    name = models.CharField(max_length=160, unique=True)
    current = models.TextField(blank=True, default="")
    previous = models.TextField(blank=True, default="")
    previous_until = models.DateTimeField(null=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    retired_at = models.DateTimeField(null=True)
