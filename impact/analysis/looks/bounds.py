"""How far an interval must reach at this look to be valid, whatever was seen before."""

import math
from dataclasses import dataclass
from datetime import datetime

from experiments.plan.document import Kind, Plan
from experiments.plan.looks import LookRule
from impact.analysis.looks.information import counted
from impact.analysis.looks.wording import next_look
from impact.analysis.sufficient import SufficientStatistics
from impact.stats.estimable import NotEstimable
from impact.stats.sequential.confidence_sequence import (
    always_valid_p_value,
    boundary,
    tuned_rho,
)
from impact.stats.sequential.group_sequential import bounds, repeated_p_value
from impact.stats.sequential.spending import Spending

FEWEST = 100  # units or events: below, what is asymptotic holds for nobody
WIDEST = 7.0  # standard errors: wider says nothing, and double precision ends soon after
NO_RULE = NotEstimable("the plan states no rule for looking before its end")
TOO_EARLY = NotEstimable("too early: too little of the planned information is there")
ALL_SPENT = NotEstimable("an earlier look has spent all of the error rate")
NOTHING_NEW = NotEstimable("nothing was added since the look before")


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceBound:
    """A point of a confidence sequence: `n` of the information, tuned to `planned`."""

    n: int
    planned: int
    level: float

    @property
    def z(self) -> float:
        """Standard errors to each side."""
        return boundary(self.n, rho=self._rho, level=self.level)

    def p_value(self, z: float) -> float:
        """Return the p-value that holds under looking, of an effect `z` standard errors off."""
        return always_valid_p_value(z, self.n, rho=self._rho)

    @property
    def _rho(self) -> float:
        return tuned_rho(self.planned, level=self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentBound:
    """A look of a group-sequential plan: `information` at the looks so far, this one last."""

    information: tuple[int, ...]
    planned: int
    level: float
    spending: Spending
    final: bool

    @property
    def z(self) -> float:
        """Standard errors to each side; infinite where nothing is left to spend."""
        return bounds(
            self.information,
            planned=self.planned,
            alpha=1 - self.level,
            spending=self.spending,
            final=self.final,
        )[-1]

    def p_value(self, z: float) -> float:
        """Return the p-value that holds under looking, of an effect `z` standard errors off."""
        return repeated_p_value(
            z, self.information, planned=self.planned, spending=self.spending, final=self.final
        )


Bound = SequenceBound | SpentBound


def nominal_level(bound: Bound) -> float:
    """Return the level at which a fixed-sample interval is as wide as the bound asks for.

    >>> bound = SpentBound(information=(50,), planned=100, level=0.95,
    ...     spending=Spending.OBRIEN_FLEMING, final=False)
    >>> round(bound.z, 4), round(nominal_level(bound), 6)
    (2.9626, 0.996949)
    """
    return math.erf(bound.z / math.sqrt(2))


def bound_of(
    plan: Plan, key: str, statistics: SufficientStatistics, *, as_of: datetime
) -> Bound | NotEstimable | None:
    """Return the bound of a metric (or of the money) at `as_of`.

    None where the fixed-sample answer may be shown: no rule, and not before the planned end. A
    reason where no interval is valid.

    >>> from datetime import UTC
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import ArmProportion, CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}],
    ... looks: {planned_end: 2026-12-01, rule: confidence_sequence, planned_units: 1000}}''')
    >>> def so_far(n):
    ...     arms = tuple(ArmProportion(variant=arm, n=n, successes=9) for arm in ("a", "b"))
    ...     statistics = SufficientStatistics(
    ...         arms=(), checks=CheckCounts(assigned=()), proportions={"solved": arms})
    ...     return bound_of(plan, "solved", statistics, as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> round(so_far(250).z, 2), round(so_far(500).z, 2)
    (3.08, 3.04)
    >>> so_far(49).reason
    'fewer than 100 units so far'
    """
    today = as_of.astimezone(plan.zone).date()
    final = plan.looks.number_on(today) is None
    rule = plan.looks.rule
    if rule is None:
        return None if final else NO_RULE
    timed = any(metric.key == key and metric.kind is Kind.TIME_TO_EVENT for metric in plan.metrics)
    n = counted(statistics, key, timed=timed)
    planned = plan.looks.planned_events if timed else plan.looks.planned_units
    if n < FEWEST or planned is None:
        return NotEstimable(f"fewer than {FEWEST} {'events' if timed else 'units'} so far")
    if rule is LookRule.CONFIDENCE_SEQUENCE:
        return _wide(SequenceBound(n=n, planned=planned, level=plan.confidence_level))
    if not final and today not in plan.looks.dates:
        return NotEstimable(f"no look today: the next one is on {next_look(plan, today)}")
    past = statistics.information.get(key, ())
    return _spent(plan, Spending(rule.value), (*past, n), planned, final=final)


def _spent(
    plan: Plan, spending: Spending, information: tuple[int, ...], planned: int, *, final: bool
) -> Bound | NotEstimable:
    """Looks without anything new are passed over: they had nothing to spend on."""
    ascending = [information[0]] if information[0] > 0 else []
    for level in information[1:]:
        if level > (ascending[-1] if ascending else 0):
            ascending.append(level)
    if len(information) > 1 and information[-1] <= max(information[:-1]) and not final:
        return NOTHING_NEW
    bound = SpentBound(
        information=tuple(ascending),
        planned=planned,
        level=plan.confidence_level,
        spending=spending,
        final=final,
    )
    return ALL_SPENT if math.isinf(bound.z) else _wide(bound)


def _wide(bound: Bound) -> Bound | NotEstimable:
    return bound if bound.z <= WIDEST else TOO_EARLY
