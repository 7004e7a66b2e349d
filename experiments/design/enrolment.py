"""Who joins when: new eligible units a day from a contact forecast, until there are no more."""

from dataclasses import dataclass

from experiments.design.bounds import check_positive
from experiments.design.follow_up import FollowUp, event_probability
from experiments.design.forecast import Forecast

LONGEST = 3650  # days; no policy waits ten years


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """New units a day, evenly, until `population` are in; None: there are always more.

    Only the first contact of a customer enrols: a forecast of contacts must be divided by the
    contacts that a customer makes.
    """

    per_day: float
    population: float | None = None

    def __post_init__(self) -> None:
        check_positive("per_day", self.per_day)
        if self.population is not None:
            check_positive("population", self.population)

    def enrolled(self, day: float) -> float:
        """Return the units that have joined by a day after the start.

        >>> Enrolment(per_day=100, population=2500).enrolled(30)
        2500
        """
        joined = self.per_day * max(0.0, day)
        return joined if self.population is None else min(joined, self.population)

    def accrual(self, day: float) -> float:
        """Return for how many days units had been joining by a day after the start.

        >>> Enrolment(per_day=100, population=2500).accrual(30)
        25.0
        """
        return self.enrolled(day) / self.per_day

    def event_probability(self, day: float, hazard: float, loss: float = 0.0) -> float:
        """Return the chance that one of the enrolled is seen to churn by a day.

        >>> round(Enrolment(per_day=100, population=9000).event_probability(180, 0.001), 6)
        0.125989
        """
        accrual = self.accrual(day)
        seen = FollowUp(accrual=accrual, further=max(0.0, day - accrual), loss=loss)
        return event_probability(hazard, seen)

    def taking_part(self, share: float) -> "Enrolment":
        """Return the enrolment of a share of the units: coverage, layer."""
        population = None if self.population is None else self.population * share
        return Enrolment(per_day=self.per_day * share, population=population)


Joining = Enrolment | Forecast


def share_taking_part(*, coverage: int, layer: tuple[int, int], whole: int = 10_000) -> float:
    """Return the share of eligible units that coverage and the layer's range of buckets let in.

    >>> share_taking_part(coverage=5000, layer=(0, 2500))
    0.125
    """
    start, end = layer
    return coverage / whole * (end - start) / whole
