"""What models say beyond the data: several side by side, none of them an answer.

Loaded only where a plan asks for it, because lifelines takes seconds to import. All rows bear the
term `extrapolation`, by which everything that decides passes them over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import hypot

import numpy as np

from experiments.plan.document import Plan
from experiments.plan.time_to_event import Extrapolation
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject, row
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.rows import contrast
from impact.analysis.wording import time_text
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.extrapolation import fit_model
from impact.stats.survival.parametric import FittedModel, ModelPoint, model_mean, model_survival
from impact.stats.survival.parametric_curves import Model
from impact.stats.survival.parametric_likelihood import Follow

TERM = "extrapolation"
Points = dict[str, ModelPoint | NotEstimable]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One model's rows: how far, by which, and what is said of them."""

    at: float
    method: str
    note: str
    half_day: float


def extrapolated_rows(
    plan: Plan, subject: Subject, cells: Cells, arms: Arms, asked: Extrapolation
) -> Iterator[Estimate]:
    """Yield retention and time retained at the far end, per arm and their differences.

    >>> from experiments.plan.reading import read_plan
    >>> from experiments.plan.time_to_event import ExtrapolationModel
    >>> from impact.analysis.survival.arms import arms_of
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 30}]}''')
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 4),
    ...     time=np.tile([5.0, 15, 25, 30], 2), event=np.tile([True, True, True, False], 2),
    ...     n=np.array([12, 10, 8, 70, 6, 6, 4, 84]), stratum=np.zeros(8, dtype=int))
    >>> asked = Extrapolation(to=90.0, models=(ExtrapolationModel.WEIBULL,))
    >>> for found in extrapolated_rows(plan, subject, cells, arms_of(cells, "a"), asked):
    ...     print(found.quantity, found.at, found.variant, found.value and round(found.value, 2))
    survival_probability 90.0 a 0.28
    survival_probability 90.0 b 0.55
    survival_probability_difference 90.0 b 0.27
    rmst 90.0 a 53.64
    rmst 90.0 b 69.18
    rmst_difference 90.0 b 15.54
    """
    observed = min((curve.table.last_time for curve in arms.curves.values()), default=0.0)
    far = plan.time_unit.of(asked.to)
    for model in asked.models:
        fits = _fits(Model(model.value), plan, cells)
        note = f"a {_words(model)} model; observed up to {time_text(plan, observed)}"
        known = _Asked(
            at=far, method=model.value, note=note, half_day=1 / (2 * plan.time_unit.days)
        )
        timed = replace(subject, unit=plan.time_unit.name)
        yield from _rows(subject, arms, known, fits, "survival_probability")
        yield from _rows(timed, arms, known, fits, "rmst")


def _fits(model: Model, plan: Plan, cells: Cells) -> dict[str, FittedModel | NotEstimable]:
    fits: dict[str, FittedModel | NotEstimable] = {}
    for place, variant in enumerate(cells.variants):
        own = cells.where(cells.arm == place)
        follow = Follow(
            time=own.time,
            event=own.event.astype(np.float64),
            n=own.n.astype(np.float64),
            day=1 / plan.time_unit.days,
            entry=own.entry,
        )
        fits[variant] = fit_model(model, follow)
    return fits


def _rows(
    subject: Subject,
    arms: Arms,
    asked: _Asked,
    fits: dict[str, FittedModel | NotEstimable],
    quantity: str,
) -> Iterator[Estimate]:
    points: Points = {
        name: _point(fit, quantity, asked, subject.level) for name, fit in fits.items()
    }
    for name, point in points.items():
        fit = fits[name]
        aic = "" if isinstance(fit, NotEstimable) else f"AIC {fit.aic:.1f}"
        note = joined(asked.note, aic, _open(point))
        found = row(subject, quantity, asked.method, arms.alone(name), _answer(point), note)
        yield _marked(found, asked)
    for name in arms.others:
        sides, answer = arms.against_control(name), _difference(subject, points, name)
        note = joined(asked.note, _open(answer))
        found = row(subject, f"{quantity}_difference", asked.method, sides, answer, note)
        yield _marked(found, asked)


def _point(
    fit: FittedModel | NotEstimable, quantity: str, asked: _Asked, level: float
) -> ModelPoint | NotEstimable:
    match fit:
        case NotEstimable():
            return fit
        case FittedModel():
            if quantity == "rmst":
                return model_mean(fit, asked.at, level)
            return model_survival(fit, asked.at + asked.half_day, level)


def _answer(point: ModelPoint | NotEstimable) -> Inference | NotEstimable:
    match point:
        case NotEstimable():
            return point
        case ModelPoint(value=value, std_error=error, ci_low=low, ci_high=high):
            return Inference(value=value, std_error=error, ci_low=low, ci_high=high)


def _difference(subject: Subject, points: Points, name: str) -> Inference | NotEstimable:
    """Return the difference of two formulas; it is described, not tested."""
    known = []
    for arm in (name, subject.control):
        point = points[arm]
        if isinstance(point, NotEstimable):
            return NotEstimable(f"{arm}: {point.reason}")
        known.append(point)
    after, before = known
    if after.std_error is None or before.std_error is None:
        return Inference(value=after.value - before.value)
    error = hypot(after.std_error, before.std_error)
    found = contrast(after.value - before.value, error, subject.level)
    return replace(found, statistic=None, p_value=None)


def _open(point: ModelPoint | Inference | NotEstimable) -> str:
    if isinstance(point, NotEstimable) or point.ci_low is not None:
        return ""
    return "no interval: the fit lies at the edge of its parameters"


def _marked(found: Estimate, asked: _Asked) -> Estimate:
    return replace(found, term=TERM, at=asked.at)


def _words(model: str) -> str:
    return {"weibull": "Weibull"}.get(model, model.replace("_", "-"))
