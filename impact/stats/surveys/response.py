"""Do the arms answer alike? A difference means that answers come from different people."""

from dataclasses import dataclass

from scipy import special

from impact.stats.estimable import NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTest:
    """Pearson's chi-square test of one response rate in all arms."""

    statistic: float
    df: float
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
