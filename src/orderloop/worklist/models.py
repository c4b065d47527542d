"""What waits for a person."""

from django.db import models
from django.db.models import Q


class WorkItem(models.Model):
    """One piece of work: of a kind, for a skill, about one subject, since when, due when, and who has it."""

    kind = models.CharField(max_length=30)
    role = models.CharField(max_length=20)
    skill = models.CharField(max_length=40, blank=True, default="")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=60, blank=True, default="")
    data = models.JSONField(default=dict)
    priority = models.DecimalField(max_digits=8, decimal_places=3, default=0)
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_by = models.ForeignKey("access.Person", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=120, blank=True, default="")
    outcome = models.CharField(max_length=40, blank=True, default="")
    sent_back_cause = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(done_at__isnull=True),
                name="work_item_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["role", "due_at"], condition=Q(done_at__isnull=True), name="work_item_open_by_role"),
            models.Index(fields=["order"], condition=Q(done_at__isnull=True), name="work_item_open_by_order"),
        ]
