"""The questions behind an ordinary plan: those that matter to what is randomised, in its words."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict

from experiments.assignment.schedule import Schedule, schedule_of
from experiments.assignment.slots import DAYS_PER_WEEK
from experiments.models import Experiment
from experiments.plan.document import PER_CONTACT, Unit
from experiments.plan.template import plan_text
from experiments.plan.usual_metrics import follows_customers

OF_CUSTOMERS = ("horizon", "currency", "cost_per_handle_minute")
USUAL_LENGTH = timedelta(days=90 + 180)  # a quarter to enrol, half a year to follow
USUAL_LENGTH_WITHIN = timedelta(days=90)
USUAL_WINDOW = 30
WINDOW_OF_CONTACT = 7  # most who answer a survey do so within a week


class MeasureForm(forms.Form):
    """A few answers that make a plan which starts with the experiment as it is defined."""

    horizon = forms.IntegerField(
        label="Follow each customer for (days)",
        min_value=1,
        max_value=3650,
        initial=180,
        help_text="Retention is compared at this day.",
    )
    window = forms.IntegerField(
        label="Count revenue and contacts over (days)", min_value=1, max_value=3650, initial=90
    )
    planned_end = forms.DateField(
        label="Planned end",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Before this day reports are interim and show no p-value. Leave time to enrol "
        "customers and then to follow them.",
    )
    zone = forms.CharField(label="Time zone", initial="UTC", max_length=64)
    segments = forms.CharField(
        required=False, help_text="Attributes to look into, fixed now: tier, region"
    )
    currency = forms.CharField(initial="EUR", min_length=3, max_length=3)
    cost_per_handle_minute = forms.DecimalField(
        label="Cost of a minute of handling", min_value=0, decimal_places=4, initial="0.80"
    )

    def __init__(self, data: QueryDict | None, experiment: Experiment, *, today: date) -> None:
        self._experiment = experiment
        self._schedule = schedule_of(experiment.schedule) if experiment.schedule else None
        self._cluster = str(experiment.saturation.get("cluster", ""))
        super().__init__(data)
        self.initial = {"planned_end": today + USUAL_LENGTH}
        if not follows_customers(experiment.unit, self._cluster):
            self._ask_within_contacts(today)
        if self._schedule is not None:
            self._follow(self._schedule)

    def keep(self, typed: Mapping[str, str]) -> None:
        """Show again what was typed, where something else was asked for."""
        self.initial.update({name: typed[name] for name in self.fields if name in typed})

    def clean_zone(self) -> str:
        """Accept names of the time-zone database only."""
        zone = str(self.cleaned_data["zone"]).strip()
        if zone not in available_timezones():
            message = f"{zone}: must be a name such as Europe/Berlin or UTC"
            raise forms.ValidationError(message)
        return zone

    def text(self) -> str:
        """Return the plan of valid answers, in agreement with the definition."""
        experiment, answers = self._experiment, self.cleaned_data
        variants = list(experiment.variants.all())
        return plan_text(
            key=experiment.key,
            title=experiment.title,
            unit=experiment.unit,
            control=next(variant.key for variant in variants if variant.is_control),
            weights={variant.key: variant.weight for variant in variants},
            window=answers["window"],
            planned_end=answers["planned_end"],
            segments=[name.strip() for name in answers["segments"].split(",") if name.strip()],
            cluster=self._cluster,
            **self._of_slots(),
            **self._of_customers(answers),
        )

    def _of_slots(self) -> dict[str, Any]:
        """Return what a schedule settles: its zone where slots are the unit, and its burn-in."""
        if self._schedule is None or self._experiment.unit != Unit.TIME_SLOT:
            return {"timezone": self.cleaned_data["zone"]}
        return {"timezone": self._schedule.timezone, "burn_in": self._schedule.burn_in}

    def _of_customers(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        if OF_CUSTOMERS[0] not in self.fields:
            return {}
        return {
            "horizon": answers["horizon"],
            "currency": answers["currency"].upper(),
            "cost_per_handle_minute": str(answers["cost_per_handle_minute"]),
        }

    def _ask_within_contacts(self, today: date) -> None:
        """Ask nothing about churn and money, which belong to no such unit."""
        for name in OF_CUSTOMERS:
            del self.fields[name]
        unit = self._experiment.unit.replace("_", " ")
        window, end = self.fields["window"], self.fields["planned_end"]
        end.help_text = (
            f"Before this day reports are interim and show no p-value. Leave time to count each "
            f"{unit} to the end."
        )
        self.initial["planned_end"] = today + USUAL_LENGTH_WITHIN
        if self._experiment.unit in PER_CONTACT:
            window.label = "Count what belongs to a contact over (days)"
            window.help_text = "Answers to surveys come days after the contact."
            self.initial["window"] = WINDOW_OF_CONTACT
        else:
            window.label = f"Count the contacts of each {unit} over (days)"
            self.initial["window"] = USUAL_WINDOW

    def _follow(self, schedule: Schedule) -> None:
        """Take zone and end from the schedule."""
        last = schedule.starts_on + timedelta(days=schedule.weeks * DAYS_PER_WEEK)
        window = int(self.initial.get("window", USUAL_WINDOW))
        self.initial["planned_end"] = last + timedelta(days=window)
        self.initial["zone"] = schedule.timezone
        if self._experiment.unit == Unit.TIME_SLOT:
            del self.fields["zone"]
