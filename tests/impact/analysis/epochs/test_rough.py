"""A version with few units in an arm makes the delta method of a ratio rough, and says so."""

import numpy as np
import pytest

from experiments.plan.document import Kind, Metric, Plan, Role, Source, Table, Unit
from impact.analysis.epochs.estimating import by_epoch
from impact.analysis.sufficient import (
    ArmMoments,
    CheckCounts,
    Moments,
    SufficientStatistics,
)
from impact.stats.means.ratio import ROUGH

CONTACTS = Source(table=Table.CONTACTS)
METRIC = Metric(
    key="each",
    role=Role.PRIMARY,
    kind=Kind.RATIO,
    source=CONTACTS,
    denominator=CONTACTS,
    window=30,
)
PLAN = Plan(
    key="ramp",
    unit=Unit.CUSTOMER,
    control="a",
    weights=(("a", 7000), ("b", 3000)),
    metrics=(METRIC,),
)


def arm(variant: str, version: int, n: int) -> ArmMoments:
    rows = np.column_stack([np.arange(n) * 100.0 + 300, 1.0 + np.arange(n) % 3])
    centred = rows - rows.mean(axis=0)
    moments = Moments(names=("y", "d"), n=n, means=rows.mean(axis=0), cross=centred.T @ centred)
    return ArmMoments(variant=variant, segment=f"version={version}", moments=moments)


@pytest.mark.parametrize(("few", "is_rough"), [(9, True), (300, False)])
def test_few_units_of_an_arm_in_one_version_are_flagged(few: int, *, is_rough: bool) -> None:
    sizes = {("a", 1): 300, ("b", 1): few, ("a", 2): 300, ("b", 2): 300}
    statistics = SufficientStatistics(
        arms=(),
        checks=CheckCounts(assigned=()),
        epochs={"each": tuple(arm(*place, n) for place, n in sizes.items())},
        splits=tuple((f"version={version}", name, n) for (name, version), n in sizes.items()),
    )

    (row,) = by_epoch(PLAN, METRIC, statistics, (), look=None)

    assert row.method == "epochs"
    assert (ROUGH in row.note) == is_rough
