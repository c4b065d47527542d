"""The review sheet of an order and the holds it leads to."""

from django.db import models
from django.db.models import F, Q


class Sheet(models.Model):
    """One review of one order: four checks, each with outcome, figures and reason, under one policy version."""

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    n = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10)
    fast_lane = models.BooleanField(default=False)
    checks = models.JSONField()
    policy = models.ForeignKey("policy.PolicyVersion", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "n"], name="sheet_n_unique")]


class Hold(models.Model):
    """A typed stop on an order with an owner's role and a due time; ends by a decision with a reason, or by itself."""

    class Status(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        REJECTED = "rejected"
        RELEASED = "released"

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    reasons = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True, default="")
    decision_reason = models.TextField(blank=True, default="")
    covers_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(status="open"), name="hold_open_once_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(decided_at__isnull=False), name="hold_decision_is_dated"
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | ~Q(decided_by=F("opened_by")), name="hold_maker_is_not_checker"
            ),
        ]
        indexes = [models.Index(fields=["role", "due_at"], condition=Q(status="open"), name="hold_open_by_role")]
