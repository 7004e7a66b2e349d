"""The rule of the table finds what it is meant to find."""

from dataclasses import replace

import numpy as np

from impact.analysis.estimates import Analysis
from tests.calibration.every_world import WORLDS
from tests.calibration.replicating import Tally, replicate
from tests.calibration.rows import Key
from tests.calibration.table import breaches, markdown
from tests.calibration.worlds import SIZE, Question

KEY: Key = ("spend", "mean_difference", "welch")


def test_a_method_that_errs_twice_as_often_as_it_says_breaks_the_rule() -> None:
    honest = Tally(tested=2000, rejected=110, intervals=2000, missed=90)
    cells = {("a world", n): {KEY: honest} for n in range(100)}

    assert breaches(cells) == []
    (breach,) = breaches(
        cells | {("a bad world", 1): {KEY: Tally(tested=2000, rejected=200, intervals=2000)}}
    )
    assert breach == (
        "a bad world, 1 units, spend mean_difference welch, rejected without an effect: "
        "200 of 2000, more than 140"
    )


def test_chance_alone_hardly_ever_breaks_it() -> None:
    rng = np.random.default_rng(1)

    broken = 0
    for _ in range(100):
        errors = rng.binomial(2000, 0.05, 100).tolist()
        cells = {
            ("a world", n): {KEY: Tally(tested=2000, rejected=wrong)}
            for n, wrong in enumerate(errors)
        }
        broken += bool(breaches(cells))

    assert broken <= 100 * 0.05


def test_every_world_gives_answers_and_a_line_of_the_table() -> None:
    cells = {(world.name, 400): replicate(world, 400, 2) for world in WORLDS.values()}

    table = markdown(cells, 2)

    for world in WORLDS.values():
        tallies = cells[world.name, 400]
        assert {key[:2] for key in tallies} >= {key[:2] for key in world.truth}
        assert f"| {world.name} |" in table


def test_what_may_be_wrong_half_as_often_has_half_the_bound() -> None:
    one_sided = Tally(tested=2000, rejected=80, rate=0.025)

    (breach,) = breaches({("a world", 200): {KEY: one_sided}})

    assert breach.endswith("rejected without an effect: 80 of 2000, more than 67")
    assert breaches({("a world", 200): {KEY: Tally(tested=2000, rejected=80)}}) == []


def test_rows_that_rest_on_one_arm_alone_are_flagged_by_the_report_itself() -> None:
    world = WORLDS["retention, one in fifty leaves"]

    tallies = replicate(world, 60, 30)

    for quantity in ("survival_probability_difference", "rmst_difference"):
        spoken = tallies["retention", quantity, "kaplan_meier"]
        flagged = tallies["retention", quantity, "kaplan_meier, flagged"]
        answers = [tally.tested + tally.intervals for tally in (spoken, flagged)]
        assert all(answers)
        assert sum(answers) + spoken.refused == 60
    assert tallies["retention", "lost_time_ratio", "kaplan_meier"].refused == 60


def test_a_question_is_one_answer_of_each_experiment() -> None:
    asked = Question(name="any claim", method="every test", wrong=lambda found, *_: claims(found))
    world = replace(WORLDS["resolved, seven of ten"], questions=(asked,))

    tallies = replicate(world, 400, 50)

    tally = tallies["", "any claim", "every test"]
    assert (tally.tested, tally.intervals) == (50, 0)
    assert 0 < tally.rejected < 10


def claims(found: Analysis) -> bool:
    return any(row.p_value is not None and row.p_value < SIZE for row in found.estimates)


def test_a_question_at_every_look_is_wrong_when_it_is_at_any() -> None:
    asked = [
        Question(name=name, method="every test", wrong=is_interim, at_every_look=every)
        for name, every in (("any look", True), ("the last look", False))
    ]
    world = replace(WORLDS["resolved, 5 looks by confidence sequence"], questions=tuple(asked))

    tallies = replicate(world, 400, 3)

    assert tallies["", "any look", "every test"].rejected == 3
    assert tallies["", "the last look", "every test"].rejected == 0


def is_interim(found: Analysis, *_: object) -> bool:
    return any(row.look is not None for row in found.estimates)
