"""What the answers of common surveys count as: top boxes, promoters, easy contacts."""

from impact.stats.means.welch import Sample

CSAT_TOP = 5  # of 1 to 5: the top box
CSAT_TOP_TWO = 4  # and above: the top two boxes
PROMOTER = 9  # of 0 to 10, and above
DETRACTOR = 6  # and below
EASY = 5  # of 1 to 7, and above: the contact was made easy
POINTS = 100  # a net promoter score is in points


def net_promoter(promoters: int, passives: int, detractors: int) -> Sample:
    """Return the net promoter score as a sample, in points from -100 to 100.

    The share of promoters minus that of detractors; of one answer its variance is
    p + d - (p - d)^2, here with divisor n - 1. Compare two arms by Welch.

    >>> score = net_promoter(50, 30, 20)
    >>> round(score.mean), round(score.variance)
    (30, 6162)
    """
    n = promoters + passives + detractors
    if n == 0:
        return Sample(n=0, mean=0.0, variance=0.0)
    score = (promoters - detractors) / n
    spread = (promoters + detractors) / n - score**2
    variance = POINTS**2 * spread * n / (n - 1) if n > 1 else 0.0
    return Sample(n=n, mean=POINTS * score, variance=variance)
