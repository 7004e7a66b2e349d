"""The truth is what perfect knowledge of both arms gives, and what an experiment estimates."""

import numpy as np
import pytest

from impact.simulation.calendar import HORIZON_DAYS, OBSERVED_DAYS
from impact.simulation.centre import (
    NEVER,
    Centre,
    by_customer,
    draw_centre,
    first_contact_days,
    run,
    uniform,
    with_arm,
)
from impact.simulation.handling import Arms
from impact.simulation.policies import (
    CALLBACK_OFFER,
    CARE_OVER_CLOCK,
    TRIALS,
    WHISPER_GREETING,
    Trial,
)
from impact.simulation.truth import Integers, compare, durations, truth


def test_a_policy_without_effect_has_a_truth_of_exactly_zero(centre: Centre, arms: Arms) -> None:
    found = truth(centre, CALLBACK_OFFER, arms)

    assert found.customers > 1000
    assert found.retention_difference == 0
    assert found.rmst_difference_days == 0


def test_both_arms_are_identical_where_the_policy_does_nothing(centre: Centre, arms: Arms) -> None:
    control, treatment = (
        run(centre, with_arm(arms, CALLBACK_OFFER, uniform(centre, treated=treated)))
        for treated in (False, True)
    )

    np.testing.assert_array_equal(control.churn_day, treatment.churn_day)
    np.testing.assert_array_equal(control.contacts.talk, treatment.contacts.talk)


def test_a_greeting_changes_talk_but_not_churn(centre: Centre, arms: Arms) -> None:
    control, treatment = (
        run(centre, with_arm(arms, WHISPER_GREETING, uniform(centre, treated=treated)))
        for treated in (False, True)
    )
    part = control.contacts.taking_part[WHISPER_GREETING.key]

    np.testing.assert_allclose((treatment.contacts.talk - control.contacts.talk)[part], 2.0)
    np.testing.assert_array_equal(control.churn_day, treatment.churn_day)


def test_taking_the_time_keeps_customers(centre: Centre, arms: Arms) -> None:
    found = truth(centre, CARE_OVER_CLOCK, arms)

    assert 0.01 < found.retention_difference < 0.025
    assert 0.8 < found.rmst_difference_days < 2.5


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.key)
def test_who_comes_into_a_trial_and_when_is_the_same_in_both_arms(
    centre: Centre, arms: Arms, trial: Trial
) -> None:
    first, second = (
        first_contact_days(
            centre, run(centre, with_arm(arms, trial, uniform(centre, treated=treated))), trial
        )
        for treated in (False, True)
    )

    np.testing.assert_array_equal(first, second)


def test_nobody_leaves_before_being_asked_for(centre: Centre, arms: Arms) -> None:
    outcome = run(centre, arms)

    start = first_contact_days(centre, outcome, CARE_OVER_CLOCK)

    assert durations(outcome, start).min() >= 0


def test_the_truth_is_the_mean_difference_of_potential_outcomes(centre: Centre, arms: Arms) -> None:
    control, treatment = (
        run(centre, with_arm(arms, CARE_OVER_CLOCK, uniform(centre, treated=treated)))
        for treated in (False, True)
    )
    start = first_contact_days(centre, control, CARE_OVER_CLOCK)
    came = start != NEVER
    effect = (treatment.churn_day - start > HORIZON_DAYS)[came].astype(float)
    effect -= (control.churn_day - start > HORIZON_DAYS)[came]

    found = compare(centre, CARE_OVER_CLOCK, control=control, treatment=treatment)

    assert found.retention_difference == pytest.approx(effect.mean(), abs=1e-12)


def test_the_same_seed_gives_the_same_centre() -> None:
    first, second = (draw_centre(500, np.random.default_rng(3)) for _ in range(2))

    np.testing.assert_array_equal(first.demand.talk, second.demand.talk)
    np.testing.assert_array_equal(
        first.population.churn_threshold, second.population.churn_threshold
    )


def test_another_seed_gives_another_centre() -> None:
    first, second = (draw_centre(500, np.random.default_rng(seed)) for seed in (3, 4))

    assert not np.array_equal(first.population.churn_threshold, second.population.churn_threshold)


def test_randomised_arms_with_staggered_entry_estimate_the_truth(
    centre: Centre, arms: Arms
) -> None:
    """Kaplan-Meier over what the year showed, averaged over 400 draws of the arms."""
    control, treatment = (
        run(centre, with_arm(arms, CARE_OVER_CLOCK, uniform(centre, treated=treated)))
        for treated in (False, True)
    )
    found = compare(centre, CARE_OVER_CLOCK, control=control, treatment=treatment)
    start = first_contact_days(centre, control, CARE_OVER_CLOCK)
    came = start != NEVER
    seen = OBSERVED_DAYS - start[came]
    days = [durations(outcome, start) for outcome in (control, treatment)]
    rng = np.random.default_rng(11)

    differences = []
    for _ in range(400):
        treated = rng.random(len(seen)) < 0.5
        without = _retention(days[0][~treated], seen[~treated])
        differences.append(_retention(days[1][treated], seen[treated]) - without)

    error = np.std(differences) / np.sqrt(400)
    assert abs(np.mean(differences) - found.retention_difference) < 4 * error + 0.0015


def _retention(days: Integers, seen: Integers) -> float:
    time, event = np.minimum(days, seen), days < seen
    leaving = np.bincount(time[event], minlength=HORIZON_DAYS + 1)[: HORIZON_DAYS + 1]
    ending = np.bincount(time, minlength=HORIZON_DAYS + 1)[: HORIZON_DAYS + 1]
    at_risk = len(time) - np.concatenate([[0], np.cumsum(ending)[:-1]])
    return float(np.prod(1 - leaving / np.maximum(at_risk, 1)))


def test_arms_by_customer_stay_with_the_customer(centre: Centre) -> None:
    treated = np.zeros(centre.population.size, dtype=bool)
    treated[5] = True

    arm = by_customer(centre, treated)

    assert set(centre.demand.customer[arm[:, 0]]) <= {5}
