"""Models beyond what was observed: the formulas are lifelines', the fits find what was drawn."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from lifelines import (
    GeneralizedGammaFitter,
    LogNormalFitter,
    MixtureCureFitter,
    SplineFitter,
    WeibullFitter,
)
from lifelines.fitters import ParametricUnivariateFitter
from numpy.testing import assert_allclose

from impact.stats.estimable import NotEstimable
from impact.stats.survival.extrapolation import fit_model
from impact.stats.survival.parametric import FittedModel, model_mean, model_survival, survival_of
from impact.stats.survival.parametric_curves import Model
from impact.stats.survival.parametric_densities import LOG_DENSITIES
from impact.stats.survival.parametric_likelihood import Follow, log_likelihood
from tests.impact.stats.answers import estimated, known

END = 180.0
THEIRS: dict[Model, Callable[[np.ndarray], ParametricUnivariateFitter]] = {
    Model.WEIBULL: lambda _: WeibullFitter(),
    Model.LOG_NORMAL: lambda _: LogNormalFitter(),
    Model.GENERALISED_GAMMA: lambda _: GeneralizedGammaFitter(),
    Model.SPLINE: lambda knots: SplineFitter(knot_locations=knots),
    Model.MIXTURE_CURE: lambda _: MixtureCureFitter(base_fitter=WeibullFitter()),
}


def cells(size: int = 3000, *, cured: float = 0.0) -> Follow:
    rng = np.random.default_rng(4)
    time = np.floor(rng.weibull(0.9, size) * 200)
    time = np.where(rng.random(size) < cured, 10_000, time)
    table = np.column_stack([np.minimum(time, END), time < END])
    distinct, n = np.unique(table, axis=0, return_counts=True)
    return Follow(time=distinct[:, 0], event=distinct[:, 1], n=n.astype(float), day=1.0)


@pytest.fixture(scope="module")
def fits() -> dict[Model, FittedModel]:
    return {model: estimated(fit_model(model, cells())) for model in Model}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("model", [Model.WEIBULL, Model.SPLINE, Model.GENERALISED_GAMMA])
def test_the_formula_is_that_of_lifelines(model: Model, fits: dict[Model, FittedModel]) -> None:
    follow, fit = cells(), fits[model]
    theirs = THEIRS[model](np.exp(fit.knots) * fit.unit)
    theirs.fit(follow.time + 0.5, follow.event == 1, weights=follow.n)

    times = np.array([5.0, 90.0, 180.0, 400.0, 1000.0])

    expected = theirs.survival_function_at_times(times).to_numpy()
    assert_allclose(survival_of(fit, times), expected, rtol=2e-3)
    assert fit.aic == pytest.approx(theirs.AIC_, abs=0.05)


@pytest.mark.parametrize("model", [Model.WEIBULL, Model.GENERALISED_GAMMA, Model.SPLINE])
def test_what_was_drawn_is_found_beyond_what_was_observed(
    model: Model, fits: dict[Model, FittedModel]
) -> None:
    point = model_survival(fits[model], 365.0, 0.99)

    assert known(point.ci_low) < np.exp(-((365 / 200) ** 0.9)) < known(point.ci_high)


def test_the_error_of_a_weibull_is_that_of_the_delta_method_by_hand(
    fits: dict[Model, FittedModel],
) -> None:
    fit = fits[Model.WEIBULL]
    scale, shape = fit.parameters
    time = 365 / fit.unit
    hazard = (time / scale) ** shape
    slope = np.exp(-hazard) * hazard * np.array([shape / scale, -np.log(time / scale)])

    point = model_survival(fit, 365.0, 0.95)

    assert known(point.std_error) == pytest.approx(
        float(np.sqrt(slope @ fit.covariance @ slope)), rel=1e-6
    )


def test_a_share_that_never_churns_is_found_by_the_mixture() -> None:
    fit = estimated(fit_model(Model.MIXTURE_CURE, cells(6000, cured=0.4)))

    assert fit.parameters[0] == pytest.approx(0.4, abs=0.06)
    assert model_survival(fit, 5000.0, 0.95).value == pytest.approx(0.4, abs=0.06)


def test_the_area_grows_to_the_mean_of_the_formula() -> None:
    fit = FittedModel(
        model=Model.WEIBULL,
        parameters=np.array([2.0, 0.7]),
        covariance=np.eye(2) / 1e4,
        aic=0.0,
        unit=50.0,
        observed=90.0,
        knots=np.array([]),
    )

    mean = model_mean(fit, 20_000.0, 0.95)

    assert mean.value == pytest.approx(126.58, abs=0.1)  # 100 * gamma(1 + 1 / 0.7)
    assert known(mean.ci_low) < mean.value < known(mean.ci_high)


def test_units_that_enter_late_are_allowed_for() -> None:
    follow = cells()
    late = follow.time > 30
    doubled = Follow(
        time=np.concatenate([follow.time, follow.time[late]]),
        event=np.concatenate([follow.event, follow.event[late]]),
        n=np.concatenate([follow.n, follow.n[late]]),
        entry=np.concatenate([np.full(follow.time.size, -1.0), np.full(late.sum(), 30.0)]),
        day=1.0,
    )

    alone, with_late = (estimated(fit_model(Model.WEIBULL, data)) for data in (follow, doubled))

    assert with_late.parameters[0] * with_late.unit == pytest.approx(
        alone.parameters[0] * alone.unit, rel=0.05
    )


@pytest.mark.parametrize("model", list(Model))
def test_a_handful_of_churns_is_refused(model: Model) -> None:
    few = Follow(
        time=np.array([3.0, 8.0, 90.0]),
        event=np.array([1.0, 1.0, 0.0]),
        n=np.array([5.0, 4.0, 200.0]),
        day=1.0,
    )

    found = fit_model(model, few)

    assert isinstance(found, NotEstimable)
    assert found.reason == "9 churns are too few for a model, 10 at least"


def test_churn_on_one_day_bends_no_spline() -> None:
    one = Follow(
        time=np.array([3.0, 90.0]), event=np.array([1.0, 0.0]), n=np.array([50.0, 50.0]), day=1.0
    )

    found = fit_model(Model.SPLINE, one)

    assert isinstance(found, NotEstimable)
    assert found.reason == "churn at too few times for a spline"


def test_a_fit_that_knows_nothing_has_the_widest_limits() -> None:
    fit = FittedModel(
        model=Model.WEIBULL,
        parameters=np.array([1.0, 1.0]),
        covariance=np.diag([1e6, 1e6]),
        aic=0.0,
        unit=1.0,
        observed=1.0,
        knots=np.array([]),
    )

    point = model_survival(fit, 30.0, 0.95)

    assert (point.ci_low, point.ci_high) == (0.0, 1.0)


@pytest.mark.parametrize("model", list(Model))
def test_a_density_is_the_slope_of_its_curve(model: Model, fits: dict[Model, FittedModel]) -> None:
    fit, time, step = fits[model], np.array([0.02, 0.4, 1.0, 3.0]), 1e-5
    ends = (survival_of(fit, fit.unit * time * np.exp(move)) for move in (-step, step))

    slope = -np.subtract(*reversed(list(ends))) / (2 * step * time)

    density = np.exp(LOG_DENSITIES[model](time, fit.parameters, fit.knots))
    assert_allclose(density, slope, rtol=1e-5)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("model", list(Model))
def test_the_formula_has_the_likelihood_that_the_fit_claims(model: Model, *, late: bool) -> None:
    follow = cells()
    follow = replace(follow, entry=np.minimum(follow.time - 1, 20.0)) if late else follow
    fit = estimated(fit_model(model, follow))

    claimed = fit.parameters.size - fit.aic / 2

    assert log_likelihood(fit, follow) == pytest.approx(claimed, abs=1e-3)


def test_an_optimum_that_the_formula_does_not_have_is_refused() -> None:
    """Its AIC would be 160.2, forty below the log-normal, which is a special case of it."""
    churned = [12, 16, 17, 28, 30, 30, 65, 65, 65, 70, 75, 79, 89, 109, 117]
    stayed = [235, 235, 237] + [239] * 5 + [241] * 4 + [243] * 3
    follow = Follow(
        time=np.array([*churned, *stayed], dtype=float),
        event=np.repeat([1.0, 0.0], [len(churned), len(stayed)]),
        n=np.ones(30),
        day=1.0,
    )

    found = fit_model(Model.GENERALISED_GAMMA, follow)

    assert isinstance(found, NotEstimable)
    assert "does not have the likelihood" in found.reason
    assert estimated(fit_model(Model.LOG_NORMAL, follow)).aic == pytest.approx(200.0, abs=0.1)


@pytest.mark.parametrize("model", Model)
def test_churn_on_the_last_day_alone_gives_no_curve(model: Model) -> None:
    found = fit_model(
        model, Follow(time=np.array([1.0]), event=np.ones(1), n=np.array([50.0]), day=1)
    )

    assert isinstance(found, NotEstimable)
    assert found.reason == "all churned on the last day seen, which gives no curve its shape"
