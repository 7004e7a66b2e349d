"""The rows of a definition: a variant each, and a condition on who takes part each."""

from typing import Any, ClassVar

from django import forms
from django.forms import BaseFormSet, formset_factory

from experiments.pages.forms import KEY_WORDS
from experiments.pages.typed_values import scalar

WHOLE = 100  # per cent
OPERATORS = {
    "equals": "is",
    "in": "is one of (a, b, c)",
    "at_least": "is at least",
    "below": "is below",
    "prefix": "starts with",
    "present": "is known",
}


class VariantForm(forms.Form):
    """One service policy and its share."""

    key = forms.CharField(max_length=64, validators=[KEY_WORDS])
    title = forms.CharField(max_length=200, required=False)
    share = forms.DecimalField(label="Share in %", min_value=0, max_value=100, decimal_places=2)
    policy = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "target_handle_seconds: 300"}),
        help_text="One setting a line, name: value. Router and agent desktop receive it.",
    )

    def clean_policy(self) -> dict[str, Any]:
        """Read the lines as a document: numbers and true/false as such, else text."""
        policy: dict[str, Any] = {}
        for number, line in enumerate(self.cleaned_data["policy"].splitlines(), start=1):
            if not line.strip():
                continue
            name, colon, value = line.partition(":")
            if not colon or not name.strip():
                message = f"Line {number}, “{line}”, must have the form name: value."
                raise forms.ValidationError(message)
            if name.strip() in policy:
                message = f"Line {number}: {name.strip()} is named twice."
                raise forms.ValidationError(message)
            policy[name.strip()] = scalar(value.strip())
        return policy


class ConditionForm(forms.Form):
    """One condition on who takes part."""

    attribute = forms.CharField(max_length=64, required=False)
    operator = forms.ChoiceField(choices=list(OPERATORS.items()), required=False)
    value = forms.CharField(max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse half a condition: it would be dropped in silence, or never be met."""
        given = super().clean() or self.cleaned_data
        attribute, value = given.get("attribute", "").strip(), given.get("value", "").strip()
        if value and not attribute:
            self.add_error("attribute", "Say which attribute this is about.")
        if attribute and not value and given.get("operator") != "present":
            self.add_error("value", "Say what it is compared with.")
        return given

    def rule(self) -> dict[str, Any] | None:
        """Return the condition as a leaf of the targeting language, or None for an empty row."""
        attribute = self.cleaned_data.get("attribute", "").strip()
        if not attribute:
            return None
        operator, value = self.cleaned_data["operator"], self.cleaned_data["value"].strip()
        match operator:
            case "in":
                condition: dict[str, Any] = {
                    "in": [scalar(part.strip()) for part in value.split(",")]
                }
            case "at_least" | "below":
                condition = {"range": {operator: scalar(value)}}
            case "present":
                condition = {"present": True}
            case "prefix":
                condition = {"prefix": value}
            case _:
                condition = {"equals": scalar(value)}
        return {"attribute": attribute, **condition}


class _Rows(BaseFormSet[Any]):
    """Rows of which every one that comes back empty is dropped, also one that was there before."""

    def initial_form_count(self) -> int:
        """Treat what comes back as new rows."""
        return 0 if self.is_bound else super().initial_form_count()


class _Variants(_Rows):
    """Variants come in twos or more; the first is control."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "too_few_forms": (
            "An experiment has %(num)d variants or more: what you do today, and what you try."
        ),
        "too_many_forms": "An experiment has %(num)d variants or fewer here.",
    }

    def clean(self) -> None:
        """Refuse shares that leave customers without a variant, and two variants of one key."""
        given = [form.cleaned_data for form in self.forms if form.has_changed()]
        shares = [row["share"] for row in given if "share" in row]
        if len(shares) == len(given) and sum(shares) != WHOLE:
            message = f"The shares add up to {sum(shares):f}%: they must add up to 100%."
            raise forms.ValidationError(message)
        keys = [row["key"] for row in given if "key" in row]
        if len(set(keys)) < len(keys):
            message = "Two variants have the same key."
            raise forms.ValidationError(message)


VariantFormSet = formset_factory(
    VariantForm, formset=_Variants, extra=0, min_num=2, validate_min=True, max_num=20
)
ConditionFormSet = formset_factory(ConditionForm, formset=_Rows, extra=1, max_num=20)
