"""A difference relative to the control: by the delta method, or Fieller's where that is rough."""

from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, Subject, row
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.means.fieller import is_uncertain, relative_fieller

DELTA, FIELLER = "delta", "fieller"
CERTAIN = 0.03  # standard error over the control's level, up to which both methods say the same
QUANTITY = "relative_difference"
Level = tuple[float, float]  # an arm's estimate and its variance


def relative_row(
    subject: Subject,
    sides: Sides,
    levels: tuple[Level, Level],
    answer: Inference | NotEstimable,
    note: str = "",
) -> Estimate:
    """Return the row of `answer`, or of Fieller's set where the control's level is uncertain."""
    found = set_where_uncertain(levels, answer, level=subject.level)
    method = DELTA if found is answer else FIELLER
    return row(subject.without_unit(), QUANTITY, method, sides, found, note)


def set_where_uncertain(
    levels: tuple[Level, Level], answer: Inference | NotEstimable, *, level: float
) -> Inference | NotEstimable:
    """Return `answer`, or Fieller's set in its place where the control's level is uncertain.

    `levels` are those of the variant and of the control. Where the data chooses between two
    methods that differ, each is chosen when it errs: at a standard error of a tenth of the
    control's level, where either misses 5 %, both together miss 7 %. The set has the degrees of
    freedom of `answer`.
    """
    if isinstance(answer, NotEstimable) or not is_uncertain(*levels[1], CERTAIN):
        return answer
    return relative_fieller(*levels, level=level, df=answer.df)
