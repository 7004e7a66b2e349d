"""What the units of a history paid, and until when each of them was there to be seen."""

from ibis.expr.types import Table

from experiments.plan.document import Metric, Plan
from impact.join.inputs import Inputs
from impact.join.lifetimes import paid_by_unit, with_observed_time
from impact.replay.columns import flags, floats, places, whole
from impact.simulation.trials.outcomes import Payments, Times


def payments_of(
    eligible: Table, known: Inputs, plan: Plan, metric: Metric, unit_ids: tuple[str, ...]
) -> Payments:
    """Return the payments of a metric until its horizon: those that a report counts.

    Raises:
        UnknownCurrency: an amount that counts has no dated rate.
    """
    horizon = int(metric.horizon or 0)
    observed = with_observed_time(eligible, horizon)
    ended = observed.select("unit_id", "time", "churned").order_by("unit_id").to_pyarrow()
    paid = paid_by_unit(observed, known, plan, metric).to_pyarrow()
    time = whole(ended["time"])
    times = Times(time=time, event=flags(ended["churned"]).astype("int64"), end=time)
    return Payments(
        horizon=horizon,
        times=times,
        unit=places(paid["unit"], unit_ids),
        day=whole(paid["known"]) - 1,  # at the end of which it is known
        amount=floats(paid["paid"]),
    )
