"""Departures from Cox's model on any data: counts equal rows, definitions hold, reasons given."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from impact.stats.estimable import NotEstimable
from impact.stats.intervals import event_cuts, within
from impact.stats.survival.cox import CoxFit, cox
from impact.stats.survival.cox_residuals import score_residuals
from impact.stats.survival.cox_robust import robust_errors
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cox_ties import Ties
from impact.stats.survival.proportional_hazards import ProportionalHazards, proportional_hazards
from impact.stats.survival.time_scale import TimeScale
from tests.impact.stats.answers import estimated

QUICK = settings(max_examples=50, deadline=None)
TERMS = ("arm", "level")
SCALES = tuple(TimeScale)


@st.composite
def samples(draw: st.DrawFn) -> CoxSample:
    """Rows with heavy ties, two strata and, in half of them, delayed entry on whole weeks."""
    size = draw(st.integers(40, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    arm, level = rng.integers(2, size=size), rng.integers(3, size=size)
    time = np.ceil(rng.exponential(4 * np.exp(0.3 * arm - 0.2 * level)))
    late = np.floor(rng.random(size) * time) if draw(st.booleans()) else np.full(size, -1.0)
    return CoxSample(
        time=np.minimum(time, 8),
        event=((time <= 8) & (rng.random(size) < 0.8)).astype(int),
        design=np.column_stack([arm, level]),
        terms=TERMS,
        stratum=rng.integers(2, size=size),
        entry=np.minimum(late, 7),
    )


def grouped(sample: CoxSample) -> CoxSample:
    columns = (sample.time, sample.event, sample.design, sample.stratum, sample.entry)
    table = np.column_stack([np.asarray(column) for column in columns])
    cells, n = np.unique(table, axis=0, return_counts=True)
    return CoxSample(
        time=cells[:, 0],
        event=cells[:, 1],
        design=cells[:, 2:4],
        stratum=cells[:, 4],
        entry=cells[:, 5],
        terms=sample.terms,
        n=n,
    )


def fitted(sample: CoxSample, ties: Ties = Ties.EFRON) -> CoxFit:
    fit = cox(sample, ties)
    assume(isinstance(fit, CoxFit))
    assert isinstance(fit, CoxFit)
    return fit


def hazards_of(sample: CoxSample, scale: TimeScale) -> ProportionalHazards:
    found = proportional_hazards(sample, fitted(sample), scale=scale)
    assume(isinstance(found, ProportionalHazards))
    assert isinstance(found, ProportionalHazards)
    return found


@QUICK
@given(samples(), st.sampled_from(SCALES))
def test_proportional_hazards_of_counts_are_those_of_rows(
    sample: CoxSample, scale: TimeScale
) -> None:
    raw, counted = hazards_of(sample, scale), hazards_of(grouped(sample), scale)

    for terms in (("arm",), ("level",), TERMS):
        first, second = raw.test(*terms), counted.test(*terms)
        assert_allclose(second.statistic, first.statistic, rtol=1e-8, atol=1e-10)
        assert second.df == first.df == len(terms)


@QUICK
@given(samples(), st.sampled_from(tuple(Ties)))
def test_robust_errors_of_counts_are_those_of_rows(sample: CoxSample, ties: Ties) -> None:
    cells = grouped(sample)

    raw = robust_errors(sample, fitted(sample, ties), ties=ties)
    counted = robust_errors(cells, fitted(cells, ties), ties=ties)

    assert_allclose(estimated(counted).covariance, estimated(raw).covariance, rtol=1e-8, atol=1e-12)


@QUICK
@given(samples())
def test_cluster_errors_of_counts_are_those_of_rows_where_cells_lie_within_clusters(
    sample: CoxSample,
) -> None:
    cells = grouped(sample)

    raw = robust_errors(sample, fitted(sample), cluster=cluster_of(sample))
    counted = robust_errors(cells, fitted(cells), cluster=cluster_of(cells))

    assert_allclose(estimated(counted).covariance, estimated(raw).covariance, rtol=1e-8, atol=1e-12)


def cluster_of(sample: CoxSample) -> np.ndarray:
    """A function of the cells: level and stratum."""
    labels: np.ndarray = np.asarray(sample.design)[:, 1] * 2 + np.asarray(sample.stratum)
    return labels


@QUICK
@given(samples(), st.sampled_from(tuple(Ties)))
def test_score_residuals_add_to_nothing_and_are_the_robust_errors(
    sample: CoxSample, ties: Ties
) -> None:
    fit = fitted(sample, ties)

    residuals = score_residuals(sample.risk_sets, fit, ties)

    assert_allclose(residuals.sum(axis=0), 0, atol=1e-8)
    each = robust_errors(sample, fit, cluster=np.arange(len(residuals)), ties=ties)
    whole = robust_errors(sample, fit, ties=ties)
    assert_allclose(estimated(each).covariance, estimated(whole).covariance)


def added_terms(sample: CoxSample, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score and information of (x, t x) by their definition, one tied event after another."""
    time, event = np.asarray(sample.time), np.asarray(sample.event) == 1
    design, stratum = np.asarray(sample.design, float), np.asarray(sample.stratum)
    weight, entry = np.exp(design @ beta), np.asarray(sample.entry)
    size = 2 * beta.size
    score, information = np.zeros(size), np.zeros((size, size))
    for label, day in {*zip(stratum[event].tolist(), time[event].tolist(), strict=True)}:
        at_risk = (entry < day) & (time >= day) & (stratum == label)
        tied = (time == day) & event & (stratum == label)
        wide = np.hstack([design, day * design])
        score += wide[tied].sum(axis=0)
        for fraction in np.arange(tied.sum()) / tied.sum():
            share = weight * at_risk - fraction * weight * tied
            share /= share.sum()
            mean = share @ wide
            score -= mean
            information += (wide * share[:, None]).T @ wide - np.outer(mean, mean)
    return score, information


@QUICK
@given(samples())
def test_the_test_is_the_score_test_of_terms_that_change_with_time(sample: CoxSample) -> None:
    found, fit = hazards_of(sample, TimeScale.IDENTITY), fitted(sample)

    score, information = added_terms(sample, fit.coefficients)

    assert_allclose(
        found.test().statistic, score @ np.linalg.solve(information, score), rtol=1e-6, atol=1e-8
    )
    only_arm = np.ix_([0, 1, 2], [0, 1, 2])
    part = score[:3]
    assert_allclose(
        found.test("arm").statistic,
        part @ np.linalg.solve(information[only_arm], part),
        rtol=1e-6,
        atol=1e-8,
    )


@QUICK
@given(samples(), st.floats(0.01, 100))
def test_the_unit_of_time_does_not_move_the_tests(sample: CoxSample, unit: float) -> None:
    scaled = replace(
        sample, time=np.asarray(sample.time) * unit, entry=np.asarray(sample.entry) * unit
    )

    for scale in SCALES:
        assert_allclose(
            hazards_of(scaled, scale).test().statistic,
            hazards_of(sample, scale).test().statistic,
            rtol=1e-7,
            atol=1e-9,
        )


@QUICK
@given(samples(), st.integers(2, 4))
def test_cuts_of_counts_are_those_of_rows_and_part_the_events(
    sample: CoxSample, intervals: int
) -> None:
    cells = grouped(sample)
    time, event = np.asarray(sample.time), np.asarray(sample.event)

    cuts = event_cuts(time, event, intervals=intervals)

    assert cuts == event_cuts(cells.time, cells.event, cells.n, intervals=intervals)
    assert len(cuts) < intervals
    parts = [
        within(time, event, start, end)[2].sum()
        for start, end in zip((-np.inf, *cuts), (*cuts, time.max()), strict=True)
    ]
    assert sum(parts) == event.sum()
    assert all(part > 0 for part in parts)


def plain(time: list[float], event: list[int], x: list[float]) -> CoxSample:
    return CoxSample(time=time, event=event, design=np.transpose([x]), terms=("x",))


def test_events_at_one_time_say_nothing_about_change() -> None:
    sample = plain([3, 3, 3, 5, 5, 5], [1, 1, 1, 0, 0, 0], [0, 1, 0, 1, 1, 0])

    for scale in SCALES:
        found = proportional_hazards(sample, estimated(cox(sample)), scale=scale)
        assert found == NotEstimable("a change of x over time cannot be told")


def test_an_event_at_time_zero_has_no_logarithm() -> None:
    sample = plain([0, 1, 2, 3], [1, 1, 1, 1], [1, 0, 1, 0])
    fit = estimated(cox(sample))

    refused = proportional_hazards(sample, fit, scale=TimeScale.LOG)

    assert refused == NotEstimable("an event at time 0 has no logarithm of time")
    assert isinstance(proportional_hazards(sample, fit), ProportionalHazards)


@pytest.mark.parametrize("events", [[0, 0, 0, 0], [1, 0, 0, 0]])
def test_no_event_or_one_has_no_fit_to_test(events: list[int]) -> None:
    assert isinstance(cox(plain([1, 2, 3, 4], events, [0, 1, 0, 1])), NotEstimable)


def test_residuals_that_cancel_to_rounding_are_no_spread() -> None:
    rng = np.random.default_rng(2)
    design = np.column_stack([np.arange(60) % 2, rng.normal(size=60)])
    sample = CoxSample(time=np.zeros(60), event=np.ones(60), design=design, terms=TERMS)
    fit = estimated(cox(sample))

    found = estimated(robust_errors(sample, fit))

    assert np.abs(score_residuals(sample.risk_sets, fit, Ties.EFRON)).max() > 0
    assert found.std_errors.tolist() == [0.0, 0.0]
    assert not found.covariance.any()


def test_one_cluster_has_no_error() -> None:
    sample = plain([1, 2, 3, 4], [1, 1, 1, 1], [1, 0, 1, 0])

    refused = robust_errors(sample, estimated(cox(sample)), cluster=["a"] * 4)

    assert refused == NotEstimable("fewer than two clusters have units")


@pytest.mark.parametrize(
    ("time", "event", "cuts"),
    [([], [], ()), ([1, 2], [0, 0], ()), ([4], [1], ()), ([4, 4, 9], [1, 1, 0], ())],
)
def test_without_two_event_times_there_is_nothing_to_cut(
    time: list[float], event: list[int], cuts: tuple[float, ...]
) -> None:
    assert event_cuts(time, event) == cuts
