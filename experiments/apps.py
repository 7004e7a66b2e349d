"""The Django application of experiments."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ExperimentsConfig(AppConfig):
    """What Django needs to know of it."""

    name = "experiments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have a database that was migrated know the roles."""
        post_migrate.connect(_make_roles, sender=self)


def _make_roles(**_: object) -> None:
    from experiments.access import ensure_roles  # noqa: PLC0415  # models are not loaded before

    ensure_roles()
