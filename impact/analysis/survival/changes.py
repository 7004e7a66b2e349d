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
    """Yield the test over all terms and, where there are covariates, one per column.

    >>> import numpy as np
    >>> from impact.analysis.survival.arms import arms_of
    >>> from impact.analysis.survival.cells import Cells
    >>> from impact.analysis.survival.model import model_of
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 3),
    ...     time=np.tile([10.0, 20, 30], 2), event=np.tile([True, True, False], 2),
    ...     n=np.array([20, 10, 70, 10, 20, 70]), stratum=np.zeros(6, dtype=int))
    >>> (test,) = change_rows(subject, model_of("cox", cells, "a"), arms_of(cells, "a"))
    >>> test.quantity, round(test.statistic, 3), test.df, round(test.p_value, 4)
    ('proportional_hazards', 6.56, 1, 0.0104)
    """
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
