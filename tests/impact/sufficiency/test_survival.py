"""Times to churn: counts of equal customers give what the customers one by one give.

The methods themselves are compared with R elsewhere; here each reads raw rows, one customer a row.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from numpy.typing import NDArray

from impact.analysis.estimates import Analysis
from impact.stats.survival.cause_table import cause_table
from impact.stats.survival.cox import cox
from impact.stats.survival.cox_robust import robust_errors, robust_score_test
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cumulative_incidence import cumulative_incidence, incidence_at
from impact.stats.survival.gray import gray
from impact.stats.survival.influence import influence
from impact.stats.survival.kaplan_meier import kaplan_meier, survival_at
from impact.stats.survival.log_rank import Weights, log_rank
from impact.stats.survival.proportional_hazards import proportional_hazards
from impact.stats.survival.rmst import restricted_mean
from impact.stats.survival.time_scale import TimeScale
from tests.impact.join.tables import Row, plan_of
from tests.impact.stats.answers import estimated, known
from tests.impact.sufficiency.drawing import (
    CLOSE,
    JOINED,
    World,
    analysed,
    columns_of,
    row_of,
    worlds,
)

Numbers = NDArray[Any]
HORIZON = 15
UNHAPPY, MOVED = "voluntary", "involuntary"
PLAN = plan_of(
    "- {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 15,"
    " covariates: [tier], strata: [region], robust: true, log_rank_weights: {rho: 1, gamma: 0},"
    f" causes: [{UNHAPPY}, {MOVED}]}}",
    "- {key: teams, role: secondary, kind: time_to_event, source: churn, horizon: 15,"
    " cluster: team}",
)


def drawn(world: World) -> pd.DataFrame:
    """Draw customers with heavy ties, two causes, two strata, three tiers and teams of one arm."""
    rng, n = world.rng(), 3 * world.size
    number = np.arange(n)
    left, seen = rng.geometric(0.05, n), rng.integers(HORIZON + 1, 40, n)
    churned = left <= seen
    return pd.DataFrame(
        {
            "unit_id": [f"u{place:03}" for place in number],
            "variant": np.where(number % 2, "b", "a"),
            "tier": rng.choice(["basic", "plus", "pro"], n),
            "region": rng.choice(["N", "S"], n),
            "team": [f"t{name:02}" for name in number % 44],
            "seen": seen,
            "time": np.minimum(left, seen),
            "event": churned,
            "cause": np.where(churned, rng.choice([UNHAPPY, MOVED], n), ""),
        }
    )


def day(number: int) -> str:
    return (pd.Timestamp("2026-03-01T12:00") + pd.Timedelta(days=int(number))).isoformat()


def report_of(customers: pd.DataFrame) -> Analysis:
    churn: list[Row] = [
        {"customer_id": row["unit_id"], "churned_at": day(row["time"]), "reason": row["cause"]}
        for row in customers[customers["event"]].to_dict("records")
    ]
    seen: list[Row] = [
        {"customer_id": row["unit_id"], "observed_until": day(row["seen"])}
        for row in customers.to_dict("records")
    ]
    rows = columns_of(customers, "tier", "region", "team")
    return analysed(PLAN, rows, churn=churn, customers=seen)


@JOINED
@given(worlds)
def test_a_report_of_churn_is_that_of_customers(world: World) -> None:
    customers = drawn(world)
    found = report_of(customers)

    curves_are_those_of_customers(customers, found)
    log_ranks_are_those_of_customers(customers, found)
    models_are_those_of_customers(customers, found)
    causes_are_those_of_customers(customers, found)
    teams_are_those_of_customers(customers, found)


def arrays(customers: pd.DataFrame, *names: str) -> tuple[Numbers, ...]:
    return tuple(customers[name].to_numpy() for name in names)


def sample_of(customers: pd.DataFrame, *dummies: tuple[str, str], strata: bool) -> CoxSample:
    return CoxSample(
        time=customers["time"].to_numpy(),
        event=customers["event"].to_numpy(),
        design=np.column_stack([customers[name] == label for name, label in dummies]),
        terms=tuple(f"{name}={label}" for name, label in dummies),
        stratum=customers["region"].to_numpy() if strata else None,
    )


def curves_are_those_of_customers(customers: pd.DataFrame, found: Analysis) -> None:
    for arm, own in customers.groupby("variant"):
        curve = kaplan_meier(*arrays(own, "time", "event"))
        point = estimated(survival_at(curve, HORIZON))
        row = row_of(
            found, "kept", "survival_probability", "kaplan_meier", variant=arm, at=float(HORIZON)
        )
        assert [row.value, row.std_error, row.ci_low, row.ci_high] == pytest.approx(
            [point.value, point.std_error, point.ci_low, point.ci_high], rel=CLOSE
        )
        mean = estimated(restricted_mean(curve, HORIZON))
        row = row_of(found, "kept", "rmst", "kaplan_meier", variant=arm)
        assert [row.value, row.std_error] == pytest.approx([mean.value, mean.std_error], rel=CLOSE)


def log_ranks_are_those_of_customers(customers: pd.DataFrame, found: Analysis) -> None:
    time, event, arm, region = arrays(customers, "time", "event", "variant", "region")
    for method, stratum, weights in (
        ("log_rank", None, Weights()),
        ("stratified_log_rank", region, Weights()),
        ("fleming_harrington", region, Weights(rho=1)),
    ):
        expected = estimated(log_rank(time, event, arm, stratum=stratum, weights=weights))
        row = row_of(found, "kept", "log_rank", method, variant="")
        assert row.statistic == pytest.approx(expected.statistic, rel=CLOSE, abs=CLOSE)


def models_are_those_of_customers(customers: pd.DataFrame, found: Analysis) -> None:
    arm, tiers = ("variant", "b"), (("tier", "plus"), ("tier", "pro"))
    for suffix, dummies in (("", (arm,)), ("_adjusted", (arm, *tiers))):
        sample = sample_of(customers, *dummies, strata=True)
        fit = estimated(cox(sample))
        row = row_of(found, "kept", "hazard_ratio", f"cox{suffix}")
        assert np.log(known(row.value)) == pytest.approx(fit.coefficients[0], rel=CLOSE, abs=CLOSE)
        assert row.std_error == pytest.approx(fit.std_errors[0], rel=CLOSE)
        robust = row_of(found, "kept", "hazard_ratio", f"cox{suffix}_robust")
        errors = estimated(robust_errors(sample, fit)).std_errors
        assert robust.std_error == pytest.approx(errors[0], rel=CLOSE)
        change = estimated(proportional_hazards(sample, fit, scale=TimeScale.KAPLAN_MEIER))
        row = row_of(found, "kept", "proportional_hazards", f"cox{suffix}", variant="", term="")
        assert row.statistic == pytest.approx(change.test().statistic, rel=CLOSE, abs=CLOSE)


def causes_are_those_of_customers(customers: pd.DataFrame, found: Analysis) -> None:
    time, arm, region = arrays(customers, "time", "variant", "region")
    for cause in (UNHAPPY, MOVED):
        own = (customers["cause"] == cause).to_numpy()
        other = (customers["event"] & ~own).to_numpy()
        for method, stratum in (("gray", None), ("stratified_gray", region)):
            expected = estimated(gray(time, own, other, arm, stratum=stratum))
            row = row_of(found, "kept", "gray", method, variant="", term=cause)
            assert row.statistic == pytest.approx(expected.statistic, rel=CLOSE, abs=CLOSE)
        for name, inside in customers.groupby("variant"):
            curve = cumulative_incidence(cause_table(*arrays(inside, "time", "cause")), cause)
            point = estimated(incidence_at(curve, HORIZON))
            row = row_of(
                found, "kept", "cumulative_incidence", "aalen_johansen",
                variant=name, term=cause, at=float(HORIZON),
            )  # fmt: skip
            assert [row.value, row.std_error] == pytest.approx(
                [point.value, point.std_error], rel=CLOSE
            )
        alone = customers.assign(event=own)
        fit = estimated(cox(sample_of(alone, ("variant", "b"), strata=True)))
        row = row_of(found, "kept", "hazard_ratio", "cause_specific_cox", term=cause)
        assert np.log(known(row.value)) == pytest.approx(fit.coefficients[0], rel=CLOSE, abs=CLOSE)


def teams_are_those_of_customers(customers: pd.DataFrame, found: Analysis) -> None:
    team = customers["team"].to_numpy()
    sample = sample_of(customers, ("variant", "b"), strata=False)
    errors = estimated(robust_errors(sample, estimated(cox(sample)), cluster=team)).std_errors
    row = row_of(found, "teams", "hazard_ratio", "cox_cluster_robust")
    assert row.std_error == pytest.approx(errors[0], rel=CLOSE)
    test = estimated(robust_score_test(sample, cluster=team))
    row = row_of(found, "teams", "log_rank", "cluster_robust_score", variant="")
    assert row.statistic == pytest.approx(test.statistic, rel=CLOSE, abs=CLOSE)
    variance = 0.0
    for _, own in customers.groupby("variant"):
        time, event = arrays(own, "time", "event")
        moved = influence(kaplan_meier(time, event), time, event, HORIZON)
        sums = pd.Series(moved.restricted_mean).groupby(own["team"].to_numpy()).sum()
        variance += float((sums**2).sum())
    row = row_of(found, "teams", "rmst_difference", "kaplan_meier_cluster_robust")
    assert known(row.std_error) ** 2 == pytest.approx(variance, rel=CLOSE)
