"""What the unit cannot identify is said to be so, and never to be nothing."""

from dataclasses import replace
from datetime import date

import pytest

from experiments.plan.document import Direction, Kind, Metric, Plan, Role, Source, Table, Unit
from impact.analysis.answer import answer
from impact.analysis.estimates import Analysis, Check, CheckStatus, Estimate, Verdict
from impact.analysis.evaluate import evaluate
from impact.analysis.identification import decide_identified, identified_only
from impact.analysis.sufficient import ArmMoments
from tests.impact.analysis.building import (
    AHEAD,
    AS_OF,
    PAST,
    RETENTION,
    SPEND,
    full_plan,
    moments_of,
    plan_of,
    statistics_of,
)
from tests.impact.analysis.deciding import BETTER, BROKEN, SOUND, WORSE

WAIT = Metric(
    key="wait",
    role=Role.GUARDRAIL,
    kind=Kind.MEAN,
    source=Source(table=Table.CONTACTS, column="wait_seconds"),
    unit="second",
    window=30,
    direction=Direction.DECREASE,
    margin=5.0,
)
NOTE = "not identified: all variants wait in the same queue"


def analysed(plan: Plan) -> Analysis:
    """Analyse waits that are as alike as those of one queue are."""
    waits = tuple(
        ArmMoments(variant=arm, moments=moments_of(("y",), [[9.0], [11.0]] * 200))
        for arm in plan.variants
    )
    statistics = statistics_of()
    moments = {**statistics.moments, "wait": waits}
    return evaluate(plan, replace(statistics, moments=moments), as_of=AS_OF)


def rows(analysis: Analysis, metric: str) -> dict[str, Estimate]:
    return {row.quantity: row for row in analysis.estimates if row.metric == metric}


def interference(analysis: Analysis) -> Check:
    return next(check for check in analysis.checks if check.name == "interference")


def test_a_shared_queue_has_waits_but_no_effect_on_them() -> None:
    analysis = analysed(plan_of(RETENTION, WAIT))

    found = rows(analysis, "wait")
    assert found["mean"].value == 10.0
    effect = found["mean_difference"]
    assert (effect.value, effect.ci_low, effect.ci_high, effect.p_value) == (None,) * 4
    assert effect.note == NOTE
    assert (effect.n_variant, effect.n_baseline) == (400, 400)
    assert found["relative_difference"].note == NOTE
    assert interference(analysis).status is CheckStatus.WARN
    assert "No difference is no proof of no harm." in interference(analysis).message


def test_everything_else_of_the_report_stands() -> None:
    with_waits, without = analysed(plan_of(RETENTION, WAIT)), analysed(plan_of(RETENTION))

    assert rows(with_waits, "retention") == rows(without, "retention")
    assert interference(without).status is CheckStatus.PASS
    assert "is in none of these results" in interference(without).message


def test_a_plan_may_say_that_variants_do_not_wait_together() -> None:
    analysis = analysed(plan_of(RETENTION, WAIT, shared_queue=False))

    assert rows(analysis, "wait")["mean_difference"].value == 0.0
    assert "interference" not in {check.name for check in analysis.checks}


def test_rows_that_only_abandoned_contacts_count_for_are_about_waiting_too() -> None:
    left = replace(WAIT, source=Source(table=Table.CONTACTS, where=(("abandoned", "true"),)))

    assert rows(analysed(plan_of(RETENTION, left)), "wait")["mean_difference"].note == NOTE


@pytest.mark.parametrize("planned_end", [PAST, AHEAD])
def test_a_primary_metric_that_is_not_identified_has_no_answer_at_any_time(
    planned_end: date,
) -> None:
    plan = replace(full_plan(), unit=Unit.CONTACT)
    plan = replace(plan, looks=replace(plan.looks, planned_end=planned_end))

    analysis = analysed(plan)

    assert analysis.decision.verdict is Verdict.NOT_IDENTIFIED
    assert "Randomise each customer." in analysis.decision.reasons[0]
    assert "no effect" not in answer(plan, analysis)
    assert "customers meet several variants" in answer(plan, analysis)


def test_money_that_follows_customers_is_not_identified_by_contact() -> None:
    analysis = analysed(replace(full_plan(), unit=Unit.CONTACT))

    assert rows(analysis, "net_value")["net_value"].value is None
    assert rows(analysis, "revenue")["mean_difference"].value is None
    assert rows(analysis, "handling_cost")["mean_difference"].value is not None


def test_a_guardrail_that_nobody_can_see_does_not_let_a_policy_ship() -> None:
    plan = plan_of(RETENTION, WAIT)

    better = decide_identified(plan, (BETTER,), SOUND, look=None)
    worse = decide_identified(plan, (WORSE,), SOUND, look=None)

    assert better.verdict is Verdict.NOT_IDENTIFIED
    assert "No difference is no proof of no harm." in better.reasons[-1]
    assert worse.verdict is Verdict.DO_NOT_SHIP


def test_a_broken_split_is_said_first() -> None:
    plan = replace(plan_of(RETENTION), unit=Unit.CONTACT)

    assert "broken" in decide_identified(plan, (BETTER,), BROKEN, look=None).reasons[0]


def test_interim_rows_stay_marked() -> None:
    row = Estimate(
        metric="wait", kind="mean", method="welch", quantity="mean_difference", look=1, value=0.1
    )

    (found,) = identified_only(plan_of(RETENTION, WAIT), (row,))

    assert (found.value, found.look, found.note) == (None, 1, f"interim; {NOTE}")


def test_what_a_customer_test_can_see_is_left_alone() -> None:
    plan = plan_of(RETENTION, SPEND)
    estimates = (BETTER, WORSE)

    assert identified_only(plan, estimates) is estimates
