"""What was changed, by whom, and how far assignment has seen it."""

from django.db import models

from experiments.models.experiments import Experiment


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
