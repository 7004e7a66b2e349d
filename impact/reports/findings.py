"""What a report is written from: the results, the plan and the facts of the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from experiments.plan.document import Kind, Metric, Plan, Role
from impact.reports.formats import level
from impact.reports.results import Results
from impact.reports.speech import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantFacts:
    """One variant as it was defined: its title and the policy that the router consumed."""

    key: str
    title: str = ""
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is known of a run beside its results; `analyze` over files knows little of it.

    `truth` holds the simulator's own effect: `retention_difference` (a share), `rmst_difference`
    (in the plan's time unit) and the `horizon` of both, in the plan's time unit.
    """

    run_id: str = ""
    title: str = ""
    hypothesis: str = ""
    variants: tuple[VariantFacts, ...] = ()
    started_at: datetime | None = None
    requested_by: str = ""
    finished_at: datetime | None = None
    code_version: str = ""
    lake_versions: Mapping[str, int] = field(default_factory=dict)
    statistics_sha256: str = ""
    plan_source: str = ""
    simulated: bool = False
    truth: Mapping[str, Any] = field(default_factory=dict)
    charts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that the sections of one report are written from."""

    results: Results
    plan: Plan
    facts: RunFacts = field(default_factory=RunFacts)

    @property
    def interim(self) -> bool:
        """Whether the planned end was not reached: then no fixed-sample p-value is shown."""
        end = self.plan.looks.planned_end
        before_end = end is not None and self.results.as_of.astimezone(self.plan.zone).date() < end
        return before_end or any(row.look is not None for row in self.results.estimates)

    @property
    def treatments(self) -> tuple[str, ...]:
        """All variants but control, in the order of the plan."""
        return tuple(key for key in self.plan.variants if key != self.plan.control)

    @property
    def arms(self) -> tuple[str, ...]:
        """All variants, control first."""
        return (self.plan.control, *self.treatments)

    @property
    def interval_name(self) -> str:
        """How the intervals are called: with their level and, before the end, as interim."""
        name = f"{level(self.plan.confidence_level)} interval"
        return f"interim {name}" if self.interim else name

    @property
    def survival_metrics(self) -> tuple[Metric, ...]:
        """The time-to-event metrics, the primary one first."""
        found = [metric for metric in self.plan.metrics if metric.kind is Kind.TIME_TO_EVENT]
        return tuple(sorted(found, key=lambda metric: metric.role is not Role.PRIMARY))

    def adjustment(self, metric: str) -> str:
        """Return by whom the p-values of a metric's family are adjusted."""
        explores = (family for family in self.plan.families if not family.confirms)
        found = any(metric in family.metrics for family in explores)
        return "Benjamini-Hochberg" if found else "Holm"

    def spoken(self, text: str) -> str:
        """Return a text of the analysis as people read it, variants by their titles."""
        return spoken(text, {item.key: item.title for item in self.facts.variants})

    def label(self, variant: str) -> str:
        """Return the variant's title, or its key."""
        titles = {item.key: item.title for item in self.facts.variants}
        return titles.get(variant) or variant
