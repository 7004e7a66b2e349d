"""Coefficients of a fitted Cox model as answers, with the errors that the model has."""

from impact.analysis.survival.model import Model
from impact.analysis.survival.robust import too_few
from impact.analysis.survival.rows import contrast, ratio_from_log, without_limits
from impact.stats.clusters.comparison import LEAST_DF
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.survival.cox import CoxFit

NO_SPREAD = "no interval: what each adds to the estimate is the same for all, without spread"
Known = tuple[float, float, float | None]  # coefficient, error, what the error rests on


def coefficient_answer(
    model: Model, label: str, level: float, *, ratio: bool
) -> Inference | NotEstimable:
    """Return the coefficient of a term, or its hazard ratio, with limits at `level`.

    Errors that are too small to conclude from come without limits and test.

    >>> import numpy as np
    >>> from impact.analysis.survival.cells import Cells
    >>> from impact.analysis.survival.model import model_of
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> model = model_of("cox", cells, "a")
    >>> found = coefficient_answer(model, "variant=b", 0.95, ratio=True)
    >>> round(found.value, 4), round(found.ci_low, 4), round(found.ci_high, 4)
    (0.3735, 0.2181, 0.6396)
    >>> round(coefficient_answer(model, "variant=b", 0.95, ratio=False).value, 4)
    -0.9849
    """
    match _known(model, label):
        case NotEstimable() as reason:
            return reason
        case (coefficient, std_error, df):
            answer = (ratio_from_log if ratio else contrast)(coefficient, std_error, level, df)
            return without_limits(answer) if model.is_too_small else answer


def remark_on(answer: Inference | NotEstimable) -> str:
    """Say why a value has no error, "" where it has one or there is no value.

    >>> remark_on(Inference(value=0.8)).partition(":")[0], remark_on(NotEstimable("b: no events"))
    ('no interval', '')
    """
    has_error = isinstance(answer, NotEstimable) or answer.std_error is not None
    return "" if has_error else NO_SPREAD


def _known(model: Model, label: str) -> Known | NotEstimable:
    match model.fit, model.std_errors:
        case (NotEstimable() as reason, _) | (_, NotEstimable() as reason):
            return reason
        case CoxFit() as fit, std_errors:
            place = fit.terms.index(label)
            df = None if model.df is None or not std_errors[place] else float(model.df[place])
            if df is not None and not df >= LEAST_DF:
                return too_few(df)
            return float(fit.coefficients[place]), float(std_errors[place]), df
