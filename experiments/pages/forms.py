"""The form that defines an experiment: plain questions in, a draft out.

Every rule of a definition lives in `definitions`; the form only reads what was typed.
"""

import json
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms import BaseFormSet, formset_factory

from experiments.models import BUCKETS, Layer
from experiments.plan.document import Unit

UNIT_WORDS = {
    Unit.CUSTOMER: "Each customer: keeps the variant at every contact. The choice for churn.",
    Unit.CONTACT: "Each contact: for outcomes of the contact itself, never for churn.",
    Unit.AGENT: "Each agent: for coaching and scripts.",
    Unit.TEAM: "Each team.",
    Unit.QUEUE: "Each queue.",
    Unit.TIME_SLOT: "Each slot of time: the whole queue alternates. The choice for waiting.",
}
KEY_WORDS = RegexValidator(
    r"^[a-z][a-z0-9_]{0,63}\Z", "Use small letters, digits and _, and begin with a letter."
)
WHOLE = 100  # per cent
OPERATORS = {
    "equals": "is",
    "in": "is one of (a, b, c)",
    "at_least": "is at least",
    "below": "is below",
    "prefix": "starts with",
    "present": "is known",
}


class BasicsForm(forms.Form):
    """What is tested, on whom, in which units."""

    title = forms.CharField(
        max_length=200,
        help_text="What a colleague would call it: Care over clock.",
    )
    key = forms.CharField(
        max_length=64,
        validators=[KEY_WORDS],
        help_text="What routers call it, such as care_over_clock. It stays what it is.",
    )
    hypothesis = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What you expect to change, for whom, and why.",
    )
    unit = forms.ChoiceField(
        label="What is randomised",
        choices=[(unit.value, words) for unit, words in UNIT_WORDS.items()],
    )
    coverage = forms.DecimalField(
        label="Coverage in %",
        min_value=0,
        max_value=100,
        decimal_places=2,
        initial=100,
        help_text="Share of the audience that takes part. It can be ramped up later; "
        "nobody who is in changes arm.",
    )
    layer = forms.ModelChoiceField(
        queryset=Layer.objects.all(),
        required=False,
        to_field_name="key",
        empty_label="none: may overlap with any experiment",
        help_text="Experiments in one layer never share a customer.",
    )
    layer_start = forms.IntegerField(required=False, min_value=0, max_value=BUCKETS)
    layer_end = forms.IntegerField(required=False, min_value=0, max_value=BUCKETS)
    requires = forms.CharField(
        label="Only units of other experiments",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "callback_first: offered"}),
        help_text="One experiment a line: its key alone, or key: variant, variant.",
    )
    is_holdout = forms.BooleanField(
        label="This is the holdout of the program",
        required=False,
        help_text="Its control is kept out of every other experiment, and followed as any arm is.",
    )
    audience = forms.ChoiceField(
        label="Audience",
        choices=[
            ("all", "Everybody who meets all conditions below"),
            ("any", "Everybody who meets any of them"),
        ],
        required=False,
    )


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


def scalar(text: str) -> Any:  # noqa: ANN401  # any value of a JSON document
    """Read typed text as what a person means: 300 and 0.5 are numbers, true is true, 0012 is text.

    >>> [scalar(text) for text in ("300", "0.5", "true", "0012", "pro", '"300"')]
    [300, 0.5, True, '0012', 'pro', '300']
    """
    try:
        return json.loads(text, parse_constant=str)
    except ValueError:
        return text


def typed(value: Any) -> str:  # noqa: ANN401  # any value of a JSON document
    """Return the text that `scalar` reads back as `value`.

    >>> [typed(value) for value in (300, True, "pro", "300")]
    ['300', 'true', 'pro', '"300"']
    """
    is_plain = isinstance(value, str) and scalar(value) == value
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)
