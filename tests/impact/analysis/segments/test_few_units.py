"""Interactions of levels of few units: what their errors rest on, and what is rough."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.plan.document import Metric
from impact.analysis.estimates import Estimate
from impact.analysis.few_units import ROUGH as FEW_UNITS
from impact.analysis.segments.rows import segment_rows
from impact.stats.means.ratio import ROUGH
from impact.stats.segments.heterogeneity import Heterogeneity, heterogeneity
from tests.impact.analysis.building import HANDLE, RESOLVED, only, plan_of

LEVELS = {"tier=a": (9, 5), "tier=b": (4, 8), "tier=c": (6, 6)}  # resolved, in both arms
UNITS = 17


def rows_of(metric: Metric, raw: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    plan = replace(plan_of(metric), segments=("tier",))
    return tuple(segment_rows(plan, metric, raw, look=None))


def shares(units: int) -> tuple[Estimate, ...]:
    """Return the difference of every level, as Newcombe's row has it."""
    return tuple(
        Estimate(
            metric="resolved",
            kind="proportion",
            quantity="proportion_difference",
            method="newcombe",
            variant="patient",
            baseline="control",
            segment=segment,
            value=(treated - control) / units,
            n_variant=units,
            n_baseline=units,
            events_variant=treated,
            events_baseline=control,
        )
        for segment, (treated, control) in LEVELS.items()
    )


def test_errors_of_shares_have_welchs_degrees_of_freedom() -> None:
    row = only(rows_of(RESOLVED, shares(UNITS)), "resolved", "interaction")

    effects, errors, degrees = [], [], []
    for treated, control in LEVELS.values():
        smoothed = np.array([treated + 0.5, control + 0.5]) / (UNITS + 1)
        parts = smoothed * (1 - smoothed) / (UNITS - 1)
        effects.append((treated - control) / UNITS)
        errors.append(float(np.sqrt(parts.sum())))
        degrees.append(float(parts.sum() ** 2 / (parts**2 / (UNITS - 1)).sum()))
    expected = heterogeneity(effects, errors, degrees)
    assert isinstance(expected, Heterogeneity)
    assert row.statistic == pytest.approx(expected.statistic)
    assert row.p_value == pytest.approx(expected.p_value)
    assert "Welch's F with 2 and" in row.note


def test_a_level_whose_shares_rest_on_one_unit_has_no_error() -> None:
    row = only(rows_of(RESOLVED, shares(1)), "resolved", "interaction")

    assert row.p_value is None
    assert "3 of 3 levels without enough data left out" in row.note


@pytest.mark.parametrize(("note", "rough"), [(ROUGH, True), (FEW_UNITS, True), ("", False)])
def test_an_interaction_of_rough_levels_is_rough(note: str, *, rough: bool) -> None:
    raw = tuple(
        replace(row, metric="handle_time", kind="ratio", quantity="ratio_difference",
                method="delta", std_error=0.2, note=note)
        for row in shares(UNITS)
    )  # fmt: skip

    row = only(rows_of(HANDLE, raw), "handle_time", "interaction")

    assert row.p_value is not None
    assert row.note == "; ".join(["exploratory", *[note] * rough])
