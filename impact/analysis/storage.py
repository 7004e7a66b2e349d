"""Sufficient statistics as bytes and back: lossless, and the same bytes for the same numbers.

Canonical JSON (sorted keys, shortest digits that read back as the same double), compressed with
no time stamp. This is what a run keeps, and what a report is recomputed from.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from impact.analysis.storage_arrays import (
    adjusted_from,
    adjusted_to,
    answers_from,
    answers_to,
    arm_moments_from,
    arm_moments_to,
    clusters_from,
    clusters_to,
    lifetime_from,
    lifetime_to,
    survival_from,
    survival_to,
)
from impact.analysis.storage_windows import windows_from, windows_to
from impact.analysis.sufficient import (
    ArmCount,
    ArmProportion,
    ArmQuantile,
    CheckCounts,
    CrossedCounts,
    PastEffect,
    Reconciled,
    StartTimes,
    SufficientStatistics,
)

FORMAT = 1
Part = TypeVar("Part")


def dump(statistics: SufficientStatistics) -> bytes:
    """Return the statistics as bytes.

    Raises:
        ValueError: a number is not finite; there is no such statistic.
    """
    text = json.dumps(_document(statistics), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode(), mtime=0)


def load(stored: bytes) -> SufficientStatistics:
    """Return the statistics that `dump` stored.

    Raises:
        ValueError: the bytes are of another format.
    """
    document = json.loads(gzip.decompress(stored))
    if document["format"] != FORMAT:
        message = f"stored statistics have format {document['format']}, this code reads {FORMAT}"
        raise ValueError(message)
    return SufficientStatistics(
        arms=tuple(ArmCount(**arm) for arm in document["arms"]),
        checks=_checks_from(document["checks"]),
        survival={
            metric: tuple(survival_from(counts) for counts in stored_counts)
            for metric, stored_counts in document["survival"].items()
        },
        moments=_moments_from(document["moments"]),
        proportions={
            metric: tuple(ArmProportion(**arm) for arm in arms)
            for metric, arms in document["proportions"].items()
        },
        money=_moments_from(document["money"]),
        lifetimes={
            metric: tuple(lifetime_from(arm) for arm in arms)
            for metric, arms in document.get("lifetimes", {}).items()
        },
        compliance=_moments_from(document.get("compliance", {})),
        caps=document.get("caps", {}),
        splits=tuple((version, variant, n) for version, variant, n in document.get("splits", [])),
        epochs=_moments_from(document.get("epochs", {})),
        response={
            metric: clusters_from(counts) for metric, counts in document.get("response", {}).items()
        },
        windows={
            metric: windows_from(stored_windows)
            for metric, stored_windows in document.get("windows", {}).items()
        },
        crossed={
            metric: CrossedCounts(
                pairs=tuple(arm_moments_from(arm) for arm in stored_crossed["pairs"]),
                groups=clusters_from(stored_crossed["groups"]),
            )
            for metric, stored_crossed in document.get("crossed", {}).items()
        },
        clusters={
            metric: tuple(clusters_from(counts) for counts in found)
            for metric, found in document.get("clusters", {}).items()
        },
        adjusted={
            metric: tuple(adjusted_from(arm) for arm in arms)
            for metric, arms in document.get("adjusted", {}).items()
        },
        answers={
            metric: tuple(answers_from(arm) for arm in arms)
            for metric, arms in document.get("answers", {}).items()
        },
        quantiles={
            metric: tuple(ArmQuantile(**arm) for arm in arms)
            for metric, arms in document.get("quantiles", {}).items()
        },
        not_estimable=document["not_estimable"],
        information={
            metric: tuple(looks) for metric, looks in document.get("information", {}).items()
        },
        past=tuple(PastEffect(**effect) for effect in document.get("past", ())),
        currency=document.get("currency", ""),
    )


def _document(statistics: SufficientStatistics) -> dict[str, Any]:
    later = {name: found for name, found in _later_forms(statistics).items() if found}
    return {**_first_form(statistics), **later}


def _later_forms(statistics: SufficientStatistics) -> dict[str, Any]:
    """Return what came after the first form; empty ones are left out, so that bytes stay."""
    return {
        "lifetimes": _by_metric(statistics.lifetimes, lifetime_to),
        "compliance": _moments_to(statistics.compliance),
        "adjusted": _by_metric(statistics.adjusted, adjusted_to),
        "answers": _by_metric(statistics.answers, answers_to),
        "quantiles": _by_metric(statistics.quantiles, asdict),
        "caps": statistics.caps,
        "splits": statistics.splits,
        "epochs": _moments_to(statistics.epochs),
        "response": {metric: clusters_to(counts) for metric, counts in statistics.response.items()},
        "windows": {metric: windows_to(found) for metric, found in statistics.windows.items()},
        "crossed": {
            metric: {
                "pairs": [arm_moments_to(arm) for arm in counts.pairs],
                "groups": clusters_to(counts.groups),
            }
            for metric, counts in statistics.crossed.items()
        },
        "clusters": _by_metric(statistics.clusters, clusters_to),
        "information": statistics.information,
        "past": [asdict(effect) for effect in statistics.past],
    }


def _by_metric(
    found: Mapping[str, tuple[Part, ...]], stored: Callable[[Part], dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    return {metric: [stored(part) for part in parts] for metric, parts in found.items()}


def _first_form(statistics: SufficientStatistics) -> dict[str, Any]:
    """Return what every run has: later statistics are there only where a plan asks for them."""
    return {
        "format": FORMAT,
        "arms": [asdict(arm) for arm in statistics.arms],
        "checks": _checks_to(statistics.checks),
        "survival": {
            metric: [survival_to(counts) for counts in found]
            for metric, found in statistics.survival.items()
        },
        "moments": _moments_to(statistics.moments),
        "proportions": {
            metric: [asdict(arm) for arm in arms] for metric, arms in statistics.proportions.items()
        },
        "money": _moments_to(statistics.money),
        "not_estimable": statistics.not_estimable,
        "currency": statistics.currency,
    }


def _moments_to(moments: dict[str, Any]) -> dict[str, Any]:
    return {metric: [arm_moments_to(arm) for arm in arms] for metric, arms in moments.items()}


def _moments_from(stored: dict[str, Any]) -> dict[str, Any]:
    return {metric: tuple(arm_moments_from(arm) for arm in arms) for metric, arms in stored.items()}


def _checks_to(checks: CheckCounts) -> dict[str, Any]:
    return {
        "assigned": checks.assigned,
        "multiple_exposure": checks.multiple_exposure,
        "late_assignment": checks.late_assignment,
        "ineligible_before_start": checks.ineligible_before_start,
        "compliance": checks.compliance,
        "pre_period": [
            [outcome, [arm_moments_to(arm) for arm in arms]] for outcome, arms in checks.pre_period
        ],
        "last_seen": checks.last_seen,
        "start_times": [asdict(times) for times in checks.start_times],
        "reconciled": [asdict(row) for row in checks.reconciled],
    }


def _checks_from(stored: dict[str, Any]) -> CheckCounts:
    return CheckCounts(
        assigned=tuple((variant, count) for variant, count in stored["assigned"]),
        multiple_exposure=stored["multiple_exposure"],
        late_assignment=stored["late_assignment"],
        ineligible_before_start=stored["ineligible_before_start"],
        compliance=tuple((variant, n, served) for variant, n, served in stored["compliance"]),
        pre_period=tuple(
            (outcome, tuple(arm_moments_from(arm) for arm in arms))
            for outcome, arms in stored["pre_period"]
        ),
        last_seen=tuple((table, instant) for table, instant in stored["last_seen"]),
        start_times=tuple(
            StartTimes(
                name=times["name"],
                counts=tuple((label, variant, n) for label, variant, n in times["counts"]),
            )
            for times in stored.get("start_times", [])
        ),
        reconciled=tuple(Reconciled(**row) for row in stored.get("reconciled", [])),
    )
