"""Simulated customers for the benchmark of retention, and the plan that is analysed on them."""

import numpy as np
import pyarrow as pa

from experiments.plan.document import Covariate, Kind, Metric, Plan, Role, Source, Table, Unit

DAYS = 364
DAILY_HAZARD = 0.0016
EFFECTS = {
    "variant": {"control": 0.0, "patient": -0.12},
    "tier": {"basic": 0.0, "plus": -0.3, "pro": -0.5},
    "region": {"E": 0.0, "N": 0.05, "S": 0.15, "W": -0.25},
    "channel": {"chat": 0.0, "mail": -0.1, "phone": 0.1},
}
COVARIATES = ("tier", "region", "channel")
METRIC = Metric(
    key="churn",
    role=Role.PRIMARY,
    kind=Kind.TIME_TO_EVENT,
    source=Source(table=Table.CHURN),
    horizon=DAYS,
    covariates=tuple(Covariate(name=name) for name in COVARIATES),
)
PLAN = Plan(
    key="benchmark",
    unit=Unit.CUSTOMER,
    control="control",
    weights=(("control", 5000), ("patient", 5000)),
    metrics=(METRIC,),
)


def terms() -> list[tuple[str, str]]:
    """Return every column and level but the references, in the order of both fits."""
    return [(name, level) for name, levels in EFFECTS.items() for level in list(levels)[1:]]


def simulate(customers: int) -> pa.Table:
    """Return the customers: labels, whole days until churn or censoring, and which of the two."""
    rng = np.random.default_rng(20261122)
    labels, log_hazard = {}, np.zeros(customers)
    for name, levels in EFFECTS.items():
        code = rng.integers(len(levels), size=customers)
        log_hazard += np.array(list(levels.values()))[code]
        labels[name] = np.array(list(levels))[code]
    churned = np.ceil(rng.exponential(1 / (DAILY_HAZARD * np.exp(log_hazard))))
    censored = np.minimum(rng.integers(60, 2 * DAYS, size=customers), DAYS)
    outcome = {
        "time": np.minimum(churned, censored).astype(np.int64),
        "event": (churned <= censored).astype(np.int64),
    }
    return pa.table(labels | outcome)
