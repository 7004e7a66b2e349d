"""The plan as a value: frozen, complete, every default filled in.

`reading` makes it from YAML, `canonical` hashes it, `impact` reads it.
"""

from experiments.plan.document.covariates import Covariate, CovariateKind, Cuped, Lin
from experiments.plan.document.economics import Economics, ExchangeRate
from experiments.plan.document.metric import Direction, Kind, Maturity, Metric, Role
from experiments.plan.document.plan import PER_CONTACT, Plan, TimeUnit, Unit
from experiments.plan.document.sources import Aggregate, Source, Table

__all__ = [
    "PER_CONTACT",
    "Aggregate",
    "Covariate",
    "CovariateKind",
    "Cuped",
    "Direction",
    "Economics",
    "ExchangeRate",
    "Kind",
    "Lin",
    "Maturity",
    "Metric",
    "Plan",
    "Role",
    "Source",
    "Table",
    "TimeUnit",
    "Unit",
]
