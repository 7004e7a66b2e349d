"""From the values of units in arms to the quantile of each arm."""

from collections.abc import Iterator, Mapping

import numpy as np

from experiments.plan.document import Metric, Plan
from impact.analysis.sufficient import ArmQuantile
from impact.simulation.trials.outcomes import Booleans, Ranked
from impact.stats.means.quantiles import quantile_of_rows


def quantiles_of(
    plan: Plan, metric: Metric, ranked: Ranked, members: Mapping[str, Booleans]
) -> Iterator[ArmQuantile]:
    """Yield the quantile of every arm with its interval, by its units with and without values.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: wait, role: primary, kind: quantile, source: contacts.wait_seconds,
    ... quantile: 0.5, window: 30}]}''')
    >>> everybody = np.full(4, True)
    >>> ranked = Ranked(
    ...     values=np.array([10.0, 20, 30]), unit=np.array([0, 1, 2]), counts=everybody)
    >>> members = {"a": everybody, "b": ~everybody}
    >>> for arm in quantiles_of(plan, plan.primary, ranked, members):
    ...     print(arm.variant, arm.units, arm.rows, arm.value)
    a 4 3 20.0
    b 0 0 None
    """
    for variant, here in members.items():
        own = ranked.counts & here
        units, kept = int(own.sum()), own[ranked.unit]
        found = None
        if kept.any():
            found = quantile_of_rows(
                ranked.values[kept],
                np.cumsum(own)[ranked.unit[kept]] - 1,
                metric.quantile or 0.0,
                level=plan.confidence_level,
                units=units,
            )
        yield ArmQuantile(
            variant=variant,
            units=units,
            rows=0 if found is None else found.rows,
            value=None if found is None else found.value,
            low=None if found is None else found.low,
            high=None if found is None else found.high,
            level=plan.confidence_level,
        )
