"""Versioned policy documents: one row per version of one section."""

from django.db import models
from django.db.models import Q


class PolicyVersion(models.Model):
    """A typed section of the company's rules in one version; at most one version of a section is in force."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        IN_FORCE = "in_force"
        RETIRED = "retired"

    section = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    body = models.JSONField()
    note = models.TextField(blank=True, default="")
    author = models.CharField(max_length=120)
    author_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    in_force_from = models.DateTimeField(null=True)
    put_in_force_by = models.CharField(max_length=120, blank=True, default="")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "number"], name="policy_number_unique"),
            models.UniqueConstraint(fields=["section"], condition=Q(status="in_force"), name="policy_one_in_force"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(in_force_from__isnull=False), name="policy_in_force_is_dated"
            ),
        ]
