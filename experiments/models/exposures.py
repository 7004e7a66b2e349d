"""The log of who was assigned what."""

from django.db import models
from django.db.models import Q


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
