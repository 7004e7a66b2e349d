"""Means of one arm whose limits a long tail would make too narrow: said of each row."""

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference
from impact.stats.means.fieller import is_uncertain

CERTAIN = 0.05  # standard error over the mean; of lognormal values limits then miss up to 6 %
ROUGH = f"rough where values have a long tail: the mean is uncertain by more than {CERTAIN:.0%}"


def long_tail(answer: Inference | NotEstimable) -> str:
    """Say that a mean rests on too few units for a long tail, "" where it does not.

    Amounts that few customers have are skewed, and their mean goes together with its error: where
    seven of ten spend nothing, the limits of a hundred customers miss 12 times in a hundred, nearly
    always below. Between two arms the tails cancel. Moments do not tell the tail; of amounts that
    are not negative the spread over the mean does.

    >>> long_tail(Inference(value=100.0, std_error=4.0)), long_tail(Inference(value=1.0))
    ('', '')
    >>> long_tail(Inference(value=100.0, std_error=6.0))
    'rough where values have a long tail: the mean is uncertain by more than 5%'
    """
    if isinstance(answer, NotEstimable) or answer.std_error is None:
        return ""
    return ROUGH if is_uncertain(answer.value, answer.std_error**2, CERTAIN) else ""
