"""How far the founding of the demo company has come."""

from django.db import models


class Step(models.Model):
    """One step of the founding, written in the transaction that did it: what stands here is done, all else is not."""

    name = models.CharField(max_length=60, primary_key=True)
    data = models.JSONField(default=dict)
    done_at = models.DateTimeField()
