"""Tests of the arms that do not take the units of a team for independent.

From 40 clusters on the robust score test; of fewer, the same with its error by CR2; below 15, where
each is in one arm, what other draws of the arms would have shown.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import special

from impact.analysis.clusters.comparing import DRAWN, SEED
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import CLUSTER_CR2_TEST, CLUSTER_ROBUST_TEST
from impact.analysis.notes import joined
from impact.analysis.rows import Sides, Subject
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.model import model_of
from impact.analysis.survival.robust import Errors, cluster_note, clusters_of, too_few
from impact.analysis.survival.rows import ChiSquare, chi_square_row
from impact.stats.clusters.comparison import FEW, LEAST_DF, MANY
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cluster_score import ClusterTest, cluster_score_test
from impact.stats.survival.cox_robust import RobustTest, robust_score_test
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.drawn_log_rank import DrawnTest, drawn_log_rank

AS_CHI_SQUARE = "statistic: the chi-square of the same p-value"
Answer = tuple[str, ChiSquare | NotEstimable, str]  # method, test, what there is to say


def cluster_test_rows(
    subject: Subject, cells: Cells, arms: Arms, errors: Errors | None
) -> Iterator[Estimate]:
    """Yield the test over all arms, then each against control where there are more than two.

    Nothing without clusters: then the log-rank test is the one.

    >>> from impact.analysis.survival.arms import arms_of
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 20),
    ...     time=np.resize([10.0, 20, 30], 40), event=np.resize([True, True, False], 40),
    ...     n=np.resize([3, 2, 7, 4], 40), stratum=np.zeros(40, dtype=int),
    ...     clusters={"team": np.arange(40) // 2})
    >>> (found,) = cluster_test_rows(subject, cells, arms_of(cells, "a"), Errors(cluster="team"))
    >>> found.method, found.df, round(found.p_value, 3), found.note.partition(";")[0]
    ('cluster_cr2_score', 1, 0.605, '20 clusters of team')
    """
    if errors is None or not errors.cluster:
        return
    yield _row(subject, arms.together(), cells, errors)
    for variant in arms.others if len(arms.others) > 1 else ():
        pair = [cells.variants.index(name) for name in (variant, arms.control)]
        both = cells.where(np.isin(cells.arm, pair))
        yield _row(subject, arms.against_control(variant), both, errors)


def _row(subject: Subject, sides: Sides, cells: Cells, errors: Errors) -> Estimate:
    method, found, note = _tested(subject, cells, errors)
    return chi_square_row(subject, "log_rank", method, sides, found, note)


def _tested(subject: Subject, cells: Cells, errors: Errors) -> Answer:
    model = model_of("cox", cells, subject.control)
    kept = model.design.cells
    cluster, everyone = clusters_of(kept, errors), cells.clusters[errors.cluster]
    note = joined(model.note, cluster_note(kept, errors))
    if _are_whole(cells.arm, everyone) and np.unique(everyone).size < FEW:
        return DRAWN, _drawn(cells, everyone, subject.level), f"{note}; {AS_CHI_SQUARE}"
    match model.sample, cluster:
        case (NotEstimable() as reason, _) | (_, NotEstimable() as reason):
            return CLUSTER_ROBUST_TEST, reason, ""
        case CoxSample() as sample, _ if np.unique(cluster).size >= MANY:
            plain = robust_score_test(sample, cluster=cluster)
            return CLUSTER_ROBUST_TEST, _chi_square(plain), note
        case CoxSample() as sample, _:
            found = cluster_score_test(sample, cluster=cluster)
            return CLUSTER_CR2_TEST, _of_f(found), f"{note}; {AS_CHI_SQUARE}"


def _are_whole(arm: NDArray[np.intp], cluster: NDArray[np.int64]) -> bool:
    """Is every cluster in one arm? Then clusters were what was randomised."""
    pairs = np.unique(np.stack([cluster, arm]), axis=1)
    return bool(np.unique(cluster).size == pairs.shape[1])


def _drawn(cells: Cells, cluster: NDArray[np.int64], level: float) -> ChiSquare | NotEstimable:
    sample = CoxSample(
        time=cells.time,
        event=cells.event,
        n=cells.n,
        stratum=cells.stratum if cells.strata else None,
        design=np.zeros((cells.n.size, 0)),
        terms=(),
        entry=cells.entry,
    )
    rng = np.random.default_rng(SEED)
    found = drawn_log_rank(sample, cluster=cluster, arm=cells.arm, level=level, rng=rng)
    if isinstance(found, DrawnTest):
        return _of_p_value(found.p_value, np.unique(cells.arm).size - 1)
    return found


def _of_f(found: ClusterTest | NotEstimable) -> ChiSquare | NotEstimable:
    if isinstance(found, NotEstimable):
        return found
    if not found.residual_df + found.df - 1 >= LEAST_DF:
        return too_few(found.residual_df + found.df - 1)
    return _of_p_value(found.p_value, found.df)


def _of_p_value(p_value: float, df: int) -> ChiSquare:
    return ChiSquare(statistic=float(special.chdtri(df, p_value)), df=df)


def _chi_square(found: RobustTest | NotEstimable) -> ChiSquare | NotEstimable:
    if isinstance(found, NotEstimable):
        return found
    return ChiSquare(statistic=found.statistic, df=found.df)
