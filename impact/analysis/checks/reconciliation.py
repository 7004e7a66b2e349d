"""Do the log of exposures and the contact records tell of the same contacts?"""

from collections.abc import Iterable, Iterator, Sequence

from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.sufficient import Reconciled
from impact.stats.contingency import Independence, independence
from impact.stats.estimable import NotEstimable
from impact.stats.sample_ratio import sequential

NAME = "exposure_reconciliation"
ALARM = 0.001
EXPECTED = 0.95  # of what was asked for, with a record; of what is known to be played, as assigned
FEWEST = 100  # rows of a place that is judged by itself


def exposure_reconciliation(context: CheckContext) -> Check | None:
    """Compare what was asked for with what contact records say; None without records to compare.

    Fail when units of one arm lose their records more often than those of another: what is
    measured from contacts then compares different people. Warn when more than 5 per cent of the
    contacts asked for have no record, or of those whose record says what was played more than 5
    per cent were played something else, in all or in one queue or router of some size; and when
    the split of one of them is no chance.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> rows = [Reconciled(kind="all", place="", variant=arm, asked=1000, met=1000 - lost, told=900,
    ...     kept=890, units=1000, units_lost=lost) for arm, lost in (("a", 20), ("b", 70))]
    >>> counts = CheckCounts(assigned=(), reconciled=tuple(rows))
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = exposure_reconciliation(context)
    >>> print(check.status.value, check.message)  # doctest: +NORMALIZE_WHITESPACE
    fail Of 2,000 contacts asked for, 95.5% have a contact record. Of 1,800 records that say
    what was played, 98.9% say as assigned. Records are lost more often in one arm (p =
    6.92e-08).
    """
    everywhere = [row for row in context.counts.reconciled if row.kind == "all"]
    if not everywhere:
        return None
    test = _lost_by_arm(context, everywhere)
    p_value = None if test is None else test.p_value
    warnings = [*_troubles(everywhere, "Over all"), *_place_troubles(context)]
    failed = p_value is not None and p_value < ALARM
    arms = _arms(context, p_value, failed=failed)
    return Check(
        name=NAME,
        status=CheckStatus.FAIL if failed else _status(warnings),
        message=" ".join([_summary(everywhere), *arms, *warnings]),
        statistic=test.statistic if test and context.final else None,
        df=test.df if test and context.final else None,
        p_value=p_value if context.final else None,
    )


def _status(warnings: Sequence[str]) -> CheckStatus:
    return CheckStatus.WARN if warnings else CheckStatus.PASS


def _lost_by_arm(context: CheckContext, rows: Sequence[Reconciled]) -> Independence | None:
    """Test whether losing a record depends on the arm; units are independent, contacts are not."""
    table = [
        (
            sum(row.units_lost for row in rows if row.variant == variant),
            sum(row.units - row.units_lost for row in rows if row.variant == variant),
        )
        for variant in context.plan.variants
    ]
    lost, whole = (sum(column) for column in zip(*table, strict=True))
    if not lost or not whole:
        return None
    found = independence(table)
    return None if isinstance(found, NotEstimable) else found


def _summary(rows: Sequence[Reconciled]) -> str:
    asked, met, told, kept = _totals(rows)
    found = f"Of {asked:,} contacts asked for, {met / asked:.1%} have a contact record."
    if not told:
        return f"{found} No record says what was played."
    return (
        f"{found} Of {told:,} records that say what was played, {kept / told:.1%} say as assigned."
    )


def _arms(context: CheckContext, p_value: float | None, *, failed: bool) -> Iterator[str]:
    if p_value is None:
        return
    verdict = (
        "Records are lost more often in one arm" if failed else "No arm loses more than others"
    )
    yield f"{verdict}{context.p_value(p_value)}."


def _place_troubles(context: CheckContext) -> Iterator[str]:
    for (kind, place), rows in _places(context.counts.reconciled):
        if sum(row.asked for row in rows) >= FEWEST and place:
            name = f"The {kind} {place}"
            yield from _troubles(rows, name)
            yield from _broken_split(context, rows, name)


def _troubles(rows: Sequence[Reconciled], name: str) -> Iterator[str]:
    asked, met, told, kept = _totals(rows)
    if met < EXPECTED * asked:
        yield f"{name}: {1 - met / asked:.1%} of {asked:,} contacts have no record."
    if kept < EXPECTED * told:
        yield f"{name}: {1 - kept / told:.1%} of {told:,} were played another variant."


def _broken_split(context: CheckContext, rows: Sequence[Reconciled], name: str) -> Iterator[str]:
    """Say where the split is no chance: valid at every look, adjusted for the places looked at.

    Not where clusters were drawn, or versions have weights of their own: those have other splits.
    """
    if context.clusters or context.splits:
        return
    counts = {row.variant: row.units for row in rows}
    weights = [float(weight) for _, weight in context.plan.weights]
    test = sequential([counts.get(variant, 0) for variant in context.plan.variants], weights)
    looked_at = len({(row.kind, row.place) for row in context.counts.reconciled})
    if not isinstance(test, NotEstimable) and test.p_value * looked_at < ALARM:
        yield f"{name}: the split is no chance (p = {test.p_value:.3g}): look at this one first."


def _places(
    rows: Iterable[Reconciled],
) -> Iterator[tuple[tuple[str, str], list[Reconciled]]]:
    by_place: dict[tuple[str, str], list[Reconciled]] = {}
    for row in rows:
        by_place.setdefault((row.kind, row.place), []).append(row)
    yield from by_place.items()


def _totals(rows: Sequence[Reconciled]) -> tuple[int, int, int, int]:
    """Return how many were asked for, have a record, say what was played, and say as assigned."""
    return (
        sum(row.asked for row in rows),
        sum(row.met for row in rows),
        sum(row.told for row in rows),
        sum(row.kept for row in rows),
    )
