"""What the trust checks count as JSON values and back."""

from dataclasses import asdict
from typing import Any

from impact.analysis.storage.moments import arm_moments_from, arm_moments_to
from impact.analysis.sufficient import CheckCounts, Reconciled, StartTimes


def checks_to(checks: CheckCounts) -> dict[str, Any]:
    """Return the counts of the checks as JSON values.

    >>> stored = checks_to(CheckCounts(assigned=(("a", 510), ("b", 490)), late_assignment=3))
    >>> stored["assigned"], stored["late_assignment"], stored["pre_period"]
    ((('a', 510), ('b', 490)), 3, [])
    """
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
        "start_times": [_times_to(times) for times in checks.start_times],
        "reconciled": [asdict(row) for row in checks.reconciled],
    }


def checks_from(stored: dict[str, Any]) -> CheckCounts:
    """Return the counts of the checks from JSON values.

    Checks that came later than the stored counts have nothing to look at.

    >>> stored = checks_to(CheckCounts(assigned=(("a", 510), ("b", 490))))
    >>> del stored["reconciled"]
    >>> checks_from(stored) == CheckCounts(assigned=(("a", 510), ("b", 490)))
    True
    """
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
                version=times.get("version", ""),
            )
            for times in stored.get("start_times", [])
        ),
        reconciled=tuple(Reconciled(**row) for row in stored.get("reconciled", [])),
    )


def _times_to(times: StartTimes) -> dict[str, Any]:
    """Return when units started; of no version as before there were any, so that bytes stay."""
    stored = {"name": times.name, "counts": times.counts}
    return {**stored, "version": times.version} if times.version else stored
