"""A changing split must not turn a sign round: compare within versions, then average."""

from functools import cache

import numpy as np
import pytest

from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.headlines import effect_row, p_value_row
from impact.analysis.storage import dump, load
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known

PLAN = plan_of(
    "- {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 20}",
    "- {key: talk, role: secondary, kind: mean, source: contacts.talk_seconds, window: 7}",
    "- {key: solved, role: secondary, kind: proportion, source: contacts.resolved, window: 7}",
    "- {key: each, role: secondary, kind: ratio, source: contacts.talk_seconds,"
    " denominator: contacts, window: 7}",
    "- {key: adjusted, role: secondary, kind: mean, source: contacts.talk_seconds, window: 7,"
    " adjustment: {covariate: skill}}",
    "- {key: capped, role: secondary, kind: mean, source: contacts.talk_seconds, window: 7,"
    " winsorising: {cap: 70}}",
    head="economics: {currency: EUR, cost_per_handle_minute: 1, window: 7}\nsegments: [tier]",
)
TRUTHS = {"talk": -10.0, "solved": -0.1, "each": -10.0, "adjusted": -10.0}
BEGAN = {"1": "2026-03-01T10:00", "2": "2026-04-01T10:00"}
Splits = tuple[tuple[str, str, int], ...]
REVERSING: Splits = (("1", "a", 225), ("1", "b", 25), ("2", "a", 25), ("2", "b", 225))
STEADY: Splits = (("1", "a", 60), ("1", "b", 60), ("2", "a", 60), ("2", "b", 60))


def history(splits: Splits) -> tuple[list[dict[str, object]], list[Row], list[Row]]:
    """Make units by version and variant: the second month is better, the variant a little worse."""
    rng = np.random.default_rng(9)
    assigned: list[dict[str, object]] = []
    contacts: list[Row] = []
    churn: list[Row] = []
    for version, variant, n in splits:
        for place in range(n):
            unit = f"{version}{variant}{place:04}"
            good = 0.3 + 0.5 * (version == "2") - 0.1 * (variant == "b")
            skill = float(rng.normal(0, 5))
            row = {"unit_id": unit, "variant": variant, "assigned_at": BEGAN[version]}
            assigned.append(
                {**row, "version": version, "skill": f"{skill:.3f}", "tier": "pn"[place % 2]}
            )
            contacts.append(
                {
                    "contact_id": unit,
                    "customer_id": unit,
                    "arrived_at": BEGAN[version],
                    "talk_seconds": round(float(100 * good + skill + rng.normal(0, 5)), 3),
                    "resolved": bool(rng.random() < good),
                }
            )
            if rng.random() > good:
                left = f"{BEGAN[version][:8]}{2 + int(rng.integers(0, 20)):02}T12:00"
                churn.append({"customer_id": unit, "churned_at": left})
    return assigned, contacts, churn


@cache
def rows_of(splits: Splits, *, versions: bool = True) -> tuple[Estimate, ...]:
    assigned, contacts, churn = history(splits)
    kept: list[Row] = [*assigned]
    if not versions:
        kept = [{name: row[name] for name in row if name != "version"} for row in assigned]
    counted = compute(PLAN, kept, contacts=contacts, churn=churn)
    return evaluate(PLAN, load(dump(counted)), as_of=AS_OF).estimates


def effect(rows: tuple[Estimate, ...], key: str) -> Estimate:
    found = effect_row(PLAN.metric(key), "b", rows)
    assert found is not None
    return found


@pytest.mark.parametrize("key", TRUTHS)
def test_a_changing_split_does_not_turn_the_sign_round(key: str) -> None:
    pooled = effect(rows_of(REVERSING, versions=False), key)
    within = effect(rows_of(REVERSING), key)

    assert known(pooled.value) > 0 > known(within.value)
    assert within.method == ("cuped_epochs" if key == "adjusted" else "epochs")
    assert abs(known(within.value) - TRUTHS[key]) < 4 * known(within.std_error)
    assert (within.n_variant, within.n_baseline) == (250, 250)
    assert "2 versions" in within.note


def test_what_mixes_versions_loses_its_value_and_says_why() -> None:
    rows = rows_of(REVERSING)

    mixed = [row for row in rows if row.method in {"welch", "newcombe", "delta", "katz"}]
    compared = [row for row in mixed if row.baseline]
    assert {row.value for row in compared} == {None}
    assert all("split changed between versions" in row.note for row in compared)
    assert all(row.value is not None for row in rows if row.quantity == "proportion")


def test_versions_of_one_split_change_nothing() -> None:
    assert rows_of(STEADY) == rows_of(STEADY, versions=False)


def test_times_to_an_event_are_stratified_by_version() -> None:
    rows = rows_of(REVERSING)

    hazard, naive = effect(rows, "kept"), effect(rows_of(REVERSING, versions=False), "kept")
    test = p_value_row(PLAN.metric("kept"), "b", rows)
    assert known(naive.value) < 1 < known(hazard.value)
    assert test is not None
    assert test.method == "stratified_log_rank"
    differences = [row for row in rows if row.quantity == "survival_probability_difference"]
    assert {row.value for row in differences} == {None}


def money_row(rows: tuple[Estimate, ...], metric: str, method: str) -> Estimate:
    wanted = (metric, method, "all", "a")
    (row,) = (
        found
        for found in rows
        if (found.metric, found.method, found.segment, found.baseline) == wanted
    )
    return row


def test_money_is_compared_within_versions_too() -> None:
    rows, pooled = rows_of(REVERSING), rows_of(REVERSING, versions=False)

    within = money_row(rows, "handling_cost", "epochs")
    mixed, naive = (money_row(found, "handling_cost", "welch") for found in (rows, pooled))
    assert known(naive.value) > 0 > known(within.value)
    assert within.value == pytest.approx(known(effect(rows, "talk").value) / 60)
    assert (within.kind, within.unit, within.quantity) == ("money", "EUR", "mean_difference")
    assert mixed.value is None
    assert "see the row that compares within versions" in mixed.note
    absent = money_row(rows, "net_value", "welch")
    assert absent.note.startswith("no revenue given; the split changed between versions")


def test_a_winsorised_metric_is_compared_within_versions_by_its_capped_values() -> None:
    rows = rows_of(REVERSING)

    capped, plain = effect(rows, "capped"), effect(rows, "talk")
    assert "values above 70 count as that, as the plan says" in capped.note
    by_hand = capped_by_hand(70.0)
    assert capped.value == pytest.approx(by_hand)
    assert plain.value != pytest.approx(by_hand)


def capped_by_hand(cap: float) -> float:
    """Average the differences of capped means over the versions, which have as many units."""
    assigned, contacts, _ = history(REVERSING)
    talk: dict[tuple[object, object], list[float]] = {}
    for unit, contact in zip(assigned, contacts, strict=True):
        seconds = min(float(str(contact["talk_seconds"])), cap)
        talk.setdefault((unit["version"], unit["variant"]), []).append(seconds)
    differences = [np.mean(talk[version, "b"]) - np.mean(talk[version, "a"]) for version in "12"]
    return float(np.mean(differences))


def test_segments_say_that_the_split_is_why_they_are_not_compared() -> None:
    notes = {
        row.note
        for row in rows_of(REVERSING)
        if (row.metric, row.quantity) == ("talk", "interaction")
    }

    (note,) = notes
    assert "2 of 2 levels left out: the split changed between versions" in note
    assert "without enough data" not in note
