"""Sources of a metric: short, long, of two parts, and which way is good."""

import pytest

from experiments.plan.document import (
    Aggregate,
    Direction,
    Kind,
    Source,
    Table,
)
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import with_metric


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
