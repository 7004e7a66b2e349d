"""Money: joint moments and cells of censored revenue give what every customer's payments give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy import stats

from impact.stats.means.lifetime_revenue import lifetime_revenue
from impact.stats.means.payments import partitioned
from tests.impact.join.tables import Row, plan_of
from tests.impact.stats.answers import estimated
from tests.impact.sufficiency.drawing import (
    CLOSE,
    JOINED,
    World,
    analysed,
    arms_of,
    columns_of,
    row_of,
    worlds,
)

HORIZON, WINDOW = 20, 10
COST = 0.75
PLAN = plan_of(
    "- {key: worth, role: primary, kind: mean, source: revenue.amount, horizon: 20}",
    head=f"economics: {{currency: EUR, cost_per_handle_minute: {COST}, window: {WINDOW}}}",
)


def drawn(world: World) -> pd.DataFrame:
    """Draw customers who leave, or go out of sight after the window, and what each paid by day."""
    rng, n = world.rng(), world.size
    left, seen = rng.geometric(0.03, n), rng.integers(WINDOW, 60, n)
    time = np.minimum(np.minimum(left, seen), HORIZON)
    paid = np.round(rng.gamma(1.0, 4.0, (n, HORIZON)) * (rng.random((n, HORIZON)) < 0.3), 2)
    number = np.arange(n)
    return pd.DataFrame(
        {
            "unit_id": [f"u{place:03}" for place in number],
            "variant": np.where(number % 2, "b", "a"),
            "churned": left <= seen,
            "left": left,
            "seen": seen,
            "time": time,
            "paid": [row * (np.arange(HORIZON) < end) for row, end in zip(paid, time, strict=True)],
            "minutes": rng.gamma(2.0, 3.0, n).round(2),
        }
    )


def day(number: int) -> str:
    return (pd.Timestamp("2026-03-01T12:00") + pd.Timedelta(days=int(number))).isoformat()


def tables_of(units: pd.DataFrame) -> dict[str, list[Row]]:
    """Return files in which a payment of day d is known at its end, before the customer leaves."""
    tables: dict[str, list[Row]] = {name: [] for name in ("revenue", "churn", "customers")}
    tables["contacts"] = [
        {
            "contact_id": unit,
            "customer_id": unit,
            "arrived_at": day(1),
            "answered_at": day(1),
            "talk_seconds": float(minutes) * 60,
        }
        for unit, minutes in zip(units["unit_id"], units["minutes"], strict=True)
    ]
    for row in units.to_dict("records"):
        unit = row["unit_id"]
        tables["revenue"] += [
            {
                "transaction_id": f"{unit}-{number}",
                "customer_id": unit,
                "occurred_at": day(number),
                "amount": f"{amount:.2f}",
                "currency": "EUR",
            }
            for number, amount in enumerate(row["paid"])
            if amount
        ]
        if row["churned"]:
            tables["churn"].append({"customer_id": unit, "churned_at": day(row["left"])})
        tables["customers"].append({"customer_id": unit, "observed_until": day(row["seen"])})
    return tables


@JOINED
@given(worlds)
def test_lifetimes_and_net_value_are_those_of_single_payments(world: World) -> None:
    units = drawn(world)
    found = analysed(PLAN, columns_of(units), **tables_of(units))

    for arm, rows in zip("ba", arms_of(units), strict=True):
        complete = rows["churned"] & (rows["left"] <= HORIZON)
        sample = partitioned(
            rows["time"], complete, np.stack(list(rows["paid"])), range(1, HORIZON + 1)
        )
        expected = estimated(lifetime_revenue(sample, level=0.95))
        row = row_of(found, "worth", "lifetime_revenue", "partitioned_weighting", variant=arm)
        assert row.value == pytest.approx(expected.value, rel=CLOSE)
        assert row.std_error == pytest.approx(expected.std_error, rel=CLOSE)
    earned = np.array([paid[:WINDOW].sum() for paid in units["paid"]])
    net = units.assign(net=earned - COST * units["minutes"])
    test = stats.ttest_ind(*(arm["net"] for arm in arms_of(net)), equal_var=False)
    row = row_of(found, "net_value", "net_value", "welch")
    assert row.p_value == pytest.approx(test.pvalue, rel=CLOSE, abs=CLOSE)
    assert row.df == pytest.approx(test.df, rel=CLOSE)
