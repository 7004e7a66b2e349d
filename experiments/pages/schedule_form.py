"""The questions behind the schedule of a switchback."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from experiments.assignment.schedule import TIME_SLOT, WEEKDAYS, WINDOW

PREFIX = "schedule"
EVERY_DAY = ",".join(map(str, WEEKDAYS))
DAYS = [
    (EVERY_DAY, "Every day"),
    ("1,2,3,4,5", "Monday to Friday"),
    ("1,2,3,4,5,6", "Monday to Saturday"),
]
NUMBERS = ("weeks", "slot_minutes", "burn_in", "block_weeks", "from_hour", "to_hour")


class ScheduleForm(forms.Form):
    """When slots of time are, and how long; asked only where slots are randomised."""

    starts_on = forms.DateField(
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="After the day on which you start it: the schedule is published before.",
    )
    weeks = forms.IntegerField(label="For (weeks)", initial=4)
    slot_minutes = forms.IntegerField(
        label="A slot has (minutes)",
        initial=120,
        help_text="60 or more, and four times handling and waiting together.",
    )
    burn_in = forms.IntegerField(
        label="Leave out the first (minutes)",
        initial=15,
        help_text="Contacts who still wait behind the slot before. The plan says the same. "
        "Where slots draw shares nobody is left out.",
    )
    block_weeks = forms.IntegerField(
        label="Draw together (weeks)",
        initial=2,
        help_text="Within them every variant has its share of each weekday and hour.",
    )
    from_hour = forms.IntegerField(label="Opens at (hour)", initial=0)
    to_hour = forms.IntegerField(label="Closes at (hour)", initial=24)
    weekdays = forms.ChoiceField(label="Days", choices=DAYS)
    timezone = forms.CharField(label="Time zone of the hours", initial="UTC", max_length=64)

    def __init__(self, data: QueryDict | None, document: Mapping[str, Any]) -> None:
        known = dict(document)
        if "weekdays" in known:
            known["weekdays"] = ",".join(map(str, known["weekdays"]))
        super().__init__(data, prefix=PREFIX, initial=known)
        self.draws_shares = data is not None and data.get("saturation-cluster") == WINDOW
        self.is_asked = self.draws_shares or (data is not None and data.get("unit") == TIME_SLOT)
        shown = known.get("weekdays", EVERY_DAY)
        if shown not in dict(DAYS):
            days = self.fields["weekdays"]
            days.choices = [*DAYS, (shown, f"As it is: {shown}")]  # type: ignore[attr-defined]  # a ChoiceField

    def full_clean(self) -> None:
        """Find nothing wrong while nobody asked."""
        super().full_clean()
        if self.is_bound and not self.is_asked:
            self.errors.clear()

    def document(self) -> dict[str, object]:
        """Return the schedule as definitions take it: empty while nobody asked."""
        if not self.is_asked:
            return {}
        given = self.cleaned_data | ({"burn_in": 0} if self.draws_shares else {})
        return {
            **{name: given[name] for name in (*NUMBERS, "timezone")},
            "starts_on": str(given["starts_on"]),
            "weekdays": [int(day) for day in given["weekdays"].split(",")],
        }
