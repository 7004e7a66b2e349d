"""Reference results through the command: durations become dates, files go in, R's numbers come out.

The horizon of the trial in years, 365.25 days each, lies between two days; one patient of the lung
trial has no performance score, and only the adjusted model does without him.
"""

from math import exp, log
from pathlib import Path
from typing import Any

import pytest

from tests.impact.management.analysing import ANCHOR, analyze, day, estimate, read_csv
from tests.impact.stats.oracle import quantity
from tests.reference import SHARED, needs_reference

pytestmark = needs_reference

HEAD = f"""\
key: known
unit: customer
control: a
weights: {{a: 5000, b: 5000}}
as_of: {ANCHOR.date()}
"""
Z = 1.959963984540054


def followed(name: str, time: str, days: int, *columns: str) -> dict[str, list[dict[str, object]]]:
    """Turn durations into assignments before the anchor and churn on it."""
    assert SHARED is not None
    assignments: list[dict[str, object]] = []
    churn: list[dict[str, object]] = []
    for number, row in enumerate(read_csv(SHARED / "oracle" / name)):
        unit = f"{number:05}"
        assignments.append(
            {
                "unit_id": unit,
                "variant": "ab"[int(row["arm"])],
                "assigned_at": day(int(row[time]) * days),
                **{column: row[column].removesuffix("NA") for column in columns},
            }
        )
        if row["event"] == "1":
            churn.append({"customer_id": unit, "churned_at": day(0)})
    return {"assignments": assignments, "churn": churn}


def close(got: float, expected: float, rtol: float) -> None:
    assert got == pytest.approx(expected, rel=rtol, abs=0)


def check_restricted_means(document: dict[str, Any], case: str, name: str) -> None:
    expected, rtol = quantity(case, name)
    for variant, arm in (("a", "0"), ("b", "1")):
        row = estimate(document, quantity="rmst", variant=variant)
        close(row["value"], expected[f"rmst{arm}"], rtol)
        close(row["std_error"], expected[f"se{arm}"], rtol)
    difference = estimate(document, quantity="rmst_difference")
    for column, key in (("value", "diff"), ("std_error", "se_diff"), ("ci_low", "lo")):
        close(difference[column], expected[key], rtol)
    close(difference["p_value"], expected["p"], rtol)
    ratio = estimate(document, quantity="rmst_ratio")
    for column, key in (("value", "ratio"), ("ci_low", "ratio_lo"), ("ci_high", "ratio_hi")):
        close(ratio[column], expected[key], rtol)


def check_test(document: dict[str, Any], case: str, name: str, method: str) -> None:
    expected, rtol = quantity(case, name)
    row = estimate(document, quantity="log_rank", method=method, variant="")
    close(row["statistic"], expected["chisq"], rtol)
    close(row["p_value"], expected["p"], rtol)


def check_model(document: dict[str, Any], case: str, name: str, terms: dict[str, str]) -> None:
    """Compare the coefficients: the arm's is the logarithm of its hazard ratio."""
    expected, rtol = quantity(case, name)
    for term, coefficient, error in zip(
        *(expected[k] for k in ("term", "coef", "se")), strict=True
    ):
        if term in terms:
            row = estimate(document, quantity="coefficient", term=terms[term])
            close(row["value"], coefficient, rtol)
        else:
            row = estimate(document, quantity="hazard_ratio", method="cox_adjusted")
            close(log(row["value"]), coefficient, rtol)
            close(row["ci_high"], exp(coefficient + Z * error), rtol)
        close(row["std_error"], error, rtol)


def metric(fields: str) -> str:
    return "metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, " + fields


def test_the_lung_trial(tmp_path: Path) -> None:
    numbers = "covariates: [{name: age, kind: numeric}, {name: ph_ecog, kind: numeric}]"
    plan = HEAD + metric(f"horizon: 700, {numbers}}}]\n")

    document = analyze(tmp_path, plan, **followed("s1_lung.csv", "time", 1, "age", "ph_ecog"))

    check_restricted_means(document, "s1_lung", "rmst700")
    check_test(document, "s1_lung", "logrank", "log_rank")
    check_model(document, "s1_lung", "cox_efron", {"age": "age", "ph_ecog": "ph_ecog"})
    adjusted = estimate(document, quantity="hazard_ratio", method="cox_adjusted")
    assert adjusted["note"] == "1 units without ph_ecog left out"
    assert estimate(document, quantity="hazard_ratio", method="cox")["note"] == ""


def test_the_trial_in_years_of_a_quarter_of_a_day_more(tmp_path: Path) -> None:
    plan = HEAD + "time_unit: {name: year, days: 365.25}\n" + metric("horizon: 10}]\n")

    document = analyze(tmp_path, plan, **followed("s3_pbc312.csv", "days", 1))

    check_restricted_means(document, "s3_pbc312", "rmst10")
    assert estimate(document, quantity="rmst_difference")["unit"] == "year"


def test_weekly_churn_with_ties(tmp_path: Path) -> None:
    plan = HEAD + "time_unit: week\n" + metric("horizon: 43, covariates: [tier, region]}]\n")

    document = analyze(tmp_path, plan, **followed("s4_churn_ties.csv", "time", 7, "tier", "region"))

    check_restricted_means(document, "s4_churn_ties", "rmst")
    check_test(document, "s4_churn_ties", "logrank", "log_rank")
    terms = {"tierplus": "tier=plus", "tierpro": "tier=pro"}
    terms |= {f"region{name}": f"region={name}" for name in "NSW"}
    check_model(document, "s4_churn_ties", "cox_efron", terms)


def test_veterans_by_cell_type(tmp_path: Path) -> None:
    model = "strata: [celltype], covariates: [{name: karno, kind: numeric}]"
    plan = HEAD + metric(f"horizon: 300, {model}}}]\n")

    document = analyze(tmp_path, plan, **followed("s2_veteran.csv", "time", 1, "celltype", "karno"))

    check_test(document, "s2_veteran", "logrank_strat", "stratified_log_rank")
    check_model(document, "s2_veteran", "cox_strata", {"karno": "karno"})
