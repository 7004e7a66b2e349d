"""Many experiments in one world: how often each row of the analysis is wrong."""

import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from tests.calibration.worlds import Looks, World

SIZE = 0.05  # a test rejects below it, an interval is meant to miss as often
Key = tuple[str, str, str]  # metric, quantity, method
INTERVAL = re.compile(r"[\[(]([^,]+), ([^\])]+)[\])]")


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the rows of one method: answers without an effect, and with one.

    Looks at one experiment are one answer, wrong when any of them is. `refused` rows say why
    there is no answer.
    """

    tested: int = 0
    rejected: int = 0
    intervals: int = 0
    missed: int = 0
    refused: int = 0


@dataclass(slots=True)
class Answer:
    """What the looks at one row of one experiment said: None where they said nothing."""

    rejected: bool | None = None
    missed: bool | None = None


def replicate(world: World, n: int, repeats: int) -> dict[Key, Tally]:
    """Draw so many experiments on `n` units without the effect, and as many with it."""
    rng = np.random.default_rng([n, zlib.crc32(world.name.encode())])
    tallies: dict[Key, Tally] = {}
    for _ in range(repeats):
        for effect in (False, True):
            answers = _answers(world, world.draw(rng, n, effect))
            for (key, _, _), answer in answers.items():
                _count(tallies.setdefault(key, Tally()), answer, effect=effect)
    return tallies


def _answers(world: World, looks: Looks) -> dict[tuple[Key, str, float | None], Answer]:
    """Return what was said of every row, over all looks."""
    answers: dict[tuple[Key, str, float | None], Answer] = {}
    for as_of, statistics in looks:
        for row in _claims(world, evaluate(world.plan, statistics, as_of=as_of).estimates):
            place = ((row.metric, row.quantity, row.method), row.term, row.at)
            answer = answers.setdefault(place, Answer())
            if row.p_value is not None and (row.metric, row.quantity) not in world.always:
                answer.rejected = bool(answer.rejected) or row.p_value < SIZE
            truth = {**world.truth, **world.always}.get((row.metric, row.quantity))
            if truth is not None and (row.ci_set or row.ci_low is not None):
                answer.missed = bool(answer.missed) or not holds(row, truth)
    return answers


def _claims(world: World, rows: tuple[Estimate, ...]) -> Iterator[Estimate]:
    """Yield comparisons and tests: what can be wrong about an effect."""
    for row in rows:
        if row.baseline or row.p_value is not None or (row.metric, row.quantity) in world.truth:
            yield row


def holds(row: Estimate, truth: float) -> bool:
    """Say whether the interval, or the set of several, holds the truth."""
    if row.ci_set:
        parts = ((float(low), float(high)) for low, high in INTERVAL.findall(row.ci_set))
        return any(low <= truth <= high for low, high in parts)
    low = -math.inf if row.ci_low is None else row.ci_low
    return low <= truth <= (math.inf if row.ci_high is None else row.ci_high)


def _count(tally: Tally, answer: Answer, *, effect: bool) -> None:
    if answer.rejected is None and answer.missed is None:
        tally.refused += 1
    elif not effect and answer.rejected is not None:
        tally.tested += 1
        tally.rejected += answer.rejected
    elif effect and answer.missed is not None:
        tally.intervals += 1
        tally.missed += answer.missed
