"""What a plan may split its units on: columns known before assignment, and no others."""

from collections.abc import Iterable

from experiments.plan.fields import Section
from experiments.plan.yaml_lines import Scalar

# Columns of the files that exist only after a unit was assigned: to split on one of them compares
# groups that the policy itself has made.
AFTER_ASSIGNMENT = frozenset(
    {
        *("variant", "served_variant", "exposed_at", "received", "dose", "source"),
        *("observed_until", "churned_at", "reversed_at", "recorded_at", "updated_at"),
        *("answered_at", "ended_at", "wait_seconds", "talk_seconds", "hold_seconds"),
        *("handle_minutes", "handle_time", "talk_time", "minutes"),
        *("wrap_seconds", "handle_seconds", "handled", "abandoned", "transferred"),
        *("disposition", "resolved", "amount", "csat", "nps", "ces"),
    }
)
SPLIT_RULE = "is known only after assignment: the policy itself may have changed it"


def check_splits(section: Section, name: str, items: Iterable[Scalar]) -> None:
    """Refuse columns that are known only after assignment."""
    for item in items:
        if section.text_of(name, item) in AFTER_ASSIGNMENT:
            section.refuse(name, SPLIT_RULE, item)
