"""The rows of impact: batches of outcomes and their rejections, runs. Each job is a row."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from impact.records.kinds import RecordKind


class Job(models.Model):
    """Work that a worker claims by a lease: see `impact.lease`."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    leased_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=36, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Batch(Job):
    """Outcomes received in one piece: durable first, parsed by a worker later."""

    KINDS: ClassVar = [(kind.value, kind.value) for kind in RecordKind]

    id = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=16, choices=KINDS)
    format = models.CharField(max_length=8)  # json, csv, parquet
    name = models.CharField(max_length=255, blank=True)
    payload = models.CharField(max_length=255)  # name in the inbox
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    idempotency_key = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001
    sender = models.CharField(max_length=150)
    rows_read = models.PositiveBigIntegerField(default=0)
    rows_accepted = models.PositiveBigIntegerField(default=0)
    rows_rejected = models.PositiveBigIntegerField(default=0)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="batch_kind_known",
                condition=Q(kind__in=[kind.value for kind in RecordKind]),
            ),
            models.CheckConstraint(
                name="batch_status_known",
                condition=Q(status__in=["queued", "running", "done", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Rejection(models.Model):
    """A row that was not taken in, and why: nothing is dropped in silence."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rejections")
    row_number = models.PositiveBigIntegerField()
    field = models.CharField(max_length=100)
    value = models.CharField(max_length=255)
    rule = models.CharField(max_length=255)

    class Meta:
        ordering = ["batch", "row_number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "row_number", "field"], name="rejection_once")
        ]

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.field} = {self.value}: {self.rule}"


class Run(Job):
    """One analysis: queued, computed by a worker, then frozen."""

    id = models.CharField(primary_key=True, max_length=40)
    experiment = models.CharField(max_length=64)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="runs"
    )
    requested_at = models.DateTimeField()
    progress = models.CharField(max_length=100, blank=True)
    as_of = models.DateTimeField()
    plan_source = models.TextField()
    plan_sha256 = models.CharField(max_length=64)
    experiment_version = models.PositiveIntegerField(default=1)
    code_version = models.CharField(max_length=80, blank=True)
    lake_versions = models.JSONField(default=dict)
    data_sha256 = models.CharField(max_length=64, blank=True)
    statistics = models.BinaryField(null=True)  # compressed JSON: impact.analysis.storage
    statistics_sha256 = models.CharField(max_length=64, blank=True)
    analysis = models.JSONField(null=True)  # the document of `analyze --format json`
    charts = models.JSONField(default=dict)  # name -> SVG

    class Meta:
        ordering = ["-requested_at", "id"]
        indexes = [models.Index(fields=["experiment", "-requested_at"], name="run_by_experiment")]
        constraints = [
            models.CheckConstraint(
                name="run_done_is_complete",
                condition=~Q(status="done")
                | (Q(statistics__isnull=False) & Q(analysis__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} {self.id}"
