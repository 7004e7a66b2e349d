"""Plans that are refused: by line, key, value and rule, all at once."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import HEAD, PRIMARY, refused, violations, with_metric


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


def test_what_no_release_computes_is_not_offered() -> None:
    with pytest.raises(InvalidPlan) as refusal:
        read_plan(f"{HEAD}kee: calm\n{PRIMARY}")

    (violation,) = refusal.value.violations
    assert "control" in violation.rule
    assert "sequential" not in violation.rule
