"""The table of error rates and the rule that it must keep, set before any number was drawn."""

from collections.abc import Iterator
from dataclasses import dataclass

from scipy import stats

from tests.calibration.counts import Cells
from tests.calibration.replicating import Tally
from tests.calibration.rows import is_flagged
from tests.calibration.worlds import SIZE

CHANCE = 0.01  # that a table in which every method is exact breaks the rule somewhere
ENOUGH = 200  # answers below which a cell says too little to be judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How many of so many answers were wrong, and the rate at which they may be."""

    what: str
    wrong: int
    answers: int
    rate: float


def breaches(cells: Cells) -> list[str]:
    """Return the errors that are too many: simultaneous one-sided binomial bounds (Bonferroni)."""
    judged = [found for found in _errors(cells) if found.answers >= ENOUGH]
    limits = {(found.answers, found.rate) for found in judged}
    most = {(n, rate): stats.binom.isf(CHANCE / len(judged), n, rate) for n, rate in limits}
    return [
        f"{found.what}: {found.wrong} of {found.answers}, more than {bound:.0f}"
        for found in judged
        if found.wrong > (bound := most[found.answers, found.rate])
    ]


def markdown(cells: Cells, repeats: int) -> str:
    """Return the document's table: size of the test and coverage of the interval, by units.

    A cell is empty where the world has no such size or was not run at it.
    """
    sizes = sorted({n for _, n in cells})
    rows = dict.fromkeys((world, key) for (world, _), tallies in cells.items() for key in tallies)
    judged = sum(found.answers >= ENOUGH for found in _errors(cells))
    bound = stats.binom.isf(CHANCE / max(judged, 1), repeats, SIZE) / repeats
    head = ["world", "estimate", "method", *(f"{n:,} units" for n in sizes)]
    lines = [
        f"{repeats:,} experiments without an effect and {repeats:,} with one per world and size; "
        f"{judged:,} error rates are judged, each by the bound {bound:.2%} "
        f"(where all {repeats:,} gave an answer).",
        "",
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
    ]
    for world, key in rows:
        metric, quantity, method = key
        found = [
            _cell(cells[world, n].get(key, Tally())) if (world, n) in cells else "" for n in sizes
        ]
        name = quantity if metric in world or quantity == metric else f"{metric}: {quantity}"
        rates = {tallies[key].rate for tallies in cells.values() if key in tallies} - {SIZE}
        meant = "".join(f" ({rate:.1%} is meant)" for rate in rates)
        lines.append(f"| {' | '.join([world, name, f'{method}{meant}', *found])} |")
    return "\n".join(lines) + "\n"


def _errors(cells: Cells) -> Iterator[Errors]:
    """Yield what is judged: what the engine flags as outside of the domain is shown alone."""
    for (world, n), tallies in cells.items():
        for key, tally in tallies.items():
            if is_flagged(key):
                continue
            name = f"{world}, {n:,} units, {' '.join(filter(None, key))}"
            for what, wrong, answers in (
                ("rejected without an effect", tally.rejected, tally.tested),
                ("interval missed the effect", tally.missed, tally.intervals),
            ):
                yield Errors(what=f"{name}, {what}", wrong=wrong, answers=answers, rate=tally.rate)


def _cell(tally: Tally) -> str:
    said = [
        f"{tally.rejected / tally.tested:.1%}" if tally.tested >= ENOUGH else "",
        f"{1 - tally.missed / tally.intervals:.1%}" if tally.intervals >= ENOUGH else "",
    ]
    answers = tally.tested + tally.intervals
    refused = f"refused {tally.refused}" if tally.refused else ""
    return ", ".join(filter(None, [" / ".join(filter(None, said)), refused])) or f"{answers}"
