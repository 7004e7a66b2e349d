"""The questions behind a saturation: who draws, and which shares."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict

from experiments.assignment.saturation import PER_CENT
from experiments.models import BUCKETS

PREFIX = "saturation"
CLUSTERS = [
    ("", "nobody: each unit by itself"),
    ("queue", "Each queue draws a share for good"),
    ("team", "Each team draws a share for good"),
    ("window_id", "Each slot of time draws a share: needs the slots above"),
]


class SaturationForm(forms.Form):
    """Who draws how many of its units are treated."""

    cluster = forms.ChoiceField(label="Who draws a share", choices=CLUSTERS, required=False)
    levels = forms.CharField(
        label="Shares in %",
        required=False,
        help_text="Such as 0, 25, 50, 75: drawn equally often. 0:40, 50:60 draws 50 in 60%.",
    )

    def __init__(self, data: QueryDict | None, document: Mapping[str, Any]) -> None:
        shown = [
            f"{level['share'] / PER_CENT:g}:{level['weight'] / PER_CENT:g}"
            for level in document.get("levels", ())
        ]
        initial = {"cluster": document.get("cluster", ""), "levels": ", ".join(shown)}
        super().__init__(data, prefix=PREFIX, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Read the shares: numbers, each with how often it is drawn or none with it."""
        given = super().clean() or self.cleaned_data
        if given.get("cluster"):
            try:
                given["read"] = _levels(given.get("levels", ""))
            except (InvalidOperation, ValueError):
                self.add_error(
                    "levels", "must be numbers from 0 to 100 such as 0, 25, 50, or 0:40, 50:60"
                )
        return given

    def document(self) -> dict[str, object]:
        """Return the saturation as definitions take it: empty where nobody draws."""
        given = self.cleaned_data
        return {"cluster": given["cluster"], "levels": given["read"]} if given["cluster"] else {}


def _levels(text: str) -> list[dict[str, int]]:
    """Return shares and weights of 10,000; what is left of equal weights goes to the last."""
    parts = [part.partition(":") for part in text.split(",") if part.strip()]
    equal = BUCKETS // max(len(parts), 1)
    levels = [
        {"share": _of_buckets(share), "weight": _of_buckets(weight) if colon else equal}
        for share, colon, weight in parts
    ]
    if parts and not any(colon for _, colon, _ in parts):
        levels[-1]["weight"] += BUCKETS - equal * len(parts)
    return levels


def _of_buckets(percent: str) -> int:
    share = Decimal(percent.strip())
    if not 0 <= share <= PER_CENT:  # neither infinite nor of a million digits
        message = f"{percent}: must be 0 to {PER_CENT}"
        raise ValueError(message)
    return int(share * PER_CENT)
