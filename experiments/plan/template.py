"""Plans to start from: one complete example, and the text that the form of the pages writes."""

from collections.abc import Iterable, Mapping
from datetime import date

from experiments.plan.usual_metrics import WINDOW, follows_customers, usual_metrics

EXAMPLE = """\
key: longer_calls
title: Take the time it needs
unit: customer
control: target_300s
weights: {target_300s: 5000, take_time: 5000}
timezone: Europe/Berlin
time_unit: day
confidence_level: 0.95
looks: {planned_end: 2026-12-31}

metrics:
  - key: retention
    title: Days until churn
    role: primary
    kind: time_to_event
    source: churn
    horizon: 180
    covariates: [plan_type, {name: tenure_months, kind: bins, edges: [6, 24]}]
    strata: [region]
  - key: churned_90
    title: Churned within 90 days
    role: secondary
    kind: proportion
    source: churn
    window: 90
  - key: revenue_90
    title: Revenue in 90 days
    role: secondary
    kind: mean
    source: revenue.amount
    window: 90
    adjustment: {method: cuped, pre_window: 90}
  - key: handle_time
    title: Handle time of a contact
    role: secondary
    kind: ratio
    source: {numerator: contacts.handle_seconds, denominator: contacts.handled}
    window: 90
    direction: decrease
  - key: satisfaction
    title: Satisfaction
    role: guardrail
    kind: mean
    source: surveys.csat
    window: 90
    margin: 0.2

segments: [plan_type]
families:
  business: [churned_90, revenue_90]
economics:
  currency: EUR
  cost_per_handle_minute: 0.80
  exchange_rates:
    - {currency: CHF, on: 2026-01-01, rate: 1.06}
  window: 90
"""
TWO_STAGES = "saturation: saturation\n"  # as exposures call the share that a cluster drew


def plan_text(  # noqa: PLR0913  # one argument per field of the form
    *,
    key: str,
    title: str,
    unit: str,
    control: str,
    weights: Mapping[str, int],
    horizon: int = 180,
    window: int = 90,
    planned_end: date | None = None,
    timezone: str = "UTC",
    segments: Iterable[str] = (),
    currency: str = "EUR",
    cost_per_handle_minute: str = "0.80",
    burn_in: int | None = None,
    cluster: str = "",
) -> str:
    """Return the plan of a usual question: does a policy keep customers, and does it pay?

    Of units whose churn and revenue nothing shows it asks what happens within the contact, or in
    the queue. `burn_in` is that of the schedule whose slots are the unit; `cluster` is what draws
    how many of its units are treated.

    Lengths are days. Values are quoted, so that a title is never read as YAML.

    >>> from experiments.plan.reading import read_plan
    >>> text = plan_text(key="tone", title="Warm: yes", unit="customer", control="plain",
    ...                  weights={"plain": 5000, "warm": 5000}, segments=["plan_type"])
    >>> read_plan(text).title
    'Warm: yes'
    """
    end = f"looks: {{planned_end: {planned_end.isoformat()}}}\n" if planned_end else ""
    shares = ", ".join(f"{_quoted(name)}: {weight}" for name, weight in weights.items())
    alternates = f"switchback: {{window: {WINDOW}, burn_in: {burn_in}}}\n"
    money = (
        f"economics:\n"
        f"  currency: {_quoted(currency)}\n"
        f"  cost_per_handle_minute: {_quoted(cost_per_handle_minute)}\n"
        f"  window: {window}\n"
    )
    return (
        f"key: {_quoted(key)}\n"
        f"title: {_quoted(title)}\n"
        f"unit: {_quoted(unit)}\n"
        f"control: {_quoted(control)}\n"
        f"weights: {{{shares}}}\n"
        f"timezone: {_quoted(timezone)}\n"
        f"{end}"
        f"segments: [{', '.join(map(_quoted, segments))}]\n"
        f"{alternates if burn_in is not None else ''}"
        f"{TWO_STAGES if cluster else ''}"
        f"{usual_metrics(unit, horizon=horizon, window=window, cluster=cluster)}"
        f"{money if follows_customers(unit, cluster) else ''}"
    )


def _quoted(value: str) -> str:
    return "'" + " ".join(value.split()).replace("'", "''") + "'"
