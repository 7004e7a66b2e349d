"""A quantile in a plan: of rows such as contacts, or of one number per unit."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.document import Aggregate, Kind
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import with_metric

HANDLE = "kind: quantile, source: contacts.handle_seconds, window: 90"


def test_a_quantile_is_of_every_row_unless_told() -> None:
    metric = read_plan(with_metric(f"{HANDLE}, quantile: 0.9")).primary

    assert (metric.kind, metric.quantile, metric.unit) == (Kind.QUANTILE, 0.9, "second")
    assert metric.source.aggregate is Aggregate.EACH


def test_a_quantile_may_be_of_a_sum_per_unit() -> None:
    source = "{table: revenue, column: amount, aggregate: sum}"

    metric = read_plan(
        with_metric(f"kind: quantile, source: {source}, window: 90, quantile: 0.5")
    ).primary

    assert metric.source.aggregate is Aggregate.SUM


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (HANDLE, "quantile"),
        (f"{HANDLE}, quantile: 1", "quantile"),
        (f"{HANDLE}, quantile: p90", "quantile"),
        ("kind: mean, source: contacts.handle_seconds, window: 9, quantile: 0.5", "quantile"),
        ("kind: quantile, source: churn, window: 9, quantile: 0.5", "source"),
        ("kind: quantile, source: contacts.handle_seconds, quantile: 0.5", "window"),
    ],
)
def test_what_is_no_quantile_is_refused(fields: str, field: str) -> None:
    with pytest.raises(InvalidPlan) as error:
        read_plan(with_metric(fields))

    assert f"metrics[1].{field}" in [item.field for item in error.value.violations]
