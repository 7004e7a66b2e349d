"""Who may see and change what on the admin site: the rules of roles, not Django's permissions."""

from typing import TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


class RoleAdmin(admin.ModelAdmin[Row]):
    """Shows rows to those who may see experiments; what more is possible, a subclass says."""

    see = "experiments.view"
    write = "experiments.edit"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the section is listed."""
        return request.user.has_perm(self.see)

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Tell whether rows are shown."""
        return request.user.has_perm(self.see)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether a row can be made."""
        return request.user.has_perm(self.write)

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Tell whether a row can be changed."""
        return request.user.has_perm(self.write)

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nothing is deleted: experiments are archived, keys revoked."""
        return False


class ReadOnlyAdmin(RoleAdmin[Row]):
    """Shows rows that nobody changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody changes one."""
        return False
