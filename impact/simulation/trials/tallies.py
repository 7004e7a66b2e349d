"""What became of many trials: how often an effect was found, with the doubt of simulation."""

import math
from collections import Counter
from dataclasses import dataclass, field

from scipy import special

from impact.analysis.standing import Standing

LEVEL = 0.95  # of the intervals of simulated shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A simulated share with its exact interval (Clopper and Pearson 1934)."""

    value: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a share is inside of the interval."""
        return self.low <= value <= self.high


def share_of(successes: int, trials: int, *, level: float = LEVEL) -> Share:
    """Return a share of trials with its exact interval.

    >>> five, none = share_of(5, 100), share_of(0, 10)
    >>> round(five.low, 4), round(five.high, 4), none.low, round(none.high, 4)
    (0.0164, 0.1128, 0.0, 0.3085)
    """
    tail, failures = (1 - level) / 2, trials - successes
    low = special.betaincinv(successes, failures + 1, tail) if successes else 0.0
    high = special.betaincinv(successes + 1, failures, 1 - tail) if failures else 1.0
    return Share(value=successes / trials, low=float(low), high=float(high))


@dataclass(slots=True, kw_only=True)
class Tally:
    """The trials of one metric in one variant, and the estimates that had a value.

    `estimates` are on the scale of their standard error (the logarithm of a ratio);
    `reasons` say why trials had no answer. `safe` counts the trials that rule out harm of the
    metric's margin, None where it has none.
    """

    standings: Counter[Standing] = field(default_factory=Counter)
    safe: int | None = None
    estimates: list[float] = field(default_factory=list)
    variances: list[float] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def trials(self) -> int:
        """How many trials there were."""
        return self.standings.total()

    @property
    def answered(self) -> int:
        """Trials with an answer."""
        return self.trials - self.standings[Standing.UNKNOWN]

    @property
    def found(self) -> int:
        """Trials that claim an effect, in whichever direction."""
        return self.standings[Standing.BETTER] + self.standings[Standing.WORSE]

    @property
    def error_ratio(self) -> float | None:
        """The spread of the estimates over the error that reports state: 1 where it is right."""
        size = len(self.estimates)
        if size < 2 or len(self.variances) != size:  # noqa: PLR2004  # one estimate has no spread
            return None
        stated = math.fsum(self.variances) / size
        mean = math.fsum(self.estimates) / size
        spread = math.fsum((value - mean) ** 2 for value in self.estimates) / (size - 1)
        return math.sqrt(spread / stated) if stated > 0 else None
