"""Lin's adjustment through the command: R's numbers out of files, and the sentence on the page."""

from pathlib import Path

import pytest

from tests.impact.management.analysing import Row, analyze, day, estimate, read_csv, run
from tests.impact.stats.oracle import quantity
from tests.reference import SHARED, needs_reference

PLAN = """\
key: known
unit: customer
control: a
weights: {a: 5000, b: 5000}
as_of: 2026-06-01
metrics:
  - {key: spent, role: primary, kind: mean, source: revenue.amount, window: 30,
     adjustment: {method: lin, covariates: [{name: pre_revenue, kind: numeric}, seg]}}
"""

pytestmark = needs_reference


def customers_of_the_case() -> dict[str, list[Row]]:
    assert SHARED is not None
    rows = read_csv(SHARED / "oracle" / "s5_revenue.csv")
    assignments: list[Row] = [
        {
            "unit_id": row["customer"],
            "variant": "ab"[int(row["arm"])],
            "assigned_at": day(90),
            "seg": row["seg"],
            "pre_revenue": row["pre_revenue"],
        }
        for row in rows
    ]
    revenue: list[Row] = [
        {
            "transaction_id": row["customer"],
            "customer_id": row["customer"],
            "occurred_at": day(80),
            "amount": row["revenue"],
            "currency": "EUR",
        }
        for row in rows
        if float(row["revenue"])
    ]
    return {"assignments": assignments, "revenue": revenue}


def test_the_known_case_comes_out_of_files(tmp_path: Path) -> None:
    document = analyze(tmp_path, PLAN, **customers_of_the_case())

    expected, rtol = quantity("s5_revenue", "lin_hc2")
    row = estimate(document, quantity="mean_difference", method="lin")
    assert row["value"] == pytest.approx(expected["ate"], rel=rtol)
    assert row["std_error"] == pytest.approx(expected["se"], rel=rtol)
    assert row["df"] == expected["df"]
    assert row["p_value"] == pytest.approx(expected["p"], rel=rtol)
    assert row["note"] == "variance 17.1% smaller than unadjusted"


def test_the_page_says_what_both_differences_are(tmp_path: Path) -> None:
    page = run(tmp_path, PLAN, "html", **customers_of_the_case())

    assert "Both estimate the same effect; the adjusted one decides" in page
    assert "adjusted (Lin)" in page
