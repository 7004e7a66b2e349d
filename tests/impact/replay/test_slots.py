"""A history cut into slots of time: a draw is what a switchback would have shown."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from experiments.assignment.slots import draw, slots
from experiments.errors import InvalidDefinition, InvalidRequest
from experiments.plan.reading import read_plan
from impact.analysis.evaluate import evaluate
from impact.engine import connect
from impact.errors import InputMissing
from impact.join.inputs import columns_of, from_arrow
from impact.join.statistics import sufficient_statistics
from impact.replay.drawing import split_of
from impact.replay.history import History, Span
from impact.replay.scheduling import Cut
from impact.simulation.trials.counting import alone, statistics_of
from impact.simulation.trials.profile import profiles
from impact.simulation.trials.running import ANY_DAY, Treatment, run_trials
from tests.impact.join.tables import Row, table
from tests.impact.replay.histories import START, at, history
from tests.impact.replay.test_history import labels, numbers

PLAN = read_plan("""\
key: patience
unit: contact
control: clock
weights: {clock: 5000, care: 5000}
timezone: Europe/Berlin
switchback: {window: window_id, burn_in: 30}
metrics:
  - {key: wait, role: primary, kind: mean, source: contacts.wait_seconds, window: 1,
     direction: decrease}
  - {key: resolved, role: secondary, kind: proportion, source: contacts.resolved, window: 1}
  - {key: handle, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 1, direction: decrease}
""")
SPAN = Span(
    since=START,
    until=at(31),
    before=at(40),
    cut=Cut(slot_minutes=180, from_hour=8, to_hour=20),
)


def contacts(calls: int = 2500, seed: int = 7) -> pa.Table:
    rng = np.random.default_rng(seed)
    rows: list[Row] = [
        {
            "contact_id": f"c{number:05d}",
            "customer_id": f"k{number % 400}",
            "arrived_at": at(round(rng.uniform(0, 31) * 86_400) / 86_400),
            "talk_seconds": round(rng.lognormal(5.7, 0.6)),
            "wait_seconds": round(rng.exponential(40.0)),
            "resolved": bool(rng.random() < 0.7),
        }
        for number in range(calls)
    ]
    return table(columns_of("contacts"), rows)


@pytest.fixture(scope="module")
def found() -> History:
    return history(SPAN, PLAN, contacts=contacts())


def test_slots_are_those_of_a_schedule_of_whole_blocks(found: History) -> None:
    schedule, cut = found.schedule, found.outcomes.slots

    assert schedule is not None
    assert cut is not None
    assert (schedule.starts_on.isoformat(), schedule.weeks) == ("2026-01-02", 4)
    assert len(cut.day) == 4 * 28
    assert cut.of_unit.min() >= 0
    assert 0 < cut.settled.mean() < 1
    assert found.outcomes.size < 1300  # half of the hours, four weeks


def test_a_draw_has_the_rows_that_the_join_of_its_assignments_has(found: History) -> None:
    arms = split_of(found)(found.outcomes, np.random.default_rng(3))
    assignments = table(columns_of("assignments"), list(assigned(found, arms)))
    engine = connect()
    inputs = from_arrow(engine, {"contacts": contacts(), "assignments": assignments})
    statistics = sufficient_statistics(engine, inputs, found.plan, as_of=SPAN.before)
    real = evaluate(found.plan, statistics, as_of=ANY_DAY)

    replayed = evaluate(found.plan, statistics_of(found.plan, found.outcomes, arms), as_of=ANY_DAY)

    assert len(replayed.estimates) == len(real.estimates) > 15
    assert {"switchback_effect", "coefficient"} <= {row.quantity for row in real.estimates}
    for ours, theirs in zip(replayed.estimates, real.estimates, strict=True):
        assert labels(ours) == labels(theirs)
        assert numbers(ours) == pytest.approx(numbers(theirs), rel=1e-8, nan_ok=True), ours


def assigned(found: History, arms: np.ndarray) -> list[Row]:
    """Return the assignments that a router would have logged, by the rule of the schedule."""
    assert found.schedule is not None
    given = list(slots(found.schedule))
    arrived = {row["contact_id"]: row["arrived_at"] for row in contacts().to_pylist()}
    rows: list[Row] = []
    for who, arm in zip(found.unit_ids, arms, strict=True):
        (slot,) = [slot for slot in given if slot.begins_at <= arrived[who] < slot.ends_at]
        rows.append(
            {
                "unit_id": who,
                "contact_id": who,
                "variant": PLAN.variants[arm],
                "assigned_at": arrived[who],
                "window_id": slot.id,
                "window_minute": str((arrived[who] - slot.begins_at) // timedelta(minutes=1)),
                "window_block": slot.block,
            }
        )
    return rows


def test_slots_are_drawn_as_a_running_experiment_draws_them(found: History) -> None:
    assert found.schedule is not None
    assert found.outcomes.slots is not None
    arms = split_of(found)(found.outcomes, np.random.default_rng(3))

    of_window = dict(zip(found.outcomes.slots.of_unit.tolist(), arms.tolist(), strict=True))

    blocks: dict[str, list[int]] = {}
    for place, slot in enumerate(slots(found.schedule)):
        blocks.setdefault(slot.block, []).append(of_window.get(place, -1))
    assert len(blocks) == 56
    assert all(sorted(drawn) == [0, 1] for drawn in blocks.values() if -1 not in drawn)
    assert len(draw(found.schedule, "salt-of-sixteen-b", PLAN.weights)) == 112


def test_an_effect_put_in_is_found_and_none_seldom(found: History) -> None:
    def count(treatment: Treatment) -> float:
        rng = np.random.default_rng(5)
        everybody = replace(found.outcomes, values={"wait": found.outcomes.values["wait"]})
        *_, trials = run_trials(
            alone(found.plan, "wait"), lambda _: everybody, split_of(found), repeats=8, rng=rng,
            treatment=treatment,
        )  # fmt: skip
        return trials.tallies["wait", "care"].found / 8

    assert count(Treatment(changes={"wait": 0.5})) > 0.9
    assert count(Treatment()) < 0.4


@pytest.mark.parametrize(
    ("span", "refused", "said"),
    [
        (replace(SPAN, until=at(14)), InvalidRequest, "since = 2026-01-02: must leave 2 whole"),
        (replace(SPAN, cut=Cut(slot_minutes=100)), InvalidDefinition, "must divide the 1440"),
        (replace(SPAN, cut=Cut(slot_minutes=30)), InvalidDefinition, "slot_minutes = 30"),
        (replace(SPAN, since=None, until=at(-3)), InputMissing, "no contact made one"),
    ],
)
def test_time_that_cannot_be_cut_is_refused_by_name(
    span: Span, refused: type[Exception], said: str
) -> None:
    with pytest.raises(refused, match=said):
        history(span, PLAN, contacts=contacts(50))


def test_weights_that_no_block_gives_whole_slots_are_refused(found: History) -> None:
    uneven = replace(found.plan, weights=(("clock", 7500), ("care", 2500)))

    with pytest.raises(InvalidDefinition, match="block_weeks"):
        split_of(replace(found, plan=uneven))


def test_history_says_how_alike_the_contacts_of_a_window_are(found: History) -> None:
    told = {row.metric: row.numbers for row in profiles(found.plan, found.outcomes)}

    assert found.outcomes.slots is not None
    assert told["wait"]["windows_a_day"] == 4
    settled = int(found.outcomes.slots.settled.sum())
    assert told["wait"]["cluster_size"] == pytest.approx(settled / 112, rel=0.02)
    assert 0 <= told["wait"]["icc"] < 0.1
