"""Worlds of a quantile of handle times: customers who call often talk longer; whole minutes."""

import numpy as np
import scipy
from scipy import special

from experiments.plan.document import Aggregate, Kind, Metric, Role, Source, Table
from impact.analysis.sufficient import ArmQuantile, SufficientStatistics
from impact.stats.means.quantiles import quantile_of_rows
from tests.calibration.worlds import ARMS, Looks, World, assigned, counted, once, plan_of

CALLS = np.array([1.0, 4.0])  # more than one, of those who call rarely and often, on average
SHARE = np.array([0.7, 0.3])
MIDDLE = np.log([280.0, 420.0])  # of the logarithm of a contact's seconds
ALIKE, APART = 0.4, 0.6  # spread of customers, and of contacts of one customer
LONGER = 1.1
LEVEL = 0.95


def handle_time(name: str, share: float, *, ties: float = 0.0) -> World:
    """Contacts of customers, a tenth longer with the effect; counted in units of `ties` seconds."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = assigned(rng, n)
        value, unit = contacts_of(rng, np.log(LONGER) * effect * (arm == 1))
        if ties:
            value = np.ceil(value / ties) * ties
        arms, checks = counted(arm)
        found = tuple(
            quantile_in(name, value[arm[unit] == place], unit[arm[unit] == place], share)
            for place, name in enumerate(ARMS)
        )
        return once(SufficientStatistics(arms=arms, checks=checks, quantiles={"handle": found}))

    control, patient = (true_quantile(share, times, ties) for times in (1.0, LONGER))
    truth = {
        ("handle", "quantile_difference"): patient - control,
        ("handle", "relative_difference"): patient / control - 1,
        ("handle", "quantile", "control"): control,
        ("handle", "quantile", "patient"): patient,
    }
    return World(name=name, plan=plan_of(handle(share)), draw=draw, truth=truth)


def handle(share: float) -> Metric:
    """Return the metric of a quantile of contacts."""
    return Metric(
        key="handle",
        role=Role.PRIMARY,
        kind=Kind.QUANTILE,
        source=Source(table=Table.CONTACTS, column="handle_seconds", aggregate=Aggregate.EACH),
        quantile=share,
        unit="second",
        window=30,
    )


def contacts_of(rng: np.random.Generator, longer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the seconds of contacts and whose they are; `longer` is of a customer's logarithm."""
    n = len(longer)
    kind = (rng.random(n) > SHARE[0]).astype(np.int64)
    middle = MIDDLE[kind] + rng.normal(0, ALIKE, n) + longer
    unit = np.repeat(np.arange(n), 1 + rng.poisson(CALLS[kind]))
    return np.exp(middle[unit] + rng.normal(0, APART, len(unit))), unit


def quantile_in(name: str, values: np.ndarray, unit: np.ndarray, share: float) -> ArmQuantile:
    """Return what the join makes of the contacts of one arm."""
    found = quantile_of_rows(values, unit, share, level=LEVEL)
    return ArmQuantile(
        variant=name,
        units=found.units,
        rows=found.rows,
        value=found.value,
        low=found.low,
        high=found.high,
        level=LEVEL,
    )


def true_quantile(share: float, times: float, ties: float = 0.0) -> float:
    """Return the quantile of all contacts: those who call often have more of them."""
    weight = SHARE * (1 + CALLS)
    spread = np.hypot(ALIKE, APART)

    def excess(log: float) -> float:
        below = special.ndtr((log - MIDDLE - np.log(times)) / spread)
        return float(weight @ below / weight.sum()) - share

    found = float(np.exp(scipy.optimize.brentq(excess, 0.0, 12.0, xtol=1e-13)))
    return float(np.ceil(found / ties) * ties) if ties else found


QUANTILES = (
    handle_time("handle time, median of contacts", 0.5),
    handle_time("handle time, nine in ten contacts", 0.9),
    handle_time("handle time, nine in ten contacts, whole minutes", 0.9, ties=60.0),
    handle_time("handle time, median of contacts, whole minutes", 0.5, ties=60.0),
)
