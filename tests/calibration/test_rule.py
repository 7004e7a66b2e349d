"""The rule of the table finds what it is meant to find."""

import numpy as np

from tests.calibration.groups import GROUPS
from tests.calibration.looking import LOOKING
from tests.calibration.replicating import Key, Tally, replicate
from tests.calibration.retention import RETENTION
from tests.calibration.table import breaches, markdown
from tests.calibration.windows import WINDOWS

WORLDS = (*RETENTION, *WINDOWS, *GROUPS, *LOOKING)
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
    cells = {(world.name, 400): replicate(world, 400, 2) for world in WORLDS}

    table = markdown(cells, 2)

    for world in WORLDS:
        tallies = cells[world.name, 400]
        assert {key[:2] for key in tallies} >= set(world.truth)
        assert f"| {world.name} |" in table
