"""The form of an experiment on the admin site: a draft, checked by the same rules as everywhere."""

from typing import Any

import msgspec
from django import forms

from experiments import definitions
from experiments.definitions import Draft, VariantDraft, draft_of
from experiments.errors import Refusal
from experiments.models import Experiment

COLUMNS = (
    *("key", "title", "hypothesis", "unit", "layer", "layer_start", "layer_end"),
    *("targeting", "coverage", "schedule", "saturation", "requires"),
    *("is_holdout", "plan_source"),
)
EXAMPLE = (
    VariantDraft(key="control", weight=5000, title="As it is today", is_control=True),
    VariantDraft(key="longer", weight=5000, policy={"target_seconds": 540}),
)


class ExperimentForm(forms.ModelForm[Experiment]):
    """A draft. `variant_list` is a JSON list, in the order of the buckets."""

    variant_list = forms.JSONField(
        label="Variants",
        help_text="In the order of their buckets; weights sum to 10,000, one is the control.",
    )
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Experiment
        fields = COLUMNS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draft: Draft | None = None
        variants = draft_of(self.instance).variants if self.instance.pk else EXAMPLE
        self.initial["variant_list"] = msgspec.to_builtins(variants)
        self.initial["edition"] = self.instance.edition

    def clean(self) -> dict[str, Any]:
        """Refuse what definitions would refuse, naming each rule."""
        given = super().clean() or {}
        if self.errors:
            return given
        try:
            variants = msgspec.convert(given["variant_list"], tuple[VariantDraft, ...])
        except msgspec.ValidationError as error:
            self.add_error("variant_list", str(error))
            return given
        self.draft = self._draft(given, variants)
        self._check(self.draft)
        return given

    def _draft(self, given: dict[str, Any], variants: tuple[VariantDraft, ...]) -> Draft:
        fields = {name: given[name] for name in COLUMNS}
        fields["layer"] = given["layer"].key if given["layer"] else None
        fields["targeting"] = given["targeting"] or {}
        fields["schedule"] = given["schedule"] or {}
        fields["saturation"] = given["saturation"] or {}
        fields["requires"] = given["requires"] or []
        return Draft(**fields, variants=variants, salt=self.instance.salt)

    def _check(self, draft: Draft) -> None:
        try:
            definitions.check(draft, existing=self.instance if self.instance.pk else None)
        except Refusal as refusal:
            for violation in refusal.violations:
                field = violation.field.partition("[")[0].partition(".")[0]
                place = {"variants": "variant_list", "plan": "plan_source"}.get(field, field)
                self.add_error(place if place in self.fields else None, str(violation))
