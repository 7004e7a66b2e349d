"""Worlds of contacts that are alike in two ways: by the customer who calls and by the agent."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import Kind, Metric, Plan, Role, Source, Table, Unit
from impact.analysis.sufficient import ClusterCounts, CrossedCounts, SufficientStatistics
from tests.calibration.worlds import ARMS, Looks, World, counted, moments, once, plan_of

CONTACTS = Source(table=Table.CONTACTS)
SECONDS, LONGER = 300.0, 12.0
BY_CUSTOMER, BY_AGENT, BY_CONTACT = 60.0, 20.0, 60.0  # spread of the seconds
EACH = 3  # contacts of a customer


def met(unit: Unit, agents: int) -> World:
    """Customers who meet agents at random, three times each; one of the two was randomised."""
    of_agents = unit is Unit.AGENT

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        customer = np.repeat(np.arange(n), EACH)
        agent = rng.integers(agents, size=customer.size)
        units, groups = (agent, customer) if of_agents else (customer, agent)
        size = int(units.max()) + 1
        arm_of_unit = rng.permutation(np.arange(size) % 2)
        arm = arm_of_unit[units]
        seconds = (
            SECONDS
            + LONGER * effect * (arm == 1)
            + rng.normal(0, BY_CUSTOMER, n)[customer]
            + rng.normal(0, BY_AGENT, agents)[agent]
            + rng.normal(0, BY_CONTACT, customer.size)
        )
        arms, checks = counted(arm_of_unit)
        by_unit = _sums(units, seconds, size)
        pairs, place = np.unique(units * (int(groups.max()) + 1) + groups, return_inverse=True)
        arm_of_pair = arm_of_unit[pairs // (int(groups.max()) + 1)]
        crossed = CrossedCounts(
            pairs=moments(arm_of_pair, ("y", "d"), _sums(place, seconds, pairs.size)),
            groups=_by_group(groups, arm, seconds),
        )
        found = SufficientStatistics(
            arms=arms,
            checks=checks,
            moments={METRIC.key: moments(arm_of_unit, ("y", "d"), by_unit)},
            crossed={METRIC.key: crossed},
            clusters={METRIC.key: (_clusters(arm_of_unit, by_unit),)} if of_agents else {},
        )
        return once(found)

    crossing = "customer_id" if of_agents else "agent_id"
    plan = _plan(unit, crossing)
    truth = {(METRIC.key, "ratio_difference"): LONGER}
    name = f"handle time, {unit.value}s randomised, {agents} agents"
    return World(name=name, plan=plan, draw=draw, truth=truth, sizes=(2_000,))


def _plan(unit: Unit, crossing: str) -> Plan:
    plan = plan_of(replace(METRIC, crossed_with=crossing))
    return replace(plan, unit=unit, shared_queue=False)


def _sums(code: np.ndarray, seconds: np.ndarray, size: int) -> np.ndarray:
    """Return seconds and contacts of each code."""
    return np.column_stack(
        [np.bincount(code, seconds, size), np.bincount(code, minlength=size)]
    ).astype(np.float64)


def _by_group(group: np.ndarray, arm: np.ndarray, seconds: np.ndarray) -> ClusterCounts:
    codes, place = np.unique(group * 2 + arm, return_inverse=True)
    return ClusterCounts(
        names=("y", "d"),
        cluster=codes // 2,
        variant=np.array(ARMS)[codes % 2],
        n=np.bincount(place),
        sums=_sums(place, seconds, codes.size),
    )


def _clusters(arm: np.ndarray, by_unit: np.ndarray) -> ClusterCounts:
    return ClusterCounts(
        names=("y", "d"),
        cluster=np.arange(arm.size),
        variant=np.array(ARMS)[arm],
        n=np.ones(arm.size, dtype=np.int64),
        sums=by_unit,
    )


METRIC = Metric(
    key="handle_time",
    role=Role.PRIMARY,
    kind=Kind.RATIO,
    source=CONTACTS,
    denominator=CONTACTS,
    unit="second",
    window=30,
)
CROSSED = (met(Unit.AGENT, 24), met(Unit.AGENT, 60), met(Unit.CUSTOMER, 60))
