"""What only a time to event can be asked for, read from a plan."""

from dataclasses import replace

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import canonical_text, plan_sha256
from experiments.plan.document import Metric, Plan
from experiments.plan.reading import read_plan
from experiments.plan.time_to_event import (
    AtRisk,
    Extrapolation,
    ExtrapolationModel,
    FlemingHarrington,
    RiskColumn,
    TimeToEvent,
)

PLAN = """\
key: calm
unit: customer
control: a
weights: {a: 5000, b: 5000}
metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 14%s}]
"""


def plan(fields: str = "") -> Plan:
    return read_plan(PLAN % (f", {fields}" if fields else ""))


def asked(fields: str) -> TimeToEvent:
    found = plan(fields).primary.time_to_event
    assert found is not None
    return found


def without(metric: Metric) -> Metric:
    return replace(metric, time_to_event=None)


def refused(fields: str) -> list[str]:
    with pytest.raises(InvalidPlan) as refusal:
        plan(fields)
    return [violation.field for violation in refusal.value.violations]


def test_robust_errors_are_asked_for_by_one_word() -> None:
    assert asked("robust: true").robust
    assert plan("robust: false").primary.time_to_event is None


def test_the_weights_of_a_log_rank_test_are_fixed_in_the_plan() -> None:
    weights = asked("log_rank_weights: {rho: 0, gamma: 1.5}").log_rank_weights

    assert weights == FlemingHarrington(rho=0, gamma=1.5)
    assert asked("log_rank_weights: {rho: 1}").log_rank_weights == FlemingHarrington(rho=1, gamma=0)


def test_causes_that_compete_are_named() -> None:
    assert asked("causes: [voluntary, involuntary]").causes == ("voluntary", "involuntary")


def test_time_at_risk_is_read_from_dates_of_the_customers_file() -> None:
    both = asked("at_risk: {from: [at_risk_from, observed_from]}").at_risk
    window = asked("at_risk: {from: renewal_at, for: 30}").at_risk

    assert both == AtRisk(columns=(RiskColumn.AT_RISK_FROM, RiskColumn.OBSERVED_FROM))
    assert window == AtRisk(columns=(RiskColumn.RENEWAL_AT,), days=30)


def test_extrapolation_names_how_far_and_three_models_at_least() -> None:
    everything = asked("extrapolation: {to: 365}").extrapolation
    some = asked("extrapolation: {to: 365, models: [spline, weibull, log_normal]}").extrapolation

    assert everything == Extrapolation(to=365, models=tuple(ExtrapolationModel))
    assert some is not None
    assert [model.value for model in some.models] == ["weibull", "log_normal", "spline"]


def test_causes_are_refused_where_the_source_keeps_one() -> None:
    text = PLAN % ", causes: [voluntary]"
    text = text.replace("source: churn", "source: {table: churn, where: {reason: voluntary}}")

    with pytest.raises(InvalidPlan) as refusal:
        read_plan(text)

    assert [found.field for found in refusal.value.violations] == ["metrics[1].causes"]


@pytest.mark.parametrize(
    "fields",
    [
        "robust: true",
        "log_rank_weights: {gamma: 1}",
        "causes: [voluntary]",
        "at_risk: {from: renewal_at}",
    ],
)
def test_what_is_asked_for_is_locked_and_silence_leaves_old_locks_alone(fields: str) -> None:
    bare, further = plan(), plan(fields)

    assert "time_to_event" not in canonical_text(bare).replace('"kind":"time_to_event"', "")
    assert plan_sha256(further) != plan_sha256(bare)
    assert plan_sha256(replace(further, metrics=(without(further.primary),))) == plan_sha256(bare)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ("robust: perhaps", "metrics[1].robust"),
        ("log_rank_weights: {rho: 0, gamma: 0}", "metrics[1].log_rank_weights.rho"),
        ("log_rank_weights: {rho: -1}", "metrics[1].log_rank_weights.rho"),
        ("log_rank_weights: {gamma: 6}", "metrics[1].log_rank_weights.gamma"),
        ("log_rank_weights: {gamma: 1, delta: 1}", "metrics[1].log_rank_weights.delta"),
        ("log_rank_weights: late", "metrics[1].log_rank_weights"),
        ("causes: [voluntary, voluntary]", "metrics[1].causes"),
        ("at_risk: {for: 3}", "metrics[1].at_risk.from"),
        ("extrapolation: {}", "metrics[1].extrapolation.to"),
        ("extrapolation: {to: 365, models: [weibull, spline]}", "metrics[1].extrapolation.models"),
        ("extrapolation: {to: 365, models: [gompertz]}", "metrics[1].extrapolation.models"),
        ("at_risk: {from: churned_at}", "metrics[1].at_risk.from"),
        ("at_risk: {from: renewal_at, for: 0}", "metrics[1].at_risk.for"),
        ("causes: {voluntary: 1}", "metrics[1].causes"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(fields: str, place: str) -> None:
    assert place in refused(fields)


@pytest.mark.parametrize(
    "field",
    [
        "robust: true",
        "log_rank_weights: {gamma: 1}",
        "causes: [voluntary]",
        "at_risk: {from: renewal_at}",
    ],
)
def test_other_kinds_have_no_time_to_weigh(field: str) -> None:
    text = PLAN % "" + (
        "  - {key: bill, role: secondary, kind: mean, source: revenue.amount, window: 7, "
        f"{field}}}\n"
    )
    text = text.replace("metrics: [{", "metrics:\n  - {").replace("horizon: 14}]", "horizon: 14}")

    with pytest.raises(InvalidPlan) as refusal:
        read_plan(text)

    assert [found.field for found in refusal.value.violations] == [
        f"metrics[2].{field.split(':', maxsplit=1)[0]}"
    ]
