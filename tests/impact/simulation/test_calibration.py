"""The centre's figures lie where those of real centres do."""

import numpy as np

from impact.simulation.calendar import OBSERVED_DAYS, weekday
from impact.simulation.centre import Centre, Outcome, first_contact_days
from impact.simulation.policies import CARE_OVER_CLOCK


def test_customers_call_about_once_a_year(centre: Centre, outcome: Outcome) -> None:
    contacts_a_year = outcome.real.sum() / centre.population.size

    assert 0.6 < contacts_a_year < 1.5


def test_between_four_and_nine_per_cent_abandon(outcome: Outcome) -> None:
    abandoned = outcome.contacts.abandoned[outcome.real].mean()

    assert 0.04 < abandoned < 0.09


def test_an_answered_caller_waits_about_a_minute(outcome: Outcome) -> None:
    answered = outcome.real & ~outcome.contacts.abandoned

    assert 40 < outcome.contacts.wait[answered].mean() < 120


def test_handling_takes_around_six_minutes(centre: Centre, outcome: Outcome) -> None:
    contacts, demand = outcome.contacts, centre.demand
    other = (demand.hold + demand.wrap).ravel()[contacts.slot]
    answered = outcome.real & ~contacts.abandoned

    handle_seconds = (contacts.talk + other)[answered].mean()

    assert 330 < handle_seconds < 430


def test_most_first_contacts_resolve(outcome: Outcome) -> None:
    answered = outcome.real & ~outcome.contacts.abandoned

    assert 0.67 < outcome.contacts.resolved[answered].mean() < 0.80


def test_one_to_two_per_cent_leave_a_month(outcome: Outcome) -> None:
    stayed = (outcome.churn_day >= OBSERVED_DAYS).mean()

    monthly_churn = 1 - stayed ** (1 / 12)

    assert 0.009 < monthly_churn < 0.02


def test_mondays_are_busier_than_sundays(outcome: Outcome) -> None:
    day = outcome.contacts.day[outcome.real]

    by_weekday = np.bincount(weekday(day), minlength=7)

    assert by_weekday[0] > 1.8 * by_weekday[6]


def test_agents_comply_mostly_but_not_always(
    centre: Centre, outcome: Outcome, arms: dict[str, np.ndarray]
) -> None:
    contacts, key = outcome.contacts, CARE_OVER_CLOCK.key
    told = np.broadcast_to(arms[key], centre.demand.shape).ravel()[contacts.slot]
    asked = outcome.real & contacts.taking_part[key]

    complied = contacts.applied[key][asked & told].mean()
    untold = contacts.applied[key][asked & ~told].mean()

    assert 0.6 < complied < 0.95
    assert 0.02 < untold < 0.2


def test_enough_customers_come_into_the_trial(centre: Centre, outcome: Outcome) -> None:
    start = first_contact_days(centre, outcome, CARE_OVER_CLOCK)

    assert 0.3 < (start < OBSERVED_DAYS).mean() < 0.6
