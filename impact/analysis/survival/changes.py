"""Rows that test whether coefficients of Cox's model change over time."""

from collections.abc import Iterator
from dataclasses import replace

from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.model import Model
from impact.analysis.survival.rows import ChiSquare, chi_square_row
from impact.stats.estimable import NotEstimable
from impact.stats.survival.proportional_hazards import ProportionalHazards, proportional_hazards

SCALE = "time scale: Kaplan-Meier"


def change_rows(subject: Subject, model: Model, arms: Arms) -> Iterator[Estimate]:
    """Yield the test over all terms and, where there are covariates, one per column."""
    found = _tested(model)
    yield _row(subject, model, arms, found)
    if model.design.covariates:
        for name in dict.fromkeys(term.name for term in model.design.terms):
            yield replace(_row(subject, model, arms, found, name), term=name)


def _tested(model: Model) -> ProportionalHazards | NotEstimable:
    if isinstance(model.sample, NotEstimable):
        return model.sample
    if isinstance(model.fit, NotEstimable):
        return model.fit
    return proportional_hazards(model.sample, model.fit)


def _row(
    subject: Subject,
    model: Model,
    arms: Arms,
    found: ProportionalHazards | NotEstimable,
    name: str = "",
) -> Estimate:
    note = joined(SCALE, model.note)
    answer = found if isinstance(found, NotEstimable) else _chi_square(model, found, name)
    sides = arms.together()
    return chi_square_row(subject, "proportional_hazards", model.method, sides, answer, note)


def _chi_square(model: Model, found: ProportionalHazards, name: str) -> ChiSquare:
    """Return the test of the terms of one column; of all terms without a name."""
    terms = (term.label for term in model.design.terms if name in {"", term.name})
    test = found.test(*terms)
    return ChiSquare(statistic=test.statistic, df=test.df)
