"""Tables of the machine room: idempotency keys, the outbox, mail that went out, files by content hash."""

from django.db import models
from django.db.models import Q


class IdempotencyKey(models.Model):
    """The answer once given under a caller's key; the same key with another body is refused."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_unique")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]


class Effect(models.Model):
    """The outbox: something to do outside the database, written by the transaction that decided it."""

    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    payload = models.JSONField()
    order_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        # Not `unique=True`, which would add a second index for patterns that every order would pay for.
        constraints = [models.UniqueConstraint(fields=["key"], name="effect_key_unique")]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(done_at__isnull=True) & Q(dead_at__isnull=True), name="effect_waiting"
            ),
            models.Index(fields=["-dead_at"], condition=Q(dead_at__isnull=False), name="effect_given_up"),
        ]


class OutgoingMail(models.Model):
    """A mail as it went (or, without an SMTP server, would have gone) out. One row per effect key."""

    effect_key = models.CharField(max_length=120, unique=True)
    message_id = models.CharField(max_length=200, unique=True)
    order_id = models.BigIntegerField(null=True)
    recipient = models.CharField(max_length=300)
    reply_to = models.CharField(max_length=254, blank=True, default="", db_default="")
    subject = models.CharField(max_length=300)
    body = models.TextField()
    language = models.CharField(max_length=10)
    attachments = models.JSONField(default=list)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    transport = models.CharField(max_length=10)

    class Meta:
        indexes = [models.Index(fields=["order_id"], condition=Q(order_id__isnull=False), name="mail_by_order")]


class StoredFile(models.Model):
    """A file by the SHA-256 of its content; bytes live in the database so that every host sees them."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    content = models.BinaryField()
    created_at = models.DateTimeField()


class NumberSeries(models.Model):
    """A gap-free counter behind human document numbers; its row lock is the last one taken."""

    code = models.CharField(max_length=20, primary_key=True)
    prefix = models.CharField(max_length=20)
    last = models.PositiveBigIntegerField(default=0)
