"""Surveys joined: who was asked, who answered what, and what a run keeps of it."""

from dataclasses import fields

import numpy as np

from impact.analysis.storage import dump, load
from impact.analysis.sufficient import ArmAnswers
from tests.impact.join.tables import Row, compute, plan_of

SATISFIED = "- {key: happy, role: primary, kind: mean, source: surveys.csat, window: 10}"


def assigned(unit: str, variant: str, tier: str) -> Row:
    return {"unit_id": unit, "variant": variant, "assigned_at": "2026-03-01", "tier": tier}


def survey(unit: str, csat: float | None, sent: str = "2026-03-02") -> Row:
    return {
        "survey_id": f"{unit}{sent}",
        "customer_id": unit,
        "sent_at": sent,
        "answered_at": None if csat is None else "2026-03-03",
        "csat": csat,
    }


def test_silence_counts_as_asked_and_no_survey_as_neither() -> None:
    found = compute(
        plan_of(SATISFIED, head="segments: [tier]"),
        [
            assigned("p", "a", "gold"),
            assigned("q", "a", "gold"),
            assigned("r", "a", "pro"),
            assigned("s", "b", "gold"),
        ],
        surveys=[survey("p", 4), survey("q", None), survey("s", 2)],
    )

    first, second = found.answers["happy"]
    assert (first.asked, first.values.tolist(), first.counts.tolist()) == (2, [4.0], [1])
    assert first.cells == second.cells == ("tier=gold;", "tier=pro;")
    assert (first.units.tolist(), first.answered.tolist()) == ([2, 1], [1, 0])
    assert (second.units.tolist(), second.means.tolist()) == ([1, 0], [2.0, 0.0])


def test_a_survey_sent_before_the_start_asked_nobody() -> None:
    found = compute(
        plan_of(SATISFIED),
        [assigned("p", "a", "gold"), assigned("q", "b", "gold")],
        surveys=[survey("p", None, sent="2026-02-20"), survey("q", None)],
    )

    assert [arm.asked for arm in found.answers["happy"]] == [0, 1]


def test_a_run_keeps_the_answers_to_the_digit() -> None:
    found = compute(
        plan_of(SATISFIED),
        [assigned("p", "a", "gold"), assigned("q", "a", "gold"), assigned("r", "b", "gold")],
        surveys=[survey("p", 4), survey("q", 5), survey("r", 1)],
    )

    (again,) = load(dump(found)).answers.values()
    for before, after in zip(found.answers["happy"], again, strict=True):
        for field in fields(ArmAnswers):
            assert np.array_equal(getattr(before, field.name), getattr(after, field.name))
            assert type(getattr(before, field.name)) is type(getattr(after, field.name))
