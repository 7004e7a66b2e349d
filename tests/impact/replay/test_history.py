"""A replayed draw is what the report of a real one would be."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.engine import connect
from impact.errors import InputMissing
from impact.join.inputs import columns_of, from_arrow
from impact.join.statistics import sufficient_statistics
from impact.replay.drawing import hashed_split
from impact.replay.history import History
from impact.simulation.trials.counting import statistics_of
from impact.simulation.trials.running import ANY_DAY
from tests.impact.join.tables import table
from tests.impact.replay.histories import BEFORE, PLAN, SPAN, START, UNTIL, at, history, tables


@pytest.fixture(scope="module")
def found() -> History:
    return history()


def drawn(found: History, seed: int = 1) -> np.ndarray:
    return hashed_split(found.plan, found.unit_ids)(found.outcomes, np.random.default_rng(seed))


def first_contacts() -> dict[str, object]:
    first: dict[str, object] = {}
    rows = tables()["contacts"].sort_by("arrived_at").to_pylist()
    for row in rows:
        if START <= row["arrived_at"] < UNTIL:
            first.setdefault(row["customer_id"], row["arrived_at"])
    return first


def test_a_draw_has_the_rows_that_the_join_of_its_assignments_has(found: History) -> None:
    arms = drawn(found)
    joined = first_contacts()
    assignments = table(
        columns_of("assignments"),
        [
            {"unit_id": who, "variant": PLAN.variants[arm], "assigned_at": joined[who]}
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
    assert len(replayed.estimates) == len(real.estimates) > 40
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
        ("spent", "charged", "by_team"), "no revenue data were given"
    )
    assert set(found.outcomes.values) == {"resolved", "handle", "wait"}


def test_a_metric_that_draws_cannot_be_made_of_says_so() -> None:
    crossed = replace(PLAN.metric("handle"), crossed_with="agent_id")
    plan = replace(PLAN, metrics=(PLAN.primary, crossed))

    assert "crossed" in history(plan=plan).outcomes.not_estimable["handle"]


def test_without_contacts_nobody_joins() -> None:
    given = tables()
    del given["contacts"]
    with pytest.raises(InputMissing, match="units join a replay with their first contact"):
        history(**given)

    with pytest.raises(InputMissing, match="no customer made one in the time"):
        history(replace(SPAN, since=at(100), until=at(110)))
