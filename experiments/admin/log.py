"""Exposures and changes on the admin site: read, never written."""

from django.contrib import admin

from experiments.admin.roles import ReadOnlyAdmin
from experiments.models import Change, Exposure


@admin.register(Exposure)
class ExposureAdmin(ReadOnlyAdmin[Exposure]):
    """The log of who was assigned what."""

    list_display = [
        *("experiment", "unit_id", "contact_id", "assigned_variant", "served_variant"),
        *("source", "eligible", "forced", "assigned_at", "exposed_at"),
    ]
    list_filter = ["source", "eligible", "forced"]
    search_fields = ["=unit_id", "=contact_id", "=assignment_id"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin[Change]):
    """Who changed what and when."""

    list_display = ["at", "experiment", "action", "actor"]
    list_filter = ["action"]
    search_fields = ["=experiment__key", "actor"]
