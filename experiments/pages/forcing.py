"""Units that quality assurance put into a variant: they are served it and never analysed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from experiments import definitions
from experiments.errors import ExperimentsError, Refusal
from experiments.models import Experiment
from experiments.pages.details import found
from experiments.pages.people import editor, name_of

NOBODY = "leave it to its hash"


class ForcedForm(forms.Form):
    """Which unit is served which variant."""

    unit_id = forms.CharField(label="Unit", max_length=256, help_text="The id that routers send.")
    variant = forms.ChoiceField(required=False)

    def __init__(self, data: Any, experiment: Experiment) -> None:  # noqa: ANN401  # as Django has it
        super().__init__(data)
        named = [(each.key, each.title or each.key) for each in experiment.variants.all()]
        self.fields["variant"] = forms.ChoiceField(choices=[*named, ("", NOBODY)], required=False)


@editor
def forced(request: HttpRequest, key: str) -> HttpResponse:
    """Show the units that are forced, and force another or leave one to its hash."""
    experiment = found(key)
    form = ForcedForm(request.POST or None, experiment)
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, key, form.cleaned_data)
        except ExperimentsError as error:
            said = [each.rule for each in error.violations] if isinstance(error, Refusal) else None
            form.add_error("unit_id", said or [str(error)])
        else:
            messages.success(request, "Saved: served from the next configuration on.")
            return redirect("experiment-forced", key=key)
    listed = experiment.forced.select_related("variant").order_by("unit_id")
    context = {"section": "experiments", "experiment": experiment, "form": form, "listed": listed}
    return render(request, "experiments/forced.html", context)


def _change(request: HttpRequest, key: str, given: dict[str, Any]) -> None:
    unit_id, actor, now = given["unit_id"], name_of(request), timezone.now()
    if given["variant"]:
        definitions.force(key, unit_id=unit_id, variant=given["variant"], actor=actor, now=now)
    else:
        definitions.unforce(key, unit_id=unit_id, actor=actor, now=now)
