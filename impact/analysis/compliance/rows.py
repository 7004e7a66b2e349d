"""Rows of one comparison: the first stage, two-stage least squares, the Anderson-Rubin set."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, Subject, row
from impact.stats.compliance.assignment_effects import AssignmentEffects
from impact.stats.compliance.complier_effect import (
    CERTAIN,
    WEAK,
    ComplierEffect,
    FirstStage,
    complier_effect,
)
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference

COMPLIER = "complier"
FIRST_STAGE, TSLS, ANDERSON_RUBIN = "first_stage", "two_stage_least_squares", "anderson_rubin"
UNSURE = f"limits and test may be too sure below an F of {CERTAIN}: read the Anderson-Rubin set"
WEAK_SET = "Anderson-Rubin: it holds however weak the first stage is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What units received: its name among the moments, the column it comes from, its unit.

    `remark` is said of every effect of it.
    """

    name: str
    term: str
    unit: str = "1"
    remark: str = ""

    @property
    def quantity(self) -> str:
        """The name of the effect of this treatment."""
        return "effect_per_minute" if self.unit == "minute" else "complier_average_effect"

    @property
    def assumption(self) -> str:
        """What the effect rests on, said in its row."""
        if self.unit == "minute":
            said = "per extra minute of handling, if the policy acts only through minutes"
        else:
            said = f"if assignment acts only through {self.term}"
        return f"{said}; {self.remark}" if self.remark else said


def complier_rows(
    subject: Subject,
    treatment: Treatment,
    sides: Sides,
    effects: AssignmentEffects | NotEstimable,
) -> Iterator[Estimate]:
    """Yield the three rows of a variant against control, or the reason why there are none.

    >>> import numpy as np
    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> effects = AssignmentEffects(
    ...     outcome=6.0, treatment=0.5, covariance=np.diag([1.0, 0.0025]), df=98)
    >>> rows = complier_rows(
    ...     subject, Treatment(name="received", term="took_part"), Sides(variant="b"), effects)
    >>> for found in rows:
    ...     print(found.quantity, found.term, found.value, found.note.partition(";")[0])
    coefficient took_part 0.5 effective F = 100.0
    complier_average_effect  12.0 if assignment acts only through took_part
    complier_average_effect  12.0 if assignment acts only through took_part
    """
    if isinstance(effects, NotEstimable):
        yield reason_row(subject, treatment, sides, effects)
        return
    found = complier_effect(effects, level=subject.level)
    strength = _strength(subject, found.first_stage)
    answer = found.estimate
    if subject.look is not None and found.first_stage.effective_f < WEAK:
        answer = NotEstimable(f"{strength}: read the Anderson-Rubin set")
    yield _first_stage(subject, treatment, sides, found.first_stage, effects.df)
    estimate = row(
        subject,
        treatment.quantity,
        TSLS,
        sides,
        answer,
        f"{treatment.assumption}; {strength}{_unsure(subject, found.first_stage)}",
    )
    yield replace(estimate, population=COMPLIER)
    yield _set_row(subject, treatment, sides, found, effects)


def reason_row(
    subject: Subject, treatment: Treatment, sides: Sides, reason: NotEstimable
) -> Estimate:
    """Return the one row that says why there is no effect on compliers.

    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> treatment = Treatment(name="dose", term="minutes_handled", unit="minute")
    >>> unknown = NotEstimable("no unit has a known minutes_handled")
    >>> found = reason_row(subject, treatment, Sides(variant="b", baseline="a"), unknown)
    >>> found.quantity, found.population, found.value, found.note
    ('effect_per_minute', 'complier', None, 'no unit has a known minutes_handled')
    """
    blank = row(subject, treatment.quantity, TSLS, sides, reason)
    return replace(blank, population=COMPLIER)


def _first_stage(
    subject: Subject, treatment: Treatment, sides: Sides, found: FirstStage, df: float
) -> Estimate:
    note = f"{_strength(subject, found)}; what assignment did to the treatment received"
    stage = row(subject, "coefficient", FIRST_STAGE, sides, found.difference, note)
    finite = math.isfinite(found.effective_f)
    return replace(
        stage,
        term=treatment.term,
        unit=treatment.unit,
        statistic=found.effective_f if finite else None,
        df=df if finite else None,
    )


def _set_row(
    subject: Subject,
    treatment: Treatment,
    sides: Sides,
    found: ComplierEffect,
    effects: AssignmentEffects,
) -> Estimate:
    """Return the set, with the ratio inside of it where it is an interval."""
    confidence_set = found.confidence_set
    note = f"{treatment.assumption}; {_strength(subject, found.first_stage)}; {WEAK_SET}"
    bounded = confidence_set.low is not None
    ratio = effects.outcome / effects.treatment if bounded else 0.0
    shown = row(
        subject,
        treatment.quantity,
        ANDERSON_RUBIN,
        sides,
        Inference(value=ratio, ci_low=confidence_set.low, ci_high=confidence_set.high),
        note,
    )
    return replace(
        shown,
        value=ratio if bounded else None,
        population=COMPLIER,
        ci_set=confidence_set.text,
        confidence_level=subject.level,
    )


def _unsure(subject: Subject, found: FirstStage) -> str:
    """Say that the first stage is strong enough for an estimate, and not for its error."""
    is_unsure = subject.look is None and WEAK <= found.effective_f < CERTAIN
    return f"; {UNSURE}" if is_unsure else ""


def _strength(subject: Subject, found: FirstStage) -> str:
    """Say the effective F, the square of a test; before the planned end only which side of 10."""
    if not math.isfinite(found.effective_f):
        return "everybody received what was assigned"
    if subject.look is not None:
        moved = "hardly moved" if found.effective_f < WEAK else "moved"
        return f"assignment {moved} the treatment received so far"
    return f"effective F = {found.effective_f:,.1f}"
