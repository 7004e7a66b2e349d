"""The Django application of impact."""

from django.apps import AppConfig


class ImpactConfig(AppConfig):
    """What Django needs to know of it."""

    name = "impact"
    default_auto_field = "django.db.models.BigAutoField"
