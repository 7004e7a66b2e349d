"""The rows of experiments: layer, experiment, variant, forced assignment, exposure, change, key.

Invariants are database constraints. Nothing writes these but `definitions`, `exposures`, `access`.
"""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from experiments.lifecycle import Status
from experiments.plan.document import Unit

BUCKETS = 10_000
KEY = RegexValidator(r"^[a-z][a-z0-9_]{0,63}\Z", "must match [a-z][a-z0-9_]{0,63}")
STATUSES = [(status.value, status.value) for status in Status]
UNITS = [(unit.value, unit.value) for unit in Unit]


class Layer(models.Model):
    """Experiments in one layer own disjoint bucket ranges: a unit is in one of them at most."""

    key = models.CharField(max_length=64, unique=True, validators=[KEY])
    title = models.CharField(max_length=200, blank=True)
    salt = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.key


class Experiment(models.Model):
    """A question put to customers: variants, who takes part, the plan, where it stands."""

    key = models.CharField(max_length=64, unique=True, validators=[KEY])
    title = models.CharField(max_length=200)
    hypothesis = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="experiments"
    )
    status = models.CharField(max_length=10, choices=STATUSES, default=Status.DRAFT.value)
    unit = models.CharField(max_length=10, choices=UNITS, default=Unit.CUSTOMER.value)
    layer = models.ForeignKey(
        Layer, on_delete=models.PROTECT, null=True, blank=True, related_name="experiments"
    )
    layer_start = models.PositiveIntegerField(default=0)
    layer_end = models.PositiveIntegerField(default=BUCKETS)
    targeting = models.JSONField(default=dict, blank=True)
    coverage = models.PositiveIntegerField(default=BUCKETS)
    schedule = models.JSONField(default=dict, blank=True)
    saturation = models.JSONField(default=dict, blank=True)
    requires = models.JSONField(default=list, blank=True)
    is_holdout = models.BooleanField(default=False)
    killed = models.BooleanField(default=False)
    salt = models.CharField(max_length=64, unique=True)
    hash_version = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    plan_source = models.TextField(blank=True)
    plan_sha256 = models.CharField(max_length=64, blank=True)
    simulated = models.BooleanField(default=False)
    truth = models.JSONField(default=dict, blank=True)
    edition = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    concluded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-updated_at", "key"]
        constraints = [
            models.CheckConstraint(
                name="experiment_status_known",
                condition=Q(status__in=[status.value for status in Status]),
            ),
            models.UniqueConstraint(
                name="experiment_one_holdout",
                fields=["is_holdout"],
                condition=Q(is_holdout=True, status__in=["running", "paused"]),
            ),
            models.CheckConstraint(
                name="experiment_coverage_of_10000", condition=Q(coverage__lte=BUCKETS)
            ),
            models.CheckConstraint(
                name="experiment_layer_range",
                condition=Q(layer_start__lt=F("layer_end"), layer_end__lte=BUCKETS),
            ),
            models.CheckConstraint(
                name="experiment_plan_locked_when_started",
                condition=Q(status__in=["draft", "review", "archived"])
                | (~Q(plan_sha256="") & Q(started_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Variant(models.Model):
    """One service policy. Its document is what router and agent desktop consume."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="variants")
    key = models.CharField(max_length=64, validators=[KEY])
    title = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField()
    weight = models.PositiveIntegerField()
    is_control = models.BooleanField(default=False)
    policy = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["experiment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "key"], name="variant_key_once"),
            models.UniqueConstraint(fields=["experiment", "position"], name="variant_place_once"),
            models.UniqueConstraint(
                fields=["experiment"], condition=Q(is_control=True), name="variant_one_control"
            ),
            models.CheckConstraint(
                name="variant_weight_of_10000", condition=Q(weight__lte=BUCKETS)
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ForcedAssignment(models.Model):
    """Quality assurance wants this unit in this variant; it never counts in an analysis."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="forced")
    unit_id = models.CharField(max_length=256)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "unit_id"], name="forced_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} -> {self.variant}"


class PastVersion(models.Model):
    """A version that was followed by another: whoever reads its exposures needs what it was."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="past")
    number = models.PositiveIntegerField()
    salt = models.CharField(max_length=64, unique=True)
    hash_version = models.PositiveSmallIntegerField()
    weights = models.JSONField()  # [[variant, weight], ...] in the order of the buckets
    ended_at = models.DateTimeField()

    class Meta:
        ordering = ["experiment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "number"], name="past_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.experiment}, version {self.number}"


class NeverTreatSalt(models.Model):
    """One row with the salt of the list of the never treated."""

    salt = models.CharField(max_length=64)

    def __str__(self) -> str:
        return "salt of the never treated"


class NeverTreated(models.Model):
    """A customer whom no experiment may treat: known by digest, kept after being taken off."""

    digest = models.CharField(max_length=32, unique=True)
    reason = models.CharField(max_length=200)
    listed = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-changed_at", "digest"]

    def __str__(self) -> str:
        return f"{self.digest[:8]}: {self.reason}"


class Exposure(models.Model):
    """Who was assigned what, what was served and when it was applied: the log of truth.

    One row per (experiment, contact), or per (experiment, unit) where no contact is named.
    Not tied to the experiment's row by a foreign key: the log outlives what it speaks of.
    """

    assignment_id = models.CharField(max_length=40, unique=True)
    experiment = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    hash_version = models.PositiveSmallIntegerField()
    unit_id = models.CharField(max_length=256)
    customer_id = models.CharField(max_length=256, blank=True)
    contact_id = models.CharField(max_length=256, null=True)  # noqa: DJ001  # absent is not ""
    bucket = models.PositiveIntegerField(null=True)
    assigned_variant = models.CharField(max_length=64)
    served_variant = models.CharField(max_length=64)
    source = models.CharField(max_length=8)
    eligible = models.BooleanField()
    forced = models.BooleanField(default=False)
    queue = models.CharField(max_length=256, blank=True)
    attributes = models.JSONField(default=dict)
    assigned_at = models.DateTimeField()
    exposed_at = models.DateTimeField(null=True)
    router = models.CharField(max_length=100, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "contact_id"],
                condition=Q(contact_id__isnull=False),
                name="exposure_once_per_contact",
            ),
            models.UniqueConstraint(
                fields=["experiment", "unit_id"],
                condition=Q(contact_id__isnull=True),
                name="exposure_once_per_unit",
            ),
            models.CheckConstraint(
                name="exposure_source_known",
                condition=Q(source__in=["service", "client", "default", "paused", "forced"]),
            ),
        ]
        indexes = [models.Index(fields=["experiment", "assigned_at"], name="exposure_by_time")]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.unit_id} -> {self.assigned_variant}"


class Change(models.Model):
    """Who changed what and when: written in the transaction of the change, never edited."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=32)
    fields = models.JSONField(default=dict)  # field -> [before, after]

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"


class Revision(models.Model):
    """One row whose number grows with every change that assignment must see."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class ApiKey(models.Model):
    """A credential of a router or another program: only its digest is kept."""

    name = models.CharField(max_length=100, unique=True)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}...)"
