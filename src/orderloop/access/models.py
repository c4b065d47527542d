"""People, their roles, and the tokens of integrators."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from orderloop.access.rules import permissions_of


class Person(AbstractUser):
    """Someone who signs in: staff with one or more roles, or a customer's user bound to one customer."""

    display_name = models.CharField(max_length=120, blank=True, default="")
    roles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    def can(self, permission: str) -> bool:
        """Whether this person may do what the permission names."""
        if not self.is_active:
            return False
        return self.is_superuser or permission in permissions_of(self.roles)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=True) | Q(roles__contained_by=["customer"]),
                name="person_of_a_customer_has_no_staff_role",
            ),
        ]


class ApiToken(models.Model):
    """A hashed, scoped, revocable secret. Only the SHA-256 of the secret is kept; the prefix tells tokens apart."""

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class SavedView(models.Model):
    """A named list filter: the query string of a page, kept for one person or shared with all staff."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "page", "name"], name="saved_view_name_unique")]


class AuditEntry(models.Model):
    """What was done to people, tokens and sign-ins, and by whom; append-only."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="audit_by_time")]
