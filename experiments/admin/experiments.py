"""Experiments on the admin site: created, edited and moved by definitions, as everywhere."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from experiments import definitions
from experiments.access import actor_of
from experiments.admin.forms import COLUMNS, ExperimentForm
from experiments.admin.roles import RoleAdmin
from experiments.definitions import draft_of
from experiments.errors import ExperimentsError
from experiments.lifecycle import EDITABLE, Move
from experiments.models import Experiment

Chosen = QuerySet[Experiment]
Action = Callable[["ExperimentAdmin", HttpRequest, Chosen], None]
STANDING = ("status", "started_at", "concluded_at", "plan_sha256")
SWITCHES = {"kill": definitions.kill, "unkill": definitions.unkill}


def _action(name: str, call: Callable[..., Experiment]) -> Action:
    """Return the action that does `call` to each experiment that was chosen."""

    @admin.action(description=f"{name.capitalize()} the chosen experiments", permissions=["change"])
    def act(_admin: "ExperimentAdmin", request: HttpRequest, chosen: Chosen) -> None:
        for key in list(chosen.values_list("key", flat=True)):
            try:
                changed = call(key, actor=actor_of(request.user), now=timezone.now())
            except ExperimentsError as refusal:
                messages.error(request, f"{key}: {refusal}")
            else:
                messages.success(request, f"{key}: {name}, now {changed.status}")

    act.__name__ = name
    return act


MOVES = [_action(step.value, partial(definitions.move, step=step)) for step in Move]


@admin.register(Experiment)
class ExperimentAdmin(RoleAdmin[Experiment]):
    """A draft can be edited; what was started can only be moved, ramped and killed."""

    form = ExperimentForm
    fields = [*STANDING, *COLUMNS, "variant_list", "edition"]
    readonly_fields = STANDING
    list_display = ["key", "title", "status", "unit", "coverage", "killed", "updated_at"]
    list_filter = ["status", "unit", "simulated"]
    search_fields = ["key", "title"]
    actions = [*MOVES, *(_action(name, call) for name, call in SWITCHES.items())]

    @admin.display(description="Variants")
    def variant_list(self, experiment: Experiment) -> str:
        """Return the variants of an experiment that is only shown."""
        variants = draft_of(experiment).variants
        return ", ".join(f"{each.key} {each.weight} {json.dumps(each.policy)}" for each in variants)

    def has_change_permission(self, request: HttpRequest, obj: Experiment | None = None) -> bool:
        """Only drafts can be edited."""
        return super().has_change_permission(request, obj) and (
            obj is None or obj.status in EDITABLE
        )

    def save_model(
        self,
        request: HttpRequest,
        obj: Experiment,
        form: Any,
        change: bool,
    ) -> None:
        """Write the draft of the form through definitions."""
        actor, now = actor_of(request.user), timezone.now()
        if change:
            edition = form.cleaned_data["edition"]
            saved = definitions.edit(obj.key, form.draft, edition=edition, actor=actor, now=now)
        else:
            owner = request.user if request.user.is_authenticated else None
            saved = definitions.create(form.draft, actor=actor, now=now, owner=owner)
        obj.pk = saved.pk
        obj.refresh_from_db()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a refusal that came after the form was found good, such as another's edit."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ExperimentsError as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)
