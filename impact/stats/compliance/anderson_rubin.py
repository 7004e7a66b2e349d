"""Confidence sets for a ratio of two effects that hold however weak the first stage is."""

from scipy import special

from impact.stats.compliance.assignment_effects import AssignmentEffects
from impact.stats.confidence_set import ConfidenceSet, ratio_set


def anderson_rubin(effects: AssignmentEffects, *, level: float) -> ConfidenceSet:
    """Return the effects b for which outcome minus b times treatment shows no effect of assignment.

    The test's size does not depend on how much assignment moved the treatment (Anderson and Rubin
    1949). With one instrument the set is where a quadratic in b is not positive: an interval when
    the first stage differs from zero at this level, otherwise two rays or the whole line. The set
    is never empty: it holds the ratio of the two effects.

    >>> import numpy as np
    >>> strong = AssignmentEffects(outcome=1.0, treatment=0.5, covariance=np.eye(2) / 100, df=98)
    >>> found = anderson_rubin(strong, level=0.95)
    >>> round(found.low, 3), round(found.high, 3)
    (1.337, 3.411)
    >>> weak = AssignmentEffects(outcome=1.0, treatment=0.1, covariance=np.eye(2) / 100, df=98)
    >>> anderson_rubin(weak, level=0.95).text
    '(-inf, -10.0578] U [3.25072, inf)'
    """
    critical = float(special.stdtrit(effects.df, 0.5 + level / 2)) ** 2
    return ratio_set(effects.outcome, effects.treatment, effects.covariance, critical=critical)
