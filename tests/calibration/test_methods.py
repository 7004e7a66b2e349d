"""Every row of the handbook is judged in some world, or it is said here why it is not."""

from tests.calibration.counts import Cells, kept
from tests.calibration.every_world import places
from tests.calibration.rows import FLAGGED
from tests.calibration.table import ENOUGH
from tests.test_methods_documents import Pair, listed

MODELS = ("weibull", "log_normal", "generalised_gamma", "spline", "mixture_cure")
BEYOND = ("rmst", "rmst_difference", "survival_probability", "survival_probability_difference")
CURVES = ("rmst", "lost_time", "survival_probability")
CLUSTERED = ("kaplan_meier_cluster_cr2", "kaplan_meier_cluster_robust")
UNJUDGED: dict[str, set[Pair]] = {
    "has no interval": {("standard_deviation", "sample")},
    "is always refused": {
        (quantity, "randomisation")
        for quantity in ("direct_effect", "relative_difference", "risk_ratio")
    },
    "never decides, and is fitted for seconds": {
        (quantity, model) for quantity in BEYOND for model in MODELS
    },
    "has the errors of a difference that is judged, for one arm": {
        *((quantity, cr) for quantity in ("mean", "proportion", "ratio") for cr in ("cr1", "cr2")),
        *((quantity, method) for quantity in CURVES for method in CLUSTERED),
    },
    "is computed as another quantity that is judged": {
        ("hazard_ratio", "empirical_bayes"),
        ("net_value", "epochs"),
    },
}


def judged(cells: Cells) -> set[Pair]:
    """Return every pair of quantity and method with enough answers that nobody flagged."""
    return {
        (quantity, name)
        for tallies in cells.values()
        for (_, quantity, method), tally in tallies.items()
        if FLAGGED not in method and max(tally.tested, tally.intervals) >= ENOUGH
        for name in method.partition(",")[0].partition(" (")[0].split(" or ")
    }


def test_every_row_is_judged_or_it_is_said_why_not() -> None:
    cells, _ = kept(places())
    told = {pair for pairs in listed().values() for pair in pairs}

    assert told - judged(cells) == set().union(*UNJUDGED.values())
