"""New customers from a forecast of contacts."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.design.enrolment import Enrolment
from experiments.design.expectations import Expectation
from experiments.design.first_day import Needed
from experiments.design.forecast import Forecast
from experiments.design.prospect import foresee
from experiments.errors import InvalidRequest
from tests.experiments.design.test_prospect import planned
from tests.experiments.design.test_units import CHURN, REVENUE

QUICK = settings(max_examples=25, deadline=None)
calls = st.lists(st.floats(1, 1e4), min_size=1, max_size=14).map(tuple)


@QUICK
@given(calls, st.floats(100, 1e6), st.none() | st.floats(0.1, 10))
def test_never_more_customers_than_contacts_or_than_there_are(
    contacts: tuple[float, ...], population: float, alikeness: float | None
) -> None:
    forecast = Forecast(contacts=contacts, population=population, alikeness=alikeness)

    joined = [forecast.enrolled(day) for day in (0, 1, 10, 100, 1000)]

    assert joined == sorted(joined)
    assert joined[0] == 0
    assert all(
        number <= min(forecast.contacts_by(day), population) * (1 + 1e-12)
        for day, number in zip((0, 1, 10, 100, 1000), joined, strict=True)
    )


@QUICK
@given(calls, st.floats(100, 1e6), st.floats(0.1, 10))
def test_the_less_alike_customers_are_the_fewer_of_them_call(
    contacts: tuple[float, ...], population: float, alikeness: float
) -> None:
    alike = Forecast(contacts=contacts, population=population)
    unlike = Forecast(contacts=contacts, population=population, alikeness=alikeness)

    assert unlike.enrolled(30) <= alike.enrolled(30) * (1 + 1e-12)


def test_without_repeat_contacts_a_forecast_is_even_enrolment() -> None:
    forecast, even = Forecast(contacts=(1000.0,), population=1e12), Enrolment(per_day=1000)

    for measure in (CHURN, REVENUE):
        foreseen = foresee(planned(measure), Expectation(per_day=1), forecast=forecast)
        usual = foresee(planned(measure), Expectation(per_day=1000))
        assert isinstance(foreseen.needed, Needed)
        assert isinstance(usual.needed, Needed)
        assert foreseen.needed.days == usual.needed.days
        assert foreseen.needed.units == pytest.approx(usual.needed.units, rel=1e-5)
    assert forecast.event_probability(90, 1e-3) == pytest.approx(
        even.event_probability(90, 1e-3), rel=1e-6
    )


def test_coverage_takes_a_share_of_customers_and_of_their_contacts() -> None:
    forecast = Forecast(contacts=(900.0, 100.0), population=40_000)

    assert forecast.taking_part(0.25).enrolled(20) == pytest.approx(forecast.enrolled(20) / 4)


def test_the_mean_number_of_calls_is_what_the_two_laws_share() -> None:
    forecast = Forecast(contacts=(1000.0,), population=20_000, alikeness=1e7)

    assert forecast.enrolled(20) == pytest.approx(20_000 * (1 - math.exp(-1)), rel=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"contacts": ()},
        {"contacts": (0.0,)},
        {"contacts": (-1.0, 5.0)},
        {"contacts": (math.nan,)},
        {"population": 0.0},
        {"alikeness": 0.0},
    ],
)
def test_a_forecast_of_nothing_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest, match=next(iter(wrong))):
        Forecast(**{"contacts": (1.0,), "population": 10.0, **wrong})  # type: ignore[arg-type]
