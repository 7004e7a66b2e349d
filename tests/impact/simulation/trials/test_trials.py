"""Many draws of the same units: what is put in comes out."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from experiments.errors import InvalidRequest
from experiments.plan.document import Direction, Kind, Metric, Plan, Role, Source, Table
from impact.analysis.standing import Standing
from impact.simulation.trials.counting import final_plan, statistics_of
from impact.simulation.trials.effects import with_effect
from impact.simulation.trials.grouping import OUTSIDE
from impact.simulation.trials.outcomes import Outcomes, Ranked, Times, Values
from impact.simulation.trials.profile import profiles
from impact.simulation.trials.running import NOTHING, Treatment, Trials, run_trials
from impact.simulation.trials.slowing import cumulative_hazard
from impact.simulation.trials.tallies import Tally, share_of
from impact.stats.survival.cox import cox
from impact.stats.survival.cox_sample import CoxSample
from tests.impact.analysis.building import RETENTION, plan_of
from tests.impact.stats.answers import estimated

SPEND = Metric(
    key="spend",
    role=Role.SECONDARY,
    kind=Kind.MEAN,
    source=Source(table=Table.REVENUE, column="amount"),
    window=90,
)
RESOLVED = replace(SPEND, key="resolved", kind=Kind.PROPORTION)
PLAN = final_plan(plan_of(RETENTION, SPEND, RESOLVED))


def people(size: int = 400, seed: int = 3) -> Outcomes:
    rng = np.random.default_rng(seed)
    everybody = np.ones(size, dtype=bool)
    end = rng.integers(60, 120, size)
    churn = np.floor(rng.exponential(100.0, size)).astype(np.int64)
    return Outcomes(
        size=size,
        values={
            "spend": Values(
                names=("y",), numbers=rng.gamma(4.0, 10.0, (size, 1)), counts=everybody
            ),
            "resolved": Values(
                names=("y",),
                numbers=(rng.random((size, 1)) < 0.7).astype(np.float64),
                counts=everybody,
            ),
        },
        times={
            "retention": Times(
                time=np.minimum(churn, end), event=(churn <= end).astype(np.int64), end=end
            )
        },
    )


def at_random(outcomes: Outcomes, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 2, outcomes.size)


def run(repeats: int, treatment: Treatment = NOTHING, plan: Plan = PLAN) -> Trials:
    outcomes, rng = people(), np.random.default_rng(11)
    *_, trials = run_trials(
        plan, lambda _: outcomes, at_random, repeats=repeats, rng=rng, treatment=treatment
    )
    return trials


def test_the_same_seed_counts_the_same() -> None:
    assert (
        run(3).tallies["spend", "patient"].estimates == run(3).tallies["spend", "patient"].estimates
    )


def test_every_metric_is_judged_in_every_draw() -> None:
    trials = run(5)

    assert trials.run == 5
    assert {key for key, _ in trials.tallies} == {"retention", "spend", "resolved"}
    assert {tally.trials for tally in trials.tallies.values()} == {5}
    assert {tally.answered for tally in trials.tallies.values()} == {5}


def test_a_large_effect_is_found_in_the_good_direction() -> None:
    large = Treatment(changes={"retention": 0.7, "spend": 0.5, "resolved": 0.3})

    trials = run(4, large)

    for tally in trials.tallies.values():
        assert tally.standings[Standing.BETTER] == 4


def test_adherence_dilutes_the_effect() -> None:
    full = run(8, Treatment(changes={"spend": 0.5}))
    half = run(8, Treatment(changes={"spend": 0.5}, adherence=0.5))

    shown = [np.mean(trials.tallies["spend", "patient"].estimates) for trials in (full, half)]
    assert shown[1] / shown[0] == pytest.approx(0.5, abs=0.1)


def test_a_metric_without_data_is_counted_as_unanswered() -> None:
    outcomes = replace(people(), values={}, not_estimable={"spend": "no revenue", "resolved": "no"})
    *_, trials = run_trials(
        PLAN, lambda _: outcomes, at_random, repeats=2, rng=np.random.default_rng(1)
    )

    tally = trials.tallies["spend", "patient"]
    assert (tally.answered, tally.reasons) == (0, {"no revenue": 2})


def test_units_outside_count_in_no_arm() -> None:
    arms = np.array([0, 1, OUTSIDE] * 133 + [0])

    counted = statistics_of(PLAN, people(), arms)

    assert [arm.n_units for arm in counted.arms] == [134, 133]
    assert int(counted.survival["retention"][0].n.sum()) == 267
    assert counted.proportions["resolved"][0].n == 134


def test_a_lower_hazard_is_proportional_whatever_its_shape() -> None:
    """The latent hazards at churn of everybody are exponential, and of the treated slower."""
    rng = np.random.default_rng(2)
    size = 40_000
    churn = np.floor(30 * rng.weibull(0.6, size)).astype(np.int64)
    end = rng.integers(40, 80, size)
    times = Times(time=np.minimum(churn, end), event=(churn <= end).astype(np.int64), end=end)
    everybody = np.ones(size, dtype=bool)

    slower = with_effect(
        RETENTION, Outcomes(size=size, times={"retention": times}), everybody, 0.3, rng
    )

    found = slower.times["retention"]
    before, after = (
        cumulative_hazard(each.time, each.event)[[5, 15, 30]] for each in (times, found)
    )
    assert after / before == pytest.approx([0.7] * 3, rel=0.03)
    assert (found.time <= times.end).all()


def outcome_of(outcomes: Outcomes, metric: Metric) -> np.ndarray:
    if metric.kind is Kind.TIME_TO_EVENT:
        return outcomes.times[metric.key].time
    return outcomes.values[metric.key].column("y")


def test_the_untreated_stay_as_they_were() -> None:
    rng, outcomes = np.random.default_rng(1), people()
    treated = np.arange(outcomes.size) < 100

    for metric in (RETENTION, SPEND, RESOLVED):
        changed = with_effect(metric, outcomes, treated, 0.2, rng)
        old, new = outcome_of(outcomes, metric), outcome_of(changed, metric)
        assert (old[~treated] == new[~treated]).all()
        assert (old[treated] != new[treated]).any()


@pytest.mark.parametrize(("direction", "factor"), [("increase", 1.25), ("decrease", 0.75)])
def test_the_good_direction_of_a_metric_is_the_effects(direction: str, factor: float) -> None:
    metric, outcomes = replace(SPEND, direction=Direction(direction)), people()
    everybody = np.ones(outcomes.size, dtype=bool)

    changed = with_effect(metric, outcomes, everybody, 0.25, np.random.default_rng(1))

    assert changed.values["spend"].column("y") == pytest.approx(
        factor * outcomes.values["spend"].column("y")
    )


@pytest.mark.parametrize(("direction", "share"), [("increase", 0.84), ("decrease", 0.56)])
def test_a_share_is_changed_by_drawing_who_else_it_happens_to(direction: str, share: float) -> None:
    metric, outcomes = replace(RESOLVED, direction=Direction(direction)), people(40_000)
    everybody = np.ones(outcomes.size, dtype=bool)

    changed = with_effect(metric, outcomes, everybody, 0.2, np.random.default_rng(1))

    assert changed.values["resolved"].column("y").mean() == pytest.approx(share, abs=0.01)


def test_a_capped_value_is_capped_again() -> None:
    y = np.array([1.0, 5.0, 9.0])
    values = Values(
        names=("y", "w"),
        numbers=np.column_stack([y, np.minimum(y, 6.0)]),
        counts=np.ones(3, dtype=bool),
        cap=6.0,
    )
    outcomes = Outcomes(size=3, values={"spend": values})

    changed = with_effect(SPEND, outcomes, np.ones(3, dtype=bool), 0.5, np.random.default_rng(1))

    assert changed.values["spend"].column("w").tolist() == [1.5, 6.0, 6.0]


@pytest.mark.parametrize(("metric", "change"), [(RESOLVED, 0.6), (RETENTION, 1.0)])
def test_what_no_policy_can_do_is_refused(metric: Metric, change: float) -> None:
    outcomes = people()
    everybody = np.ones(outcomes.size, dtype=bool)

    with pytest.raises(InvalidRequest, match="effect"):
        with_effect(metric, outcomes, everybody, change, np.random.default_rng(1))


def test_when_all_who_are_left_churn_at_once_nothing_breaks() -> None:
    times = Times(time=np.array([1, 2, 2]), event=np.array([1, 1, 1]), end=np.array([9, 9, 9]))
    outcomes = Outcomes(size=3, times={"retention": times})

    slower = with_effect(
        RETENTION, outcomes, np.ones(3, dtype=bool), 0.5, np.random.default_rng(1)
    ).times["retention"]

    assert (slower.time >= times.time).all()
    assert set(slower.event.tolist()) <= {0, 1}


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (3, 50), (50, 50)])
def test_simulated_shares_have_exact_intervals(successes: int, trials: int) -> None:
    peer = stats.binomtest(successes, trials).proportion_ci(0.95, method="exact")

    found = share_of(successes, trials)

    assert (found.low, found.high) == pytest.approx((peer.low, peer.high), abs=1e-12)
    assert found.holds(successes / trials)


def test_the_spread_of_estimates_is_compared_with_the_stated_error() -> None:
    assert Tally(estimates=[-1.0, 1.0], variances=[2.0, 2.0]).error_ratio == pytest.approx(1.0)
    assert Tally(estimates=[-1.0, 1.0], variances=[0.5, 0.5]).error_ratio == pytest.approx(2.0)
    assert Tally(estimates=[1.0], variances=[0.5]).error_ratio is None


def test_a_profile_has_the_numbers_that_sizes_ask_for() -> None:
    outcomes = people()

    found = {profile.metric: profile for profile in profiles(PLAN, outcomes)}

    spent = outcomes.values["spend"].column("y")
    assert found["spend"].numbers["variation"] == pytest.approx(spent.std(ddof=1) / spent.mean())
    assert found["resolved"].numbers["baseline"] == pytest.approx(
        outcomes.values["resolved"].column("y").mean()
    )
    times = outcomes.times["retention"]
    assert found["retention"].numbers["monthly_churn"] == pytest.approx(
        1 - math.exp(-30 * times.event.sum() / times.time.sum())
    )
    assert {profile.units for profile in found.values()} == {400}


def contracts(size: int, rng: np.random.Generator) -> Times:
    """Draw customers who can leave from a day on, for one of two causes."""
    entry = rng.integers(-1, 30, size)
    churn, end = entry + 1 + rng.geometric(0.03, size), rng.integers(20, 80, size)
    event = (churn <= end).astype(np.int64)
    cause = np.where(event == 1, rng.choice(["voluntary", "involuntary"], size), "")
    return Times(time=np.minimum(churn, end), event=event, end=end, cause=cause, entry=entry)


def test_less_churn_of_those_at_risk_is_the_hazard_ratio_that_was_put_in() -> None:
    rng, size = np.random.default_rng(8), 60_000
    times, treated = contracts(size, rng), np.arange(size) % 2 == 1

    found = with_effect(
        RETENTION, Outcomes(size=size, times={"retention": times}), treated, 0.3, rng
    ).times["retention"]

    inside = times.entry < times.time  # type: ignore[operator]  # drawn above
    fit = estimated(
        cox(
            CoxSample(
                time=found.time[inside],
                event=found.event[inside],
                design=treated[inside, None],
                terms=("treated",),
                entry=None if found.entry is None else found.entry[inside],
            )
        )
    )
    assert math.exp(fit.coefficients[0]) == pytest.approx(0.7, rel=4 * fit.std_errors[0])
    assert (found.event <= times.event).all()
    assert found.cause is not None
    assert ((found.cause == "") == (found.event == 0)).all()
    assert (found.time[~inside] == times.time[~inside]).all()


def test_values_of_a_quantile_grow_with_those_who_got_the_policy() -> None:
    slow = replace(SPEND, key="slow", kind=Kind.QUANTILE, quantile=0.5)
    ranked = Ranked(
        values=np.array([10.0, 20.0, 30.0]),
        unit=np.array([0, 1, 1]),
        counts=np.ones(2, dtype=bool),
    )

    found = with_effect(
        slow,
        Outcomes(size=2, ranked={"slow": ranked}),
        np.array([False, True]),
        0.5,
        np.random.default_rng(1),
    )

    assert found.ranked["slow"].values.tolist() == [10.0, 30.0, 45.0]
