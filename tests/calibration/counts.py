"""The counts of each world and size, kept beside the tests: a file is written when it is run.

Draws depend on the world's name and size alone, so that one world can be run again without the
others and the table is still that of one run of everything.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from tests.calibration.replicating import Tally
from tests.calibration.rows import Key

ROOT = Path(__file__).resolve().parent / "counts"
Cells = Mapping[tuple[str, int], Mapping[Key, Tally]]  # by world and units


def keep(world: str, n: int, repeats: int, tallies: Mapping[Key, Tally]) -> None:
    """Write the counts of one world and size."""
    rows = [
        dict(zip(("metric", "quantity", "method"), key, strict=True)) | asdict(tally)
        for key, tally in tallies.items()
    ]
    ROOT.mkdir(exist_ok=True)
    lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    _file(world, n).write_text(f'{{"repeats": {repeats}, "rows": [\n{lines}\n]}}\n')


def kept(asked: Iterator[tuple[str, int]]) -> tuple[Cells, set[int]]:
    """Return the counts of the worlds and sizes asked for, and the repeats they were run with.

    Raises FileNotFoundError for one that was never run.
    """
    cells: dict[tuple[str, int], dict[Key, Tally]] = {}
    repeats = set()
    for world, n in asked:
        found = json.loads(_file(world, n).read_text())
        repeats.add(found["repeats"])
        cells[world, n] = dict(_row(row) for row in found["rows"])
    return cells, repeats


def was_run(world: str, n: int) -> bool:
    """Say whether the counts of this world and size are there."""
    return _file(world, n).exists()


def _row(row: dict[str, object]) -> tuple[Key, Tally]:
    key = tuple(str(row.pop(name)) for name in ("metric", "quantity", "method"))
    return key, Tally(**row)  # type: ignore[return-value, arg-type]


def _file(world: str, n: int) -> Path:
    return ROOT / f"{world.replace(',', '').replace(' ', '_')}_{n}.json"
