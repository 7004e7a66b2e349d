"""The form that defines an experiment: plain questions; its rows stand in `row_forms`.

Every rule of a definition lives in `definitions`; the form only reads what was typed.
"""

from django import forms
from django.core.validators import RegexValidator

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
