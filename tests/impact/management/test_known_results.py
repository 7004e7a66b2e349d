"""Known results of real data sets, through the command: files in, published numbers out.

The data carry durations and no dates: a start is the anchor minus the duration, the cut is the
anchor, and who churned did so on the anchor's day.
"""

from collections.abc import Iterable, Mapping
from math import log
from pathlib import Path
from typing import Any

import pytest

from tests.impact.management.analysing import ANCHOR, analyze, day, estimate, read_csv
from tests.reference import SHARED, needs_reference

pytestmark = needs_reference

HEAD = """\
key: known
unit: customer
control: {control}
weights: {{{weights}}}
as_of: {as_of}
time_unit: {time_unit}
metrics:
"""


def data(name: str) -> list[dict[str, str]]:
    assert SHARED is not None
    return read_csv(SHARED / "data" / name)


def plan(*metrics: str, weights: str, time_unit: str = "day") -> str:
    head = HEAD.format(
        control=weights.split(":", maxsplit=1)[0],
        weights=weights,
        as_of=ANCHOR.date(),
        time_unit=time_unit,
    )
    return head + "".join(f"  - {{{metric}}}\n" for metric in metrics)


Subject = tuple[str, str, int, bool, Mapping[str, object]]


def followed(
    subjects: Iterable[Subject],
) -> dict[str, list[dict[str, object]]]:
    """Turn (id, variant, days, churned, covariates) into assignments and churn."""
    assignments: list[dict[str, object]] = []
    churn: list[dict[str, object]] = []
    for unit, variant, days, churned, covariates in subjects:
        row = {"unit_id": unit, "variant": variant, "assigned_at": day(days), **covariates}
        assignments.append(row)
        if churned:
            churn.append({"customer_id": unit, "churned_at": day(0)})
    return {"assignments": assignments, "churn": churn}


def telco() -> list[dict[str, str]]:
    return data("telco_ibm_7043.csv")


def test_month_to_month_customers_of_telco_stay_34_months_in_the_median(tmp_path: Path) -> None:
    rows = [
        row
        for row in telco()
        if row["Contract"] == "Month-to-month" and row["InternetService"] != "No"
    ]
    subjects: list[Subject] = [
        (row["customerID"], "all", 30 * int(row["tenure"]), row["Churn"] == "Yes", {})
        for row in rows
    ]

    document = analyze(
        tmp_path,
        plan(
            "key: kept, role: primary, kind: time_to_event, source: churn, horizon: 60",
            weights="all: 9999, nobody: 1",
            time_unit="month",
        ),
        **followed(subjects),
    )

    assert document["arms"][0]["n_eligible"] == 3351
    (curve,) = [curve for curve in document["curves"] if curve["variant"] == "all"]
    assert sum(point["events"] for point in curve["points"]) == 1556
    survival = {point["at"]: round(point["value"], 4) for point in curve["points"]}
    assert {at: survival[at] for at in (6, 12, 24, 48, 60)} == {
        6: 0.7803,
        12: 0.6950,
        24: 0.5753,
        48: 0.3872,
        60: 0.2890,
    }
    assert estimate(document, quantity="median_survival", variant="all")["value"] == 34


def test_technical_support_keeps_the_customers_of_telco(tmp_path: Path) -> None:
    subjects: list[Subject] = [
        (
            row["customerID"],
            "with_support" if row["TechSupport"] == "Yes" else "without",
            30 * int(row["tenure"]),
            row["Churn"] == "Yes",
            {"contract": row["Contract"]},
        )
        for row in telco()
        if row["TechSupport"] in {"Yes", "No"}
    ]

    document = analyze(
        tmp_path,
        plan(
            "key: kept, role: primary, kind: time_to_event, source: churn, horizon: 60",
            weights="without: 6296, with_support: 3704",
            time_unit="month",
        )
        + "segments: [contract]\n",
        **followed(subjects),
    )

    log_rank = estimate(document, quantity="log_rank")
    assert log_rank["statistic"] == pytest.approx(639.350, abs=5e-4)
    hazard = estimate(document, quantity="hazard_ratio", method="cox")
    assert hazard["value"] == pytest.approx(0.2286, abs=5e-5)
    assert hazard["ci_low"] == pytest.approx(0.2019, abs=5e-5)
    assert hazard["ci_high"] == pytest.approx(0.2588, abs=5e-5)
    months = {
        variant: estimate(document, quantity="rmst", variant=variant)["value"]
        for variant in ("with_support", "without")
    }
    assert months["with_support"] == pytest.approx(54.425, abs=5e-4)
    assert months["without"] == pytest.approx(38.475, abs=5e-4)
    assert {row["segment"] for row in document["estimates"]} == {
        "all",
        "contract=Month-to-month",
        "contract=One year",
        "contract=Two year",
    }


ROSSI = ("age", "race", "wexp", "mar", "paro", "prio")


def rossi(tmp_path: Path, covariates: str) -> dict[str, Any]:
    subjects: list[Subject] = [
        (
            str(number),
            "aid" if row["fin"] == "1" else "none",
            7 * int(row["week"]),
            row["arrest"] == "1",
            {name: row[name] for name in ROSSI},
        )
        for number, row in enumerate(data("rossi_recidivism_rct_432.csv"))
    ]
    metric = "key: free, role: primary, kind: time_to_event, source: churn, horizon: 52"
    text = plan(metric + covariates, weights="none: 5000, aid: 5000", time_unit="week")
    return analyze(tmp_path, text, **followed(subjects))


def test_financial_aid_and_six_covariates_explain_rossis_arrests(tmp_path: Path) -> None:
    numeric = ", ".join(f"{{name: {name}, kind: numeric}}" for name in ROSSI)

    document = rossi(tmp_path, f", covariates: [{numeric}]")

    aid = estimate(document, quantity="hazard_ratio", method="cox_adjusted")
    assert log(aid["value"]) == pytest.approx(-0.3794, abs=5e-5)
    assert aid["std_error"] == pytest.approx(0.1914, abs=5e-5)
    model = estimate(document, quantity="likelihood_ratio", df=7)
    assert model["statistic"] == pytest.approx(33.266, abs=5e-4)


def test_financial_aid_alone_is_at_the_edge_of_chance(tmp_path: Path) -> None:
    log_rank = estimate(rossi(tmp_path, ""), quantity="log_rank")

    assert log_rank["statistic"] == pytest.approx(3.8376, abs=5e-5)
    assert log_rank["p_value"] == pytest.approx(0.0501, abs=5e-5)


def test_fluorouracil_delays_recurrence_in_the_colon_trial(tmp_path: Path) -> None:
    names = {"Obs": "obs", "Lev": "lev", "Lev+5FU": "lev_5fu"}
    subjects: list[Subject] = [
        (row["id"], names[row["rx"]], int(row["time"]), row["status"] == "1", {})
        for row in data("colon_3arm_rct_929x2.csv")
        if row["etype"] == "1"
    ]

    document = analyze(
        tmp_path,
        plan(
            "key: free, role: primary, kind: time_to_event, source: churn, horizon: 1095",
            weights="obs: 3334, lev: 3333, lev_5fu: 3333",
        ),
        **followed(subjects),
    )

    log_rank = estimate(document, quantity="log_rank", variant="")
    assert (log_rank["df"], log_rank["statistic"]) == (2, pytest.approx(23.0617, abs=5e-5))
    hazards = {
        variant: [
            round(
                estimate(document, quantity="hazard_ratio", method="cox", variant=variant)[column],
                3,
            )
            for column in ("value", "ci_low", "ci_high")
        ]
        for variant in ("lev", "lev_5fu")
    }
    assert hazards == {"lev": [0.985, 0.799, 1.215], "lev_5fu": [0.599, 0.475, 0.756]}
    survival = {
        variant: round(
            estimate(document, quantity="survival_probability", variant=variant, at=1095)["value"],
            4,
        )
        for variant in ("obs", "lev", "lev_5fu")
    }
    assert survival == {"obs": 0.5105, "lev": 0.5071, "lev_5fu": 0.6564}


def test_training_raised_lalondes_earnings_by_1794_dollars(tmp_path: Path) -> None:
    rows = data("lalonde_nsw_rct_445.csv")
    assignments = [
        {
            "unit_id": str(number),
            "variant": "trained" if row["treat"] == "1" else "untrained",
            "assigned_at": day(0),
        }
        for number, row in enumerate(rows)
    ]
    observations = [
        {"unit_id": str(number), "metric": "earnings_1978", "value": row["re78"]}
        for number, row in enumerate(rows)
    ]

    document = analyze(
        tmp_path,
        plan(
            "key: earnings, role: primary, kind: mean, source: observations.earnings_1978",
            weights="untrained: 5843, trained: 4157",
        ),
        assignments=assignments,
        observations=observations,
    )

    difference = estimate(document, quantity="mean_difference")
    assert difference["value"] == pytest.approx(1794.34, abs=5e-3)
    assert difference["statistic"] == pytest.approx(2.674, abs=5e-4)
    assert difference["ci_low"] == pytest.approx(474, abs=0.5)
    assert difference["ci_high"] == pytest.approx(3115, abs=0.5)


def test_an_incentive_brought_thorntons_people_to_their_results(tmp_path: Path) -> None:
    """Of the rows that tell of the incentive, the result and the village."""
    rows = [
        (str(number), row)
        for number, row in enumerate(data("thornton_incentive_rct_4820.csv"))
        if row["any"] and row["got"] and row["villnum"]
    ]
    assignments = [
        {
            "unit_id": number,
            "variant": "incentive" if float(row["any"]) else "none",
            "assigned_at": day(0),
        }
        for number, row in rows
    ]
    observations = [
        {"unit_id": number, "metric": "got", "value": row["got"]} for number, row in rows
    ]

    document = analyze(
        tmp_path,
        plan(
            "key: got, role: primary, kind: proportion, source: observations.got",
            weights="none: 2219, incentive: 7781",
        ),
        assignments=assignments,
        observations=observations,
    )

    without = estimate(document, quantity="proportion", variant="none")
    assert round(without["value"], 4) == 0.3387
    difference = estimate(document, quantity="proportion_difference")
    assert round(difference["value"], 3) == 0.452
