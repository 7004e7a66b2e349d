"""A winsorised mean through the command: R's numbers, the plain mean beside them."""

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
     winsorising: {quantile: 0.99}}
economics: {currency: EUR, cost_per_handle_minute: 1, window: 30}
"""


def customers_of_the_case() -> dict[str, list[Row]]:
    assert SHARED is not None
    rows = read_csv(SHARED / "oracle" / "s5_revenue.csv")
    return {
        "assignments": [
            {
                "unit_id": row["customer"],
                "variant": "ab"[int(row["arm"])],
                "assigned_at": day(90),
            }
            for row in rows
        ],
        "revenue": [
            {
                "transaction_id": row["customer"],
                "customer_id": row["customer"],
                "occurred_at": day(80),
                "amount": row["revenue"],
                "currency": "EUR",
            }
            for row in rows
            if float(row["revenue"])
        ],
    }


@needs_reference
def test_the_known_case_comes_out_of_files(tmp_path: Path) -> None:
    document = analyze(tmp_path, PLAN, **customers_of_the_case())

    expected, rtol = quantity("s5_revenue", "winsor99_pooled")
    capped = estimate(document, metric="spent", quantity="mean_difference", method="winsorised")
    assert capped["value"] == pytest.approx(expected["diff"], rel=rtol)
    assert capped["std_error"] == pytest.approx(expected["se"], rel=rtol)
    assert capped["p_value"] == pytest.approx(expected["p"], rel=rtol)
    assert f"{expected['cap']:.6g}" in capped["note"]
    plain, rtol = quantity("s5_revenue", "welch")
    raw = estimate(document, metric="spent", quantity="mean_difference", method="welch")
    assert raw["value"] == pytest.approx(plain["diff"], rel=rtol)
    assert "2.3 EUR higher" in document["answer"]
    money = estimate(document, metric="revenue", kind="money", quantity="mean_difference")
    assert money["value"] == pytest.approx(plain["diff"], rel=rtol)


@needs_reference
def test_the_report_says_what_each_of_the_two_is(tmp_path: Path) -> None:
    page = run(tmp_path, PLAN, "html", **customers_of_the_case())

    assert "only the plain one is an amount of money" in page
    assert "the 99% quantile of all arms together" in page
