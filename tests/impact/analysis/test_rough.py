"""What is outside of its method's domain says so in its note."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.document import Kind, Lin, Metric, Role, Source, Table
from impact.analysis.adjusted import CROWDED
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import ArmAdjusted, ArmAnswers, ArmMoments
from impact.stats.means.ratio import ROUGH as ROUGH_RATIO
from impact.stats.surveys.lee import ROUGH as ROUGH_BOUNDS
from tests.calibration.worlds import moments_of
from tests.impact.analysis.building import AS_OF, HANDLE, only, plan_of, statistics_of

ARMS = ("control", "patient")


def rows_of(metric: Metric, **changes: object) -> tuple[Estimate, ...]:
    found = statistics_of(**changes)  # type: ignore[arg-type]  # a test names real fields
    return evaluate(plan_of(metric), found, as_of=AS_OF).estimates


@pytest.mark.parametrize(("n", "rough"), [(59, True), (60, False)])
def test_a_model_of_more_columns_than_a_twentieth_of_an_arm(n: int, rough: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(1)
    metric = Metric(
        key="spend",
        role=Role.PRIMARY,
        kind=Kind.MEAN,
        source=Source(table=Table.OBSERVATIONS, column="spend"),
        lin=Lin(pre_window=90),
    )
    arms = tuple(
        ArmAdjusted(
            variant=name,
            moments=moments_of(("y", "a", "b", "c"), rng.normal(size=(size, 4))),
            squared_error=1 / size,
        )
        for name, size in zip(ARMS, (200, n), strict=True)
    )

    row = only(rows_of(metric, adjusted={"spend": arms}), "spend", "mean_difference", method="lin")

    assert (CROWDED in row.note) == rough


@pytest.mark.parametrize(("callers", "rough"), [(90, True), (120, False)])
def test_a_ratio_to_a_denominator_that_is_uncertain_by_a_tenth(callers: int, rough: bool) -> None:  # noqa: FBT001
    """Of a share p of n the relative error is sqrt((1 - p) / (n p)): a tenth near 100 callers."""
    rng = np.random.default_rng(2)
    calls = (np.arange(100_000) < callers).astype(np.float64)
    seconds = calls * rng.gamma(9.0, 30.0, len(calls))
    found = moments_of(("y", "d"), np.column_stack([seconds, calls]))
    arms = tuple(ArmMoments(variant=name, moments=found) for name in ARMS)

    rows = rows_of(replace(HANDLE, role=Role.PRIMARY), moments={HANDLE.key: arms})

    for quantity in ("ratio_difference", "relative_difference"):
        assert (ROUGH_RATIO in only(rows, HANDLE.key, quantity).note) == rough


@pytest.mark.parametrize(("answers", "rough"), [(90, True), (180, False)])
def test_bounds_whose_share_is_uncertain_by_a_tenth(answers: int, rough: bool) -> None:  # noqa: FBT001
    """With half of the asked answering, (1/2 + 1/2) / answers is a hundredth at 100 answers."""
    metric = Metric(
        key="csat",
        role=Role.PRIMARY,
        kind=Kind.MEAN,
        source=Source(table=Table.SURVEYS, column="csat"),
        window=30,
    )
    half = answers // 2
    arms = tuple(
        ArmAnswers(
            variant=name,
            asked=2 * answers,
            values=np.array([1.0, 5.0]),
            counts=np.array([half, half]),
            cells=("",),
            units=np.array([2 * answers]),
            answered=np.array([answers]),
            means=np.array([3.0]),
            squares=np.array([4.0 * answers]),
        )
        for name in ARMS
    )

    rows = rows_of(metric, answers={"csat": arms})

    for method in ("lee_lower", "lee_upper"):
        assert (ROUGH_BOUNDS in only(rows, "csat", "mean_difference", method=method).note) == rough
