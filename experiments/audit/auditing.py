"""One audit: the log of an experiment, the salts that it rests on, what does not agree."""

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.assignment.sql import Dialect
from experiments.audit.engines import engine
from experiments.audit.queries import Difference, Unknown, statements
from experiments.audit.versions import Version, versions_of
from experiments.errors import ExperimentNotFound
from experiments.models import Experiment


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAudit:
    """A version as it was in force, and how many rows the log has of it."""

    version: Version
    n_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found: `n_rows` in the log, and of how many no salt gives the arm, and why.

    `differences` are the first of `n_differences`. `statement` is the SQL that found them; it
    holds the salts, which tell every arm in advance.
    """

    experiment: str
    dialect: Dialect
    n_rows: int
    versions: tuple[VersionAudit, ...]
    unknown: Mapping[Unknown, int]
    n_differences: int
    differences: tuple[Difference, ...]
    statement: str

    @property
    def agrees(self) -> bool:
        """Whether every arm that could be recomputed is that of the log."""
        return self.n_differences == 0

    @property
    def n_recomputed(self) -> int:
        """How many rows have an arm that the salts alone give."""
        return self.n_rows - sum(self.unknown.values())

    @property
    def reservations(self) -> tuple[str, ...]:
        """What could not be recomputed and why, a sentence for each reason."""
        return tuple(
            f"{number:,} row{'' if number == 1 else 's'} {reason.sentence}."
            for reason, number in sorted(self.unknown.items())
        )


def audit(key: str) -> Audit:
    """Recompute every arm in the log of an experiment, each by the version that made it.

    PostgreSQL does it where the log lies; the embedded default lends its rows to DuckDB.

    Raises:
        ExperimentNotFound: no experiment has the key, or it never started.
    """
    versions = versions_of(_started(key))
    used = engine()
    asked = statements(versions, used.dialect)
    numbers = used.versions(key)
    found = used.ask(key, asked)
    n_rows = sum(numbers.values())
    audited = tuple(
        VersionAudit(version=each, n_rows=numbers.get(each.number, 0)) for each in versions
    )
    of_none = n_rows - sum(each.n_rows for each in audited)
    return Audit(
        experiment=key,
        dialect=used.dialect,
        n_rows=n_rows,
        versions=audited,
        unknown={**found.unknown, **({Unknown.VERSION: of_none} if of_none else {})},
        n_differences=found.number,
        differences=found.listed,
        statement=asked.differences,
    )


def _started(key: str) -> Experiment:
    started = Experiment.objects.filter(key=key, started_at__isnull=False)
    complete = started.select_related("layer").prefetch_related("variants", "forced__variant")
    experiment = complete.first()
    if experiment is None:
        message = f"experiment = {key}: must be the key of an experiment that was started"
        raise ExperimentNotFound(message)
    return experiment
