"""Many experiments in one world: how often each row of the analysis is wrong."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impact.analysis.estimates import Analysis, Estimate
from impact.analysis.evaluate import evaluate
from tests.calibration.rows import (
    Key,
    Known,
    has_limits,
    holds,
    key_of,
    known,
    merged,
    rate_of,
    tests_what_is_not,
)
from tests.calibration.worlds import SIZE, Question, Truth, World

Place = tuple[Key, str, str, str, float | None]  # and segment, variant, term, at


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the rows of one method: answers without an effect, and with one.

    Looks at one experiment are one answer, wrong when any of them is. `refused` rows say why
    there is no answer. An answer may be wrong at the `rate`.
    """

    tested: int = 0
    rejected: int = 0
    intervals: int = 0
    missed: int = 0
    refused: int = 0
    rate: float = SIZE


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
            looks = world.draw(rng, n, effect)
            found = [evaluate(world.plan, seen, as_of=as_of) for as_of, seen in looks.seen]
            for (key, *_), answer in _answers(world, looks.truth, found).items():
                tally = tallies.setdefault(key, Tally(rate=rate_of(key)))
                _count(tally, answer, effect=effect)
            for question in world.questions:
                if question.with_effect == effect:
                    asked = found if question.at_every_look else found[-1:]
                    said = [question.wrong(each, looks.truth, rng) for each in asked]
                    answers = [answer for answer in said if answer is not None]
                    _ask(tallies, question, any(answers) if answers else None)
    return tallies


def _answers(world: World, own: Truth, found: list[Analysis]) -> dict[Place, Answer]:
    """Return what was said of every row, over all looks; of which nothing is known, nothing."""
    truth = merged(world.always, world.truth, own)
    answers: dict[Place, Answer] = {}
    for analysis in found:
        for row in _claims(truth, analysis.estimates):
            value = known(truth, row)
            tested = row.p_value is not None and tests_what_is_not(world, row)
            limited = value is not None and has_limits(row)
            if not (tested or limited) and (row.p_value is not None or has_limits(row)):
                continue
            place = (key_of(world, row), row.segment, row.variant, row.term, row.at)
            answer = answers.setdefault(place, Answer())
            if row.p_value is not None and tested:
                answer.rejected = bool(answer.rejected) or row.p_value < rate_of(place[0])
            if value is not None and limited:
                answer.missed = bool(answer.missed) or not holds(row, value)
    return answers


def _claims(truth: Known, rows: tuple[Estimate, ...]) -> Iterator[Estimate]:
    """Yield comparisons and tests: what can be wrong about an effect."""
    for row in rows:
        if row.baseline or row.p_value is not None or known(truth, row) is not None:
            yield row


def _count(tally: Tally, answer: Answer, *, effect: bool) -> None:
    if answer.rejected is None and answer.missed is None:
        tally.refused += 1
    elif not effect and answer.rejected is not None:
        tally.tested += 1
        tally.rejected += answer.rejected
    elif effect and answer.missed is not None:
        tally.intervals += 1
        tally.missed += answer.missed


def _ask(tallies: dict[Key, Tally], question: Question, wrong: bool | None) -> None:  # noqa: FBT001
    key = ("", question.name, question.method)
    tally = tallies.setdefault(key, Tally(rate=question.rate))
    if wrong is None:
        tally.refused += 1
    elif question.holds:
        tally.intervals += 1
        tally.missed += wrong
    else:
        tally.tested += 1
        tally.rejected += wrong
