"""Plans read from YAML: what comes out, and what is refused by line, key, value and rule."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from experiments.errors import InvalidPlan, Violation
from experiments.plan.canonical import canonical_text, plan_sha256
from experiments.plan.compliance import Compliance
from experiments.plan.document import (
    Aggregate,
    Covariate,
    CovariateKind,
    Cuped,
    Direction,
    ExchangeRate,
    Kind,
    Maturity,
    Plan,
    Role,
    Source,
    Table,
    TimeUnit,
    Unit,
)
from experiments.plan.family import Family
from experiments.plan.reading import read_plan
from experiments.plan.template import EXAMPLE, plan_text

HEAD = """\
key: calm
unit: customer
control: a
weights: {a: 5000, b: 5000}
"""
PRIMARY = "metrics: [{key: kept, role: primary, kind: time_to_event, source: churn}]\n"


def with_metric(fields: str) -> str:
    return HEAD + "metrics:\n  - {key: m, role: primary, " + fields + "}\n"


def violations(text: str) -> tuple[Violation, ...]:
    with pytest.raises(InvalidPlan) as refusal:
        read_plan(text)
    return refusal.value.violations


def refused(text: str) -> list[tuple[str, int | None]]:
    return [(violation.field, violation.line) for violation in violations(text)]


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


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("week", TimeUnit(name="week", days=7)),
        ("month", TimeUnit(name="month", days=30)),
        ("day", TimeUnit()),
        ("{name: sprint, days: 14}", TimeUnit(name="sprint", days=14)),
    ],
)
def test_lengths_are_given_in_the_time_unit_and_kept_in_days(written: str, unit: TimeUnit) -> None:
    text = f"{HEAD}time_unit: {written}\n" + (
        "metrics:\n"
        "  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 3}\n"
        "  - {key: calls, role: secondary, kind: mean, source: contacts, window: 2,\n"
        "     adjustment: {pre_window: 1}}\n"
        "economics: {currency: EUR, window: 4}\n"
    )

    plan = read_plan(text)

    assert plan.time_unit == unit
    assert plan.primary.horizon == 3 * unit.days
    assert plan.metric("calls").window == 2 * unit.days
    assert plan.metric("calls").adjustment == Cuped(pre_window=int(unit.days))
    assert plan.economics is not None
    assert plan.economics.window == 4 * unit.days


def test_a_year_may_have_a_quarter_of_a_day_more_and_a_horizon_lie_between_two_days() -> None:
    text = f"{HEAD}time_unit: {{name: year, days: 365.25}}\n" + (
        "metrics:\n"
        "  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 10}\n"
    )

    plan = read_plan(text)

    assert plan.time_unit == TimeUnit(name="year", days=365.25)
    assert plan.primary.horizon == 3652.5
    assert "3652.5" in canonical_text(plan)


def test_a_whole_number_of_days_is_written_without_a_point() -> None:
    plan = read_plan(
        f"{HEAD}time_unit: {{name: month, days: 30.0}}\n"
        "metrics:\n"
        "  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 6.0}\n"
    )

    assert '"horizon":180,' in canonical_text(plan)


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        (
            "kind: mean, source: contacts, window: 7",
            Source(table=Table.CONTACTS, aggregate=Aggregate.COUNT),
        ),
        (
            "kind: mean, source: contacts.handle_seconds, window: 7",
            Source(table=Table.CONTACTS, column="handle_seconds"),
        ),
        (
            "kind: mean, source: surveys.csat, window: 7",
            Source(table=Table.SURVEYS, column="csat", aggregate=Aggregate.MEAN),
        ),
        (
            "kind: mean, source: observations.earnings",
            Source(table=Table.OBSERVATIONS, column="earnings", aggregate=Aggregate.MEAN),
        ),
        (
            "kind: proportion, source: contacts.abandoned, window: 7",
            Source(table=Table.CONTACTS, column="abandoned", aggregate=Aggregate.ANY),
        ),
        (
            "kind: mean, window: 7, source: {table: contacts, column: talk_seconds,"
            " aggregate: mean, where: {queue: billing, channel: voice}}",
            Source(
                table=Table.CONTACTS,
                column="talk_seconds",
                aggregate=Aggregate.MEAN,
                where=(("channel", "voice"), ("queue", "billing")),
            ),
        ),
    ],
)
def test_a_source_has_a_short_and_a_long_form(fields: str, source: Source) -> None:
    assert read_plan(with_metric(fields)).primary.source == source


@pytest.mark.parametrize(
    "fields",
    [
        "source: contacts.handle_seconds, denominator: contacts.handled",
        "source: {numerator: contacts.handle_seconds, denominator: contacts.handled}",
    ],
)
def test_a_ratio_names_both_parts_in_either_form(fields: str) -> None:
    metric = read_plan(with_metric(f"kind: ratio, window: 7, {fields}")).primary

    assert metric.kind is Kind.RATIO
    assert metric.source == Source(table=Table.CONTACTS, column="handle_seconds")
    assert metric.denominator == Source(table=Table.CONTACTS, column="handled")
    assert metric.unit == "second"


def test_churning_is_bad_unless_the_plan_says_otherwise() -> None:
    assert read_plan(
        with_metric("kind: proportion, source: churn, window: 9")
    ).primary.direction is (Direction.DECREASE)


def test_words_that_yaml_makes_truths_and_numbers_of_stay_words() -> None:
    text = HEAD.replace("a: 5000", "no: 5000").replace("control: a", "control: no") + PRIMARY

    plan = read_plan(text + "segments: [on, 0012]\n")

    assert plan.control == "no"
    assert plan.segments == ("on", "0012")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-06-30", datetime(2026, 6, 29, 22, tzinfo=UTC)),
        ("2026-06-30T10:00:00+02:00", datetime(2026, 6, 30, 8, tzinfo=UTC)),
        ("'2026-06-30 10:00:00Z'", datetime(2026, 6, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_date_starts_in_the_plans_zone(text: str, instant: datetime) -> None:
    plan = read_plan(f"{HEAD}timezone: Europe/Berlin\nas_of: {text}\n{PRIMARY}")

    assert plan.as_of == instant


def test_every_broken_rule_is_told_at_once_with_its_line() -> None:
    text = (
        "key: Calm!\n"
        "unit: household\n"
        "control: c\n"
        "weights: {a: 5000, b: 4000}\n"
        "timezone: Mars/Olympus\n"
        "as_of: 2026-06-30T10:00:00\n"
        "colour: red\n"
        "metrics:\n"
        "  - key: m\n"
        "    role: main\n"
        "    kind: mean\n"
        "    source: calls\n"
    )

    assert refused(text) == [
        ("key", 1),
        ("unit", 2),
        ("control", 3),
        ("weights", 4),
        ("timezone", 5),
        ("as_of", 6),
        ("colour", 7),
        ("metrics[1].window", 9),
        ("metrics[1].role", 10),
        ("metrics[1].source", 12),
    ]


def test_a_violation_names_the_value_and_the_rule() -> None:
    (violation,) = violations(HEAD.replace("b: 5000", "b: 4000") + PRIMARY)

    assert str(violation) == "line 4: weights = a sum of 9000: must sum to 10000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n# only a remark\n",
        "just words",
        "- a\n- b\n",
        "key: [unclosed",
        "key: a\nkey: b\n",
        "key: &anchor a\ntitle: *anchor\n",
        "key: !!python/object:os.system a\n",
        "key: a\n---\nkey: b\n",
        "key: a\x00b\n",
        "{[a]: b}",
        "a: " + "[" * 40 + "]" * 40,
        "k: " + "a" * 300_000,
        "\tkey: a",
    ],
)
def test_what_is_no_single_plain_document_is_refused(text: str) -> None:
    assert violations(text)


def test_a_duplicate_key_names_both_lines() -> None:
    (violation,) = violations(HEAD + "key: calm\n" + PRIMARY)

    assert (violation.field, violation.line) == ("key", 5)
    assert "line 1" in violation.rule


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ("kind: quantile, source: contacts.wait_seconds, window: 7", "quantile"),
        ("kind: mean, source: revenue.amount, horizon: 70, cluster: team", "cluster"),
        ("kind: time_to_event, source: churn, cluster: served_variant", "cluster"),
        ("kind: mean, source: contacts, window: 7, crossed_with: agent_id", "crossed_with"),
        ("kind: mean, source: revenue.amount, window: 7, winsorising: 0.99", "winsorising"),
        ("kind: time_to_event, source: churn, window: 7", "window"),
        ("kind: mean, source: revenue.amount, window: 7, horizon: 7", "horizon"),
        ("kind: mean, source: revenue.amount, window: 0", "window"),
        ("kind: mean, source: revenue.amount, window: 0.5", "window"),
        ("kind: mean, source: revenue.amount, window: -3", "window"),
        ("kind: mean, source: revenue.profit, window: 7", "source"),
        ("kind: mean, source: churn, window: 7", "source"),
        ("kind: time_to_event, source: contacts", "source"),
        ("kind: mean, source: observations", "source"),
        ("kind: ratio, source: contacts.handle_seconds, window: 7", "denominator"),
        ("kind: mean, source: contacts, denominator: contacts, window: 7", "denominator"),
        ("kind: time_to_event, source: churn, strata: [resolved]", "strata"),
        ("kind: time_to_event, source: churn, strata: [s, s]", "strata"),
        ("kind: time_to_event, source: churn, strata: [s], covariates: [s]", "strata"),
        ("kind: time_to_event, source: churn, covariates: [served_variant]", "covariates"),
        ("kind: time_to_event, source: churn, covariates: [s, s]", "covariates"),
        ("kind: time_to_event, source: churn, margin: 0.9", "margin"),
        ("kind: mean, source: contacts, window: 7, margin: -1", "margin"),
        ("kind: mean, source: contacts, window: 7, covariates: [s]", "covariates"),
        ("kind: proportion, source: churn, window: 7, adjustment: {pre_window: 7}", "adjustment"),
        ("kind: mean, source: contacts, window: 7, adjustment: {}", "adjustment.method"),
        (
            "kind: mean, source: contacts, window: 7, adjustment: {pre_window: 7, covariate: x}",
            "adjustment.method",
        ),
        (
            "kind: mean, source: contacts, window: 7, adjustment: {method: lasso, covariate: x}",
            "adjustment.method",
        ),
        (
            "kind: time_to_event, source: churn, covariates: [{name: x, kind: bins}]",
            "covariates[1].edges",
        ),
        (
            "kind: time_to_event, source: churn,"
            " covariates: [{name: x, kind: bins, edges: [3, 1]}]",
            "covariates[1].edges",
        ),
        ("kind: mean, source: {table: contacts, aggregate: any}, window: 7", "source.aggregate"),
        ("kind: mean, source: {table: contacts, aggregate: sum}, window: 7", "source.aggregate"),
    ],
)
def test_a_metric_that_cannot_be_computed_is_refused_by_name(fields: str, field: str) -> None:
    assert (f"metrics[1].{field}", 6) in refused(with_metric(fields))


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("segments: [csat]", "segments"),
        ("segments: [a, a]", "segments"),
        ("looks: {rule: now_and_then, planned_end: 2026-12-31}", "looks.rule"),
        ("looks: {planned_end: soon}", "looks.planned_end"),
        ("looks: {number: 5, planned_end: 2026-12-31}", "looks.number"),
        ("looks: [2026-10-31, 2026-12-31]", "looks"),
        ("looks: 5", "looks"),
        ("looks: []", "looks"),
        ("compliance: {unit: minute}", "compliance.received"),
        ("compliance: {received: taken, dose_unit: minute}", "compliance.dose_unit"),
        ("compliance: {dose: length, dose_unit: hour}", "compliance.dose_unit"),
        ("compliance: []", "compliance"),
        ("compliance: tone\nsegments: [tone]", "compliance"),
        ("segments: [handle_minutes]", "segments"),
        ("switchback: window_id", "switchback"),
        ("switchback: {burn_in: -1}", "switchback.burn_in"),
        ("switchback: []", "switchback"),
        ("saturation: share", "saturation"),
        ("confidence_level: 95", "confidence_level"),
        ("time_unit: fortnight", "time_unit"),
        ("time_unit: {name: week}", "time_unit.days"),
        ("time_unit: {name: moment, days: 0.5}", "time_unit.days"),
        ("time_unit: {name: age, days: many}", "time_unit.days"),
        ("families: {f: [nothing]}", "families.f"),
        ("families: {f: [kept], g: [kept]}", "families.g"),
        ("economics: {currency: euro}", "economics.currency"),
        (
            "economics: {currency: EUR, cost_per_handle_minute: -1}",
            "economics.cost_per_handle_minute",
        ),
        ("economics: {currency: EUR, discount: 0.1}", "economics.discount"),
        (
            "economics: {currency: EUR, exchange_rates: [{currency: USD, rate: 0.9}]}",
            "economics.exchange_rates[1].on",
        ),
        (
            "economics: {currency: EUR,"
            " exchange_rates: [{currency: USD, on: 2026-01-01, rate: 0}]}",
            "economics.exchange_rates[1].rate",
        ),
        ("title: 'bell \\a'\ntitles: x", "titles"),
    ],
)
def test_a_field_out_of_its_rule_is_refused_by_name(lines: str, field: str) -> None:
    assert field in [violation.field for violation in violations(HEAD + PRIMARY + lines + "\n")]


@pytest.mark.parametrize("second", ["primary", "secondary"])
def test_a_plan_has_exactly_one_primary(second: str) -> None:
    metric = "{{key: m{0}, role: {1}, kind: mean, source: contacts, window: 7}}"
    first = "primary" if second == "primary" else "guardrail"
    text = f"{HEAD}metrics: [{metric.format(1, first)}, {metric.format(2, second)}]\n"

    assert refused(text) == [("metrics", 5)]


def test_an_agent_bears_no_churn() -> None:
    assert refused(HEAD.replace("customer", "agent") + PRIMARY) == [("metrics[1].source", 5)]


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


@pytest.mark.parametrize(
    "written",
    ["2026-12-31", "[2026-12-31]", "{number: 1, rule: fixed, planned_end: 2026-12-31}"],
)
def test_the_one_look_may_be_written_as_a_date(written: str) -> None:
    assert read_plan(f"{HEAD}looks: {written}\n{PRIMARY}").looks.planned_end == date(2026, 12, 31)


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


def test_what_no_release_computes_is_not_offered() -> None:
    with pytest.raises(InvalidPlan) as refusal:
        read_plan(f"{HEAD}kee: calm\n{PRIMARY}")

    (violation,) = refusal.value.violations
    assert "control" in violation.rule
    assert "sequential" not in violation.rule
