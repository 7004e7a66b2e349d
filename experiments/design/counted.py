"""Who counts by a day after the start: customers who are watched, units whose window is over."""

from dataclasses import dataclass

from experiments.design.comparisons import Comparison
from experiments.design.demands import Unreachable
from experiments.design.enrolment import Joining


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """All who joined are watched until the day.

    `hazard` is the rate a day at which customers of control leave, `loss` at which they leave
    sight.
    """

    enrolment: Joining
    comparison: Comparison
    hazard: float
    loss: float

    def customers(self, day: float) -> float:
        """Return how many customers of both arms have joined."""
        return self.comparison.part * self.enrolment.enrolled(day)

    def leaving(self, day: float, ratio: float = 1.0) -> float:
        """Return the chance that one of them was seen to leave, at `ratio` times the hazard."""
        return self.enrolment.event_probability(day, self.hazard * ratio, self.loss)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Units count once their window is over.

    `alike` is the design effect of units drawn together: so many say as much as one stranger.
    """

    enrolment: Joining
    comparison: Comparison
    days: int
    alike: float = 1.0

    def mature(self, day: float) -> float:
        """Return as how many strangers the units of both arms count whose window is over."""
        return self.comparison.part * self.enrolment.enrolled(day - self.days) / self.alike

    @property
    def nobody(self) -> Unreachable:
        """Why there is nothing to see before the first windows are over."""
        return Unreachable(reason=f"The first windows of {self.days} days are not over.")
