"""Numbers of any size: each gives a row or a row with its reason, and the rest stands."""

import math

import numpy as np
import pytest

from experiments.plan.document import Plan
from impact.analysis.estimates import Analysis, Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.magnitudes import LARGEST, SMALLEST
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute, plan_of

UNITS = 96
MEAN = "kind: mean, source: observations.y"
RATIO = "kind: ratio, source: contacts.talk_seconds, denominator: contacts, window: 7"
OTHER = "- {key: other, role: secondary, kind: mean, source: observations.other}"
COMPLIANCE = "compliance: {received: received, dose: dose, dose_unit: second}"
SEGMENTS = "segments: [tier]"
PLANS = {
    "mean": (MEAN, SEGMENTS),
    "adjusted": (f"{MEAN}, adjustment: {{covariate: x}}", SEGMENTS),
    "lin": (f"{MEAN}, adjustment: {{method: lin, covariates: [{{name: x, kind: numeric}}]}}", ""),
    "winsorised": (f"{MEAN}, winsorising: {{quantile: 0.9}}", SEGMENTS),
    "compliers": (f"{MEAN}, adjustment: {{covariate: x}}", COMPLIANCE),
    "clusters": (f"{MEAN}, adjustment: {{covariate: x}}, cluster: team", SEGMENTS),
    "compliers in clusters": (f"{MEAN}, cluster: team", COMPLIANCE),
    "drawn clusters": (f"{MEAN}, cluster: region", SEGMENTS),
    "saturation": (f"{MEAN}, cluster: team", "saturation: share"),
    "quantile": ("kind: quantile, quantile: 0.5, source: contacts.talk_seconds, window: 7", ""),
    "ratio": (RATIO, SEGMENTS),
    "ratio in clusters": (f"{RATIO}, cluster: team", SEGMENTS),
    "crossed ratio": (f"{RATIO}, crossed_with: agent_id", ""),
    "survival": (
        "kind: time_to_event, source: churn, horizon: 20, covariates: [{name: x, kind: numeric}]",
        "",
    ),
    "money": (MEAN, "economics: {currency: EUR, cost_per_handle_minute: 1, window: 7}"),
    "looked at": (
        MEAN,
        "looks: {rule: confidence_sequence, planned_end: 2026-12-31, planned_units: 1000}",
    ),
}
SIZES = (  # and whether of one unit alone
    (SMALLEST * 100, False),
    (LARGEST / 100, True),
    (1e160, True),
)


def planned(name: str) -> Plan:
    metric, head = PLANS[name]
    return plan_of("- {key: m, role: primary, " + metric + "}", OTHER, head=head)


def analysed(plan: Plan, size: float, *, only_one: bool = False) -> Analysis:
    """Analyse outcomes, covariates and doses of about this size, or one unit's alone."""
    rng = np.random.default_rng(3)
    sizes = np.where((np.arange(UNITS) == 7) | (not only_one), size, 1.0)
    outcome, x, dose = (rng.gamma(4.0, 1.0, UNITS) * sizes for _ in range(3))
    assigned: list[Row] = [
        {
            "unit_id": f"{unit:04}",
            "variant": "ab"[unit % 2],
            "assigned_at": "2026-03-01T10:00",
            "tier": "xyz"[unit // 2 % 3],
            "team": f"t{unit % 15}",
            "region": f"r{unit % 12}",
            "share": str(50 * (unit % 15 % 2)),
            "x": repr(float(x[unit])),
            "received": (unit % 2 == 1) ^ (unit % 5 == 0),
            "dose": float(dose[unit]),
        }
        for unit in range(UNITS)
    ]
    observations: list[Row] = [
        {"unit_id": f"{unit:04}", "metric": name, "value": value}
        for unit in range(UNITS)
        for name, value in (("y", float(outcome[unit])), ("other", float(unit % 7)))
    ]
    contacts: list[Row] = [
        {
            "contact_id": f"{unit}",
            "customer_id": f"{unit:04}",
            "agent_id": f"g{unit % 13}",
            "arrived_at": "2026-03-02T10:00",
            "talk_seconds": float(outcome[unit]),
        }
        for unit in range(UNITS)
    ]
    churn: list[Row] = [
        {"customer_id": f"{unit:04}", "churned_at": f"2026-03-{2 + unit % 25:02}T10:00"}
        for unit in range(0, UNITS, 3)
    ]
    counted = compute(plan, assigned, observations=observations, contacts=contacts, churn=churn)
    return evaluate(plan, load(dump(counted)), as_of=AS_OF)


def numbers(row: Estimate) -> list[float]:
    found = (row.value, row.std_error, row.ci_low, row.ci_high, row.statistic, row.df, row.p_value)
    return [number for number in found if number is not None]


@pytest.mark.parametrize("name", PLANS)
def test_every_row_is_finite_or_has_a_reason(name: str) -> None:
    plan = planned(name)

    for size, only_one in SIZES:
        for row in analysed(plan, size, only_one=only_one).estimates:
            assert all(map(math.isfinite, numbers(row))), (size, row)
            assert numbers(row) or row.note or row.ci_set, (size, row)


@pytest.mark.parametrize(("size", "said"), [(1e160, "so large"), (1e-160, "so small")])
def test_what_is_out_of_range_says_so_and_the_rest_stands(size: float, said: str) -> None:
    rows = analysed(planned("clusters"), size).estimates

    (refused,) = [row for row in rows if row.metric == "m" and row.variant]
    assert refused.value is None
    assert said in refused.note
    other = [row for row in rows if (row.metric, row.quantity) == ("other", "mean_difference")]
    assert other[0].p_value is not None


@pytest.mark.parametrize("name", ["clusters", "drawn clusters"])
def test_no_unit_of_measurement_changes_a_test(name: str) -> None:
    usual, large = (analysed(planned(name), size).estimates for size in (1.0, LARGEST / 100))

    for row, other in zip(usual, large, strict=True):
        assert (row.quantity, row.segment) == (other.quantity, other.segment)
        if row.p_value is None:
            assert other.p_value is None
        else:
            assert other.p_value == pytest.approx(row.p_value, rel=1e-6)
