"""Did every stratum get its share of each arm? Counted by stratum and arm, with one test of all."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST_EXPECTED = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Units of one stratum that one version assigned, by variant, and the version's weights.

    Without weights the units are counted and not tested: something else than they was drawn.
    """

    stratum: str
    counts: Mapping[str, int]
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Units by variant, and what the weights let expect of as many units."""

    name: str
    counts: Mapping[str, int]
    expected: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """All strata, and the test of them together; no p-value where none could be tested.

    `n_untested` counts units of cells in which a variant is expected fewer than 5 times.
    """

    strata: tuple[Stratum, ...]
    statistic: float
    df: int
    p_value: float | None
    n_untested: int


def balance(cells: Iterable[Cell]) -> Balance:
    """Return strata with Pearson's chi-square against the weights, summed over all cells.

    Units are drawn independently of what is known of them, so that within each stratum and
    version they split by the weights; the statistics of the cells are independent and add up,
    and so do their degrees of freedom (variants with a weight, less one).

    >>> found = balance([
    ...     Cell(stratum="pro", counts={"a": 60, "b": 40}, weights={"a": 5000, "b": 5000}),
    ...     Cell(stratum="basic", counts={"a": 45, "b": 55}, weights={"a": 5000, "b": 5000})])
    >>> found.statistic, found.df, round(found.p_value, 4)
    (5.0, 2, 0.0821)
    """
    given = list(cells)
    tested = [cell for cell in given if _is_testable(cell)]
    statistic = sum(_statistic(cell) for cell in tested)
    df = sum(sum(weight > 0 for weight in cell.weights.values()) - 1 for cell in tested)
    n_all, n_tested = (sum(sum(c.counts.values()) for c in part) for part in (given, tested))
    return Balance(
        strata=tuple(_strata(given)),
        statistic=statistic,
        df=df,
        p_value=upper_tail(statistic, df) if df else None,
        n_untested=n_all - n_tested,
    )


def upper_tail(statistic: float, df: int) -> float:
    """Return the probability that chi-square with `df` degrees of freedom exceeds the statistic.

    By its finite sum (Abramowitz and Stegun 26.4.4 and 26.4.5), without a library: web processes
    have none.

    >>> round(upper_tail(3.841458820694124, 1), 12), round(upper_tail(5.991464547107979, 2), 12)
    (0.05, 0.05)
    """
    half = statistic / 2
    if half <= 0:
        return 1.0
    start = math.erfc(math.sqrt(half)) if df % 2 else 0.0
    powers = (place + (0.5 if df % 2 else 0.0) for place in range(df // 2))
    terms = (math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers)
    return min(1.0, start + math.fsum(terms))


def _is_testable(cell: Cell) -> bool:
    weights = [weight for weight in cell.weights.values() if weight > 0]
    total = sum(cell.counts.values())
    return len(weights) > 1 and total * min(weights) / sum(weights) >= LEAST_EXPECTED


def _statistic(cell: Cell) -> float:
    expected = _expected(cell)
    return math.fsum(
        (cell.counts.get(variant, 0) - value) ** 2 / value
        for variant, value in expected.items()
        if value > 0
    )


def _expected(cell: Cell) -> dict[str, float]:
    total, whole = sum(cell.counts.values()), sum(cell.weights.values()) or 1
    return {variant: total * weight / whole for variant, weight in cell.weights.items()}


def _strata(cells: Sequence[Cell]) -> Iterable[Stratum]:
    for name in sorted({cell.stratum for cell in cells}):
        own = [cell for cell in cells if cell.stratum == name]
        variants = list(dict.fromkeys(key for cell in own for key in (*cell.weights, *cell.counts)))
        expected = [_expected(cell) for cell in own if cell.weights]
        yield Stratum(
            name=name,
            counts={key: sum(cell.counts.get(key, 0) for cell in own) for key in variants},
            expected={
                key: sum(each.get(key, 0.0) for each in expected) for key in variants if expected
            },
        )
