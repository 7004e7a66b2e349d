"""From answers of statistics to estimate rows: what they speak of and how they are noted."""

from dataclasses import dataclass, replace

from experiments.plan.document import Metric, Plan
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.sufficient import ALL
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference

INTERIM = "interim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a group of rows speaks of. `look` is None when the fixed-sample answer may be read."""

    metric: str
    kind: str
    unit: str
    level: float
    control: str
    look: int | None
    segment: str = ALL

    def within(self, segment: str) -> "Subject":
        """The same, inside one segment.

        >>> subject = Subject(
        ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
        >>> subject.segment, subject.within("tier=pro").segment
        ('all', 'tier=pro')
        """
        return replace(self, segment=segment)

    def without_unit(self) -> "Subject":
        """The same, for a fraction or a ratio of two equal units."""
        return replace(self, unit="1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The arm of a row and, for a comparison, the baseline, with their units and events."""

    variant: str
    baseline: str = ""
    n_variant: int | None = None
    n_baseline: int | None = None
    events_variant: int | None = None
    events_baseline: int | None = None


def subject_of(plan: Plan, metric: Metric, look: int | None) -> Subject:
    """Return what the rows of a plan's metric speak of.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> subject = subject_of(plan, plan.primary, 2)
    >>> subject.metric, subject.kind, subject.control, subject.level, subject.look, subject.segment
    ('visits', 'mean', 'a', 0.95, 2, 'all')
    """
    return Subject(
        metric=metric.key,
        kind=metric.kind.value,
        unit=metric.unit,
        level=plan.confidence_level,
        control=plan.control,
        look=look,
    )


def row(
    subject: Subject,
    quantity: str,
    method: str,
    sides: Sides,
    answer: Inference | NotEstimable,
    note: str = "",
) -> Estimate:
    """Return one row: the answer, or its reason; before the planned end without a p-value.

    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> sides = Sides(variant="b", baseline="a", n_variant=40, n_baseline=38)
    >>> answer = Inference(value=3.0, std_error=1.5, ci_low=0.06, ci_high=5.94, p_value=0.046)
    >>> row(subject, "mean_difference", "welch", sides, answer).p_value
    0.046
    >>> early = row(replace(subject, look=1), "mean_difference", "welch", sides, answer)
    >>> early.p_value, early.ci_low, early.note
    (None, 0.06, 'interim')
    >>> none = row(subject, "mean_difference", "welch", sides, NotEstimable("no unit in the arm"))
    >>> none.value, none.note
    (None, 'no unit in the arm')
    """
    blank = Estimate(
        metric=subject.metric,
        kind=subject.kind,
        method=method,
        quantity=quantity,
        segment=subject.segment,
        variant=sides.variant,
        baseline=sides.baseline,
        unit=subject.unit,
        look=subject.look,
        n_variant=sides.n_variant,
        n_baseline=sides.n_baseline,
        events_variant=sides.events_variant,
        events_baseline=sides.events_baseline,
    )
    match answer:
        case NotEstimable(reason=reason):
            return replace(blank, note=reason)
        case Inference():
            return _filled(blank, answer, subject, note)


def _filled(blank: Estimate, answer: Inference, subject: Subject, note: str) -> Estimate:
    interim = subject.look is not None
    return replace(
        blank,
        value=answer.value,
        std_error=answer.std_error,
        ci_low=answer.ci_low,
        ci_high=answer.ci_high,
        ci_set=answer.ci_set,
        confidence_level=subject.level if answer.ci_set or answer.ci_low is not None else None,
        statistic=answer.statistic,
        df=answer.df,
        p_value=None if interim else answer.p_value,
        note=joined(INTERIM if interim else "", note),
    )
