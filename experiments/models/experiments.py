"""The rows that say what is tested: layer, experiment, variant, forced assignment, past version."""

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
