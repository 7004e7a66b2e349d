"""The list of the never treated, and the salt of its digests."""

from django.db import models


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
