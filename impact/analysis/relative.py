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
    """Return the row of `answer`, or of Fieller's set where the control's level is uncertain.

    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> answer = Inference(value=0.1, std_error=0.05, df=800.0)
    >>> sides = Sides(variant="b", baseline="a")
    >>> certain = relative_row(subject, sides, ((55.0, 1.0), (50.0, 1.0)), answer)
    >>> certain.method, certain.value, certain.unit
    ('delta', 0.1, '1')
    >>> relative_row(subject, sides, ((55.0, 16.0), (50.0, 16.0)), answer).method
    'fieller'
    """
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

    >>> answer = Inference(value=0.1, std_error=0.12, ci_low=-0.13, ci_high=0.33, df=800.0)
    >>> found = set_where_uncertain(((55.0, 16.0), (50.0, 16.0)), answer, level=0.95)
    >>> round(found.ci_low, 3), round(found.ci_high, 3)
    (-0.11, 0.366)
    """
    if isinstance(answer, NotEstimable) or not is_uncertain(*levels[1], CERTAIN):
        return answer
    return relative_fieller(*levels, level=level, df=answer.df)
