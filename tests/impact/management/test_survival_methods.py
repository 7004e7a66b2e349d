"""Methods for a time to event, through the command: rows in, R's numbers out."""

from math import log
from pathlib import Path

import pytest

from tests.impact.management.analysing import ANCHOR, Row, analyze, day, estimate, read_csv
from tests.reference import REASON, SHARED

needs_reference = pytest.mark.skipif(SHARED is None, reason=REASON)

PLAN = f"""\
key: known
unit: customer
control: held
weights: {{held: 5000, taken: 5000}}
as_of: {ANCHOR.date()}
metrics:
  - {{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 43,
     %s}}
"""


def weekly_churn() -> dict[str, list[Row]]:
    """Return R's simulated churn as files: weeks as days, so that ties stay heavy."""
    assert SHARED is not None
    rows = read_csv(SHARED / "oracle" / "s4_churn_ties.csv")
    assignments: list[Row] = [
        {
            "unit_id": row["customer"],
            "variant": "taken" if row["arm"] == "1" else "held",
            "assigned_at": day(int(row["time"])),
            **{name: row[name] for name in ("tier", "region", "team")},
        }
        for row in rows
    ]
    churn: list[Row] = [
        {"customer_id": row["customer"], "churned_at": day(0)}
        for row in rows
        if row["event"] == "1"
    ]
    return {"assignments": assignments, "churn": churn}


@needs_reference
def test_a_declared_cluster_gives_the_cluster_errors_of_r(tmp_path: Path) -> None:
    plan = PLAN % "covariates: [tier, region], cluster: team"

    document = analyze(tmp_path, plan, **weekly_churn())

    method = "cox_adjusted_cluster_robust"
    ratio = estimate(document, quantity="hazard_ratio", method=method)
    assert log(ratio["value"]) == pytest.approx(-0.294499573163553, rel=1e-8)
    assert ratio["std_error"] == pytest.approx(0.0665320944098465, rel=1e-7)
    test = estimate(document, quantity="log_rank", method="cluster_robust_score")
    assert test["p_value"] < 0.001
    assert document["decision"]["verdict"] == "ship"


@needs_reference
def test_weights_declared_in_the_plan_give_the_weighted_test_of_r(tmp_path: Path) -> None:
    plan = PLAN % "log_rank_weights: {rho: 1}, robust: true"

    document = analyze(tmp_path, plan, **weekly_churn())

    test = estimate(document, quantity="log_rank", method="fleming_harrington")
    assert test["statistic"] == pytest.approx(20.0779586675535, rel=1e-8)
    assert estimate(document, quantity="hazard_ratio", method="cox_robust")["value"] < 1
