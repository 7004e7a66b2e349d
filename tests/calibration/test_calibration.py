"""No method errs more often than it says: the simulations, slow, and the table that they fill."""

import fcntl
import os
from pathlib import Path

import pytest

from tests.calibration.counts import keep, kept, was_run
from tests.calibration.every_world import WORLDS, places
from tests.calibration.replicating import replicate
from tests.calibration.table import breaches, markdown

REPEATS = int(os.environ.get("EQUIPOISE_CALIBRATION_REPEATS", "2000"))
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "calibration.md"
MARK = "<!-- the table -->\n"
PLACES = sorted(places(), key=lambda place: -place[1])


@pytest.mark.slow
@pytest.mark.parametrize(("world", "n"), PLACES)
def test_the_world_is_simulated(world: str, n: int) -> None:
    tallies = replicate(WORLDS[world], n, REPEATS)

    assert tallies
    keep(world, n, REPEATS, tallies)
    write_table()


def write_table() -> None:
    """Write the table of all that was run so far; one process at a time."""
    with DOCUMENT.open("r+") as document:
        fcntl.flock(document, fcntl.LOCK_EX)
        cells, _ = kept(place for place in places() if was_run(*place))
        text = document.read().partition(MARK)[0]
        document.seek(0)
        document.truncate()
        document.write(f"{text}{MARK}\n{markdown(cells, REPEATS)}")


def test_the_document_shows_what_was_counted_and_the_rule_is_kept() -> None:
    cells, repeats = kept(places())

    assert repeats == {2000}
    assert breaches(cells) == []
    assert DOCUMENT.read_text().partition(MARK)[2] == f"\n{markdown(cells, 2000)}"
