"""Where a metric's values are capped: as the plan says, or at a quantile of all arms together."""

from collections.abc import Iterable
from datetime import datetime

from ibis.expr.types import Table

from experiments.plan.document import Metric
from impact.join.checks import counted_units
from impact.join.measures import numerator


def caps_of(measured: Table, metrics: Iterable[Metric], as_of: datetime) -> dict[str, float]:
    """Return the cap of every metric that is winsorised; none where no unit has a value.

    The quantile is interpolated between the two nearest values (type 7 of Hyndman and Fan 1996),
    over the units of all arms that count: a cap of its own in each arm would hide a difference.
    """
    given: dict[str, float] = {}
    asked = {}
    for metric in metrics:
        if metric.winsorising is None:
            continue
        if metric.winsorising.cap is not None:
            given[metric.key] = metric.winsorising.cap
        else:
            value, share = measured[numerator(metric).name], metric.winsorising.quantile
            asked[metric.key] = value.quantile(share, where=counted_units(measured, metric, as_of))
    if not asked:
        return given
    found = measured.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return given | {key: float(cap) for key, cap in found.items() if cap is not None}
