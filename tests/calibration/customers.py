"""Customers who answer surveys: their tiers, tempers and scales, and what is then true of them."""

import numpy as np
from scipy import special

from experiments.plan.document import Kind, Metric, Role, Source, Table
from impact.analysis.survey_names import LOWER, RESPONSE, UPPER, WEIGHTED
from tests.calibration.worlds import ARMS

TIERS = ("tier=basic;", "tier=pro;")
TIER, TEMPER = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
SHARE = np.array([0.36, 0.24, 0.24, 0.16])
MOOD = 0.4 * TIER - 0.7 * TEMPER
BETTER = 0.4  # what the effect adds to a mood, of which one customer has one more than another
SCALES = {  # what an answer counts as, and between which moods
    "csat_top_box": (np.array([0.0, 1.0]), np.array([0.2])),
    "net_promoter": (np.array([-100.0, 0.0, 100.0]), np.array([-0.8, 0.3])),
    "ces": (np.arange(1.0, 8.0), np.linspace(-1.6, 1.2, 6)),
}
METRICS = tuple(
    Metric(
        key=key,
        role=Role.PRIMARY if key == "csat_top_box" else Role.SECONDARY,
        kind=Kind.PROPORTION if key == "csat_top_box" else Kind.MEAN,
        source=Source(table=Table.SURVEYS, column=key),
        window=30,
    )
    for key in SCALES
)


def true_of(metric: Metric, rates: np.ndarray, *, bounds: bool) -> dict[tuple[str, ...], float]:
    """Return what is true with the effect of those who answer, of all, and of both bounds."""
    values, _ = SCALES[metric.key]
    chance = np.array([chances(metric.key, better) for better in (0.0, BETTER)])
    means = chance @ values
    weight = SHARE * rates
    of_arm = (weight * means).sum(axis=1) / weight.sum(axis=1)
    difference = f"{metric.kind.value}_difference"
    naive = "newcombe" if metric.kind is Kind.PROPORTION else "welch"
    response = weight.sum(axis=1)
    truth: dict[tuple[str, ...], float] = {
        (metric.key, difference, naive): float(of_arm[1] - of_arm[0]),
        (metric.key, "proportion_difference", RESPONSE): float(response[1] - response[0]),
        (metric.key, difference, WEIGHTED): float(SHARE @ (means[1] - means[0])),
    }
    for place, name in enumerate(ARMS):
        truth[metric.key, "proportion", RESPONSE, name] = float(response[place])
    ratio = float(of_arm[1] / of_arm[0])
    if naive == "newcombe":
        truth[metric.key, "risk_ratio", "katz"] = ratio
    else:
        truth[metric.key, "relative_difference", "delta"] = ratio - 1
        truth[metric.key, "relative_difference", "fieller"] = ratio - 1
    if bounds:
        answered = weight[1] @ chance[1] / response[1]
        kept = float(response[0] / response[1])
        for method, order in ((LOWER, slice(None)), (UPPER, slice(None, None, -1))):
            part = np.diff(np.minimum(np.cumsum(answered[order]), kept), prepend=0.0)
            trimmed = float(part @ values[order]) / kept
            truth[metric.key, difference, method] = trimmed - float(of_arm[0])
    return truth


def chances(key: str, better: float) -> np.ndarray:
    """Return the chance of each value of a scale by kind of customer, shape (kinds, values)."""
    _, edges = SCALES[key]
    below = special.ndtr(edges - (MOOD + better)[:, None])
    return np.diff(below, prepend=0.0, append=1.0, axis=1)


def true_of_always(metric: Metric, always: np.ndarray) -> float:
    """Return the effect on those who would answer in either arm: a share of each kind."""
    values, _ = SCALES[metric.key]
    means = [chances(metric.key, better) @ values for better in (0.0, BETTER)]
    return float((SHARE * always) @ (means[1] - means[0]) / (SHARE @ always))
