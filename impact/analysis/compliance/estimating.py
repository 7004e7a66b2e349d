"""From the moments of outcome and treatment received to rows about compliers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.arms import by_segment, empty_moments, sides_of
from impact.analysis.clusters.comparing import sums_of
from impact.analysis.compliance.rows import Treatment, complier_rows, reason_row
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Subject, subject_of
from impact.analysis.sufficient import ALL, ArmMoments, ClusterCounts, SufficientStatistics
from impact.stats.compliance.assignment_effects import Arm, AssignmentEffects, assignment_effects
from impact.stats.compliance.clustered import clustered_effects
from impact.stats.estimable import NotEstimable

SERVED = "served="
DOSE = "dose"
MOST_UNKNOWN = 0.05  # of an arm: with more the arms are no longer what was randomised
NO_NUMBER = {
    Kind.TIME_TO_EVENT: "a hazard ratio cannot be divided by a share of compliers: ask for the "
    "proportion that churned in a window",
    Kind.RATIO: "a ratio of sums has no effect per unit: ask for a mean per unit",
    Kind.QUANTILE: "a quantile has no effect per unit: ask for a mean per unit",
}
CENSORED = "lifetime revenue is not known of whom is still there: ask for revenue in a window"
Pair = tuple[ArmMoments, ArmMoments]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A metric, how many units of each arm it counts, whatever they received, and its clusters."""

    metric: Metric
    subject: Subject
    counted: Mapping[str, int]
    clusters: tuple[ClusterCounts, ...] = ()


def estimate_compliance(
    plan: Plan, metric: Metric, statistics: SufficientStatistics, *, look: int | None
) -> tuple[Estimate, ...]:
    """Return the rows of one metric about compliers; none where the plan does not ask for them.

    Per treatment and variant: the effect of assignment on the treatment received (the first
    stage), the two-stage least squares estimate, the Anderson-Rubin set. They stand beside the
    rows by assignment, which come first and are what is decided on.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts, Moments
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... compliance: took_part, metrics: [{key: visits, role: primary, kind: mean, source: contacts,
    ... window: 30}]}''')
    >>> arms = tuple(ArmMoments(variant=arm, moments=Moments(names=("y", "received"), n=100,
    ...     means=np.array(means), cross=np.diag([400.0, 16.0])))
    ...     for arm, means in (("a", [4.0, 0.0]), ("b", [3.0, 0.8])))
    >>> statistics = SufficientStatistics(arms=(), checks=CheckCounts(assigned=()),
    ...     compliance={"visits": arms})
    >>> for row in estimate_compliance(plan, plan.primary, statistics, look=None):
    ...     print(row.method, round(row.value, 3))
    first_stage 0.8
    two_stage_least_squares -1.25
    anderson_rubin -1.25
    """
    if plan.compliance is None:
        return ()
    asked = Asked(
        metric=metric,
        subject=subject_of(plan, metric, look),
        counted=_counted(metric, statistics),
        clusters=statistics.clusters.get(metric.key, ()),
    )
    arms = statistics.compliance.get(metric.key, ())
    return tuple(
        estimate
        for treatment in _treatments(plan)
        for pair in _pairs(plan, treatment, arms)
        for estimate in _rows(asked, treatment, pair)
    )


def _treatments(plan: Plan) -> Iterator[Treatment]:
    compliance = plan.compliance
    if compliance is None:
        return
    if compliance.received == "served_variant":
        for variant in plan.variants:
            if variant != plan.control:
                yield Treatment(name=f"{SERVED}{variant}", term=f"{SERVED}{variant}")
    elif compliance.received:
        yield Treatment(name="received", term=compliance.received)
    if compliance.dose:
        yield Treatment(name=DOSE, term=compliance.dose, unit="minute")


def _pairs(plan: Plan, treatment: Treatment, arms: tuple[ArmMoments, ...]) -> Iterator[Pair]:
    """Yield each variant with the control; to be served a variant is a matter of that one."""
    of_treatment = [arm for arm in arms if arm.moments.names[1] == treatment.name]
    names = of_treatment[0].moments.names if of_treatment else ("y", treatment.name)
    segments = by_segment(
        of_treatment, plan.variants, lambda variant, segment: empty_moments(names, variant, segment)
    )
    found = next(arms for segment, arms in segments if segment == ALL)
    served = treatment.name.removeprefix(SERVED)
    for variant in plan.variants:
        if variant != plan.control and served in {treatment.name, variant}:
            yield found[variant], found[plan.control]


def _rows(asked: Asked, treatment: Treatment, pair: Pair) -> Iterator[Estimate]:
    reason = _not_given(asked, treatment, pair)
    if reason is not None:
        yield reason_row(asked.subject, treatment, sides_of(*pair), reason)
        return
    remarked = replace(treatment, remark=_left_out(asked, treatment, pair))
    yield from complier_rows(
        asked.subject, remarked, sides_of(*pair), _effects(asked, treatment, pair)
    )


def _effects(asked: Asked, treatment: Treatment, pair: Pair) -> AssignmentEffects | NotEstimable:
    """Return the effects of assignment, between clusters where the metric names them."""
    variant, control = (arm.variant for arm in pair)
    for counts in asked.clusters:
        if counts.names[1:2] == (treatment.name,):
            chosen = np.isin(counts.variant, (variant, control))
            sums = sums_of(counts, chosen, variant, adjusted="x" in counts.names)
            return clustered_effects(sums)
    arms = (Arm(n=arm.moments.n, means=arm.moments.means, cross=arm.moments.cross) for arm in pair)
    return assignment_effects(*arms)


def _not_given(asked: Asked, treatment: Treatment, pair: Pair) -> NotEstimable | None:
    if asked.metric.kind in NO_NUMBER:
        return NotEstimable(NO_NUMBER[asked.metric.kind])
    if asked.metric.is_lifetime:
        return NotEstimable(CENSORED)
    if not any(arm.moments.n for arm in pair):
        return NotEstimable(f"no unit has a known {treatment.term}")
    for arm in pair:
        n = asked.counted.get(arm.variant, 0)
        if n - arm.moments.n > MOST_UNKNOWN * n:
            share = f"{1 - arm.moments.n / n:.0%} of {arm.variant}"
            return NotEstimable(f"{treatment.term} is not known of {share}")
    return None


def _left_out(asked: Asked, treatment: Treatment, pair: Pair) -> str:
    unknown = sum(asked.counted.get(arm.variant, 0) - arm.moments.n for arm in pair)
    return f"{unknown} units without a known {treatment.term} left out" if unknown > 0 else ""


def _counted(metric: Metric, statistics: SufficientStatistics) -> dict[str, int]:
    averaged = statistics.moments.get(metric.key, ())
    counts = {arm.variant: arm.moments.n for arm in averaged if arm.segment == ALL}
    shares = statistics.proportions.get(metric.key, ())
    return counts | {arm.variant: arm.n for arm in shares if arm.segment == ALL}
