"""Lin's model joined: two passes of the engine give what the rows give."""

import numpy as np
import pytest

from impact.analysis.adjusted import fits_of
from impact.analysis.evaluate import evaluate
from impact.analysis.storage import dump, load
from impact.analysis.sufficient import ArmAdjusted
from impact.stats.means.lin import ArmFit, squared_error
from tests.impact.join.tables import AS_OF, Row, compute, plan_of

CALLS = (
    "- {key: calls, role: primary, kind: mean, source: contacts.talk_seconds, window: 10,"
    " adjustment: {method: lin, covariates: [tier, {name: age, kind: numeric}]}}"
)
SEGMENTED = "segments: [tier]"


def of_arm(arms: tuple[ArmAdjusted, ...], variant: str, segment: str = "all") -> ArmAdjusted:
    return next(arm for arm in arms if (arm.variant, arm.segment) == (variant, segment))


def centre(n: int = 80) -> tuple[list[Row], list[Row]]:
    """Draw customers with a tier and, all but every tenth, an age; and a call of each."""
    rng = np.random.default_rng(4)
    ages = rng.integers(18, 90, n)
    units: list[Row] = [
        {
            "unit_id": f"{number:03}",
            "variant": "ab"[number % 2],
            "assigned_at": "2026-03-01",
            "tier": ("basic", "gold", "pro")[number // 2 % 3],
            "age": "" if number % 10 == 3 or number % 10 == 6 else str(ages[number]),
        }
        for number in range(n)
    ]
    calls: list[Row] = [
        {
            "contact_id": str(unit["unit_id"]),
            "customer_id": unit["unit_id"],
            "arrived_at": "2026-03-02",
            "talk_seconds": float(ages[number] * 3 + rng.gamma(2.0, 50.0)),
        }
        for number, unit in enumerate(units)
    ]
    return units, calls


def by_hand(units: list[Row], calls: list[Row]) -> tuple[np.ndarray, np.ndarray]:
    known = np.array([float(str(unit["age"]) or "nan") for unit in units])
    missing = np.isnan(known)
    columns = [
        *(np.array([unit["tier"] == tier for unit in units]) for tier in ("gold", "pro")),
        np.where(missing, np.nanmean(known), known),
        missing,
    ]
    outcome = np.array([float(str(call["talk_seconds"])) for call in calls])
    return outcome, np.column_stack(columns).astype(np.float64)


@pytest.mark.parametrize(("variant", "place"), [("a", 0), ("b", 1)])
def test_the_engine_gives_what_the_rows_give(variant: str, place: int) -> None:
    units, calls = centre()
    outcome, covariates = by_hand(units, calls)

    arms = compute(plan_of(CALLS), units, contacts=calls).adjusted["calls"]

    mine = of_arm(arms, variant)
    assert mine.moments.names == ("y", "tier=gold", "tier=pro", "age", "age=(missing)")
    kept = np.arange(len(units)) % 2 == place
    assert mine.moments.means == pytest.approx(
        np.column_stack([outcome, covariates])[kept].mean(axis=0)
    )
    fit = fits_of({arm.variant: arm.moments for arm in arms})[variant]
    assert isinstance(fit, ArmFit)
    expected = squared_error(fit, outcome[kept], covariates[kept])
    assert mine.squared_error == pytest.approx(expected, rel=1e-8)


def test_within_a_segment_its_own_column_is_left_out() -> None:
    units, calls = centre()

    found = compute(plan_of(CALLS, head=SEGMENTED), units, contacts=calls)

    inside = of_arm(found.adjusted["calls"], "a", "tier=gold")
    assert inside.squared_error is not None
    stored = load(dump(found)).adjusted["calls"]
    assert [arm.squared_error for arm in stored] == [
        arm.squared_error for arm in found.adjusted["calls"]
    ]


def test_a_label_seen_in_one_arm_only_has_a_reason() -> None:
    units, calls = centre()
    alone = [{**unit, "tier": "gold" if unit["variant"] == "a" else "pro"} for unit in units]

    found = compute(plan_of(CALLS), alone, contacts=calls).adjusted["calls"]

    assert of_arm(found, "a").squared_error is None
    assert of_arm(found, "a").reason == ("a covariate has the same value for every unit of one arm")


def test_a_constant_outcome_leaves_the_rest_of_the_report() -> None:
    units, calls = centre()
    alike = [{**call, "talk_seconds": 0.3} for call in calls]
    plan = plan_of(CALLS, head=SEGMENTED)

    rows = evaluate(plan, compute(plan, units, contacts=alike), as_of=AS_OF).estimates

    adjusted = [row for row in rows if row.method == "lin"]
    assert adjusted
    assert not any(row.std_error for row in rows)
    assert all(row.value is None and row.note for row in adjusted)
