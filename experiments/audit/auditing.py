"""One audit: the log of an experiment, the salts that it rests on, what does not agree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.sql import Dialect
from experiments.audit.engines import engine
from experiments.audit.queries import Difference, differences_sql
from experiments.errors import ExperimentNotFound
from experiments.models import Change, Experiment
from experiments.registry import definition_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found: `n_rows` in the log, of which `n_recomputed` have a salt that is kept.

    `differences` are the first of `n_differences`. `statement` is the SQL that found them; it
    holds the salts, which tell every arm in advance.
    """

    experiment: str
    dialect: Dialect
    n_rows: int
    n_recomputed: int
    n_differences: int
    differences: tuple[Difference, ...]
    statement: str

    @property
    def agrees(self) -> bool:
        """Whether every arm that could be recomputed is that of the log."""
        return self.n_differences == 0


def audit(key: str) -> Audit:
    """Recompute every arm in the log of an experiment.

    PostgreSQL does it where the log lies; the embedded default lends its rows to DuckDB.

    Raises:
        ExperimentNotFound: no experiment has the key, or it never started.
    """
    experiment = _started(key)
    definitions = list(_versions(experiment))
    used = engine()
    versions = used.versions(key)
    widest = _widest_coverage(experiment, definitions[-1])
    each = [differences_sql(version, used.dialect, widest=widest) for version in definitions]
    statement = each[0] if len(each) == 1 else _together(each)
    found = used.differences(key, statement)
    return Audit(
        experiment=key,
        dialect=used.dialect,
        n_rows=sum(versions.values()),
        n_recomputed=sum(versions.get(version.version, 0) for version in definitions),
        n_differences=found.number,
        differences=found.listed,
        statement=statement,
    )


def _versions(experiment: Experiment) -> Iterator[ExperimentDefinition]:
    """Yield the definition as it was in every version, the present one last."""
    present = definition_of(experiment)
    variants = {variant.key: variant for variant in present.variants}
    for past in experiment.past.all():
        yield replace(
            present,
            version=past.number,
            salt=past.salt,
            hash_version=past.hash_version,
            variants=tuple(replace(variants[key], weight=weight) for key, weight in past.weights),
        )
    yield present


def _together(statements: Iterable[str]) -> str:
    return " UNION ALL ".join(f"SELECT * FROM ({each}) AS of_version" for each in statements)  # noqa: S608  # our own text


def _started(key: str) -> Experiment:
    started = Experiment.objects.filter(key=key, started_at__isnull=False)
    complete = started.select_related("layer").prefetch_related("variants", "forced__variant")
    experiment = complete.first()
    if experiment is None:
        message = f"experiment = {key}: must be the key of an experiment that was started"
        raise ExperimentNotFound(message)
    return experiment


def _widest_coverage(experiment: Experiment, definition: ExperimentDefinition) -> int:
    """Return the largest coverage that was ever in force."""
    ramps = Change.objects.filter(experiment=experiment, action="coverage")
    ever = [each for change in ramps for each in change.fields.get("coverage", ())]
    return max(int(each) for each in [definition.coverage, *ever])
