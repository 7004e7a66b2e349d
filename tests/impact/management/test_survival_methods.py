"""Methods for a time to event, through the command: rows in, R's numbers out."""

from datetime import datetime, timedelta
from math import log
from pathlib import Path
from typing import Any

import pytest

from tests.impact.management.analysing import ANCHOR, Row, analyze, day, estimate, read_csv, run
from tests.reference import SHARED, needs_reference

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
        {
            "customer_id": row["customer"],
            "churned_at": day(0),
            "reason": "voluntary" if int(row["customer"]) % 3 else "involuntary",
        }
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
    test = estimate(document, quantity="log_rank", method="cluster_cr2_score")
    assert test["p_value"] < 0.001
    assert document["decision"]["verdict"] == "ship"


@needs_reference
def test_weights_declared_in_the_plan_give_the_weighted_test_of_r(tmp_path: Path) -> None:
    plan = PLAN % "log_rank_weights: {rho: 1}, robust: true"

    document = analyze(tmp_path, plan, **weekly_churn())

    test = estimate(document, quantity="log_rank", method="fleming_harrington")
    assert test["statistic"] == pytest.approx(20.0779586675535, rel=1e-8)
    assert estimate(document, quantity="hazard_ratio", method="cox_robust")["value"] < 1


@needs_reference
def test_named_causes_give_the_shares_and_the_test_of_r(tmp_path: Path) -> None:
    """summary(survfit(Surv(time, f) ~ arm)), cuminc(time, cause, arm)$Tests, coxph(cause == 1)"""
    document = analyze(tmp_path, PLAN % "causes: [voluntary, involuntary]", **weekly_churn())

    def about(quantity: str, **wanted: object) -> dict[str, Any]:
        return estimate(document, quantity=quantity, term="voluntary", **wanted)

    before = about("cumulative_incidence", variant="held", at=43)
    assert before["value"] == pytest.approx(0.340688841935005, rel=1e-12)
    assert before["std_error"] == pytest.approx(0.01648407186069535, rel=1e-10)
    difference = about("cumulative_incidence_difference")
    assert difference["value"] == pytest.approx(0.257558420869887 - before["value"], rel=1e-10)
    assert about("gray")["statistic"] == pytest.approx(12.92452115917286, rel=1e-10)
    ratio = about("hazard_ratio", method="cause_specific_cox")
    assert log(ratio["value"]) == pytest.approx(-0.297674071950818, rel=1e-9)
    assert ratio["std_error"] == pytest.approx(0.077459994060996, rel=1e-9)
    terms = [curve.get("term") for curve in document["curves"]]
    assert terms == [None, None, "voluntary", "voluntary", "involuntary", "involuntary"]


@needs_reference
def test_customers_who_enter_late_give_the_numbers_of_r(tmp_path: Path) -> None:
    """d$entry <- d$customer %% 7 - 1; coxph(Surv(entry, time, event) ~ arm + strata(region))"""
    tables = weekly_churn()
    customers: list[Row] = []
    for row in tables["assignments"]:
        start = datetime.fromisoformat(str(row["assigned_at"]))
        opens = start + timedelta(days=int(str(row["unit_id"])) % 7)
        customers.append({"customer_id": row["unit_id"], "renewal_at": opens.date().isoformat()})
    plan = PLAN % "strata: [region], at_risk: {from: renewal_at}"

    document = analyze(tmp_path, plan, **tables, customers=customers)

    ratio = estimate(document, quantity="hazard_ratio", method="cox")
    assert log(ratio["value"]) == pytest.approx(-0.323086691338741, rel=1e-9)
    assert ratio["std_error"] == pytest.approx(0.0689423524433337, rel=1e-9)
    assert "164 units never at risk, 138 of them churned before they were" in ratio["note"]
    mean = estimate(document, quantity="rmst", variant="held")
    assert mean["value"] == pytest.approx(30.1699947512791, rel=1e-10)
    assert mean["std_error"] == pytest.approx(0.501203198399450, rel=1e-8)
    kept = estimate(document, quantity="survival_probability", variant="taken", at=43)
    assert kept["value"] == pytest.approx(0.617242541196313, rel=1e-10)
    assert kept["ci_low"] == pytest.approx(0.581193449466516, rel=1e-10)


@needs_reference
def test_the_report_shows_what_each_cause_took(tmp_path: Path) -> None:
    page = run(tmp_path, PLAN % "causes: [voluntary, involuntary]", "html", **weekly_churn())

    assert "Kept: by cause" in page
    for words in ("Voluntary", "Involuntary", "Left for this cause at 43 days", "Gray&#x27;s test"):
        assert words in page


@needs_reference
def test_models_look_ahead_side_by_side_and_the_report_says_so(tmp_path: Path) -> None:
    plan = PLAN % "extrapolation: {to: 120, models: [weibull, log_normal, spline]}"

    document = analyze(tmp_path, plan, **weekly_churn())
    page = run(tmp_path, plan, "html", **weekly_churn())

    rows = [row for row in document["estimates"] if row["term"] == "extrapolation"]
    assert {row["method"] for row in rows} == {"weibull", "log_normal", "spline"}
    assert all(row["value"] is not None for row in rows)
    assert "extrapolated to 120 days by models, which decide nothing" in page
