"""Lin's adjustment in a plan: covariates of a mean, known before assignment."""

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import canonical_text, plan_sha256
from experiments.plan.document import Covariate, CovariateKind, Lin
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import with_metric

MEAN = "kind: mean, source: revenue.amount, window: 90"


def test_a_mean_may_be_adjusted_by_several_covariates() -> None:
    given = "{method: lin, pre_window: 90, covariates: [tier, {name: age, kind: numeric}]}"

    metric = read_plan(with_metric(f"{MEAN}, adjustment: {given}")).primary

    assert metric.lin == Lin(
        pre_window=90,
        covariates=(
            Covariate(name="tier"),
            Covariate(name="age", kind=CovariateKind.NUMERIC),
        ),
    )
    assert metric.adjustment is None


def test_the_two_methods_are_two_plans_and_neither_is_in_a_plan_without() -> None:
    cuped = read_plan(with_metric(f"{MEAN}, adjustment: {{pre_window: 90}}"))
    lin = read_plan(with_metric(f"{MEAN}, adjustment: {{method: lin, pre_window: 90}}"))

    assert plan_sha256(cuped) != plan_sha256(lin)
    assert '"lin"' not in canonical_text(cuped)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (f"{MEAN}, adjustment: {{method: lin}}", "adjustment.method"),
        (f"{MEAN}, adjustment: {{method: lin, covariates: [csat]}}", "adjustment"),
        (f"{MEAN}, adjustment: {{method: lin, covariates: [a, a]}}", "adjustment.covariates"),
        (f"{MEAN}, adjustment: {{method: lin, covariate: a}}", "adjustment.covariate"),
        (
            f"{MEAN}, adjustment: {{method: lin, pre_window: 9}}, winsorising: {{cap: 9}}",
            "winsorising",
        ),
        (
            "kind: proportion, source: churn, window: 9, adjustment: {method: lin, pre_window: 9}",
            "adjustment",
        ),
    ],
)
def test_what_lins_model_does_not_take_is_refused(fields: str, field: str) -> None:
    with pytest.raises(InvalidPlan) as error:
        read_plan(with_metric(fields))

    assert f"metrics[1].{field}" in [item.field for item in error.value.violations]
