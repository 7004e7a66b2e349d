"""Surveys of units that are alike within clusters: rates between them, bounds without errors."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from experiments.plan.document import Metric, Plan
from impact.analysis.clusters.comparing import compared_arms, level_of
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Subject, row
from impact.analysis.sufficient import ArmAnswers, ClusterCounts
from impact.analysis.survey_names import RESPONSE
from impact.analysis.withheld import value_alone


def clustered_response(
    subject: Subject, plan: Plan, counts: ClusterCounts, arms: Iterable[ArmAnswers]
) -> Iterator[Estimate]:
    """Yield the rate of every arm, then the difference of each from control, by cluster.

    With the errors that so many clusters allow; asked units without a cluster are left out.

    >>> import numpy as np
    >>> from experiments.plan.document import Unit
    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = ClusterCounts(names=("y",), cluster=np.arange(40), n=np.full(40, 10),
    ...     variant=np.repeat(["a", "b"], 20), sums=np.resize([3.0, 4, 5], 40)[:, None])
    >>> for found in clustered_response(subject, plan, counts, ()):
    ...     print(found.quantity, found.variant, round(found.value, 3))
    proportion a 0.395
    proportion b 0.4
    proportion_difference b 0.005
    """
    plain = subject.without_unit()
    answered = {arm.variant: int(arm.answered.sum()) for arm in arms}
    for variant in plan.variants:
        level = level_of(plain, "proportion", counts, variant)
        yield replace(level, method=RESPONSE, events_variant=answered.get(variant))
    for variant in plan.variants:
        if variant == plan.control:
            continue
        found = next(compared_arms(counts, variant, plan.control, level=subject.level))
        note = f"{found.method}: {found.note}"
        difference = row(
            plain, "proportion_difference", RESPONSE, found.sides, found.difference, note
        )
        yield replace(
            difference,
            events_variant=answered.get(variant),
            events_baseline=answered.get(plan.control),
        )


def without_independence(metric: Metric, rows: Iterable[Estimate]) -> Iterator[Estimate]:
    """Yield the rows; where units are alike, those for independent ones keep their value alone.

    Of Lee's bounds and of weighting by cells no error between clusters is established here.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> metric = Metric(key="csat", role=Role.PRIMARY, kind=Kind.MEAN, cluster="team",
    ...     source=Source(table=Table.SURVEYS, column="csat"))
    >>> bound = Estimate(metric="csat", kind="mean", method="lee_lower", value=0.2, std_error=0.1,
    ...     quantity="mean_difference")
    >>> (found,) = without_independence(metric, [bound])
    >>> found.value, found.std_error, found.note
    (0.2, None, 'no error for independent units: those of one team are alike')
    """
    for found in rows:
        if not metric.cluster or found.method == RESPONSE or found.value is None:
            yield found
            continue
        reason = f"no error for independent units: those of one {metric.cluster} are alike"
        yield value_alone(found, reason)
