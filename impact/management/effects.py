"""The effects that a command puts into outcomes: METRIC=SHARE, each in its good direction."""

from collections.abc import Iterable

from experiments.errors import InvalidRequest, Violation
from experiments.plan.document import Plan

RULE = "must be a metric of the plan, =, and a share above 0 and below 1, as retention=0.07"


def effects_of(plan: Plan, texts: Iterable[str]) -> dict[str, float]:
    """Return the relative change of each metric named.

    Raises:
        InvalidRequest: a text that names no metric of the plan, or no share.

    >>> from experiments.plan.reading import read_plan
    >>> from experiments.plan.template import EXAMPLE
    >>> effects_of(read_plan(EXAMPLE), ["retention=0.07", "handle_time=0.1"])
    {'retention': 0.07, 'handle_time': 0.1}
    """
    return dict(_effect(plan, text) for text in texts)


def _effect(plan: Plan, text: str) -> tuple[str, float]:
    key, _, share = text.partition("=")
    keys = {metric.key for metric in plan.metrics}
    try:
        change = float(share)
    except ValueError:
        raise _wrong(text) from None
    if key not in keys or not 0 < change < 1:
        raise _wrong(text)
    return key, change


def _wrong(text: str) -> InvalidRequest:
    return InvalidRequest(Violation(field="effect", value=text, rule=RULE))
