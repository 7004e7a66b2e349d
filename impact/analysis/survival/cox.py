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
from impact.analysis.survival.coefficients import coefficient_answer, remark_on
from impact.analysis.survival.design import ARM, Term
from impact.analysis.survival.model import Model, model_of
from impact.analysis.survival.one_sided import one_sided
from impact.analysis.survival.robust import Errors, with_errors
from impact.analysis.survival.rows import ChiSquare, chi_square_row
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit


def cox_rows(
    subject: Subject, cells: Cells, arms: Arms, errors: Errors | None = None
) -> Iterator[Estimate]:
    """Yield the unadjusted model: hazard ratios against control, its likelihood ratio and test.

    With `errors` the ratios come with these errors as well, before those of the model.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> for found in cox_rows(subject, cells, arms_of(cells, "a")):
    ...     print(found.quantity, found.variant or "all", found.value and round(found.value, 4))
    hazard_ratio b 0.3735
    likelihood_ratio all None
    proportional_hazards all None
    """
    model = model_of("cox", cells, arms.control)
    for known in with_errors(model, errors):
        yield from _ratio_rows(subject, known, arms)
    yield from _with_one_limit(subject, cells, model, arms)
    yield _likelihood_ratio(subject, model, arms)
    yield from change_rows(subject, model, arms)


def hazard_ratio_rows(
    subject: Subject, cells: Cells, arms: Arms, errors: Errors | None = None
) -> Iterator[Estimate]:
    """Yield the unadjusted hazard ratios alone.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1]),
    ...     time=np.array([10.0, 30, 30]), event=np.array([True, False, False]),
    ...     n=np.array([40, 60, 100]), stratum=np.zeros(3, dtype=int))
    >>> (found,) = hazard_ratio_rows(subject, cells, arms_of(cells, "a"))
    >>> found.value, found.ci_set, found.note
    (None, '(0, 0.0762158]', 'b: no events; the limit is exact')
    """
    model = model_of("cox", cells, arms.control)
    for known in with_errors(model, errors):
        yield from _ratio_rows(subject, known, arms)
    yield from _with_one_limit(subject, cells, model, arms)


def piecewise_rows(
    subject: Subject, cells: Cells, arms: Arms, errors: Errors | None = None
) -> Iterator[Estimate]:
    """Yield the hazard ratios of a part of follow-up, with the last errors that bear limits.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> early = cells.during(0.0, 20.0)
    >>> (found,) = piecewise_rows(subject, early, arms_of(early, "a"))
    >>> found.method, round(found.value, 4), found.events_variant, found.events_baseline
    ('cox_piecewise', 0.3735, 20, 40)
    """
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
    """Yield the model with covariates: hazard ratios, coefficients, likelihood ratio and tests.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int),
    ...     covariates={"tier": np.array(["pro", "basic", "basic", "pro"])})
    >>> rows = adjusted_rows(subject, cells, arms_of(cells, "a"), (Covariate(name="tier"),))
    >>> for found in rows:
    ...     print(found.quantity, found.term or "all")
    hazard_ratio all
    coefficient tier=pro
    likelihood_ratio all
    proportional_hazards all
    proportional_hazards variant
    proportional_hazards tier
    """
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


def _with_one_limit(subject: Subject, cells: Cells, model: Model, arms: Arms) -> Iterator[Estimate]:
    """Yield the hazard ratios; where one arm has no events, the one limit that there is."""
    for found in _ratio_rows(subject, model, arms):
        yield one_sided(subject, cells, found)


def _ratio_rows(subject: Subject, model: Model, arms: Arms) -> Iterator[Estimate]:
    for variant in arms.others:
        answer = _not_comparable(model, arms, variant) or coefficient_answer(
            model, f"{ARM}={variant}", subject.level, ratio=True
        )
        sides = arms.against_control(variant)
        note = joined(model.note, remark_on(answer))
        yield row(subject, "hazard_ratio", model.method, sides, answer, note)


def _not_comparable(model: Model, arms: Arms, variant: str) -> NotEstimable | None:
    """Return why the variant has no hazard ratio, None where it has one."""
    for name in (variant, arms.control):
        table = arms.curves[name].table
        if not table.n:
            return NotEstimable(f"{name}: no units")
        if not table.n_events or f"{ARM}={name}" in model.design.left_out:
            return NotEstimable(f"{name}: no events")
    return None


def _coefficient(subject: Subject, model: Model, arms: Arms, term: Term) -> Estimate:
    against = f"against {term.name}={term.reference}" if term.reference else ""
    answer = coefficient_answer(model, term.label, subject.level, ratio=False)
    note = joined(against, model.note, remark_on(answer))
    estimate = row(subject, "coefficient", model.method, arms.together(), answer, note)
    return replace(estimate, term=term.label)


def _likelihood_ratio(subject: Subject, model: Model, arms: Arms) -> Estimate:
    fit, sides = model.fit, arms.together()
    answer = fit if isinstance(fit, NotEstimable) else _likelihood_chi_square(fit)
    return chi_square_row(subject, "likelihood_ratio", model.method, sides, answer, model.note)


def _likelihood_chi_square(fit: CoxFit) -> ChiSquare:
    return ChiSquare(statistic=fit.likelihood_ratio, df=fit.df)
