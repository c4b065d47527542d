"""Class and priority of an order, with every term of the score."""

from django.db import models


class Score(models.Model):
    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, primary_key=True, related_name="+")
    score = models.DecimalField(max_digits=8, decimal_places=3)
    terms = models.JSONField()
    scored_at = models.DateTimeField()
    policy = models.ForeignKey("policy.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    manual_score = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    manual_reason = models.CharField(max_length=300, blank=True, default="")
    manual_by = models.CharField(max_length=120, blank=True, default="")
    manual_at = models.DateTimeField(null=True)
    manual_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(manual_score__isnull=True)
                | (~models.Q(manual_reason="") & models.Q(manual_until__isnull=False)),
                name="manual_priority_has_reason_and_expiry",
            ),
        ]
