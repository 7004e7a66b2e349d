"""What the units of a history have with each group that crosses them: customers and agents."""

from datetime import datetime

import numpy as np
from ibis.expr.types import Table

from experiments.plan.document import Metric, Plan
from impact.join.checks import counted_units
from impact.join.clusters import CLUSTER
from impact.join.crossed import NAMES, pairs_of
from impact.join.inputs import Inputs
from impact.replay.columns import floats, places, texts
from impact.simulation.trials.outcomes import Crossed


def crossed_of(
    eligible: Table,
    known: Inputs,
    plan: Plan,
    metric: Metric,
    unit_ids: tuple[str, ...],
    as_of: datetime,
) -> Crossed:
    """Return numerator and denominator of every pair of a unit and a group that crosses it.

    Raises:
        InputMissing: the contacts do not have the column.
    """
    counted = eligible.filter(counted_units(eligible, metric, as_of))
    rows = pairs_of(counted, known, plan, metric).to_pyarrow()
    _, group = np.unique(texts(rows[CLUSTER]), return_inverse=True)
    return Crossed(
        unit=places(rows["fact_unit"], unit_ids),
        group=group.astype(np.int64),
        numbers=np.column_stack([floats(rows[name]) for name in NAMES]),
    )
