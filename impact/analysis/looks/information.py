"""How much is known of each metric: events of a time to an event, units of everything else."""

from collections.abc import Iterator, Mapping

from experiments.plan.document import Kind, Plan
from impact.analysis.sufficient import ALL, MONEY, SufficientStatistics


def information_of(plan: Plan, statistics: SufficientStatistics) -> dict[str, int]:
    """Return by metric, and for the money, how many events or units of all arms it rests on.

    A metric without data has none.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import ArmProportion, CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}],
    ... economics: {currency: EUR}}''')
    >>> arms = tuple(ArmProportion(variant=arm, n=250, successes=100) for arm in ("a", "b"))
    >>> information_of(plan, SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=()), proportions={"solved": arms}))
    {'solved': 500, 'revenue_and_handling': 0}
    """
    return {key: counted(statistics, key, timed=timed) for key, timed in _keys(plan)}


def counted(statistics: SufficientStatistics, key: str, *, timed: bool) -> int:
    """Return the events of a time to an event (`timed`), or the units of a metric with a window.

    Units of everybody: a segment's are among them.

    >>> import numpy as np
    >>> from impact.analysis.sufficient import CheckCounts, SurvivalCounts
    >>> cells = SurvivalCounts(variant=np.array(["a", "a", "b"]), time=np.array([5, 30, 9]),
    ...     event=np.array([1, 0, 1]), n=np.array([20, 80, 15]))
    >>> statistics = SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=()), survival={"retention": (cells,)})
    >>> counted(statistics, "retention", timed=True)
    35
    """
    if timed:
        cells = (entry for entry in statistics.survival.get(key, ()) if entry.segment == ALL)
        return sum(int(entry.n[entry.event == 1].sum()) for entry in cells)
    return sum(_units(statistics, key))


def at_looks(past: Iterator[Mapping[str, int]]) -> dict[str, tuple[int, ...]]:
    """Return by metric its information at each look, from the information of each look.

    >>> at_looks(iter([{"spend": 10}, {"spend": 25}]))
    {'spend': (10, 25)}
    """
    looks = list(past)
    return {key: tuple(look[key] for look in looks) for key in (looks[0] if looks else ())}


def _keys(plan: Plan) -> Iterator[tuple[str, bool]]:
    for metric in plan.metrics:
        yield metric.key, metric.kind is Kind.TIME_TO_EVENT
    if plan.economics is not None:
        yield MONEY, False


def _units(statistics: SufficientStatistics, key: str) -> Iterator[int]:
    vectors = statistics.moments.get(key) or statistics.money.get(key) or ()
    yield from (arm.moments.n for arm in vectors if arm.segment == ALL)
    yield from (arm.units for arm in statistics.quantiles.get(key, ()) if arm.segment == ALL)
    lifetimes = statistics.lifetimes.get(key, ())
    yield from (int(arm.n.sum()) for arm in lifetimes if arm.segment == ALL)
    yield from (arm.n for arm in statistics.proportions.get(key, ()) if arm.segment == ALL)
