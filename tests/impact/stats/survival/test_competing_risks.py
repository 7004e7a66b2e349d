"""Cumulative incidence and Gray's test: against R, from rows and from counts, and by reasoning.

R's numbers are of `s4_churn_ties.csv` with a cause for every third customer,
`d$cause <- ifelse(d$event==0, 0, ifelse(d$customer %% 3 == 0, 2, 1))`, from survival 3.5-3 and
cmprsk 2.2-11 on R 4.2.2.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cause_table import cause_table
from impact.stats.survival.cumulative_incidence import (
    cumulative_incidence,
    incidence_at,
    incidence_points,
)
from impact.stats.survival.gray import gray
from impact.stats.survival.kaplan_meier import kaplan_meier
from impact.stats.survival.log_rank import log_rank
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.oracle import columns
from tests.reference import needs_reference

QUICK = settings(max_examples=40, deadline=None)
LEFT, MOVED = "voluntary", "involuntary"


def weekly_churn() -> dict[str, np.ndarray]:
    data = columns("oracle/s4_churn_ties.csv")
    third = data.number("customer") % 3 == 0
    cause = np.where(data.number("event") == 0, "", np.where(third, MOVED, LEFT))
    text = {name: data.text[name] for name in ("arm", "tier", "region")}
    return {"time": data.number("time"), "cause": cause, **text}


def grouped(rows: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    table = np.column_stack([values.astype(np.str_) for values in rows.values()])
    cells, n = np.unique(table, axis=0, return_counts=True)
    found = dict(zip(rows, cells.T, strict=True))
    return {**found, "time": found["time"].astype(float)}, n


def drawn(seed: int, size: int = 200) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    arm = rng.integers(3, size=size)
    time = np.minimum(np.ceil(rng.exponential(5 + arm)), 9)
    cause = rng.choice(np.array(["", LEFT, MOVED]), size=size, p=[0.3, 0.4, 0.3])
    return {"time": time, "cause": cause, "arm": arm.astype(np.str_)}


@needs_reference
@pytest.mark.parametrize("counted", [False, True])
def test_the_share_that_left_for_a_cause_is_that_of_r(counted: bool) -> None:  # noqa: FBT001
    """summary(survfit(Surv(time, factor(cause)) ~ arm, conf.type="log-log"), times=c(9,26,43))"""
    rows = weekly_churn()
    data, n = grouped(rows) if counted else (rows, np.ones(rows["time"].size))
    expected = {
        ("0", LEFT): [0.129148129063667, 0.243763149294599, 0.340688841935005],
        ("0", MOVED): [0.0537577393756136, 0.1171154861060022, 0.1674272329663141],
        ("1", LEFT): [0.100992427243178, 0.197342637224485, 0.257558420869887],
    }
    errors = {
        ("0", LEFT): [0.00859106641639700, 0.01199697459820810, 0.01648407186069535],
        ("0", MOVED): [0.00577612513860575, 0.00902672746276492, 0.01284587525773737],
        ("1", LEFT): [0.00798360360877369, 0.01142186324028336, 0.01496366271944119],
    }
    lowest = {("0", LEFT): 0.1128815590915, ("0", MOVED): 0.0432122361430}
    for (arm, cause), values in expected.items():
        own = data["arm"] == arm
        curve = cumulative_incidence(
            cause_table(data["time"][own], data["cause"][own], n[own]), cause
        )
        points = [estimated(incidence_at(curve, time)) for time in (9, 26, 43)]
        assert_allclose([point.value for point in points], values, rtol=1e-12)
        assert_allclose([point.std_error for point in points], errors[arm, cause], rtol=1e-10)
        if (arm, cause) in lowest:
            assert_allclose(known(points[0].ci_low), lowest[arm, cause], rtol=1e-11)


@needs_reference
@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize(
    ("cause", "group", "strata", "statistic", "p_value"),
    [
        (LEFT, "arm", "", 12.92452115917286, 0.000324305604716524),
        (MOVED, "arm", "", 6.16503174014838, 0.013030003557916281),
        (LEFT, "arm", "region", 13.02266039185401, 0.000307744311448088),
        (MOVED, "arm", "region", 6.04970277323123, 0.013908637979883842),
        (LEFT, "tier", "", 18.91414782230650, 7.81348864656861e-05),
        (MOVED, "tier", "", 7.28042543625414, 2.62467602101525e-02),
    ],
)
def test_gray_gives_the_test_of_cmprsk(
    cause: str,
    group: str,
    strata: str,
    statistic: float,
    p_value: float,
    counted: bool,  # noqa: FBT001
) -> None:
    """cuminc(d$time, d$cause, d$arm, strata=d$region)$Tests"""
    rows = weekly_churn()
    data, n = grouped(rows) if counted else (rows, None)

    test = estimated(
        gray(
            data["time"],
            data["cause"] == cause,
            (data["cause"] != cause) & (data["cause"] != ""),
            data[group],
            n,
            stratum=data[strata] if strata else None,
        )
    )

    assert_allclose(test.statistic, statistic, rtol=1e-10)
    assert_allclose(test.p_value, p_value, rtol=1e-10)
    assert test.df == np.unique(data[group]).size - 1


@QUICK
@given(st.integers(0, 10_000))
def test_counts_give_what_rows_give(seed: int) -> None:
    rows = drawn(seed)
    cells, n = grouped(rows)

    one, many = (
        estimated(
            gray(data["time"], data["cause"] == LEFT, data["cause"] == MOVED, data["arm"], weight)
        )
        for data, weight in ((rows, None), (cells, n))
    )
    curve, counted = (
        cumulative_incidence(cause_table(data["time"], data["cause"], weight), LEFT)
        for data, weight in ((rows, None), (cells, n))
    )

    assert_allclose(many.statistic, one.statistic, rtol=1e-8)
    assert_allclose(counted.value, curve.value, rtol=1e-12)
    assert_allclose(counted.std_error, curve.std_error, rtol=1e-8)


@QUICK
@given(st.integers(0, 10_000))
def test_the_shares_of_all_causes_and_of_who_stayed_are_everybody(seed: int) -> None:
    rows = drawn(seed)
    table = cause_table(rows["time"], rows["cause"])

    stayed = kaplan_meier(rows["time"], rows["cause"] != "").survival

    shares = [cumulative_incidence(table, cause).value for cause in table.causes]
    assert_allclose(np.sum(shares, axis=0) + stayed, 1.0)


@QUICK
@given(st.integers(0, 10_000))
def test_one_cause_alone_is_the_kaplan_meier_curve(seed: int) -> None:
    rows = drawn(seed)
    event = rows["cause"] == LEFT
    curve = kaplan_meier(rows["time"], event)

    alone = cumulative_incidence(cause_table(rows["time"], np.where(event, LEFT, "")), LEFT)

    inside = curve.survival > 0
    assert_allclose(alone.value, 1 - curve.survival, atol=1e-12)
    assert_allclose(
        alone.std_error[inside],
        (curve.survival * np.sqrt(curve.hazard_variance))[inside],
        rtol=1e-7,
        atol=1e-10,
    )


def test_without_another_cause_gray_is_about_the_log_rank_test() -> None:
    rows = drawn(5, 2000)
    event = rows["cause"] == LEFT

    alone = estimated(gray(rows["time"], event, event & False, rows["arm"]))
    usual = estimated(log_rank(rows["time"], event, rows["arm"]))

    assert_allclose(alone.score, usual.observed - usual.expected, rtol=1e-10)
    assert alone.statistic == pytest.approx(usual.statistic, rel=0.1)


def test_a_policy_that_lets_the_other_cause_take_them_first_is_not_credited() -> None:
    # The hazard of leaving is the same in both arms; being moved out is six times as common in b.
    rng = np.random.default_rng(8)
    arm = rng.integers(2, size=4000)
    left = rng.exponential(10, 4000)
    moved = rng.exponential(np.where(arm, 4, 24))
    time = np.ceil(50 * np.minimum(left, moved))
    own = left < moved

    hazards = estimated(log_rank(time, own, arm))
    shares = estimated(gray(time, own, ~own, arm))

    assert hazards.p_value > 0.01
    assert shares.p_value < 1e-6


@pytest.mark.parametrize(
    ("time", "event", "competing", "group", "reason"),
    [
        ([1, 2], [0, 0], [1, 1], ["a", "b"], "no events of this cause"),
        ([1, 2], [1, 0], [0, 1], ["a", "a"], "fewer than two groups have units"),
        ([1, 2, 3], [0, 0, 1], [0, 0, 0], ["a", "a", "b"], "no event happened while"),
    ],
)
def test_nothing_to_compare_is_said(
    time: list[int], event: list[int], competing: list[int], group: list[str], reason: str
) -> None:
    found = gray(time, event, competing, group)

    assert isinstance(found, NotEstimable)
    assert found.reason.startswith(reason)


def test_a_cause_that_never_happened_is_at_zero_without_limits() -> None:
    curve = cumulative_incidence(cause_table([1, 2, 5], [LEFT, LEFT, ""]), MOVED)

    point = estimated(incidence_at(curve, 4))

    assert (point.value, point.ci_low, point.ci_high, point.at_risk) == (0.0, None, None, 1)
    assert [entry.value for entry in incidence_points(curve)] == [0.0, 0.0, 0.0, 0.0]


def test_beyond_follow_up_a_share_is_known_only_when_everybody_left() -> None:
    empty = cumulative_incidence(cause_table([], []), LEFT)
    gone = cumulative_incidence(cause_table([1, 2], [LEFT, MOVED]), LEFT)

    assert estimated(incidence_at(gone, 90)).value == 0.5
    assert isinstance(incidence_at(empty, 1), NotEstimable)


def test_a_group_left_alone_does_not_undo_the_test_before() -> None:
    """The pooled incidence reaches one while only the first group is still at risk."""
    time, group = [1, 1, 1, 1, 2, 3], [0, 1, 1, 1, 0, 0]
    with np.errstate(all="raise"):
        test = estimated(gray(time, [0, 1, 1, 1, 1, 1], [0] * 6, group))

    assert test.df == 1
    assert 0 < test.p_value < 1
    alone = estimated(gray([1, 1, 1, 1, 2, 2], [0, 1, 1, 1, 0, 0], [0] * 6, group))
    assert_allclose(test.score, alone.score, rtol=1e-12)
