"""Plans read from YAML: what comes out."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from experiments.plan.canonical import plan_sha256
from experiments.plan.compliance import Compliance
from experiments.plan.document import (
    Aggregate,
    Covariate,
    CovariateKind,
    Cuped,
    ExchangeRate,
    Maturity,
    Plan,
    Role,
    Source,
    Table,
    Unit,
)
from experiments.plan.family import Family
from experiments.plan.reading import read_plan
from experiments.plan.template import EXAMPLE, plan_text
from tests.experiments.plan.texts import HEAD, PRIMARY, with_metric


def test_the_example_says_everything_that_a_plan_can_say() -> None:
    plan = read_plan(EXAMPLE)

    assert (plan.key, plan.unit, plan.control) == ("longer_calls", Unit.CUSTOMER, "target_300s")
    assert plan.weights == (("target_300s", 5000), ("take_time", 5000))
    assert plan.looks.planned_end == date(2026, 12, 31)
    assert plan.zone.key == "Europe/Berlin"
    assert plan.segments == ("plan_type",)
    assert plan.families == (Family(name="business", metrics=("churned_90", "revenue_90")),)
    assert plan.economics is not None
    assert plan.economics.cost_per_handle_minute == Decimal("0.80")
    assert plan.economics.exchange_rates == (
        ExchangeRate(currency="CHF", on=date(2026, 1, 1), rate=Decimal("1.06")),
    )
    assert plan.primary.covariates == (
        Covariate(name="plan_type"),
        Covariate(name="tenure_months", kind=CovariateKind.BINS, edges=(6.0, 24.0)),
    )
    assert plan.primary.strata == ("region",)
    assert plan.metric("revenue_90").adjustment == Cuped(pre_window=90)
    assert plan.metric("satisfaction").role is Role.GUARDRAIL


def test_what_is_left_out_gets_its_documented_default() -> None:
    plan = read_plan(HEAD + PRIMARY)

    assert plan == Plan(
        key="calm",
        unit=Unit.CUSTOMER,
        control="a",
        weights=(("a", 5000), ("b", 5000)),
        metrics=plan.metrics,
    )
    assert plan.primary.source == Source(table=Table.CHURN, aggregate=Aggregate.ANY)
    assert plan.primary.maturity is Maturity.COMPLETE
    assert plan.primary.unit == "day"


def test_words_that_yaml_makes_truths_and_numbers_of_stay_words() -> None:
    text = HEAD.replace("a: 5000", "no: 5000").replace("control: a", "control: no") + PRIMARY

    plan = read_plan(text + "segments: [on, 0012]\n")

    assert plan.control == "no"
    assert plan.segments == ("on", "0012")


def test_the_text_of_the_form_reads_back_whatever_the_title() -> None:
    title = 'It\'s 100% "calm": # no {yaml} & *anchors'

    plan = read_plan(
        plan_text(
            key="calm",
            title=title,
            unit="customer",
            control="a",
            weights={"a": 9000, "b": 1000},
            planned_end=date(2026, 12, 1),
            segments=["plan type"],
            timezone="Europe/Berlin",
        )
    )

    assert plan.title == title
    assert plan.weights == (("a", 9000), ("b", 1000))
    assert plan.segments == ("plan type",)
    assert plan.looks.planned_end == date(2026, 12, 1)


def test_what_a_unit_received_is_named_by_its_columns() -> None:
    dose = read_plan(f"{HEAD}compliance: {{received: heard, dose: length}}\n{PRIMARY}")

    assert read_plan(f"{HEAD}compliance: heard\n{PRIMARY}").compliance == Compliance(
        received="heard"
    )
    assert dose.compliance == Compliance(received="heard", dose="length", dose_unit="minute")
    assert plan_sha256(dose) != plan_sha256(read_plan(HEAD + PRIMARY))


def test_units_that_are_alike_are_named_by_a_column() -> None:
    plan = read_plan(with_metric("kind: time_to_event, source: churn, cluster: village"))

    assert plan.primary.cluster == "village"
    assert read_plan(HEAD + PRIMARY).primary.cluster == ""
    cleared = replace(plan.primary, cluster="")
    assert plan_sha256(replace(plan, metrics=(cleared,))) != plan_sha256(plan)
