"""What a router is told, and what it says when the treatment was applied."""

from collections.abc import Mapping
from enum import StrEnum
from time import monotonic
from types import MappingProxyType
from typing import NamedTuple

from experiments.assignment.compiled import CompiledExperiment
from experiments.assignment.decision import Outcome, Reason, Source
from experiments.assignment.requirements import CUSTOMER
from experiments.client.reports import Ids, Report, Reports

KEPT_OUT = frozenset({Reason.NEVER_TREAT, Reason.HOLDOUT})
NO_POLICY: Mapping[str, object] = MappingProxyType({})
NO_FIELDS: Mapping[str, str] = MappingProxyType({})


class Origin(StrEnum):
    """Who answers: this client, this client after a long silence of the service, or nobody."""

    CLIENT = "client"
    STALE = "stale"
    DEFAULT = "default"


class Undecided(NamedTuple):
    """Stands for an outcome where nothing could be decided: control, or the caller's default."""

    experiment: str
    version: int
    assigned_variant: str
    served_variant: str
    reason: str
    eligible: bool = False
    forced: bool = False


class Assignment(NamedTuple):
    """One answer. Read its properties: the fields are how they are kept.

    `at` is on the monotonic clock, `ids` are as they were given, a time slot after them.
    `compiled` is None where no rule set speaks of the experiment, `reports` is None where there is
    nothing to report.
    """

    outcome: Outcome | Undecided
    unit_id: str
    bucket: int | None
    origin: Origin
    at: float
    compiled: CompiledExperiment | None
    ids: tuple[str | None, ...]
    attributes: Mapping[str, object]
    reports: Reports | None

    @property
    def experiment(self) -> str:
        """The key that was asked for."""
        return self.outcome.experiment

    @property
    def version(self) -> int:
        """The version of the experiment, 0 where it is unknown."""
        return self.outcome.version

    @property
    def variant(self) -> str:
        """The variant to be served; the caller's default where nothing is known."""
        return self.outcome.served_variant

    @property
    def assigned_variant(self) -> str:
        """The hash's answer, which pauses and lists of quality assurance do not change."""
        return self.outcome.assigned_variant

    @property
    def enrolled(self) -> bool:
        """Whether the unit takes part."""
        return self.outcome.eligible

    @property
    def reason(self) -> str:
        """Why this variant is served."""
        return str(self.outcome.reason)

    @property
    def source(self) -> str:
        """Who chose: client, stale (no word from the service), paused, forced or default."""
        if isinstance(self.outcome, Outcome) and self.outcome.source is not Source.SERVICE:
            return self.outcome.source.value
        return self.origin.value

    @property
    def policy(self) -> Mapping[str, object]:
        """The whole policy document of the variant."""
        if self.compiled is None:
            return NO_POLICY
        variants = self.compiled.definition.variants
        return next((each.policy for each in variants if each.key == self.variant), NO_POLICY)

    @property
    def policy_fields(self) -> Mapping[str, str]:
        """Its plain fields as `policy_<name>`, all of them text, as the service tells them."""
        if self.compiled is None:
            return NO_FIELDS
        return self.compiled.policy_fields.get(self.variant, NO_FIELDS)

    def expose(self) -> bool:
        """Say that the treatment was applied, now; return whether that will be reported."""
        return self._report(exposed_at=monotonic())

    def record(self) -> bool:
        """Say that the unit was assigned, whether or not the treatment will be applied."""
        return self._report(exposed_at=None)

    @property
    def _speaks_of_unit(self) -> bool:
        """Whether this may be recorded of the unit for good.

        One customer who is kept out says nothing of the agent or queue that they reached.
        """
        if self.outcome.reason not in KEPT_OUT or self.compiled is None:
            return True
        return self.compiled.definition.unit == CUSTOMER or bool(Ids(*self.ids[:2]).contact_id)

    def _report(self, exposed_at: float | None) -> bool:
        if self.reports is None or not self._speaks_of_unit:
            return False
        return self.reports.add(
            Report(
                experiment=self.experiment,
                version=self.version,
                unit_id=self.unit_id,
                ids=Ids._make(self.ids[: len(Ids._fields)]),
                assigned_variant=self.assigned_variant,
                served_variant=self.variant,
                eligible=self.enrolled,
                forced=self.outcome.forced,
                attributes=self.attributes,
                assigned_at=self.at,
                exposed_at=exposed_at,
            )
        )
