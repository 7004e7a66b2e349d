"""Errors of Cox's model that hold when hazards cross or units are alike, as rows of their own.

The estimate is that of the model; only what is known of its error changes. From 40 clusters on
limits and tests are made of the sandwich; of fewer, of its error by CR2, in rows of their own.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.plan.document import Metric
from experiments.plan.time_to_event import NOTHING
from impact.analysis.notes import joined
from impact.analysis.sufficient import Floats
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.model import Model
from impact.stats.clusters.comparison import FEW, LEAST_DF, MANY
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit
from impact.stats.survival.cox_few_clusters import cluster_errors
from impact.stats.survival.cox_robust import robust_errors, without_dust
from impact.stats.survival.cox_sample import CoxSample

LEAST_PER_ARM = 5
MOST_WEIGHED = 2_000  # clusters: of more, how unequal they are is not looked at
FEWEST_EVENTS = 30  # churns: the sandwich of fewer finds what is not there, as simulated
CLUSTER, CORRECTED = "_cluster_robust", "_cluster_cr2"
IN_ROW = "limits and test are in the row of method "
TOO_SMALL = f"fewer than {MANY} clusters: {IN_ROW}"
FEW_EVENTS = f"fewer than {FEWEST_EVENTS} churns: {IN_ROW}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Which errors a plan asks for: by `cluster`, or "" for those of independent units."""

    cluster: str = ""

    @property
    def suffix(self) -> str:
        """What is added to the name of the method."""
        return CLUSTER if self.cluster else "_robust"


def errors_of(metric: Metric) -> Errors | None:
    """Return the errors that the plan asks for beside those of the model.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT, cluster="team",
    ...     source=Source(table=Table.CHURN))
    >>> errors_of(metric), errors_of(replace(metric, cluster=""))
    (Errors(cluster='team'), None)
    """
    if metric.cluster:
        return Errors(cluster=metric.cluster)
    return Errors() if (metric.time_to_event or NOTHING).robust else None


def with_errors(model: Model, errors: Errors | None) -> tuple[Model, ...]:
    """Return the same fit with other errors, and what there is to say about them.

    None without `errors`. With fewer than 40 clusters the sandwich, which is too small to conclude
    from, and then the corrected error. With fewer than 30 churns of independent units it is too
    small as well, and the model's own error is the one to conclude from.

    >>> from impact.analysis.survival.model import model_of
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> (robust,) = with_errors(model_of("cox", cells, "a"), Errors())
    >>> robust.method, robust.std_errors.round(4).tolist()
    ('cox_robust', [0.2621])
    """
    if errors is None:
        return ()
    cells, method = model.design.cells, model.method + errors.suffix
    cluster = clusters_of(cells, errors) if errors.cluster else None
    if isinstance(cluster, NotEstimable):
        return (replace(model, method=method, std_errors=cluster),)
    note = joined(model.note, cluster_note(cells, errors))
    named = replace(model, method=method, note=note)
    match model.sample, model.fit:
        case (NotEstimable() as reason, _) | (_, NotEstimable() as reason):
            return (replace(named, std_errors=reason),)
        case CoxSample() as sample, CoxFit() as fit:
            return _known(named, sample, fit, cluster)


def _known(
    named: Model, sample: CoxSample, fit: CoxFit, cluster: NDArray[np.int64] | None
) -> tuple[Model, ...]:
    found = robust_errors(sample, fit, cluster=cluster)
    if isinstance(found, NotEstimable):
        return (replace(named, std_errors=found),)
    plain = replace(named, std_errors=found.std_errors)
    if cluster is None and fit.events < FEWEST_EVENTS:
        few = FEW_EVENTS + named.method.removesuffix(Errors().suffix)
        return (replace(plain, is_too_small=True, note=joined(named.note, few)),)
    if cluster is None:
        return (plain,)
    left = found.groups - np.unique(named.design.cells.arm).size
    if found.groups > MOST_WEIGHED:
        return (replace(plain, df=np.full(len(fit.terms), float(left))),)
    corrected, df = _by_cr2(sample, fit, cluster)
    if found.groups >= MANY:
        return (replace(plain, df=np.minimum(df, left)),)
    method = named.method.replace(CLUSTER, CORRECTED)
    said = f"{named.note}; {TOO_SMALL}{method}"
    exact = replace(named, method=method, std_errors=corrected, df=df)
    return (replace(plain, is_too_small=True, note=said), exact)


def clusters_of(cells: Cells, errors: Errors) -> NDArray[np.int64] | NotEstimable:
    """Return each cell's cluster, shape (cells,), or why there are too few of them.

    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 2),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int),
    ...     clusters={"team": np.array([0, 1, 2, 3])})
    >>> clusters_of(cells, Errors(cluster="team")).reason
    '4 clusters of team: an error from fewer than 15 is a guess'
    """
    cluster = cells.clusters[errors.cluster]
    total = np.unique(cluster).size
    if total < FEW:
        return NotEstimable(
            f"{total} clusters of {errors.cluster}: an error from fewer than {FEW} is a guess"
        )
    for place in np.unique(cells.arm).tolist():
        within = np.unique(cluster[cells.arm == place]).size
        if within < LEAST_PER_ARM:
            return NotEstimable(f"{cells.variants[place]}: only {within} clusters of its own")
    return cluster


def cluster_note(cells: Cells, errors: Errors) -> str:
    """Say how many clusters there are, and who has none.

    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 2),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int),
    ...     clusters={"team": np.array([0, 1, 2, -1])})
    >>> cluster_note(cells, Errors(cluster="team"))
    '4 clusters of team; 80 units without team taken for one'
    """
    if not errors.cluster:
        return ""
    groups = np.unique(cells.clusters[errors.cluster]).size
    without = int(cells.n[cells.clusters[errors.cluster] < 0].sum())
    parts = [
        f"{groups} clusters of {errors.cluster}",
        f"{without} units without {errors.cluster} taken for one" if without else "",
    ]
    return joined(*parts)


def too_few(df: float) -> NotEstimable:
    """Say that a few large clusters, or a few of one arm, carry the comparison.

    >>> too_few(3.2).reason
    'too few clusters carry the comparison: 3.2 effective degrees of freedom, fewer than 5'
    """
    return NotEstimable(
        f"too few clusters carry the comparison: {df:.1f} effective degrees of freedom, "
        f"fewer than {LEAST_DF:g}"
    )


def _by_cr2(sample: CoxSample, fit: CoxFit, cluster: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return corrected errors and degrees of freedom by term."""
    found = cluster_errors(sample, fit, cluster=cluster)
    pairs = np.array([(error.std_error, error.df) for error in found])
    return without_dust(pairs[:, 0], fit), pairs[:, 1]
