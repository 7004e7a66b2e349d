"""What a person expects before the start, with defaults from what the field knows."""

from dataclasses import dataclass

from experiments.design.bounds import check_between, check_fewest, check_share
from experiments.design.comparisons import diluted
from experiments.design.demands import Demands

MOST = 1e10  # more than there are people


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The answers that a prospect is made from. Shares and changes are fractions.

    `per_day` new eligible units a day, up to `population`. `monthly_churn` the share that leaves
    within 30 days: 0.9 % is a large postpaid telephone company's. `monthly_loss` the share that
    leaves sight for other reasons. `baseline` the share of units for whom a proportion other
    than churn happens. `variation` the standard deviation between units, of a mean of 1: of the
    contacts of one cluster where clusters are randomised; 1 is that of handle times.
    `smallest_change` the smallest relative change worth knowing: 7 % less churn is what care
    might bring. `adherence` the share of the assigned who get what was assigned. `cluster_size`
    contacts of a cluster within the window (in a switchback: of a window of time), `icc` how alike
    they are.

    Raises:
        InvalidRequest: a number out of its range.

    >>> Expectation(per_day=1000, adherence=7)
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: adherence = 7: must be above 0 and at most 1
    """

    per_day: float
    population: float | None = None
    monthly_churn: float = 0.009
    monthly_loss: float = 0.0
    baseline: float = 0.7
    variation: float = 1.0
    smallest_change: float = 0.07
    adherence: float = 0.7
    power: float = 0.8
    changes_handle_time: bool = True
    cluster_size: float = 500.0
    icc: float = 0.05

    def __post_init__(self) -> None:
        for name in ("per_day", "variation"):
            check_between(name, getattr(self, name), 0, MOST)
        if self.population is not None:
            check_fewest("population", self.population, 1)
            check_between("population", self.population, 0, MOST)
        for name in ("monthly_churn", "baseline", "smallest_change"):
            check_between(name, getattr(self, name), 0, 1)
        if self.monthly_loss:
            check_between("monthly_loss", self.monthly_loss, 0, 1)
        diluted(self.smallest_change, self.adherence)
        Demands(power=self.power)
        check_fewest("cluster_size", self.cluster_size, 1)
        check_between("cluster_size", self.cluster_size, 0, MOST)
        check_share("icc", self.icc)

    @property
    def shown_change(self) -> float:
        """What is left of the smallest change after those who do not get the policy."""
        return diluted(self.smallest_change, self.adherence)
