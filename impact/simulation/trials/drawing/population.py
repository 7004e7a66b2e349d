"""How the units of one metric are drawn, all as they are under control."""

from experiments.plan.document import Kind
from impact.analysis.clusters.units import clusters_of_units
from impact.simulation.trials.drawing import numbers
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.churning import customers
from impact.simulation.trials.drawing.paying import payers
from impact.simulation.trials.drawing.windows import contacts_in_windows
from impact.simulation.trials.running import Population


def population_of(assumed: Assumed) -> Population:
    """Return what draws so many units.

    Raises:
        InvalidRequest: a spread that the share of zeros rules out.

    >>> import numpy as np
    >>> from experiments.design.expectations import Expectation
    >>> from experiments.plan.reading import read_plan
    >>> from impact.simulation.trials.drawing.scenario import Scenario
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> assumed = Assumed(plan=plan, metric=plan.primary, units=50,
    ...     expected=Expectation(per_day=100.0), scenario=Scenario())
    >>> draw = population_of(assumed)
    >>> found = draw(np.random.default_rng(1))
    >>> found.size, list(found.values)
    (50, ['solved'])
    """
    match assumed.metric.kind:
        case _ if assumed.plan.switchback is not None:
            draw = contacts_in_windows
        case Kind.TIME_TO_EVENT:
            draw = customers
        case _ if assumed.metric.is_lifetime:
            draw = payers
        case Kind.PROPORTION:
            draw = numbers.shares
        case Kind.RATIO if clusters_of_units(assumed.plan, assumed.metric):
            draw = numbers.ratios_of_groups
        case Kind.RATIO:
            draw = numbers.ratios
        case Kind.QUANTILE:
            draw = numbers.quantiles
        case _:
            draw = numbers.means
    return lambda rng: draw(assumed, rng)
