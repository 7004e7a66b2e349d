"""Errors of Cox's model that hold when hazards cross or units are alike, as rows of their own.

The estimate is that of the model; only what is known of its error changes. With clusters the test
of the arms is the robust score test, which no longer takes the units of a team for independent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from experiments.plan.document import Metric
from experiments.plan.time_to_event import NOTHING
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import CLUSTER_ROBUST_TEST
from impact.analysis.rows import Subject
from impact.analysis.survival.cells import Arms, Cells
from impact.analysis.survival.model import Model, model_of
from impact.analysis.survival.rows import ChiSquare, chi_square_row
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit
from impact.stats.survival.cox_robust import RobustErrors, RobustTest, robust_errors
from impact.stats.survival.cox_robust import robust_score_test as robust_test
from impact.stats.survival.cox_sample import CoxSample

LEAST, ENOUGH = 15, 40  # clusters: fewer than the first say too little, than the second are noted
LEAST_PER_ARM = 5
FEW = "fewer than 40 clusters: the error may be too small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Which errors a plan asks for: by `cluster`, or "" for those of independent units."""

    cluster: str = ""

    @property
    def suffix(self) -> str:
        """What is added to the name of the method."""
        return "_cluster_robust" if self.cluster else "_robust"


def errors_of(metric: Metric) -> Errors | None:
    """Return the errors that the plan asks for beside those of the model."""
    if metric.cluster:
        return Errors(cluster=metric.cluster)
    return Errors() if (metric.time_to_event or NOTHING).robust else None


def with_errors(model: Model, errors: Errors) -> Model:
    """Return the same fit with other errors, and what there is to say about them."""
    found = _errors(model, errors)
    known = found.std_errors if isinstance(found, RobustErrors) else found
    said = "" if isinstance(found, NotEstimable) else cluster_note(model.design.cells, errors)
    note = "; ".join(filter(None, [model.note, said]))
    df = degrees_of_freedom(model.design.cells, errors)
    return replace(model, method=model.method + errors.suffix, std_errors=known, note=note, df=df)


def degrees_of_freedom(cells: Cells, errors: Errors) -> float | None:
    """Return the clusters less the arms they are compared in; None without clusters."""
    if not errors.cluster:
        return None
    groups, arms = np.unique(cells.clusters[errors.cluster]).size, np.unique(cells.arm).size
    return float(max(groups - arms, 1))


def robust_test_rows(
    subject: Subject, cells: Cells, arms: Arms, errors: Errors | None
) -> Iterator[Estimate]:
    """Yield the test over all arms, then each against control where there are more than two.

    Nothing without clusters: then the log-rank test is the one.
    """
    if errors is None or not errors.cluster:
        return
    add = partial(chi_square_row, subject, "log_rank", CLUSTER_ROBUST_TEST)
    yield add(arms.together(), *_tested(cells, arms.control, errors))
    for variant in arms.others if len(arms.others) > 1 else ():
        pair = [cells.variants.index(name) for name in (variant, arms.control)]
        both = cells.where(np.isin(cells.arm, pair))
        yield add(arms.against_control(variant), *_tested(both, arms.control, errors))


def _errors(model: Model, errors: Errors) -> RobustErrors | NotEstimable:
    match model.fit:
        case NotEstimable():
            return model.fit
        case CoxFit():
            cluster = clusters_of(model.design.cells, errors)
            if isinstance(model.sample, NotEstimable):
                return model.sample
            if isinstance(cluster, NotEstimable):
                return cluster
            return robust_errors(model.sample, model.fit, cluster=cluster)


def clusters_of(cells: Cells, errors: Errors) -> NDArray[np.int64] | NotEstimable | None:
    """Return each cell's cluster, or why there are too few of them; None without clusters."""
    if not errors.cluster:
        return None
    cluster = cells.clusters[errors.cluster]
    total = np.unique(cluster).size
    if total < LEAST:
        return NotEstimable(
            f"{total} clusters of {errors.cluster}: an error from fewer than {LEAST} is a guess"
        )
    for place in np.unique(cells.arm).tolist():
        within = np.unique(cluster[cells.arm == place]).size
        if within < LEAST_PER_ARM:
            return NotEstimable(f"{cells.variants[place]}: only {within} clusters of its own")
    return cluster


def cluster_note(cells: Cells, errors: Errors) -> str:
    """Say how many clusters there are, and who has none."""
    if not errors.cluster:
        return ""
    groups = np.unique(cells.clusters[errors.cluster]).size
    without = int(cells.n[cells.clusters[errors.cluster] < 0].sum())
    parts = [
        f"{groups} clusters of {errors.cluster}",
        f"{without} units without {errors.cluster} taken for one" if without else "",
        FEW if groups < ENOUGH else "",
    ]
    return "; ".join(filter(None, parts))


def _tested(cells: Cells, control: str, errors: Errors) -> tuple[ChiSquare | NotEstimable, str]:
    model = model_of("cox", cells, control)
    cluster = clusters_of(model.design.cells, errors)
    match model.sample, cluster:
        case (NotEstimable() as reason, _) | (_, NotEstimable() as reason):
            return reason, ""
        case CoxSample() as sample, _:
            found = robust_test(sample, cluster=cluster)
            if isinstance(found, RobustTest):
                said = cluster_note(model.design.cells, errors)
                note = "; ".join(filter(None, [model.note, said]))
                return ChiSquare(statistic=found.statistic, df=found.df), note
            return found, ""
