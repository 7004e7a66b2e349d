"""Rows of Cox's model: hazard ratios, coefficients of covariates, the likelihood ratio."""

from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Covariate
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import PIECEWISE
from impact.analysis.notes import joined
from impact.analysis.rows import Subject, row
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.changes import change_rows
from impact.analysis.survival.design import ARM, Term
from impact.analysis.survival.model import Model, model_of
from impact.analysis.survival.robust import Errors, too_few, with_errors
from impact.analysis.survival.rows import (
    ChiSquare,
    chi_square_row,
    contrast,
    ratio_from_log,
    without_limits,
)
from impact.stats.clusters.comparison import LEAST_DF
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.cox import CoxFit

NO_SPREAD = "no interval: what each adds to the estimate is the same for all, without spread"
Known = tuple[float, float, float | None]  # coefficient, error, what the error rests on


def cox_rows(
    subject: Subject, cells: Cells, arms: Arms, errors: Errors | None = None
) -> Iterator[Estimate]:
    """Yield the unadjusted model: hazard ratios against control, its likelihood ratio and test.

    With `errors` the ratios come with these errors as well, before those of the model.
    """
    model = model_of("cox", cells, arms.control)
    for known in with_errors(model, errors):
        yield from _ratio_rows(subject, known, arms)
    yield from _ratio_rows(subject, model, arms)
    yield _likelihood_ratio(subject, model, arms)
    yield from change_rows(subject, model, arms)


def hazard_ratio_rows(
    subject: Subject, cells: Cells, arms: Arms, errors: Errors | None = None
) -> Iterator[Estimate]:
    """Yield the unadjusted hazard ratios alone."""
    model = model_of("cox", cells, arms.control)
    for known in with_errors(model, errors):
        yield from _ratio_rows(subject, known, arms)
    yield from _ratio_rows(subject, model, arms)


def piecewise_rows(
    subject: Subject, cells: Cells, arms: Arms, errors: Errors | None = None
) -> Iterator[Estimate]:
    """Yield the hazard ratios of a part of follow-up, with the last errors that bear limits."""
    model = model_of(PIECEWISE, cells, arms.control)
    *_, known = (each for each in (model, *with_errors(model, errors)) if not each.is_too_small)
    yield from _ratio_rows(subject, replace(known, method=PIECEWISE), arms)


def adjusted_rows(
    subject: Subject,
    cells: Cells,
    arms: Arms,
    covariates: tuple[Covariate, ...],
    errors: Errors | None = None,
) -> Iterator[Estimate]:
    """Yield the model with covariates: hazard ratios, coefficients, likelihood ratio and tests."""
    model = model_of("cox_adjusted", cells, arms.control, covariates)
    for robust in with_errors(model, errors):
        yield from _ratio_rows(subject, robust, arms)
        for term in robust.design.covariates:
            yield _coefficient(subject, robust, arms, term)
    yield from _ratio_rows(subject, model, arms)
    for term in model.design.covariates:
        yield _coefficient(subject, model, arms, term)
    for label, reason in model.design.left_out.items():
        if not label.startswith(f"{ARM}="):
            empty = NotEstimable(reason)
            estimate = row(subject, "coefficient", model.method, arms.together(), empty)
            yield replace(estimate, term=label)
    yield _likelihood_ratio(subject, model, arms)
    yield from change_rows(subject, model, arms)


def _ratio_rows(subject: Subject, model: Model, arms: Arms) -> Iterator[Estimate]:
    for variant in arms.others:
        found = _log_ratio(model, arms, variant)
        answer = _answer(model, found, subject.level, ratio=True)
        sides = arms.against_control(variant)
        note = joined(model.note, _open(answer))
        yield row(subject, "hazard_ratio", model.method, sides, answer, note)


def _answer(
    model: Model, found: Known | NotEstimable, level: float, *, ratio: bool
) -> Inference | NotEstimable:
    match found:
        case NotEstimable():
            return found
        case (coefficient, std_error, df):
            answer = (ratio_from_log if ratio else contrast)(coefficient, std_error, level, df)
            return without_limits(answer) if model.is_too_small else answer


def _open(answer: Inference | NotEstimable) -> str:
    """Say why a value has no error."""
    has_error = isinstance(answer, NotEstimable) or answer.std_error is not None
    return "" if has_error else NO_SPREAD


def _log_ratio(model: Model, arms: Arms, variant: str) -> Known | NotEstimable:
    """Return the variant's coefficient and its error, or why there is none."""
    for name in (variant, arms.control):
        table = arms.curves[name].table
        if not table.n:
            return NotEstimable(f"{name}: no units")
        if not table.n_events or f"{ARM}={name}" in model.design.left_out:
            return NotEstimable(f"{name}: no events")
    return _coefficient_of(model, f"{ARM}={variant}")


def _coefficient_of(model: Model, label: str) -> Known | NotEstimable:
    match model.fit, model.std_errors:
        case (NotEstimable() as reason, _) | (_, NotEstimable() as reason):
            return reason
        case CoxFit() as fit, std_errors:
            place = fit.terms.index(label)
            df = None if model.df is None or not std_errors[place] else float(model.df[place])
            if df is not None and not df >= LEAST_DF:
                return too_few(df)
            return float(fit.coefficients[place]), float(std_errors[place]), df


def _coefficient(subject: Subject, model: Model, arms: Arms, term: Term) -> Estimate:
    found = _coefficient_of(model, term.label)
    against = f"against {term.name}={term.reference}" if term.reference else ""
    answer = _answer(model, found, subject.level, ratio=False)
    note = joined(against, model.note, _open(answer))
    estimate = row(subject, "coefficient", model.method, arms.together(), answer, note)
    return replace(estimate, term=term.label)


def _likelihood_ratio(subject: Subject, model: Model, arms: Arms) -> Estimate:
    fit, sides = model.fit, arms.together()
    answer = fit if isinstance(fit, NotEstimable) else _likelihood_chi_square(fit)
    return chi_square_row(subject, "likelihood_ratio", model.method, sides, answer, model.note)


def _likelihood_chi_square(fit: CoxFit) -> ChiSquare:
    return ChiSquare(statistic=fit.likelihood_ratio, df=fit.df)
