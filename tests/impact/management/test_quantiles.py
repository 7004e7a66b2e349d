"""The ninetieth percentile of handle time through the command, and its line on the page."""

from pathlib import Path

import numpy as np

from tests.impact.management.analysing import Row, analyze, day, estimate, run

PLAN = """\
key: calm
unit: customer
control: quick
weights: {quick: 5000, calm: 5000}
as_of: 2026-06-01
metrics:
  - {key: long_calls, role: primary, kind: quantile, source: contacts.handle_seconds,
     quantile: 0.9, window: 30, direction: decrease}
"""


def centre(n: int = 400) -> dict[str, list[Row]]:
    rng = np.random.default_rng(12)
    arms = [("quick", "calm")[number % 2] for number in range(n)]
    return {
        "assignments": [
            {"unit_id": f"{number:03}", "variant": arm, "assigned_at": day(90)}
            for number, arm in enumerate(arms)
        ],
        "contacts": [
            {
                "contact_id": f"{number:03}-{call}",
                "customer_id": f"{number:03}",
                "arrived_at": day(80),
                "talk_seconds": round(float(rng.gamma(2.0, 150.0 if arm == "quick" else 250.0))),
            }
            for number, arm in enumerate(arms)
            for call in range(2)
        ],
    }


def test_files_give_the_quantile_of_both_arms_and_its_difference(tmp_path: Path) -> None:
    tables = centre()

    document = analyze(tmp_path, PLAN, **tables)

    quick = [call["talk_seconds"] for call in tables["contacts"][::4]]
    quick += [call["talk_seconds"] for call in tables["contacts"][1::4]]
    control = estimate(document, quantity="quantile", variant="quick")
    assert control["value"] == np.quantile(np.array(quick, dtype=np.float64), 0.9)
    assert (control["at"], control["unit"], control["n_variant"]) == (0.9, "second", 200)
    difference = estimate(document, quantity="quantile_difference")
    assert difference["ci_low"] > 0
    assert difference["p_value"] < 0.05
    assert document["decision"]["verdict"] == "do_not_ship"
    assert "the 90% quantile" in run(tmp_path, PLAN, "html", **tables)
