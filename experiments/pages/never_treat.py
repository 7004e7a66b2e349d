"""The list of the never treated: who is on it nobody can read here, how many and why they can."""

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from experiments import definitions
from experiments.errors import ExperimentsError
from experiments.models import NeverTreated
from experiments.pages.people import editor, name_of


class NeverTreatForm(forms.Form):
    """Whom to put on the list or take off."""

    customer_ids = forms.CharField(
        label="Customer ids",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One a line. They are hashed at once and cannot be read again.",
    )
    reason = forms.CharField(
        max_length=200,
        required=False,
        help_text="Such as: vulnerable, bereaved, complaint open. Not needed to take them off.",
    )


@editor
def never_treat_list(request: HttpRequest) -> HttpResponse:
    """Show how many are on the list and why, and change it."""
    form = NeverTreatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _changed(request, form))
        except ExperimentsError as error:
            form.add_error(None, str(error))
        else:
            return redirect("never-treat")
    listed = NeverTreated.objects.filter(listed=True)
    context = {
        "section": "experiments",
        "form": form,
        "n_listed": listed.count(),
        "reasons": listed.order_by("reason").values("reason").annotate(number=Count("id")),
        "changes": NeverTreated.objects.all()[:20],
    }
    return render(request, "experiments/never_treat.html", context)


def _changed(request: HttpRequest, form: NeverTreatForm) -> str:
    ids = [line for line in form.cleaned_data["customer_ids"].splitlines() if line.strip()]
    actor, now = name_of(request), timezone.now()
    if request.POST.get("take_off"):
        named, taken, left = definitions.treat_again(ids, actor=actor, now=now)
        return f"{taken} of {named} taken off: {left} customers are on the list."
    reason = form.cleaned_data["reason"]
    listed = definitions.never_treat(ids, reason=reason, actor=actor, now=now)
    return f"{listed} customers are on the list."
