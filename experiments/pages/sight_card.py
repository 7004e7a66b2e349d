"""What a test can see, as the card of the plan and of the experiment shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from experiments.design.demands import Unreachable
from experiments.design.enrolment import share_taking_part
from experiments.design.expectations import Expectation
from experiments.design.first_day import Needed
from experiments.design.prospect import (
    NOT_IDENTIFIED,
    USUAL_DAYS,
    Moment,
    Prospect,
    foresee,
)
from experiments.design.spreads import baseline_of
from experiments.errors import InvalidRequest
from experiments.models import Experiment
from experiments.pages.sight_chart import Chart, days_drawn, draw
from experiments.pages.sight_form import SightForm, counted_as, shape_of
from experiments.plan.document import Direction, Kind, Plan

LONGEST_DRAWN = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The answer as the card shows it. Changes are signed and in per cent."""

    prospect: Prospect
    expected: Expectation
    subject: str
    counted: str
    levels: tuple[float, float] | None
    sign: str
    rows: tuple[Moment, ...]
    planned_days: int | None
    chart: Chart
    takes_part: float

    @property
    def needed(self) -> Needed | None:
        """What is needed, where it can be reached."""
        return self.prospect.needed if isinstance(self.prospect.needed, Needed) else None

    @property
    def reason(self) -> str:
        """Why it cannot be reached, where it cannot."""
        return self.prospect.needed.reason if isinstance(self.prospect.needed, Unreachable) else ""

    @property
    def is_identified(self) -> bool:
        """Whether the unit can tell the primary metric's effect at all."""
        return self.prospect.needed != NOT_IDENTIFIED

    @property
    def times_more(self) -> float:
        """By what those who are not handled as assigned multiply the units needed."""
        return 1 / self.expected.adherence**2

    @property
    def ends_too_early(self) -> bool:
        """Whether the planned end comes before the day needed."""
        if self.planned_days is None or self.needed is None:
            return False
        return self.needed.days > self.planned_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card: the questions for this plan, and its answer or what is wrong.

    `shape` names the questions that were asked: another metric asks others.
    """

    form: SightForm | None = None
    sight: Sight | None = None
    error: str = ""
    shape: str = ""


def card_of(
    experiment: Experiment,
    plan: Plan | None,
    *,
    today: date,
    answers: Mapping[str, str] | None = None,
) -> Card:
    """Return the card for a plan and what was answered; without answers, for the usual ones."""
    if plan is None:
        return Card()
    shape = shape_of(plan)
    is_same = answers is not None and answers.get("shape", "") == shape
    form = SightForm(plan, answers if is_same else None)
    if not form.is_valid():
        return Card(form=form, shape=shape, error="Mend the answer that is marked.")
    try:
        seen = _sight(experiment, plan, form.expectation(), today=today)
    except InvalidRequest as refusal:
        return Card(form=form, shape=shape, error=str(refusal))
    return Card(form=form, shape=shape, sight=seen)


def _sight(experiment: Experiment, plan: Plan, expected: Expectation, *, today: date) -> Sight:
    takes_part = share_taking_part(
        coverage=experiment.coverage, layer=(experiment.layer_start, experiment.layer_end)
    )
    planned = _planned_days(plan, today)
    days = sorted({*USUAL_DAYS, *([planned] if planned else [])})
    prospect = foresee(plan, expected, takes_part=takes_part, days=days)
    needed = prospect.needed.days if isinstance(prospect.needed, Needed) else None
    last = min(LONGEST_DRAWN, max(days[-1], round(1.15 * (needed or 0))))
    drawn = foresee(plan, expected, takes_part=takes_part, days=days_drawn(last)).moments
    metric = plan.primary
    is_churn = metric.kind is Kind.TIME_TO_EVENT
    falls = is_churn or metric.direction is Direction.DECREASE
    return Sight(
        prospect=prospect,
        expected=expected,
        counted=counted_as(plan.unit),
        subject="the rate of churn" if is_churn else f"“{metric.label}”",
        levels=_levels(plan, expected, falls=falls),
        sign="−" if falls else "+",  # noqa: RUF001  # a true minus sign
        rows=prospect.moments,
        planned_days=planned,
        chart=draw(drawn, last=last, wanted=expected.smallest_change, needed=needed),
        takes_part=takes_part,
    )


def _levels(plan: Plan, expected: Expectation, *, falls: bool) -> tuple[float, float] | None:
    """Return the share today and after the smallest change worth knowing; a mean has none."""
    metric = plan.primary
    if metric.kind not in {Kind.TIME_TO_EVENT, Kind.PROPORTION}:
        return None
    is_churn = metric.kind is Kind.TIME_TO_EVENT
    today = expected.monthly_churn if is_churn else baseline_of(metric, expected)
    change = -expected.smallest_change if falls else expected.smallest_change
    return today, today * (1 + change)


def _planned_days(plan: Plan, today: date) -> int | None:
    """Return in how many days the plan ends, where it says so and lies ahead."""
    if plan.looks.planned_end is None:
        return None
    days = (plan.looks.planned_end - today).days
    return days if days > 0 else None
