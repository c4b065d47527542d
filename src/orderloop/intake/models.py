"""What came in: raw messages, drafts that are not yet orders, and the questions asked about them."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower

# Said to the database too: rows are written by statements that name what they know.
_NOTHING = Value({}, models.JSONField())


class Message(models.Model):
    """One arrival on any channel, stored with its hash before anything is parsed; it ends in exactly one outcome."""

    class Outcome(models.TextChoices):
        PENDING = "pending"
        ORDER = "order"
        DRAFT = "draft"
        DUPLICATE = "duplicate"
        REJECTED = "rejected"
        CHANGE = "change"
        ANSWER = "answer"
        RECEIPT = "receipt"
        NOT_ORDER = "not_order"
        QUARANTINED = "quarantined"

    channel = models.CharField(max_length=20)
    sender = models.CharField(max_length=200, blank=True, default="")
    external_id = models.CharField(max_length=200, null=True)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    content_type = models.CharField(max_length=100)
    filename = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.BinaryField(max_length=32)
    body = models.BinaryField(null=True)
    file = models.CharField(max_length=64, blank=True, default="")
    # What the channel knows beside the bytes: subject, thread, trust, caller, partner, resolution.
    envelope = models.JSONField(default=dict, db_default=_NOTHING)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.PENDING)
    outcome_at = models.DateTimeField(null=True)
    order_id = models.BigIntegerField(null=True)
    reason = models.JSONField(default=list)
    # The earlier message whose bytes or order this one brings again.
    repeats = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    # Whoever reads it holds it until then; one that has killed its readers too often is set apart.
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Holds pictures, which take seconds a page: left to the process that does nothing else.
    needs_recognition = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "sender", "external_id"],
                condition=Q(external_id__isnull=False),
                name="message_external_id_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(outcome="pending"), name="message_pending"),
            models.Index(fields=["order_id"], name="message_by_order"),
            models.Index(fields=["sha256", "id"], name="message_by_hash"),
            models.Index(fields=["outcome", "-received_at"], name="message_by_outcome"),
        ]


class Document(models.Model):
    """One document of a message: its own bytes (ordinal 0), or a part of them, with all that was read out of it."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="documents")
    ordinal = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    filename = models.CharField(max_length=200, blank=True, default="")
    content_type = models.CharField(max_length=100, blank=True, default="")
    format = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    # The hash its bytes are stored under; empty where they are the message's own.
    file = models.CharField(max_length=64, blank=True, default="")
    reading = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    outcome = models.CharField(max_length=12)
    # What became of each order in it, in its order.
    results = models.JSONField(default=list)
    order_id = models.BigIntegerField(null=True)
    read_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "ordinal"], name="document_ordinal_unique"),
            models.CheckConstraint(
                condition=Q(ordinal=0, parent__isnull=True) | Q(ordinal__gt=0, parent__isnull=False),
                name="document_part_has_parent",
            ),
            models.CheckConstraint(condition=~Q(outcome__in=["", "pending"]), name="document_has_outcome"),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="document_by_customer"),
            models.Index(fields=["order_id"], name="document_by_order"),
        ]


class Draft(models.Model):
    """An order still being typed, or one that lacks something: kept as entered, with every finding."""

    class Status(models.TextChoices):
        OPEN = "open"
        ASKING = "asking"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="drafts")
    row = models.PositiveIntegerField(default=0)
    # Made with the empty form: however often the form is sent, it is one draft and one order.
    token = models.UUIDField(null=True, unique=True)
    channel = models.CharField(max_length=20)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey("access.Person", on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    body = models.JSONField()
    findings = models.JSONField(default=list)
    # Under each field's path: what was read there, where, how, how surely, and who has said otherwise since.
    sources = models.JSONField(default=dict, db_default=_NOTHING)
    # The judgement it was drafted under: gates, matches line by line, decision and reasons.
    gates = models.JSONField(default=dict, db_default=_NOTHING)
    policy_id = models.BigIntegerField(null=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    order_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["status", "-updated_at"], name="draft_by_status"),
            models.Index(fields=["order_id"], name="draft_by_order"),
            models.Index(fields=["document"], name="draft_by_document"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "asking"]) | Q(ended_at__isnull=False), name="draft_end_is_dated"
            ),
        ]


class OrderTemplate(models.Model):
    """What a customer orders again and again, under a name of his own; removed, it can be put back."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    body = models.JSONField()
    kept_by = models.CharField(max_length=120)
    kept_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "customer", Lower("name"), condition=Q(removed_at__isnull=True), name="template_named_once"
            ),
        ]


class Question(models.Model):
    """What the customer was asked about a draft, and the answer."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="questions")
    findings = models.JSONField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)
    # What a mail answered, not yet confirmed by the desk: field -> text.
    proposed = models.JSONField(null=True)
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    # Working minutes from asking to closing, for which the promise clock stood still.
    minutes = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft"], condition=Q(closed_at__isnull=True), name="question_one_open"),
        ]


class ColumnMapping(models.Model):
    """Which column of a customer's spreadsheet means what; confirmed once, used from then on."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, null=True, related_name="+")
    signature = models.CharField(max_length=64)
    columns = models.JSONField()
    confirmed_by = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "signature"], name="column_mapping_unique", nulls_distinct=False
            )
        ]


class Lesson(models.Model):
    """What a person taught about one customer's documents: `given` in them `means` this, until it is turned off."""

    class Kind(models.TextChoices):
        LABEL = "label"
        COLUMN = "column"
        FORMAT = "format"
        ITEM = "item"
        SHIP_TO = "ship_to"
        UNIT = "unit"

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    given = models.CharField(max_length=300)
    means = models.CharField(max_length=300)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    taught_by = models.CharField(max_length=120)
    taught_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True)
    off_by = models.CharField(max_length=120, blank=True, default="")
    off_reason = models.CharField(max_length=200, blank=True, default="")
    contradicted = models.PositiveSmallIntegerField(default=0)
    # Until it has been tried on the customer's last documents nothing is read by it; those still to be tried, by id.
    kept_at = models.DateTimeField(null=True)
    to_try = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    tried = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind", "given"],
                condition=Q(off_at__isnull=True, kept_at__isnull=False),
                name="lesson_live_once",
            ),
            models.UniqueConstraint(
                fields=["customer", "kind", "given"],
                condition=Q(off_at__isnull=True, kept_at__isnull=True),
                name="lesson_on_trial_once",
            ),
            models.CheckConstraint(condition=~Q(given="") & ~Q(means=""), name="lesson_says_something"),
        ]


class Proposal(models.Model):
    """A change or cancellation a document asks for of an order we have: put before a person, never done by itself."""

    class Kind(models.TextChoices):
        CHANGE = "change"
        CANCEL = "cancel"

    class Status(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    order_id = models.BigIntegerField()
    kind = models.CharField(max_length=6, choices=Kind)
    # The order as the document would have it, in the form of a draft, and what differs from ours line by line.
    body = models.JSONField(default=dict)
    diff = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", decided_at__isnull=True) | (~Q(status="open") & Q(decided_at__isnull=False)),
                name="proposal_decision_is_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["order_id"], name="proposal_by_order"),
            models.Index(fields=["created_at"], condition=Q(status="open"), name="proposal_open"),
        ]


class Partner(models.Model):
    """Who sends under an identifier (EDI id, GLN, tax number, mail domain, caller), and how we exchange documents."""

    scheme = models.CharField(max_length=20)
    sender = models.CharField(max_length=120)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    our_id = models.CharField(max_length=120, blank=True, default="")
    profile = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "sender"], name="partner_once")]
        indexes = [models.Index(fields=["customer"], name="partner_by_customer")]
