"""What the trust checks count."""

from dataclasses import dataclass

from impact.analysis.sufficient.moments import ArmMoments


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimes:
    """Eligible units by when they started: (label, variant, units) of a weekday, hour or season.

    Of one `version` where the plan gives versions splits of their own, else of all.
    """

    name: str
    counts: tuple[tuple[str, str, int], ...]
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What contact records say of the contacts asked for from one place and assigned one variant.

    `kind` is queue or router and `place` which one, or `kind` is all. Of `asked` contacts `met`
    have a record, in `told` it says what was played, in `kept` that it was the assigned variant.
    `units` are the different units, `units_lost` those of which a contact has no record.
    """

    kind: str
    place: str
    variant: str
    asked: int
    met: int
    told: int
    kept: int
    units: int
    units_lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCounts:
    """What the trust checks count.

    `assigned` are eligible, not forced units per variant; `received` how many of them were served
    their assigned variant, for compliance, where it is known. `pre_period` holds moments ("y") of
    outcomes before the start, by their name. `last_seen` is the latest instant in each table, as
    ISO text.
    """

    assigned: tuple[tuple[str, int], ...]
    multiple_exposure: int = 0
    late_assignment: int = 0
    ineligible_before_start: int = 0
    compliance: tuple[tuple[str, int, int], ...] = ()  # variant, exposed units, units served it
    pre_period: tuple[tuple[str, tuple[ArmMoments, ...]], ...] = ()
    last_seen: tuple[tuple[str, str], ...] = ()
    start_times: tuple[StartTimes, ...] = ()
    reconciled: tuple[Reconciled, ...] = ()
