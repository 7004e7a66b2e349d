"""The Django application of experiments."""

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    """What Django needs to know of it."""

    name = "experiments"
    default_auto_field = "django.db.models.BigAutoField"
