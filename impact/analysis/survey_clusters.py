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
    """
    for found in rows:
        if not metric.cluster or found.method == RESPONSE or found.value is None:
            yield found
            continue
        reason = f"no error for independent units: those of one {metric.cluster} are alike"
        yield value_alone(found, reason)
