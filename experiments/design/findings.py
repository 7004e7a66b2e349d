"""What there is to know of a design before it starts, in sentences."""

from dataclasses import dataclass
from enum import StrEnum

from experiments.plan.document import Metric, Plan, Unit


class Level(StrEnum):
    """How much a finding weighs."""

    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know of a design: of which metric, or of what else, and why.

    `reason` says in a few words why the effect on the subject is not identified; empty where it
    is, or where nobody measures it.
    """

    level: Level
    subject: str
    sentence: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is randomised and measured.

    `clusters` is how many agents, teams or queues there are, None where nobody said. `money`
    whether the plan reports revenue and its net, `alternates` whether windows of time are drawn.
    """

    unit: Unit
    metrics: tuple[Metric, ...]
    changes_handle_time: bool = True
    clusters: float | None = None
    money: bool = False
    alternates: bool = False


def setting_of(
    plan: Plan, *, changes_handle_time: bool = True, clusters: float | None = None
) -> Setting:
    """Return the setting of a plan; `shared_queue: false` in it takes interference away.

    So does a switchback, where a window's whole queue has one variant, and a saturation, where
    spill-over is measured.

    >>> plan = Plan(key="scripts", unit=Unit.TEAM, control="old", metrics=(), shared_queue=False,
    ...             weights=(("old", 5000), ("new", 5000)))
    >>> setting = setting_of(plan, clusters=24)
    >>> setting.unit.value, setting.clusters, setting.changes_handle_time
    ('team', 24, False)
    """
    return Setting(
        unit=plan.unit,
        metrics=plan.metrics,
        changes_handle_time=changes_handle_time
        and plan.shared_queue is not False
        and plan.switchback is None
        and not plan.saturation,
        clusters=clusters,
        money=plan.economics is not None,
        alternates=plan.switchback is not None,
    )


def warning(subject: str, sentence: str, reason: str = "") -> Finding:
    """Return what makes a result worthless or misleading, or not identified for a reason.

    >>> found = warning("churn", "No team keeps a customer.", "customers change teams")
    >>> found.level.value, found.subject, found.reason
    ('warning', 'churn', 'customers change teams')
    """
    return Finding(level=Level.WARNING, subject=subject, sentence=sentence, reason=reason)


def note(subject: str, sentence: str) -> Finding:
    """Return what a reader of the result should know.

    >>> found = note("routing", "Contacts reach teams by skill.")
    >>> found.level.value, found.sentence, found.reason
    ('note', 'Contacts reach teams by skill.', '')
    """
    return Finding(level=Level.NOTE, subject=subject, sentence=sentence)
