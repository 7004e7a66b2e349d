"""What the report says of those who did not answer a survey."""

from dataclasses import replace

from impact.analysis.estimates import Estimate
from impact.reports.findings import Findings
from impact.reports.results import read_results
from impact.reports.sections.silence import silence
from tests.impact.reports.example import ANALYSIS, PLAN


def with_rows(*rows: Estimate) -> Findings:
    return Findings(results=replace(read_results(ANALYSIS), estimates=rows), plan=PLAN)


def bound(method: str, value: float | None) -> Estimate:
    variant = next(name for name in PLAN.variants if name != PLAN.control)
    return Estimate(
        metric=PLAN.primary.key,
        kind="mean",
        method=method,
        quantity="mean_difference",
        variant=variant,
        baseline=PLAN.control,
        value=value,
    )


def test_bounds_that_differ_are_said() -> None:
    (sentence,) = silence(with_rows(bound("lee_lower", -0.25), bound("lee_upper", 0.5)))

    assert "the difference lies between" in sentence


def test_bounds_that_are_one_number_are_not_said() -> None:
    assert not list(silence(with_rows(bound("lee_lower", 0.5), bound("lee_upper", 0.5))))


def test_bounds_without_a_value_are_not_said() -> None:
    assert not list(silence(with_rows(bound("lee_lower", None), bound("lee_upper", None))))


def test_how_many_answered_is_not_shown_for_what_they_answered() -> None:
    response = replace(bound("response_rate", -0.2), quantity="proportion_difference")
    unknown = replace(response, method="newcombe", value=None)

    rows = with_rows(unknown, response).results.rows(PLAN.primary.key, "proportion_difference")

    assert rows == (unknown,)
