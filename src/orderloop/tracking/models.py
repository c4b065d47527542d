"""Which progress messages a customer has been sent."""

from django.db import models


class Notice(models.Model):
    """A progress message about one order; one row per order, event and shipment, so nobody is told twice."""

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=30)
    subject = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "event", "subject"], name="notice_once")]
