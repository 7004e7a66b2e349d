"""A replayed draw is what the report of a real one would be."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from experiments.plan.document import Plan
from experiments.plan.reading import read_plan
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.engine import connect
from impact.errors import InputMissing
from impact.join.inputs import columns_of, from_arrow
from impact.join.statistics import sufficient_statistics
from impact.replay.drawing import hashed_split
from impact.replay.history import History
from impact.simulation.trials.counting import statistics_of
from impact.simulation.trials.effects import with_effect
from impact.simulation.trials.profile import profiles
from impact.simulation.trials.running import ANY_DAY
from tests.impact.join.tables import table
from tests.impact.replay.histories import BEFORE, PLAN, SPAN, START, UNTIL, at, history, tables


@pytest.fixture(scope="module")
def found() -> History:
    return history()


def drawn(found: History, seed: int = 1) -> np.ndarray:
    return hashed_split(found.plan, found.unit_ids)(found.outcomes, np.random.default_rng(seed))


def first_contacts(bearer: str = "customer_id") -> dict[str, object]:
    first: dict[str, object] = {}
    rows = tables()["contacts"].sort_by("arrived_at").to_pylist()
    for row in rows:
        if row[bearer] is not None and START <= row["arrived_at"] < UNTIL:
            first.setdefault(row[bearer], row["arrived_at"])
    return first


AGENTS = read_plan("""\
key: patience
unit: agent
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: handle, role: primary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, direction: decrease, crossed_with: customer_id}
""")


@pytest.mark.parametrize(
    ("plan", "bearer", "fewest"), [(PLAN, "customer_id", 40), (AGENTS, "agent_id", 4)]
)
def test_a_draw_has_the_rows_that_the_join_of_its_assignments_has(
    plan: Plan, bearer: str, fewest: int
) -> None:
    found = history(plan=plan)
    arms = drawn(found)
    joined = first_contacts(bearer)
    assignments = table(
        columns_of("assignments"),
        [
            {"unit_id": who, "variant": plan.variants[arm], "assigned_at": joined[who]}
            for who, arm in zip(found.unit_ids, arms, strict=True)
        ],
    )
    engine = connect()
    inputs = from_arrow(engine, {**tables(), "assignments": assignments})
    real = evaluate(
        found.plan,
        sufficient_statistics(engine, inputs, found.plan, as_of=BEFORE),
        as_of=ANY_DAY,
    )

    replayed = evaluate(found.plan, statistics_of(found.plan, found.outcomes, arms), as_of=ANY_DAY)

    assert sorted(found.unit_ids) == sorted(joined)
    assert len(replayed.estimates) == len(real.estimates) >= fewest
    for ours, theirs in zip(replayed.estimates, real.estimates, strict=True):
        assert labels(ours) == labels(theirs)
        assert numbers(ours) == pytest.approx(numbers(theirs), rel=1e-8, nan_ok=True), ours


def labels(row: Estimate) -> tuple[object, ...]:
    return row.metric, row.quantity, row.method, row.variant, row.n_variant, row.n_baseline


def numbers(row: Estimate) -> list[float]:
    """Return a row's numbers, NaN where it has none."""
    given = (row.value, row.std_error, row.ci_low, row.ci_high, row.statistic, row.p_value)
    return [math.nan if number is None else number for number in given]


def test_the_split_is_that_of_a_running_experiment_and_its_own_each_time(found: History) -> None:
    first, again, other = drawn(found, 1), drawn(found, 1), drawn(found, 2)

    assert (first == again).all()
    assert (first != other).any()
    assert 0.3 < first.mean() < 0.7


def test_nothing_after_the_day_of_the_report_is_read(found: History) -> None:
    early = history(replace(SPAN, before=UNTIL + timedelta(days=30)))

    assert int(early.outcomes.times["retention"].event.sum()) < int(
        found.outcomes.times["retention"].event.sum()
    )
    assert early.outcomes.times["retention"].end.max() <= 90


def test_units_join_inside_of_the_span_alone(found: History) -> None:
    late = history(replace(SPAN, since=START + timedelta(days=50)))

    assert 0 < late.outcomes.size < found.outcomes.size


def test_what_is_not_there_is_a_reason_and_the_rest_stands() -> None:
    given = tables()
    del given["revenue"]

    found = history(**given)

    assert found.outcomes.not_estimable == dict.fromkeys(
        ("spent", "charged", "by_team", "lifetime"), "no revenue data were given"
    )
    assert set(found.outcomes.values) == {"resolved", "handle", "wait", "crossed"}


def test_without_contacts_nobody_joins() -> None:
    given = tables()
    del given["contacts"]
    with pytest.raises(InputMissing, match="units join a replay with their first contact"):
        history(**given)

    with pytest.raises(InputMissing, match="no customer made one in the time"):
        history(replace(SPAN, since=at(100), until=at(110)))


def test_no_effect_moves_churn_beyond_the_last_day_at_risk(found: History) -> None:
    metric = PLAN.metric("in_renewal")
    before = found.outcomes.times["in_renewal"]
    assert before.entry is not None

    everybody = np.ones(found.outcomes.size, dtype=bool)
    rng = np.random.default_rng(1)
    later = with_effect(metric, found.outcomes, everybody, 0.9, rng).times["in_renewal"]

    last = before.entry + 40
    assert (before.end <= np.maximum(last, before.time)).all()
    assert (later.time[later.event == 1] <= last[later.event == 1]).all()
    assert later.event.sum() < before.event.sum()


def test_an_effect_on_lifetime_revenue_is_on_what_is_paid(found: History) -> None:
    treated = np.arange(found.outcomes.size) % 2 == 0
    rng = np.random.default_rng(1)

    changed = with_effect(PLAN.metric("lifetime"), found.outcomes, treated, 0.25, rng)

    before, after = (outcomes.payments["lifetime"] for outcomes in (found.outcomes, changed))
    ratios = after.amount / before.amount
    assert ratios[treated[before.unit]] == pytest.approx(1.25)
    assert ratios[~treated[before.unit]] == pytest.approx(1.0)


def test_an_effect_on_a_crossed_ratio_is_on_its_pairs_too(found: History) -> None:
    treated = np.arange(found.outcomes.size) % 2 == 0
    rng = np.random.default_rng(1)

    changed = with_effect(PLAN.metric("crossed"), found.outcomes, treated, 0.25, rng)

    pairs, units = changed.crossed["crossed"], changed.values["crossed"]
    sums = np.bincount(pairs.unit, pairs.numbers[:, 0], found.outcomes.size)
    assert sums == pytest.approx(units.column("y"))
    assert sums.sum() > found.outcomes.values["crossed"].column("y").sum()


def test_history_says_how_alike_units_are_and_what_they_pay(found: History) -> None:
    told = {row.metric: row.numbers for row in profiles(found.plan, found.outcomes)}

    assert told["by_team"]["cluster_size"] == pytest.approx(found.outcomes.size / 30)
    assert 0 <= told["by_team"]["icc"] < 0.2
    assert told["renewed"]["cluster_size"] == pytest.approx(found.outcomes.size / 30)
    assert told["lifetime"]["mean"] == pytest.approx(3 * told["spent"]["mean"], rel=0.1)
    assert told["lifetime"]["variation"] == pytest.approx(0.4, abs=0.1)
    assert 0 < told["lifetime"]["monthly_churn"] < 0.2


def test_history_of_agents_says_how_many_contacts_each_has() -> None:
    (told,) = profiles(AGENTS, history(plan=AGENTS).outcomes)

    assert told.units == 20
    assert told.numbers["cluster_size"] > 5
    assert "variation" not in told.numbers  # of agents: what is asked for is that of contacts
