"""What the centre's systems send is consistent with what happened."""

import numpy as np

from impact.simulation import records
from impact.simulation.billing import draw_transactions
from impact.simulation.calendar import FIRST_DAY, LAST_INSTANT, OBSERVED_DAYS
from impact.simulation.centre import Centre, Outcome
from impact.simulation.notices import NO_DAY, draw_notices
from impact.simulation.surveys import draw_surveys

START, END = (
    np.datetime64(moment.replace(tzinfo=None), "us") for moment in (FIRST_DAY, LAST_INSTANT)
)


def test_contacts_lie_in_the_observed_year_and_in_order(centre: Centre, outcome: Outcome) -> None:
    arrived = records.contact_columns(centre, outcome)["arrived_at"]

    assert arrived.min() >= START
    assert arrived.max() < END
    assert (np.diff(arrived) >= np.timedelta64(0)).all()


def test_contact_ids_are_unique(centre: Centre, outcome: Outcome) -> None:
    ids = records.contact_columns(centre, outcome)["contact_id"]

    assert len(np.unique(ids)) == len(ids)


def test_an_abandoned_contact_has_no_agent_and_no_talk(centre: Centre, outcome: Outcome) -> None:
    columns = records.contact_columns(centre, outcome)
    abandoned = columns["abandoned"].astype(bool)

    assert set(columns["agent_id"][abandoned]) == {None}
    assert np.isnan(columns["talk_seconds"][abandoned].astype(float)).all()
    assert np.isnat(columns["answered_at"][abandoned]).all()


def test_no_contact_comes_after_its_customer_left(outcome: Outcome) -> None:
    contacts = outcome.contacts

    assert (contacts.day <= outcome.churn_day[contacts.customer])[outcome.real].all()


def test_an_early_version_lacks_the_resolution_and_is_older(
    centre: Centre, outcome: Outcome
) -> None:
    columns = records.contact_columns(centre, outcome)

    early = records.first_versions(columns, np.random.default_rng(1))

    place = {key: index for index, key in enumerate(columns["contact_id"])}
    final = [place[key] for key in early["contact_id"]]
    assert set(early["resolved"]) == {None}
    ages = columns["updated_at"][final].astype("i8") - early["updated_at"].astype("i8")
    assert (ages > 0).all()


def test_bills_end_when_the_customer_leaves(centre: Centre, outcome: Outcome) -> None:
    transactions = draw_transactions(centre, outcome, np.random.default_rng(1))
    bills = ~transactions.refund

    assert (transactions.day <= outcome.churn_day[transactions.customer])[bills].all()
    assert (transactions.cents[bills] > 0).all()
    assert transactions.day.max() < OBSERVED_DAYS


def test_refunds_are_negative_amounts(centre: Centre, outcome: Outcome) -> None:
    transactions = draw_transactions(centre, outcome, np.random.default_rng(1))

    assert transactions.refund.sum() > 100
    assert (transactions.cents[transactions.refund] < 0).all()


def test_most_surveys_stay_unanswered(centre: Centre, outcome: Outcome) -> None:
    surveys = draw_surveys(outcome, np.random.default_rng(1))
    columns = records.survey_columns(centre, outcome, surveys)

    assert 0.1 < surveys.answered.mean() < 0.3
    assert np.isnat(columns["answered_at"][~surveys.answered]).all()
    assert np.isnan(surveys.csat[~surveys.answered]).all()
    assert set(surveys.csat[surveys.answered]) == {1, 2, 3, 4, 5}


def test_every_leaver_is_reported_and_some_notices_are_taken_back(outcome: Outcome) -> None:
    notices = draw_notices(outcome, np.random.default_rng(1))
    stands = notices.reversed_day == NO_DAY

    left = np.flatnonzero(outcome.churn_day < OBSERVED_DAYS)
    np.testing.assert_array_equal(notices.customer[stands], left)
    assert (~stands).sum() > 20
    assert (notices.reversed_day > notices.day)[~stands].all()
    assert notices.reversed_day.max() < OBSERVED_DAYS


def test_ids_keep_their_leading_zeros() -> None:
    assert records.identifiers("A", np.array([7, 123]), 3).tolist() == ["A007", "A123"]
