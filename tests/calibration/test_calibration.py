"""No method errs more often than it says: the whole table, slow, and its document."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.calibration.groups import GROUPS
from tests.calibration.looking import LOOKING
from tests.calibration.replicating import Key, Tally, replicate
from tests.calibration.retention import RETENTION
from tests.calibration.table import Cells, breaches, markdown
from tests.calibration.windows import WINDOWS

REPEATS = int(os.environ.get("EQUIPOISE_CALIBRATION_REPEATS", "2000"))
WORLDS = {world.name: world for world in (*RETENTION, *WINDOWS, *GROUPS, *LOOKING)}
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "calibration.md"
MARK = "<!-- the table -->\n"


@pytest.mark.slow
def test_no_method_errs_more_often_than_it_says() -> None:
    cells = simulated()
    text = DOCUMENT.read_text().partition(MARK)[0]
    DOCUMENT.write_text(f"{text}{MARK}\n{markdown(cells, REPEATS)}")

    assert breaches(cells) == []


def simulated() -> Cells:
    """Run every world at every size, on all processors."""
    asked = sorted(
        ((name, n) for name, world in WORLDS.items() for n in world.sizes),
        key=lambda asked: -asked[1],
    )
    context = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        found = dict(zip(asked, pool.map(one, asked), strict=True))
    return {(name, n): found[name, n] for name, world in WORLDS.items() for n in world.sizes}


def one(asked: tuple[str, int]) -> dict[Key, Tally]:
    name, n = asked
    return replicate(WORLDS[name], n, REPEATS)
