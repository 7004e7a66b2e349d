"""The planned end of a plan with looks: no row is tested as if nobody had looked before."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from experiments.plan.document import Covariate, CovariateKind
from experiments.plan.looks import LookRule, Looks
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.survey_response import survey_response
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from tests.impact.analysis.building import RETENTION, full_plan, statistics_of
from tests.impact.analysis.compliance.test_compliers import ASSIGNED
from tests.impact.analysis.test_surveys import PLAN as SURVEY
from tests.impact.analysis.test_surveys import answers
from tests.impact.join.tables import Row, compute
from tests.impact.join.tables import plan_of as read_plan_of
from tests.impact.stats.answers import known

END = datetime(2026, 12, 1, 12, tzinfo=UTC)
BEFORE = datetime(2026, 11, 1, 12, tzinfo=UTC)
LOOKS = Looks(
    planned_end=date(2026, 12, 1),
    rule=LookRule.POCOCK,
    dates=(date(2026, 9, 1), date(2026, 11, 1)),
    planned_units=800,
    planned_events=700,
)
RULES = [LOOKS, replace(LOOKS, rule=LookRule.CONFIDENCE_SEQUENCE, dates=())]
KEYS = ("retention", "spend", "resolved", "handle_time", "revenue_and_handling")
NUMBER = Covariate(name="age", kind=CovariateKind.NUMERIC)
NOT_AN_EFFECT = {"proportional_hazards", "interaction", "sample_ratio"}


def rows_of(looks: Looks, seed: int = 7) -> tuple[Estimate, ...]:
    retention = replace(RETENTION, covariates=(NUMBER, Covariate(name="tier")))
    plan = replace(full_plan(), looks=looks)
    plan = replace(plan, metrics=(retention, *plan.metrics[1:]))
    statistics = replace(statistics_of(seed), information=dict.fromkeys(KEYS, (300, 500)))
    return evaluate(plan, statistics, as_of=END).estimates


@pytest.mark.parametrize("looks", RULES)
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_no_effect_has_the_p_value_of_a_single_look(looks: Looks, seed: int) -> None:
    once = {_key(row): row.p_value for row in rows_of(Looks(planned_end=END.date()), seed)}

    for row in rows_of(looks, seed):
        if row.p_value is not None and row.quantity not in NOT_AN_EFFECT:
            assert row.p_value > known(once[_key(row)]), row


@pytest.mark.parametrize("looks", RULES)
def test_test_and_interval_of_a_coefficient_agree(looks: Looks) -> None:
    found = [row for seed in range(12) for row in rows_of(looks, seed)]

    coefficients = [row for row in found if row.quantity == "coefficient"]
    assert len(coefficients) == 24
    for row in coefficients:
        rejected = not known(row.ci_low) <= 0 <= known(row.ci_high)
        assert rejected == (known(row.p_value) < 0.05)


def test_a_likelihood_ratio_of_several_terms_has_no_p_value_under_looking() -> None:
    ratios = {row.method: row for row in rows_of(LOOKS) if row.quantity == "likelihood_ratio"}

    assert known(ratios["cox"].p_value) > 0
    assert ratios["cox_adjusted"].p_value is None
    assert "no p-value under looking" in ratios["cox_adjusted"].note


def test_a_drawn_test_keeps_its_p_value_at_the_end() -> None:
    plan = replace(
        read_plan_of(
            "- {key: m, role: primary, kind: mean, source: observations.y, cluster: team}"
        ),
        looks=LOOKS,
    )
    assigned: list[Row] = [
        {
            "unit_id": f"{unit:03}",
            "variant": "ab"[unit % 2],
            "assigned_at": ASSIGNED,
            "team": f"t{unit % 12}",
        }
        for unit in range(360)
    ]
    observed = [
        {"unit_id": row["unit_id"], "metric": "y", "value": float(place % 12 + 3 * (place % 2))}
        for place, row in enumerate(assigned)
    ]
    counted = compute(plan, assigned, as_of=END, observations=observed)

    rows = evaluate(replace(plan, looks=LOOKS), counted, as_of=END).estimates

    drawn = [
        row for row in rows if (row.method, row.quantity) == ("randomisation", "mean_difference")
    ]
    assert all(known(row.p_value) > 0 for row in drawn)
    assert len(drawn) == 1


def test_before_the_end_response_is_tested_by_what_holds_at_every_look() -> None:
    context = CheckContext(
        plan=SURVEY,
        counts=statistics_of().checks,
        arms=(),
        as_of=BEFORE,
        final=False,
        answers={"happy": (answers("control", 400), answers("patient", 462))},
    )

    early, final = survey_response(context), survey_response(replace(context, final=True))

    assert early is not None
    assert final is not None
    assert (early.status.value, final.status.value) == ("pass", "warn")
    assert known(early.p_value) > known(final.p_value)
    assert early.df is None


def test_before_the_end_no_note_tells_how_strong_the_first_stage_is() -> None:
    plan = replace(
        read_plan_of(
            "- {key: m, role: primary, kind: mean, source: observations.y}",
            head="compliance: {received: received}",
        ),
        looks=RULES[1],
    )
    for share in (2, 3):
        assigned: list[Row] = [
            {
                "unit_id": f"{unit:03}",
                "variant": "ab"[unit % 2],
                "assigned_at": ASSIGNED,
                "received": (unit % 2 == 1) if share == 3 and unit % share else unit % 5 == 0,
            }
            for unit in range(400)
        ]
        observed = [
            {"unit_id": row["unit_id"], "metric": "y", "value": float(place % 17)}
            for place, row in enumerate(assigned)
        ]
        counted = compute(plan, assigned, as_of=BEFORE, observations=observed)

        rows = evaluate(plan, counted, as_of=BEFORE).estimates

        assert not any("effective F" in row.note for row in rows)
        assert any(row.method == "anderson_rubin" for row in rows)


def _key(row: Estimate) -> tuple[object, ...]:
    return row.metric, row.method, row.quantity, row.segment, row.variant, row.term, row.at
