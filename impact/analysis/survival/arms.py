"""The curves of a metric's arms, and the arms that a row is about."""

from dataclasses import dataclass

from impact.analysis.rows import Sides
from impact.analysis.survival.cells import Cells
from impact.stats.survival.kaplan_meier import KaplanMeier, kaplan_meier


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arms:
    """The curve of every variant of the plan, the control among them; empty where no units are."""

    control: str
    curves: dict[str, KaplanMeier]

    @property
    def others(self) -> tuple[str, ...]:
        """All variants but the control."""
        return tuple(name for name in self.curves if name != self.control)

    def alone(self, variant: str) -> Sides:
        """Return the arm of a row about one arm."""
        table = self.curves[variant].table
        return Sides(variant=variant, n_variant=table.n, events_variant=table.n_events)

    def against_control(self, variant: str) -> Sides:
        """Return the arms of a comparison."""
        table, baseline = self.curves[variant].table, self.curves[self.control].table
        return Sides(
            variant=variant,
            n_variant=table.n,
            events_variant=table.n_events,
            baseline=self.control,
            n_baseline=baseline.n,
            events_baseline=baseline.n_events,
        )

    def together(self) -> Sides:
        """Return all arms at once, for a global test: the others' units and the control's.

        >>> curves = {name: kaplan_meier([10.0, 30.0], [1, 0], [left, 100 - left])
        ...     for name, left in (("a", 40), ("b", 20), ("c", 25))}
        >>> sides = Arms(control="a", curves=curves).together()
        >>> sides.n_variant, sides.events_variant, sides.n_baseline, sides.events_baseline
        (200, 45, 100, 40)
        """
        tables = [self.curves[name].table for name in self.others]
        baseline = self.curves[self.control].table
        return Sides(
            variant="",
            n_variant=sum(table.n for table in tables),
            events_variant=sum(table.n_events for table in tables),
            n_baseline=baseline.n,
            events_baseline=baseline.n_events,
        )


def arms_of(cells: Cells, control: str) -> Arms:
    """Estimate the curve of each arm.

    >>> import numpy as np
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> arms = arms_of(cells, "a")
    >>> arms.others, arms.curves["b"].survival.tolist()
    (('b',), [0.8, 0.8])
    >>> sides = arms.against_control("b")
    >>> sides.n_variant, sides.events_variant, sides.events_baseline
    (100, 20, 40)
    """
    curves = {}
    for place, variant in enumerate(cells.variants):
        own = cells.arm == place
        entry = None if cells.entry is None else cells.entry[own]
        curves[variant] = kaplan_meier(cells.time[own], cells.event[own], cells.n[own], entry)
    return Arms(control=control, curves=curves)
