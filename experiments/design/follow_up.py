"""From customers to events: exponential churn, uniform enrolment, follow-up and loss.

Rates are per day, spans in days. A `monthly` share is one of 30 days, as a plan's month is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from experiments.design.bounds import check_between, check_fewest, check_positive
from experiments.design.demands import USUAL, Demands, Unreachable
from experiments.design.log_rank import EventsNeeded, log_rank_power, schoenfeld_events
from experiments.design.roots import first_crossing

MONTH = 30
SMALLEST_CHANGE = 1e-4
LARGEST_CHANGE = 0.9  # Schoenfeld's formula is for ratios near 1: it praises larger ones too much


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """How long customers are watched.

    They join evenly over `accrual` days, then all are watched for `further` days. `loss` is the
    hazard per day that one leaves sight for another reason than churn.
    """

    accrual: float
    further: float = 0.0
    loss: float = 0.0

    def __post_init__(self) -> None:
        for name in ("accrual", "further", "loss"):
            check_fewest(name, getattr(self, name), 0)
        check_positive("accrual + further", self.accrual + self.further)


def daily_hazard(monthly: float) -> float:
    """Return the hazard per day at which a share of customers leaves within 30 days.

    Raises:
        InvalidRequest: a share outside of 0 to 1.

    >>> hazard = daily_hazard(0.009)
    >>> round(1 - math.exp(-30 * hazard), 6)
    0.009
    """
    check_between("monthly", monthly, 0, 1)
    return -math.log1p(-monthly) / MONTH


def event_probability(hazard: float, follow_up: FollowUp) -> float:
    """Return the chance that a customer is seen to churn.

    Exponential churn and loss, uniform enrolment (Lachin and Foulkes 1986, Biometrics 42:507):
    h / k (1 - (exp(-k F) - exp(-k (F + R))) / (k R)) with k = h + loss, R accrual, F further.

    Raises:
        InvalidRequest: the hazard is not positive.

    >>> round(event_probability(0.02, FollowUp(accrual=6, further=6, loss=0.01)), 6)
    0.15706
    """
    check_positive("hazard", hazard)
    rate = hazard + follow_up.loss
    joining = rate * follow_up.accrual
    mean_of_joining = -math.expm1(-joining) / joining if joining else 1.0
    return hazard / rate * (1 - math.exp(-rate * follow_up.further) * mean_of_joining)


def customers_needed(
    hazard: float,
    hazard_ratio: float,
    follow_up: FollowUp,
    *,
    share: float = 0.5,
    demands: Demands = USUAL,
    events_needed: EventsNeeded = schoenfeld_events,
) -> float:
    """Return the customers of both arms that give the events the log-rank test needs.

    The events, Schoenfeld's or (`freedman_events`) Freedman's, over the chance of one, averaged
    over the arms. For adherence below 1 give the ratio that shows: `comparisons.diluted_ratio`.

    Raises:
        InvalidRequest: as for `schoenfeld_events` and `event_probability`.

    >>> seen = FollowUp(accrual=6, further=6, loss=0.01)
    >>> round(customers_needed(0.02, 0.8, seen), 2)
    4425.35
    >>> from experiments.design.log_rank import freedman_events
    >>> round(customers_needed(0.02, 0.8, seen, events_needed=freedman_events), 2)
    4462.12
    """
    events = events_needed(hazard_ratio, share=share, demands=demands)
    return events / mean_event_probability(hazard, hazard_ratio, follow_up, share=share)


def mean_event_probability(
    hazard: float, hazard_ratio: float, follow_up: FollowUp, *, share: float = 0.5
) -> float:
    """Return the chance of an event over both arms.

    >>> round(mean_event_probability(0.02, 0.8, FollowUp(accrual=6, further=6, loss=0.01)), 6)
    0.142479
    """
    control = event_probability(hazard, follow_up)
    return (1 - share) * control + share * event_probability(hazard * hazard_ratio, follow_up)


def survival_power(
    customers: float,
    hazard: float,
    hazard_ratio: float,
    follow_up: FollowUp,
    *,
    share: float = 0.5,
    alpha: float = 0.05,
) -> float:
    """Return the chance that so many customers of both arms show a hazard ratio.

    >>> seen = FollowUp(accrual=6, further=6, loss=0.01)
    >>> round(survival_power(4425.34808455969, 0.02, 0.8, seen), 6)
    0.8
    """
    check_positive("customers", customers)
    events = customers * mean_event_probability(hazard, hazard_ratio, follow_up, share=share)
    return log_rank_power(events, hazard_ratio, share=share, alpha=alpha)


def detectable_reduction(
    customers: float,
    hazard: float,
    follow_up: FollowUp,
    *,
    share: float = 0.5,
    demands: Demands = USUAL,
) -> float | Unreachable:
    """Return the smallest share by which churn must fall for so many customers to show it.

    Reductions of more than nine tenths are not looked for: there the formula does not hold.

    >>> seen = FollowUp(accrual=6, further=6, loss=0.01)
    >>> round(detectable_reduction(4425.34808455969, 0.02, seen), 6)
    0.2
    >>> detectable_reduction(10, 0.02, seen)
    Unreachable(reason='Too few customers churn: not even a fall by nine tenths would show.')
    """

    def power(reduction: float) -> float:
        return survival_power(
            customers, hazard, 1 - reduction, follow_up, share=share, alpha=demands.alpha
        )

    return smallest_reduction(power, demands.power)


def smallest_reduction(power: Callable[[float], float], target: float) -> float | Unreachable:
    """Return the smallest fall of the hazard whose power reaches the target.

    >>> smallest_reduction(lambda reduction: 0.1, 0.8)
    Unreachable(reason='Too few customers churn: not even a fall by nine tenths would show.')
    """
    found = first_crossing(power, target, SMALLEST_CHANGE, LARGEST_CHANGE)
    if found is None:
        return Unreachable(
            reason="Too few customers churn: not even a fall by nine tenths would show."
        )
    return found
