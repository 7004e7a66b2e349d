"""Layers on the admin site: made once, kept for good."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from experiments import definitions
from experiments.admin.roles import RoleAdmin
from experiments.models import Layer


@admin.register(Layer)
class LayerAdmin(RoleAdmin[Layer]):
    """A layer's salt never changes: it would move everybody."""

    fields = ["key", "title"]
    list_display = ["key", "title"]

    def has_change_permission(self, request: HttpRequest, obj: Layer | None = None) -> bool:
        """Nobody changes one."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Layer,
        form: Any,
        change: bool,
    ) -> None:
        """Make the layer through definitions."""
        made = definitions.create_layer(obj.key, title=obj.title)
        obj.pk, obj.salt = made.pk, made.salt
