"""From a forecast of contacts to new customers: who calls again was enrolled before."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from experiments.design.bounds import check_fewest, check_positive, refuse
from experiments.design.follow_up import FollowUp, event_probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Contacts a day from the first day on, repeated when over: a week is enough.

    They come from `population` customers. Were all alike in how often they call, the number who
    have called by C contacts would be N (1 - exp(-C / N)). Some call much more than others:
    with a gamma law of shape `alikeness` it is N (1 - (1 + C / (N k))^-k), the negative binomial
    of Ehrenberg (1959), Applied Statistics 8:26. k is 0.5 to 2 in most books; None: all alike.

    Raises:
        InvalidRequest: no contacts, a negative number of them, or a population below 1.
    """

    contacts: tuple[float, ...]
    population: float
    alikeness: float | None = None

    def __post_init__(self) -> None:
        if not self.contacts:
            refuse("contacts", 0, "must be the contacts of one day at least")
        for number in self.contacts:
            check_fewest("contacts", number, 0)
        check_positive("sum of contacts", math.fsum(self.contacts))
        check_fewest("population", self.population, 1)
        if self.alikeness is not None:
            check_positive("alikeness", self.alikeness)

    def taking_part(self, share: float) -> "Forecast":
        """Return the forecast of a share of the customers: coverage, layer."""
        contacts = tuple(share * number for number in self.contacts)
        return replace(self, contacts=contacts, population=max(share * self.population, 1.0))

    def contacts_by(self, day: float) -> float:
        """Return the contacts that have come by a day after the start.

        >>> Forecast(contacts=(100, 50), population=1e6).contacts_by(3.5)
        275.0
        """
        rounds, rest = divmod(max(0.0, day), len(self.contacts))
        whole = int(rest)
        partly = (rest - whole) * self.contacts[whole]
        return rounds * math.fsum(self.contacts) + math.fsum(self.contacts[:whole]) + partly

    def enrolled(self, day: float) -> float:
        """Return the customers who have called by a day after the start.

        >>> calls = Forecast(contacts=(1000,), population=20_000)
        >>> round(calls.enrolled(1)), round(calls.enrolled(20)), round(calls.enrolled(90))
        (975, 12642, 19778)
        >>> round(replace(calls, alikeness=0.5).enrolled(20))
        8453
        """
        each = self.contacts_by(day) / self.population
        if self.alikeness is None:
            return -self.population * math.expm1(-each)
        never = math.exp(-self.alikeness * math.log1p(each / self.alikeness))
        return self.population * (1 - never)

    def event_probability(self, day: float, hazard: float, loss: float = 0.0) -> float:
        """Return the chance that one of the enrolled is seen to churn by a day.

        Those of each day are watched from its middle on.

        >>> even = Forecast(contacts=(1.0,), population=1e9)
        >>> whole = event_probability(0.001, FollowUp(accrual=90))
        >>> round(even.event_probability(90, 0.001), 6), round(whole, 6)
        (0.04368, 0.04368)
        """
        joined = [self.enrolled(start) for start in range(math.ceil(day) + 1)]
        seen = 0.0
        for start, (before, after) in enumerate(pairwise(joined)):
            watched = FollowUp(accrual=0, further=max(day - start - 0.5, 1e-9), loss=loss)
            seen += (after - before) * event_probability(hazard, watched)
        return seen / joined[-1]
