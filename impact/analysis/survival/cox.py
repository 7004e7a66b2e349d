"""Rows of Cox's model: hazard ratios, coefficients of covariates, the likelihood ratio."""

from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Covariate
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Subject, row
from impact.analysis.survival.cells import Arms, Cells
from impact.analysis.survival.changes import change_rows
from impact.analysis.survival.design import ARM, Term
from impact.analysis.survival.model import Model, model_of
from impact.analysis.survival.rows import ChiSquare, chi_square_row, contrast, ratio_from_log
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit


def cox_rows(subject: Subject, cells: Cells, arms: Arms) -> Iterator[Estimate]:
    """Yield the unadjusted model: hazard ratios against control, its likelihood ratio and test."""
    model = model_of("cox", cells, arms.control)
    yield from _ratio_rows(subject, model, arms)
    yield _likelihood_ratio(subject, model, arms)
    yield from change_rows(subject, model, arms)


def hazard_ratio_rows(
    subject: Subject, cells: Cells, arms: Arms, method: str = "cox"
) -> Iterator[Estimate]:
    """Yield the unadjusted hazard ratios alone."""
    yield from _ratio_rows(subject, model_of(method, cells, arms.control), arms)


def adjusted_rows(
    subject: Subject, cells: Cells, arms: Arms, covariates: tuple[Covariate, ...]
) -> Iterator[Estimate]:
    """Yield the model with covariates: hazard ratios, coefficients, likelihood ratio and tests."""
    model = model_of("cox_adjusted", cells, arms.control, covariates)
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
        answer = found if isinstance(found, NotEstimable) else ratio_from_log(*found, subject.level)
        sides = arms.against_control(variant)
        yield row(subject, "hazard_ratio", model.method, sides, answer, model.note)


def _log_ratio(model: Model, arms: Arms, variant: str) -> tuple[float, float] | NotEstimable:
    """Return the variant's coefficient and its error, or why there is none."""
    for name in (variant, arms.control):
        table = arms.curves[name].table
        if not table.n:
            return NotEstimable(f"{name}: no units")
        if not table.n_events or f"{ARM}={name}" in model.design.left_out:
            return NotEstimable(f"{name}: no events")
    return _coefficient_of(model, f"{ARM}={variant}")


def _coefficient_of(model: Model, label: str) -> tuple[float, float] | NotEstimable:
    match model.fit:
        case NotEstimable():
            return model.fit
        case CoxFit(terms=terms, coefficients=coefficients, std_errors=std_errors):
            place = terms.index(label)
            return float(coefficients[place]), float(std_errors[place])


def _coefficient(subject: Subject, model: Model, arms: Arms, term: Term) -> Estimate:
    found = _coefficient_of(model, term.label)
    against = f"against {term.name}={term.reference}" if term.reference else ""
    note = "; ".join(filter(None, [against, model.note]))
    answer = found if isinstance(found, NotEstimable) else contrast(*found, subject.level)
    estimate = row(subject, "coefficient", model.method, arms.together(), answer, note)
    return replace(estimate, term=term.label)


def _likelihood_ratio(subject: Subject, model: Model, arms: Arms) -> Estimate:
    fit, sides = model.fit, arms.together()
    answer = fit if isinstance(fit, NotEstimable) else _likelihood_chi_square(fit)
    return chi_square_row(subject, "likelihood_ratio", model.method, sides, answer, model.note)


def _likelihood_chi_square(fit: CoxFit) -> ChiSquare:
    return ChiSquare(statistic=fit.likelihood_ratio, df=fit.df)
