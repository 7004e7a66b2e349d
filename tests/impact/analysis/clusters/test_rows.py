"""Rows of clustered metrics, from rows of units: R's numbers, a published trial, few clusters."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import special

from experiments.plan.document import Plan, Unit
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.headlines import effect_row
from tests.impact.analysis.observing import rows_of
from tests.impact.join.tables import AS_OF, Row, compute, plan_of
from tests.impact.stats.answers import known
from tests.impact.stats.oracle import columns, quantity
from tests.reference import needs_reference

ASSIGNED = "2026-03-01T10:00"


def plan(fields: str, head: str = "") -> Plan:
    return plan_of("- {key: m, role: primary, cluster: team, " + fields + "}", head=head)


MEAN = plan("kind: mean, source: observations.y")


def found(rows: Sequence[Estimate], quantity: str, variant: str = "b") -> Estimate:
    (row,) = [
        row
        for row in rows
        if (row.quantity, row.variant, row.segment) == (quantity, variant, "all")
    ]
    return row


def assigned(variants: Sequence[str], teams: Sequence[str | None], **more: object) -> list[Row]:
    return [
        {
            "unit_id": f"{number:05}",
            "variant": variant,
            "assigned_at": ASSIGNED,
            "team": team,
            **{name: values[number] for name, values in more.items()},  # type: ignore[index]
        }
        for number, (variant, team) in enumerate(zip(variants, teams, strict=True))
    ]


@needs_reference
def test_few_clusters_get_cr2_and_satterthwaite_of_r() -> None:
    expected, rtol = quantity("s6_cluster", "ols_cr")
    data = columns("oracle/s6_cluster.csv")
    variants = ["ab"[int(arm)] for arm in data.text["arm"]]
    asked = plan("kind: mean, source: observations.y, adjustment: {covariate: x}")

    rows = rows_of(
        asked,
        assigned(variants, data.text["team"].tolist(), x=data.text["x"].tolist()),
        data.number("csat").tolist(),
    )

    adjusted = effect_row(asked.primary, "b", rows)
    assert adjusted is not None
    assert adjusted.method == "cuped_cr2"
    assert adjusted.value == pytest.approx(expected["coef"][1], rel=rtol)
    assert adjusted.std_error == pytest.approx(expected["se_cr2"][1], rel=rtol)
    assert adjusted.df == pytest.approx(expected["df_cr2"][1], rel=rtol)
    assert adjusted.p_value == pytest.approx(expected["p_cr2"][1], rel=rtol)
    assert "24 clusters" in adjusted.note
    assert not [row for row in rows if row.method in {"welch", "cuped"}]


@needs_reference
def test_the_incentive_trial_has_its_published_error_by_village() -> None:
    data = columns("data/thornton_incentive_rct_4820.csv")
    kept = (data.text["got"] != "") & (data.text["any"] != "")
    villages = [name or None for name in data.text["villnum"][kept].tolist()]
    variants = ["ab"[int(float(value))] for value in data.text["any"][kept]]

    rows = rows_of(
        plan("kind: proportion, source: observations.y"),
        assigned(variants, villages),
        data.number("got")[kept].tolist(),
    )

    difference = found(rows, "proportion_difference")
    assert difference.method == "cr1"
    assert round(100 * known(difference.value), 1) == 45.2
    assert round(100 * known(difference.std_error), 1) == 2.3
    assert "left out" in difference.note
    assert round(100 * known(found(rows, "proportion", "a").value), 2) == 33.87


def split_of(variants: Sequence[str], teams: Sequence[str]) -> tuple[float, str]:
    asked = plan("kind: mean, source: observations.y")
    rows = assigned(variants, teams)
    observed = [
        {"unit_id": row["unit_id"], "metric": "y", "value": 1.0 + number % 7}
        for number, row in enumerate(rows)
    ]
    analysis = evaluate(asked, compute(asked, rows, observations=observed), as_of=AS_OF)
    (check,) = [check for check in analysis.checks if check.name == "sample_ratio"]
    return known(check.p_value), check.message


def test_where_whole_teams_were_randomised_the_split_of_teams_is_checked() -> None:
    teams = [f"team {number // 30 if number < 300 else 10 + number % 10}" for number in range(900)]
    of_teams = {name: "ab"[int(name.split()[1]) // 10] for name in teams}

    p_value, message = split_of([of_teams[name] for name in teams], teams)

    assert p_value == pytest.approx(1)  # ten teams in each arm, of 300 and of 600 customers
    assert "Of 20 clusters, a got 10" in message


def test_where_customers_were_randomised_the_split_of_customers_is_checked() -> None:
    teams = [f"team {number % 20}" for number in range(900)]
    variants = ["ab"[number % 3 > 0] for number in range(900)]

    p_value, message = split_of(variants, teams)

    assert p_value < 0.001
    assert "Of 900 customers, a got 300" in message


def by_team(
    teams: int, size: int, seed: int = 5, lift: float = 1.0
) -> tuple[list[Row], list[float]]:
    """Whole teams in one arm each, with a level of their own."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(teams), size)
    treated = team % 2
    values = rng.normal(10, 1, teams)[team] + lift * treated + rng.normal(0, 1, teams * size)
    rows = assigned(["ab"[arm] for arm in treated], [f"t{name}" for name in team])
    return rows, values.tolist()


def test_a_dozen_clusters_are_tested_by_the_draw() -> None:
    rows = rows_of(MEAN, *by_team(12, 20, lift=3.0))

    difference = found(rows, "mean_difference")
    assert difference.method == "randomisation"
    assert known(difference.ci_low) < 3 < known(difference.ci_high)
    assert known(difference.p_value) * 924 == pytest.approx(round(known(difference.p_value) * 924))
    assert difference.std_error is None
    assert effect_row(MEAN.primary, "b", rows) == difference


@pytest.mark.parametrize(
    ("teams", "reason"),
    [
        (4, "6 draws of the arms are possible: too few for an interval at this level"),
        (1, "no cluster in one of the arms"),
    ],
)
def test_a_handful_of_clusters_is_refused(teams: int, reason: str) -> None:
    rows = rows_of(MEAN, *by_team(teams, 30))

    assert (found(rows, "mean_difference").value, found(rows, "mean_difference").note) == (
        None,
        reason,
    )


def test_clusters_of_which_few_carry_the_comparison_are_refused() -> None:
    teams = [f"t{number // 10}" for number in range(500)]
    variants = ["b" if team in {"t0", "t1"} else "a" for team in teams]
    values = np.random.default_rng(1).normal(0, 1, 500).tolist()

    difference = found(rows_of(MEAN, assigned(variants, teams), values), "mean_difference")

    assert difference.value is None
    assert "effective degrees of freedom, fewer than 5" in difference.note


def test_alike_units_have_a_longer_interval_than_independent_ones() -> None:
    assignments, values = by_team(50, 10)
    alone = plan_of("- {key: m, role: primary, kind: mean, source: observations.y}")

    clustered = found(rows_of(MEAN, assignments, values), "mean_difference")
    independent = found(rows_of(alone, assignments, values), "mean_difference")

    assert (clustered.method, clustered.df) == ("cr1", 49)
    assert clustered.value == pytest.approx(independent.value)
    assert known(clustered.std_error) > 2 * known(independent.std_error)


def test_segments_have_clusters_of_their_own() -> None:
    assignments, values = by_team(30, 10)
    tiers = [{**row, "tier": "pro" if number % 2 else "basic"} for number, row in
             enumerate(assignments)]  # fmt: skip
    asked = plan("kind: mean, source: observations.y", head="segments: [tier]")

    rows = rows_of(asked, tiers, values)

    assert {row.segment for row in rows if row.method == "cr2"} == {
        "all",
        "tier=basic",
        "tier=pro",
    }


def test_agents_that_were_randomised_are_clusters_of_their_contacts() -> None:
    asked = plan_of(
        "- {key: m, role: primary, kind: ratio, source: contacts.handle_seconds,"
        " denominator: contacts.handled, window: 10}"
    )
    asked = Plan(**{**{name: getattr(asked, name) for name in asked.__slots__}, "unit": Unit.AGENT})
    agents = [f"g{number:02}" for number in range(24)]
    assignments = [
        {"unit_id": agent, "variant": "ab"[place % 2], "assigned_at": ASSIGNED}
        for place, agent in enumerate(agents)
    ]
    contacts = [
        {
            "contact_id": f"{agent}-{call}",
            "customer_id": "1",
            "agent_id": agent,
            "arrived_at": "2026-03-02T10:00",
            "answered_at": "2026-03-02T10:01",
            "talk_seconds": 200.0 + 40 * (place % 2) + 7 * (place * call % 11),
        }
        for place, agent in enumerate(agents)
        for call in range(3 + place % 4)
    ]

    rows = evaluate(asked, compute(asked, assignments, contacts=contacts), as_of=AS_OF).estimates

    difference = found(rows, "ratio_difference")
    assert difference.method == "cr2"
    assert known(difference.df) < 22
    assert (difference.n_variant, difference.n_baseline) == (12, 12)


@pytest.mark.parametrize(("spread", "is_uncertain"), [(1.0, True), (0.05, False)])
def test_a_relative_difference_to_an_uncertain_control_has_the_set_of_its_difference(
    spread: float, *, is_uncertain: bool
) -> None:
    rng = np.random.default_rng(8)
    level = 50 * rng.gamma(spread**-2, spread**2, 24)
    teams = [f"team {number % 24}" for number in range(480)]
    outcome = [float(level[number % 24]) + number % 5 for number in range(480)]

    rows = rows_of(MEAN, assigned(["ab"[number % 2] for number in range(480)], teams), outcome)

    relative, difference = found(rows, "relative_difference"), found(rows, "mean_difference")
    control = known(found(rows, "mean", "a").value)
    assert relative.method == "cr2"
    assert known(relative.value) == pytest.approx(known(difference.value) / control)
    assert relative.note.endswith("standard error is more than 3% of it") == is_uncertain
    assert (relative.std_error is None) == is_uncertain
    if is_uncertain:
        assert (relative.p_value, relative.df) == (difference.p_value, difference.df)
        holds_zero = [
            known(row.ci_low) <= 0 <= known(row.ci_high) for row in (relative, difference)
        ]
        assert holds_zero[0] == holds_zero[1]


SHARE = plan("kind: proportion, source: observations.y")


def shares(teams: int, successes: Sequence[int], size: int = 40) -> tuple[list[Row], list[float]]:
    """Whole teams in one arm each, every other one treated; so many of each succeed."""
    team = np.repeat(np.arange(teams), size)
    within = np.tile(np.arange(size), teams)
    values = (within < np.asarray(successes)[team]).astype(float)
    rows = assigned(["ab"[arm] for arm in team % 2], [f"t{name}" for name in team])
    return rows, values.tolist()


def test_a_risk_ratio_of_unlike_teams_has_fiellers_set() -> None:
    few = np.array([0, 1, 0, 22, 0, 3, 0, 1, 25, 0, 2, 30, 0, 1, 0, 2, 0, 1, 0, 18, 0, 1, 1, 4])
    rows = rows_of(SHARE, *shares(24, few.tolist()))

    ratio, difference = found(rows, "risk_ratio"), found(rows, "proportion_difference")
    treated, control = few[1::2] / 40, few[::2] / 40
    edge = float(ratio.ci_set.removeprefix("[").removesuffix(", inf)"))
    apart = treated.mean() - edge * control.mean()
    error = np.sqrt((treated.var(ddof=1) + edge**2 * control.var(ddof=1)) / 12)
    assert apart / error == pytest.approx(special.stdtrit(22, 0.975), rel=1e-4)
    assert (ratio.ci_low, ratio.ci_high, ratio.std_error) == (None, None, None)
    assert (ratio.p_value, ratio.df) == (difference.p_value, difference.df)
    assert "Fieller's set: a share's standard error is more than 20% of it" in ratio.note


def test_a_risk_ratio_of_teams_alike_has_the_limits_of_its_logarithm() -> None:
    rows = rows_of(SHARE, *shares(24, [18 + number % 7 + number % 2 for number in range(24)]))

    ratio = found(rows, "risk_ratio")
    low, high = known(ratio.ci_low), known(ratio.ci_high)
    assert low * high == pytest.approx(known(ratio.value) ** 2)
    assert known(ratio.std_error) > 0
    assert "Fieller" not in ratio.note
