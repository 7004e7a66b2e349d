"""Units and values of one arm that are counted: proportions, quantiles and survey answers."""

from dataclasses import dataclass

from impact.analysis.sufficient.parts import ALL, Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmProportion:
    """Successes among units of one arm and segment."""

    variant: str
    segment: str = ALL
    n: int
    successes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmQuantile:
    """A quantile of the values of one arm and segment, with the ends of its interval.

    `units` counts the units, those without a value too, `rows` the values; the interval is of
    `level`. None: there is none, or the interval leaves the values that there are.
    """

    variant: str
    segment: str = ALL
    units: int
    rows: int
    value: float | None
    low: float | None
    high: float | None
    level: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmAnswers:
    """Who answered a survey in one arm, over all units: by value and by cell.

    `asked` units were sent one. `counts` says how many units have each of the ascending `values`.
    Per cell of the plan's segments, by name in `cells`: `units`, those who `answered`, and the
    `means` and centred `squares` of their answers. All arms have the same cells.
    """

    variant: str
    asked: int
    values: Floats
    counts: Integers
    cells: tuple[str, ...]
    units: Integers
    answered: Integers
    means: Floats
    squares: Floats
