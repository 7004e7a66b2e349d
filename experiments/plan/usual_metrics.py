"""The metrics that a plan usually has, by what its unit can tell."""

from collections.abc import Mapping
from types import MappingProxyType

from experiments.plan.document import Unit
from experiments.plan.switchback import Switchback

WINDOW = Switchback().window


def follows_customers(unit: str, cluster: str = "") -> bool:
    """Say whether churn and revenue belong to what is randomised, so that a plan may ask for them.

    Windows that draw a share are over long before anybody leaves.

    >>> follows_customers("customer"), follows_customers("customer", "queue")
    (True, True)
    >>> follows_customers("customer", "window_id"), follows_customers("contact")
    (False, False)
    """
    return unit == Unit.CUSTOMER and cluster != WINDOW


def usual_metrics(unit: str, *, horizon: int, window: int, cluster: str = "") -> str:
    """Return the metrics of an ordinary question as YAML, one of them primary.

    `cluster` names what drew how many of its units are treated, if anything did.

    >>> print(usual_metrics("agent", horizon=180, window=30).splitlines()[1])
      - {key: handle_time, title: Handle time of a contact, role: primary, kind: ratio,
    """
    within = _OF_QUEUES.get(Unit(unit), _IN_QUEUES)
    blocks = _CUSTOMER if follows_customers(unit, cluster) else within
    alike = f", cluster: {cluster}" if cluster else ""
    return "metrics:\n" + "".join(blocks).format(horizon=horizon, window=window, alike=alike)


_CUSTOMER = (
    """\
  - {{key: retention, title: Days until churn, role: primary, kind: time_to_event,
     source: churn, horizon: {horizon}{alike}}}
  - {{key: churned, title: Churned within {window} days, role: secondary, kind: proportion,
     source: churn, window: {window}{alike}}}
  - {{key: revenue, title: Revenue in {window} days, role: secondary, kind: mean,
     source: revenue.amount, window: {window}, adjustment: {{pre_window: {window}}}{alike}}}
  - {{key: handle_time, title: Handle time of a contact, role: secondary, kind: ratio,
     source: contacts.handle_seconds, denominator: contacts.handled, window: {window},
     direction: decrease{alike}}}
  - {{key: contacts, title: Contacts in {window} days, role: secondary, kind: mean,
     source: contacts, window: {window}, direction: decrease{alike}}}
  - {{key: satisfaction, title: Satisfaction, role: guardrail, kind: mean,
     source: surveys.csat, window: {window}, margin: 0.2{alike}}}
families:
  business: [churned, revenue]
""",
)
_HANDLE_TIME = """\
  - {{key: handle_time, title: Handle time of a contact, role: %s, kind: ratio,
     source: contacts.handle_seconds, denominator: contacts.handled, window: {window},
     direction: decrease{alike}}}
"""
_RESOLVED = """\
  - {{key: resolved, title: Resolved of those handled, role: secondary, kind: ratio,
     source: contacts.resolved, denominator: contacts.handled, window: {window}{alike}}}
"""
_ABANDONED = """\
  - {{key: abandoned, title: Abandoned of all contacts, role: secondary, kind: ratio,
     source: contacts.abandoned, denominator: contacts, window: {window},
     direction: decrease{alike}}}
"""
_WAITING = """\
  - {{key: waiting, title: Waiting of a contact, role: primary, kind: mean,
     source: contacts.wait_seconds, window: {window}, direction: decrease{alike}}}
"""
_SATISFACTION = """\
  - {{key: satisfaction, title: Satisfaction, role: guardrail, kind: mean,
     source: surveys.csat, window: {window}, margin: 0.2{alike}}}
"""
_IN_QUEUES = (_HANDLE_TIME % "primary", _RESOLVED, _SATISFACTION)  # both arms wait in one
_OF_QUEUES: Mapping[Unit, tuple[str, ...]] = MappingProxyType(
    {
        Unit.QUEUE: (_HANDLE_TIME % "primary", _RESOLVED, _ABANDONED, _SATISFACTION),
        Unit.TIME_SLOT: (_WAITING, _ABANDONED, _HANDLE_TIME % "secondary", _SATISFACTION),
    }
)
