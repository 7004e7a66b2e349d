"""A world of three arms that share a control: retention, and money that one of them may gain."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import Kind, Metric, Role, Source, Table
from experiments.plan.family import Family
from impact.analysis.estimates import Analysis
from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from tests.calibration.families import ANY_CLAIM, SHIPS, claims_of, observed
from tests.calibration.worlds import (
    ARMS,
    Looks,
    Question,
    Truth,
    World,
    counted,
    moments,
    once,
    plan_of,
)

THREE = (*ARMS, "brief")
HORIZON, HAZARD = 120, 0.004
GAIN = 0.25
FOUND = "spend"  # with the effect, the variant `brief` gains here and nothing else is true


def three_arms() -> World:
    """Retention and money in three arms; with the effect one arm gains money."""

    def draw(rng: np.random.Generator, n: int, effect: bool) -> Looks:  # noqa: FBT001
        arm = rng.integers(len(THREE), size=n)
        spend = rng.gamma(2.0, 0.5, n) + GAIN * effect * (arm == THREE.index("brief"))
        churn = np.ceil(rng.exponential(1 / HAZARD, n))
        end = rng.integers(HORIZON + 1, 2 * HORIZON + 1, size=n)
        time = np.minimum(churn, end).astype(np.int64)
        cells, count = np.unique(6 * time + 2 * arm + (churn <= end), return_counts=True)
        found = SurvivalCounts(
            variant=np.array(THREE)[cells // 2 % 3], time=cells // 6, event=cells % 2, n=count
        )
        arms, checks = counted(arm, THREE)
        return once(
            SufficientStatistics(
                arms=arms,
                checks=checks,
                survival={"retention": (found,)},
                moments={FOUND: moments(arm, ("y",), spend[:, None], THREE)},
            )
        )

    retention = Metric(
        key="retention",
        role=Role.PRIMARY,
        kind=Kind.TIME_TO_EVENT,
        source=Source(table=Table.CHURN),
        horizon=HORIZON,
    )
    metrics = (retention, observed(FOUND, Role.SECONDARY))
    family = Family(name="business", metrics=("retention", FOUND))
    plan = replace(plan_of(*metrics, arms=THREE), families=(family,))
    truth = {
        ("retention", "hazard_ratio"): 1.0,
        ("retention", "survival_probability_difference"): 0.0,
        ("retention", "rmst_difference"): 0.0,
        (FOUND, "mean_difference", "patient"): 0.0,
        (FOUND, "mean_difference", "brief"): GAIN,
    }
    questions = (ANY_CLAIM, SOME_FALSE, SHIPS)
    return World(name="three arms", plan=plan, draw=draw, truth=truth, questions=questions)


def _any_false(found: Analysis, _truth: Truth, _rng: np.random.Generator) -> bool:
    return any((row.metric, row.variant) != (FOUND, "brief") for row in claims_of(found))


SOME_FALSE = Question(
    name="any false claim, one is true", method="holm", wrong=_any_false, with_effect=True
)
THREE_ARMS = (three_arms(),)
