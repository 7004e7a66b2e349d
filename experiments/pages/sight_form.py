"""The questions behind what a test can see: percentages for people, with the field's defaults."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField

from experiments.design.expectations import Expectation
from experiments.design.unit_notes import CLUSTERS
from experiments.plan.document import PER_CONTACT, Kind, Metric, Plan, Table, Unit

MANY = 10**9
PERCENT = 100
AS_IT_IS = frozenset({"per_day", "population", "cluster_size", "changes_handle_time"})
USUAL_CLUSTERS = 60
LESS_CHURN = (
    "Relative to today: 7 keeps 7 of 100 who would leave. No published trial says what service "
    "can do to churn; more than 10 would be much."
)


def number(label: str, initial: float | None, low: float, high: float, words: str) -> Any:  # noqa: ANN401  # a field
    """Return a field for a number within bounds."""
    return forms.FloatField(
        label=label,
        initial=initial,
        min_value=low,
        max_value=high,
        required=initial is not None,
        help_text=words,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


class SightForm(forms.Form):
    """What is expected of a plan's primary metric. Only the questions that matter are asked."""

    per_day = number(
        "New customers a day",
        500,
        0.001,
        MANY,
        "Who match the audience and contact you for the first time since the start.",
    )
    population = number(
        "How many there are in all", None, 1, MANY, "Empty: there are always new ones."
    )
    monthly_churn = number(
        "Who leave in a month, %",
        0.9,
        0.001,
        99,
        "0.9 is a large postpaid telephone company's, 3 to 4 that of prepaid cards.",
    )
    baseline = number(
        "For how many it happens today, %",
        70,
        0.001,
        99.9,
        "About 70 in 100 questions are resolved at the first contact.",
    )
    variation = number(
        "Spread, % of the mean",
        100,
        0.01,
        100_000,
        "Standard deviation over mean, from your history: about 100 for handle time and money, "
        "25 for scores.",
    )
    smallest_change = number(
        "Smallest change worth knowing, %",
        7,
        0.01,
        99,
        "Relative to today.",
    )
    adherence = number(
        "Handled as assigned, %",
        70,
        1,
        100,
        "Agents do not always comply. Whoever is not handled as assigned hides the effect.",
    )
    monthly_loss = number(
        "Lost from sight in a month, %", 0, 0, 99, "For other reasons than churn: moved, merged."
    )
    cluster_size = number(
        "Contacts of each in the window", 500, 1, MANY, "About 25 a working day for an agent."
    )
    icc = number(
        "How alike they are, %",
        5,
        0,
        100,
        "The share of the variance that lies between them; 1 to 10 is usual.",
    )
    changes_handle_time = forms.BooleanField(
        label="The policy makes contacts longer or shorter", required=False, initial=True
    )

    def __init__(self, plan: Plan, answers: Mapping[str, str] | None) -> None:
        usual = {name: field.initial for name, field in self.base_fields.items()}
        if plan.unit in CLUSTERS:
            usual["population"] = USUAL_CLUSTERS
        super().__init__(usual if answers is None else answers, auto_id="sight_%s")
        for name in set(self.fields) - questions(plan):
            del self.fields[name]
        self._speak_of(plan)

    @property
    def first(self) -> list[BoundField]:
        """Return the questions that everybody should answer."""
        return [field for field in self if field.name not in self._seldom]

    @property
    def more(self) -> list[BoundField]:
        """Return the questions whose usual answer mostly fits."""
        return [field for field in self if field.name in self._seldom]

    def expectation(self) -> Expectation:
        """Return the answers as shares; those not asked keep their defaults."""
        shares = {
            name: value if name in AS_IT_IS else value / PERCENT
            for name, value in self.cleaned_data.items()
        }
        return Expectation(**{"per_day": shares.get("population"), **shares})

    def _speak_of(self, plan: Plan) -> None:
        """Ask in the words of the plan; clusters are all there from the start."""
        self._seldom = {"monthly_loss", "icc", "cluster_size", "changes_handle_time"}
        population = self.fields["population"]
        if plan.unit in CLUSTERS:
            population.label = f"How many {plan.unit}s there are"
            population.help_text = "All of them take part from the first day."
            population.required = True
        else:
            self._seldom.add("population")
            self.fields["per_day"].label = f"New {counted_as(plan.unit)}s a day"
        if plan.switchback is not None:
            self.fields["cluster_size"].label = "Contacts in a window of time"
            self.fields["cluster_size"].help_text = "What is left of it after the burn-in."
            self._seldom -= {"cluster_size", "icc"}
        if plan.unit in PER_CONTACT:
            self.fields["per_day"].help_text = "That match the audience, from your forecast."
        if plan.primary.source.table is Table.CHURN:
            self.fields["smallest_change"].help_text = LESS_CHURN


def counted_as(unit: Unit) -> str:
    """Return what a plan counts as one: of a slot of time, each contact in it.

    >>> counted_as(Unit.TIME_SLOT), counted_as(Unit.AGENT)
    ('contact', 'agent')
    """
    return Unit.CONTACT.value if unit in PER_CONTACT else unit.value


def shape_of(plan: Plan) -> str:
    """Return a name for the questions that a plan asks: answers to others say nothing of it."""
    primary = plan.primary
    further = sorted(questions(plan) - _of_metric(plan, primary))
    return " ".join([plan.unit, primary.kind, primary.source.table, *further])


def questions(plan: Plan) -> set[str]:
    """Return the names of the questions that matter to the plan: its primary, its margins."""
    guards = (metric for metric in plan.metrics if metric.margin is not None)
    asked = (_of_metric(plan, metric) for metric in (plan.primary, *guards))
    return set().union(*asked)


def _of_metric(plan: Plan, metric: Metric) -> set[str]:
    asked = {"population", "smallest_change", "adherence", "changes_handle_time"}
    asked |= set() if plan.unit in CLUSTERS else {"per_day"}
    if plan.switchback is not None:
        asked |= {"cluster_size", "icc"}
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            asked |= {"monthly_churn", "monthly_loss"}
        case Kind.PROPORTION:
            asked.add("monthly_churn" if metric.source.table is Table.CHURN else "baseline")
        case Kind.MEAN | Kind.RATIO | Kind.QUANTILE:
            asked.add("variation")
            asked |= {"cluster_size", "icc"} if plan.unit in CLUSTERS else set()
    return asked
