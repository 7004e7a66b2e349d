"""Many experiments in one world: how often each row of the analysis is wrong."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from tests.calibration.worlds import Truth, World

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
SIZE = 0.05  # a test rejects below it, an interval is meant to miss as often
Key = tuple[str, str, str]  # metric, quantity, method


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the rows of one method: answers without an effect, and with one.

    `refused` rows say why there is no answer.
    """

    tested: int = 0
    rejected: int = 0
    intervals: int = 0
    missed: int = 0
    refused: int = 0


def replicate(world: World, n: int, repeats: int) -> dict[Key, Tally]:
    """Draw so many experiments on `n` units without the effect, and as many with it."""
    rng = np.random.default_rng([n, zlib.crc32(world.name.encode())])
    tallies: dict[Key, Tally] = {}
    for _ in range(repeats):
        for effect in (False, True):
            statistics = world.draw(rng, n, effect)
            for row in _answers(world, evaluate(world.plan, statistics, as_of=AS_OF).estimates):
                tally = tallies.setdefault((row.metric, row.quantity, row.method), Tally())
                _count(tally, row, world.truth if effect else None)
    return tallies


def _answers(world: World, rows: tuple[Estimate, ...]) -> Iterator[Estimate]:
    """Yield comparisons and tests: what can be wrong about an effect."""
    for row in rows:
        if row.baseline or row.p_value is not None or (row.metric, row.quantity) in world.truth:
            yield row


def _count(tally: Tally, row: Estimate, truth: Truth | None) -> None:
    if row.value is None and row.p_value is None:
        tally.refused += 1
    elif truth is None and row.p_value is not None:
        tally.tested += 1
        tally.rejected += row.p_value < SIZE
    elif truth is not None and row.ci_low is not None and row.ci_high is not None:
        actual = truth.get((row.metric, row.quantity))
        tally.intervals += actual is not None
        tally.missed += actual is not None and not row.ci_low <= actual <= row.ci_high
