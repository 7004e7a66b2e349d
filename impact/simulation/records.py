"""The centre's records in the product's canonical columns, as its systems would send them.

Each function returns a mapping of column name to array, all of one length. Missing values are
None, NaN or NaT. Instants are datetime64[us] in UTC.
"""

import numpy as np
from numpy.typing import NDArray

from impact.simulation.billing import Transactions
from impact.simulation.calendar import CHURN_SECOND, OBSERVED_DAYS, instants
from impact.simulation.centre import Centre, Outcome
from impact.simulation.demand import REASONS
from impact.simulation.handling import Contacts
from impact.simulation.notices import NO_DAY, Notices
from impact.simulation.policies import QUEUES
from impact.simulation.population import DAYS_A_MONTH, LOYAL_MONTHS, NEW_MONTHS
from impact.simulation.surveys import ANSWER_DELAY_SECONDS, Surveys

Array = NDArray[np.generic]
Objects = NDArray[np.object_]
Columns = dict[str, Array]
Instants = NDArray[np.datetime64]
Integers = NDArray[np.int64]

CURRENCY = "EUR"
SURVEY_DELAY_SECONDS = 1800
REPAIR_SHARE = 0.04  # contacts first sent without their resolution, then again with it
NOTHING = np.datetime64("NaT", "us")


def identifiers(prefix: str, numbers: Integers, width: int = 7) -> NDArray[np.str_]:
    """Return text ids of one width.

    >>> identifiers("C", np.array([42])).tolist()
    ['C0000042']
    """
    digits = np.strings.zfill(numbers.astype(f"U{width + 2}"), width)
    return np.strings.add(prefix, digits)


def customer_columns(centre: Centre) -> Columns:
    """Return the customers file, with the segments that were known before the year began.

    Nobody is observed after the year, so that a later analysis does not take silence for loyalty.

    >>> from impact.simulation.centre import draw_centre
    >>> columns = customer_columns(draw_centre(2, np.random.default_rng(1)))
    >>> columns["customer_id"].tolist(), str(columns["observed_until"][0])[:10]
    (['C0000000', 'C0000001'], '2026-10-01')
    """
    population = centre.population
    months = population.tenure_months
    joined = np.rint(-months * DAYS_A_MONTH).astype(np.int64)
    return {
        "customer_id": identifiers("C", np.arange(population.size)),
        "observed_from": instants(joined, np.zeros_like(joined)),
        "observed_until": instants(np.full_like(joined, OBSERVED_DAYS), np.zeros_like(joined)),
        "tier": population.tier,
        "region": population.region,
        "payment": population.payment,
        "tenure": np.select([months < NEW_MONTHS, months >= LOYAL_MONTHS], ["new", "loyal"], "mid"),
        "tenure_months": months,
    }


def arrived_at(centre: Centre, contacts: Contacts) -> Instants:
    """Return when each contact arrived."""
    return instants(contacts.day, centre.demand.second.ravel()[contacts.slot])


def contact_columns(centre: Centre, outcome: Outcome) -> Columns:
    """Return the contacts file of the observed year, in order of arrival.

    >>> from impact.simulation.centre import draw_centre, run, uniform
    >>> centre = draw_centre(100, np.random.default_rng(1))
    >>> arms = {trial.key: uniform(centre, treated=False) for trial in centre.trials}
    >>> columns = contact_columns(centre, run(centre, arms))
    >>> lost = columns["abandoned"]
    >>> set(columns["agent_id"][lost].tolist()), bool(np.isnan(columns["talk_seconds"][lost]).all())
    ({None}, True)
    """
    real = np.flatnonzero(outcome.real)
    contacts, demand = outcome.contacts, centre.demand
    slot = contacts.slot[real]
    row = slot // demand.shape[1]
    handled = ~contacts.abandoned[real]
    agent = demand.agent.ravel()[slot]
    arrived = arrived_at(centre, contacts)[real]
    wait, talk = np.rint(contacts.wait[real]), np.rint(contacts.talk[real])
    hold, wrap = np.rint(demand.hold.ravel()[slot]), np.rint(demand.wrap.ravel()[slot])
    ended = _later(arrived, wait + np.where(handled, talk + hold, 0))
    return {
        "contact_id": identifiers("K", slot),
        "customer_id": identifiers("C", contacts.customer[real]),
        "arrived_at": arrived,
        "channel": np.full(len(real), "voice"),
        "direction": np.full(len(real), "inbound"),
        "queue": np.array(QUEUES)[demand.queue[row]],
        "reason": REASONS[demand.reason[row]],
        "agent_id": where(handled, identifiers("A", agent, 3)),
        "team": where(handled, identifiers("team_", centre.workforce.team[agent], 2)),
        "answered_at": np.where(handled, _later(arrived, wait), NOTHING),
        "ended_at": ended,
        "wait_seconds": wait,
        "talk_seconds": np.where(handled, talk, np.nan),
        "hold_seconds": np.where(handled, hold, np.nan),
        "wrap_seconds": np.where(handled, wrap, np.nan),
        "abandoned": ~handled,
        "resolved": where(handled, contacts.resolved[real]),
        "updated_at": _later(ended, np.where(handled, wrap, 0) + 60),
    }


def first_versions(contacts: Columns, rng: np.random.Generator) -> Columns:
    """Return earlier versions of some contacts, sent before their resolution was known.

    >>> ids = identifiers("K", np.arange(1000))
    >>> ended = np.full(1000, np.datetime64("2026-01-05T10:00", "us"))
    >>> contacts = {"contact_id": ids, "ended_at": ended, "resolved": np.full(1000, True)}
    >>> early = first_versions(contacts, np.random.default_rng(1))
    >>> len(early["contact_id"]) < 100, set(early["resolved"])
    (True, {None})
    """
    some = np.flatnonzero(rng.random(len(contacts["contact_id"])) < REPAIR_SHARE)
    early = {name: values[some] for name, values in contacts.items()}
    return {**early, "resolved": np.full(len(some), None), "updated_at": early["ended_at"]}


def churn_columns(notices: Notices) -> Columns:
    """Return the churn file.

    >>> notices = Notices(customer=np.array([7]), day=np.array([3]), second_in_hour=np.array([0]),
    ...     involuntary=np.array([True]), reversed_day=np.array([NO_DAY]))
    >>> columns = churn_columns(notices)
    >>> str(columns["churned_at"][0]), columns["reason"].tolist(), str(columns["reversed_at"][0])
    ('2025-10-04T21:00:00.000000', ['involuntary'], 'NaT')
    """
    churned = instants(notices.day, CHURN_SECOND + notices.second_in_hour)
    taken_back = instants(notices.reversed_day, notices.second_in_hour + 12 * 3600)
    return {
        "customer_id": identifiers("C", notices.customer),
        "churned_at": churned,
        "reason": np.where(notices.involuntary, "involuntary", "voluntary"),
        "recorded_at": _later(churned, np.full(len(churned), 3600.0)),
        "reversed_at": np.where(notices.reversed_day == NO_DAY, NOTHING, taken_back),
    }


def revenue_columns(transactions: Transactions) -> Columns:
    """Return the revenue file; `amount` is in whole cents.

    >>> bill = Transactions(customer=np.array([7]), day=np.array([3]), second=np.array([3600]),
    ...     cents=np.array([-350]), refund=np.array([True]))
    >>> columns = revenue_columns(bill)
    >>> columns["amount"].tolist(), columns["currency"].tolist(), columns["kind"].tolist()
    ([-350], ['EUR'], ['refund'])
    """
    size = len(transactions.customer)
    return {
        "transaction_id": identifiers("T", np.arange(size)),
        "customer_id": identifiers("C", transactions.customer),
        "occurred_at": instants(transactions.day, transactions.second),
        "amount": transactions.cents,
        "currency": np.full(size, CURRENCY),
        "kind": np.where(transactions.refund, "refund", "charge"),
    }


def survey_columns(centre: Centre, outcome: Outcome, surveys: Surveys) -> Columns:
    """Return the surveys file, unanswered ones included."""
    contacts = outcome.contacts
    arrived = arrived_at(centre, contacts)[surveys.contact]
    talked = contacts.wait[surveys.contact] + contacts.talk[surveys.contact]
    sent = _later(arrived, talked + SURVEY_DELAY_SECONDS)
    answered = _later(sent, np.full(len(sent), float(ANSWER_DELAY_SECONDS)))
    slot = contacts.slot[surveys.contact]
    return {
        "survey_id": identifiers("S", slot),
        "customer_id": identifiers("C", contacts.customer[surveys.contact]),
        "contact_id": identifiers("K", slot),
        "sent_at": sent,
        "answered_at": np.where(surveys.answered, answered, NOTHING),
        "csat": surveys.csat,
        "nps": surveys.nps,
        "ces": surveys.ces,
    }


def _later(start: Instants, seconds: NDArray[np.float64]) -> Instants:
    return np.asarray(start + (np.rint(seconds) * 1_000_000).astype("timedelta64[us]"))


def where(condition: NDArray[np.bool_], values: Array) -> Objects:
    """Return the values as objects, None where the condition does not hold.

    >>> where(np.array([True, False]), np.array(["A001", "A002"])).tolist()
    ['A001', None]
    """
    objects = values.astype(object)
    objects[~condition] = None
    return objects
