"""Several variants against one control: the primary is adjusted for their number."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import Role
from experiments.plan.family import Family
from impact.analysis.estimates import Verdict
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import ArmCount, SufficientStatistics
from impact.stats.multiplicity import holm
from tests.impact.analysis.building import AS_OF, SPEND, arms_of, only, plan_of, statistics_of

THREE = ("control", "patient", "brief")


def three_arms(gains: tuple[float, float], seed: int = 5) -> SufficientStatistics:
    """Draw money of three arms."""
    rng = np.random.default_rng(seed)
    found = {
        arm: rng.normal(gain, 1.0, (300, 1)) for arm, gain in zip(THREE, (0, *gains), strict=True)
    }
    return SufficientStatistics(
        arms=tuple(
            ArmCount(variant=arm, n_units=300, n_eligible=300, n_mature=300) for arm in THREE
        ),
        checks=replace(statistics_of().checks, assigned=tuple((arm, 300) for arm in THREE)),
        moments={"spend": arms_of(("y",), found)},
    )


def test_the_primary_of_several_variants_is_adjusted_for_their_number_without_a_family() -> None:
    weights = (("control", 3334), ("patient", 3333), ("brief", 3333))
    spend = replace(SPEND, role=Role.PRIMARY, adjustment=None)
    alone = plan_of(spend, weights=weights)
    named = replace(alone, families=(Family(name="f", metrics=("spend",)),))
    statistics = three_arms((0.1, 0.2))

    rows = evaluate(alone, statistics, as_of=AS_OF).estimates

    tests = [only(rows, "spend", "mean_difference", variant=arm) for arm in THREE[1:]]
    adjusted = [row.p_value_adjusted for row in tests]
    assert adjusted == holm([row.p_value for row in tests if row.p_value is not None])
    assert rows == evaluate(named, statistics, as_of=AS_OF).estimates
    assert sum(row.p_value_adjusted is not None for row in rows) == 2


def test_five_variants_that_do_nothing_ship_no_more_often_than_one() -> None:
    """Each by itself would ship in 2.5 %, and one of five in 10 %."""
    arms = ("control", *"abcde")
    weights = (("control", 1670), *((arm, 1666) for arm in arms[1:]))
    plan = plan_of(replace(SPEND, role=Role.PRIMARY, adjustment=None), weights=weights)
    rng, runs, shipped = np.random.default_rng(3), 400, 0
    checks = replace(statistics_of().checks, assigned=tuple((arm, 60) for arm in arms))
    counts = tuple(ArmCount(variant=arm, n_units=60, n_eligible=60, n_mature=60) for arm in arms)
    for _ in range(runs):
        spend = arms_of(("y",), {arm: rng.normal(0, 1, (60, 1)) for arm in arms})
        statistics = SufficientStatistics(arms=counts, checks=checks, moments={"spend": spend})
        shipped += evaluate(plan, statistics, as_of=AS_OF).decision.verdict is Verdict.SHIP

    assert shipped / runs < 0.025 + 3 * (0.025 * 0.975 / runs) ** 0.5
