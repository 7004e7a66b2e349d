"""Sufficient statistics as bytes and back: lossless, and the same bytes for the same numbers.

Canonical JSON (sorted keys, shortest digits that read back as the same double), compressed with
no time stamp.
"""

import gzip
import json
from dataclasses import asdict
from typing import Any

from impact.analysis.storage.arms import answers_from, lifetime_from
from impact.analysis.storage.checks import checks_from, checks_to
from impact.analysis.storage.clusters import (
    clusters_from,
    clusters_to,
    crossed_from,
    crossed_to,
    windows_from,
    windows_to,
)
from impact.analysis.storage.moments import (
    adjusted_from,
    adjusted_to,
    arm_moments_from,
    arm_moments_to,
)
from impact.analysis.storage.parts import (
    by_metric_from,
    by_metric_to,
    each_from,
    each_to,
    fields_to,
)
from impact.analysis.storage.survival import survival_from, survival_to
from impact.analysis.sufficient import (
    ArmCount,
    ArmProportion,
    ArmQuantile,
    PastEffect,
    SufficientStatistics,
)

FORMAT = 1


def dump(statistics: SufficientStatistics) -> bytes:
    """Return the statistics as bytes.

    Raises:
        ValueError: a number is not finite; there is no such statistic.

    >>> from impact.analysis.sufficient import CheckCounts
    >>> arm = ArmCount(variant="a", n_units=9, n_eligible=8, n_mature=8)
    >>> statistics = SufficientStatistics(arms=(arm,), checks=CheckCounts(assigned=(("a", 8),)))
    >>> dump(statistics) == dump(statistics), len(dump(statistics)) < 300
    (True, True)
    >>> dump(SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=()), caps={"paid": float("nan")}))
    Traceback (most recent call last):
        ...
    ValueError: Out of range float values are not JSON compliant
    """
    text = json.dumps(_document(statistics), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode(), mtime=0)


def load(stored: bytes) -> SufficientStatistics:
    """Return the statistics that `dump` stored.

    Raises:
        ValueError: the bytes are of another format.

    >>> from impact.analysis.sufficient import CheckCounts
    >>> stored = dump(SufficientStatistics(arms=(), checks=CheckCounts(assigned=(("a", 8),))))
    >>> load(stored).checks.assigned
    (('a', 8),)
    >>> load(gzip.compress(b'{"format": 2}'))
    Traceback (most recent call last):
        ...
    ValueError: stored statistics have format 2, this code reads 1
    """
    document = json.loads(gzip.decompress(stored))
    if document["format"] != FORMAT:
        message = f"stored statistics have format {document['format']}, this code reads {FORMAT}"
        raise ValueError(message)
    return SufficientStatistics(
        arms=tuple(ArmCount(**arm) for arm in document["arms"]),
        checks=checks_from(document["checks"]),
        survival=by_metric_from(document["survival"], survival_from),
        moments=by_metric_from(document["moments"], arm_moments_from),
        proportions=by_metric_from(document["proportions"], lambda arm: ArmProportion(**arm)),
        money=by_metric_from(document["money"], arm_moments_from),
        ended_early=by_metric_from(
            document.get("ended_early", {}), lambda arm: ArmProportion(**arm)
        ),
        lifetimes=by_metric_from(document.get("lifetimes", {}), lifetime_from),
        compliance=by_metric_from(document.get("compliance", {}), arm_moments_from),
        caps=document.get("caps", {}),
        splits=tuple((version, variant, n) for version, variant, n in document.get("splits", [])),
        epochs=by_metric_from(document.get("epochs", {}), arm_moments_from),
        response=each_from(document.get("response", {}), clusters_from),
        windows=each_from(document.get("windows", {}), windows_from),
        crossed=each_from(document.get("crossed", {}), crossed_from),
        clusters=by_metric_from(document.get("clusters", {}), clusters_from),
        adjusted=by_metric_from(document.get("adjusted", {}), adjusted_from),
        answers=by_metric_from(document.get("answers", {}), answers_from),
        quantiles=by_metric_from(document.get("quantiles", {}), lambda arm: ArmQuantile(**arm)),
        not_estimable=document["not_estimable"],
        information=each_from(document.get("information", {}), tuple),
        past=tuple(PastEffect(**effect) for effect in document.get("past", ())),
        currency=document.get("currency", ""),
    )


def _document(statistics: SufficientStatistics) -> dict[str, Any]:
    later = {name: found for name, found in _later_forms(statistics).items() if found}
    return {**_first_form(statistics), **later}


def _first_form(statistics: SufficientStatistics) -> dict[str, Any]:
    """Return what every run has: later statistics are there only where a plan asks for them."""
    return {
        "format": FORMAT,
        "arms": [asdict(arm) for arm in statistics.arms],
        "checks": checks_to(statistics.checks),
        "survival": by_metric_to(statistics.survival, survival_to),
        "moments": by_metric_to(statistics.moments, arm_moments_to),
        "proportions": by_metric_to(statistics.proportions, asdict),
        "money": by_metric_to(statistics.money, arm_moments_to),
        "not_estimable": statistics.not_estimable,
        "currency": statistics.currency,
    }


def _later_forms(statistics: SufficientStatistics) -> dict[str, Any]:
    """Return what came after the first form; empty ones are left out, so that bytes stay."""
    return {
        "ended_early": by_metric_to(statistics.ended_early, asdict),
        "lifetimes": by_metric_to(statistics.lifetimes, fields_to),
        "compliance": by_metric_to(statistics.compliance, arm_moments_to),
        "adjusted": by_metric_to(statistics.adjusted, adjusted_to),
        "answers": by_metric_to(statistics.answers, fields_to),
        "quantiles": by_metric_to(statistics.quantiles, asdict),
        "caps": statistics.caps,
        "splits": statistics.splits,
        "epochs": by_metric_to(statistics.epochs, arm_moments_to),
        "response": each_to(statistics.response, clusters_to),
        "windows": each_to(statistics.windows, windows_to),
        "crossed": each_to(statistics.crossed, crossed_to),
        "clusters": by_metric_to(statistics.clusters, clusters_to),
        "information": statistics.information,
        "past": [asdict(effect) for effect in statistics.past],
    }
