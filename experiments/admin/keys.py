"""API keys on the admin site: issued, shown once, revoked."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from experiments.access import SCOPES, Scope, issue_key, revoke_key
from experiments.admin.roles import RoleAdmin
from experiments.models import ApiKey

SCOPE_WORDS: Mapping[Scope, str] = MappingProxyType(
    {
        Scope.ASSIGN: "ask for variants, report what was applied, fetch the rules; routers",
        Scope.INGEST: "send contacts, churn, revenue, surveys and customers",
        Scope.DEFINE: "define experiments, start, steer and end them",
        Scope.READ: "read experiments, schedules and reports",
    }
)


class KeyForm(forms.ModelForm[ApiKey]):
    """Who gets a key, and what for."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, f"{scope.value}: {SCOPE_WORDS[scope]}") for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        help_text="Give each program its own key, with no scope more than it needs.",
    )

    class Meta:
        model = ApiKey
        fields = ["name", "scopes"]


@admin.register(ApiKey)
class ApiKeyAdmin(RoleAdmin[ApiKey]):
    """For administrators alone."""

    see = write = "experiments.manage_keys"
    form = KeyForm
    fields = ["name", "scopes"]
    list_display = ["name", "prefix", "scopes", "created_at", "revoked_at"]
    actions = ["revoke"]

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is not changed, it is revoked and another one issued."""
        return obj is None and super().has_change_permission(request)

    def save_model(
        self,
        request: HttpRequest,
        obj: ApiKey,
        form: Any,
        change: bool,
    ) -> None:
        """Issue the key and show its secret, once."""
        given = form.cleaned_data
        key, secret = issue_key(name=given["name"], scopes=given["scopes"], now=timezone.now())
        obj.pk, obj.prefix = key.pk, key.prefix
        messages.warning(request, f"The secret of {key.name}, shown only now: {secret}")

    @admin.action(description="Revoke the chosen keys", permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        """Stop them."""
        for key in chosen:
            revoke_key(prefix=key.prefix, now=timezone.now())
            messages.success(request, f"{key.name}: revoked")
