"""Do the arms answer alike? A difference means that answers come from different people."""

from dataclasses import dataclass

from scipy import special

from impact.stats.estimable import NotEstimable
from impact.stats.sample_ratio import sequential


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTest:
    """A test of one response rate in all arms.

    `statistic` is Pearson's chi-square with `df` degrees of freedom, or the log Bayes factor of the
    always-valid test, and then `df` is None.
    """

    statistic: float
    df: float | None
    p_value: float


def same_response(asked: list[int], answered: list[int]) -> ResponseTest | NotEstimable:
    """Test whether the share of the asked who answered is the same in all arms.

    >>> round(same_response([100, 100], [40, 60]).p_value, 4)
    0.0047
    """
    arms = [(n, hits) for n, hits in zip(asked, answered, strict=True) if n]
    total, hits = sum(n for n, _ in arms), sum(hits for _, hits in arms)
    if len(arms) < 2:  # noqa: PLR2004  # a comparison needs two arms
        return NotEstimable("fewer than two arms were asked")
    if hits in {0, total}:
        return NotEstimable("nobody answered" if hits == 0 else "everybody answered")
    rate = hits / total
    statistic = sum((found - n * rate) ** 2 / (n * rate * (1 - rate)) for n, found in arms)
    df = float(len(arms) - 1)
    return ResponseTest(statistic=statistic, df=df, p_value=float(special.chdtrc(df, statistic)))


def same_response_always(asked: list[int], answered: list[int]) -> ResponseTest | NotEstimable:
    """Test the same so that it stays valid however often one looks.

    Where nobody's arm changes their answering, who answered is split between the arms as the asked
    are, and more closely than a draw with those weights would: the always-valid test of a split
    (Lindon and Malek 2020) is then conservative.

    >>> found = same_response_always([1000, 1000], [400, 600])
    >>> round(found.statistic, 1), found.p_value < 0.001
    (17.1, True)
    """
    problem = same_response(asked, answered)
    if isinstance(problem, NotEstimable):
        return problem
    found = sequential(answered, [float(n) for n in asked])
    if isinstance(found, NotEstimable):
        return found
    return ResponseTest(statistic=found.statistic, df=None, p_value=found.p_value)
