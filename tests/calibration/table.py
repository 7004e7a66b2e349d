"""The table of error rates and the rule that it must keep, set before any number was drawn."""

from collections.abc import Iterator, Mapping

from scipy import stats

from tests.calibration.replicating import SIZE, Key, Tally

CHANCE = 0.01  # that a table in which every method is exact breaks the rule somewhere
ENOUGH = 200  # answers below which a cell says too little to be judged
Cells = Mapping[tuple[str, int], Mapping[Key, Tally]]  # by world and units


def breaches(cells: Cells) -> list[str]:
    """Return the errors that are too many: simultaneous one-sided binomial bounds (Bonferroni)."""
    judged = [(what, wrong, n) for what, wrong, n in _errors(cells) if n >= ENOUGH]
    most = {n: stats.binom.isf(CHANCE / len(judged), n, SIZE) for _, _, n in judged}
    return [
        f"{what}: {wrong} of {n}, more than {most[n]:.0f}"
        for what, wrong, n in judged
        if wrong > most[n]
    ]


def markdown(cells: Cells, repeats: int) -> str:
    """Return the document's table: size of the test and coverage of the interval, by units."""
    sizes = sorted({n for _, n in cells})
    rows = dict.fromkeys((world, key) for (world, _), tallies in cells.items() for key in tallies)
    judged = sum(answers >= ENOUGH for *_, answers in _errors(cells))
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
        found = [_cell(cells.get((world, n), {}).get(key, Tally())) for n in sizes]
        name = quantity if metric in world or quantity == metric else f"{metric}: {quantity}"
        lines.append(f"| {' | '.join([world, name, method, *found])} |")
    return "\n".join(lines) + "\n"


def _errors(cells: Cells) -> Iterator[tuple[str, int, int]]:
    for (world, n), tallies in cells.items():
        for key, tally in tallies.items():
            name = f"{world}, {n:,} units, {' '.join(key)}"
            yield f"{name}, rejected without an effect", tally.rejected, tally.tested
            yield f"{name}, interval missed the effect", tally.missed, tally.intervals


def _cell(tally: Tally) -> str:
    said = [
        f"{tally.rejected / tally.tested:.1%}" if tally.tested >= ENOUGH else "",
        f"{1 - tally.missed / tally.intervals:.1%}" if tally.intervals >= ENOUGH else "",
    ]
    answers = tally.tested + tally.intervals
    refused = f"refused {tally.refused}" if tally.refused else ""
    return ", ".join(filter(None, [" / ".join(filter(None, said)), refused])) or f"{answers}"
