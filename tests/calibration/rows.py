"""What the harness reads in a row: what it is counted as, and whether it is right."""

import math
import re
from collections.abc import Mapping

from impact.analysis.adjusted import CROWDED
from impact.analysis.compliance.rows import UNSURE
from impact.analysis.epochs.averaging import FEW as FEW_IN_VERSION
from impact.analysis.estimates import Estimate
from impact.analysis.non_inferiority import METHOD as NON_INFERIORITY
from impact.analysis.relative import DELTA, FIELLER
from impact.analysis.sufficient import ALL
from impact.analysis.survival.contrasts import ONE_SIDED_SPREAD
from impact.analysis.tails import ROUGH as ROUGH_MEAN
from impact.stats.means.ratio import ROUGH as ROUGH_RATIO
from impact.stats.surveys.lee import ROUGH as ROUGH_BOUNDS
from tests.calibration.worlds import ARMS, SIZE, Truth, World

Key = tuple[str, str, str]  # metric, quantity, method
Known = Mapping[tuple[str, ...], float]
INTERVAL = re.compile(r"[\[(]([^,]+), ([^\])]+)[\])]")
FLAGGED = "flagged"
EITHER, CHOSEN = (DELTA, FIELLER), ("relative_difference", "ratio")
BOTH = " or ".join(EITHER)
# notes by which the engine says that a row is outside of its method's domain
OUTSIDE = (
    *(CROWDED, ROUGH_RATIO, ROUGH_BOUNDS, ROUGH_MEAN, ONE_SIDED_SPREAD),
    *(UNSURE, FEW_IN_VERSION),
)


def key_of(world: World, row: Estimate) -> Key:
    """Return what rows are counted as: those of several variants apart, they share a control.

    Where the data chooses between two methods, both are one: each alone is of the experiments in
    which it was chosen.
    """
    either = row.method in EITHER and row.quantity in CHOSEN
    within = ", within segments" * (row.segment != ALL)
    arm = f", {row.variant}" if row.variant and len(world.plan.variants) > len(ARMS) else ""
    flagged = f", {FLAGGED}" * any(note in row.note for note in OUTSIDE)
    return row.metric, row.quantity, f"{BOTH if either else row.method}{within}{arm}{flagged}"


def is_flagged(key: Key) -> bool:
    """Say whether the engine said that these rows are outside of their method's domain.

    >>> is_flagged(("handle_time", "ratio_difference", "delta, flagged"))
    True
    """
    return key[2].endswith(f", {FLAGGED}")


def rate_of(key: Key) -> float:
    """Return how often a row may be wrong: one-sided, half of the error rate lies beyond."""
    return SIZE / 2 if key[2].startswith(NON_INFERIORITY) else SIZE


def tests_what_is_not(world: World, row: Estimate) -> bool:
    """Say whether the test of a row errs when it rejects: without the effect it is of no effect.

    What the variant always changes is tested truly against its margin alone.
    """
    if row.metric in world.changed:
        return row.method == NON_INFERIORITY
    return known(merged(world.always), row) is None


def merged(*truths: Truth) -> Known:
    """Return several truths as one, in which the later ones hold."""
    return {key: value for truth in truths for key, value in truth.items()}


def known(truth: Known, row: Estimate) -> float | None:
    """Return what is true of a row: of its method, segment, variant or term, else of its quantity.

    What is true of a variant at one time is of that time alone.

    >>> row = Estimate(metric="spend", kind="mean", quantity="mean_difference", method="lin")
    >>> known({("spend", "mean_difference"): 1.0, ("spend", "mean_difference", "lin"): 2.0}, row)
    2.0
    """
    parts = (
        (row.method, row.segment),
        (row.method, row.variant),
        (row.method,),
        (row.segment,),
        *([] if row.at is None else [(row.variant, f"{row.at:g}")]),
        (row.variant,),
        (row.term,),
        (),
    )
    keys = ((row.metric, row.quantity, *part) for part in parts)
    return next((truth[key] for key in keys if key in truth), None)


def has_limits(row: Estimate) -> bool:
    """Say whether a row has an interval, a set, or a limit on one side."""
    return bool(row.ci_set) or row.ci_low is not None or row.ci_high is not None


def holds(row: Estimate, truth: float) -> bool:
    """Say whether the interval, or the set of several, holds the truth."""
    if row.ci_set:
        parts = ((float(low), float(high)) for low, high in INTERVAL.findall(row.ci_set))
        return any(low <= truth <= high for low, high in parts)
    low = -math.inf if row.ci_low is None else row.ci_low
    return low <= truth <= (math.inf if row.ci_high is None else row.ci_high)
