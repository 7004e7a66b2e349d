"""What a draft may require of others, and what a holdout may be."""

from collections.abc import Iterator, Mapping

from experiments.assignment.definition import Requirement
from experiments.assignment.hashing import BUCKETS
from experiments.assignment.program import Program
from experiments.assignment.refusals import violation
from experiments.assignment.requirements import CUSTOMER
from experiments.definitions.drafts import Draft
from experiments.errors import InvalidDefinition, Violation
from experiments.lifecycle import Status
from experiments.models import Experiment
from experiments.registry import assembled, rows_with_required

ASSIGNING = frozenset({Status.RUNNING, Status.PAUSED, Status.CONCLUDED})
HOLDOUT_VARIANTS = 2


def required_by(draft: Draft) -> tuple[Requirement, ...]:
    """Return what the draft requires, each experiment as it stands.

    Raises:
        InvalidDefinition: an entry is no requirement, names no experiment, or closes a circle.
    """
    if violations := tuple(_shape_violations(draft)):
        raise InvalidDefinition(*violations)
    keys = [str(each["experiment"]) for each in draft.requires]
    rows = rows_with_required(Experiment.objects.filter(key__in=keys).select_related("layer"))
    found = []
    for place, each in enumerate(draft.requires):
        key = str(each["experiment"])
        if key not in rows:
            rule = "must be the key of an experiment"
            raise InvalidDefinition(violation(f"requires[{place}].experiment", key, rule))
        other = assembled(rows[key], rows, Program(), (draft.key,))
        found.append(Requirement(experiment=other, variants=_variants(each)))
    return tuple(found)


def unassigned(experiment: Experiment) -> Iterator[Violation]:
    """Yield a violation for each required experiment that never assigned anybody, or is put away.

    What has ended still counts: its units are known by their hash.
    """
    for place, each in enumerate(experiment.requires):
        other = Experiment.objects.filter(key=each["experiment"]).first()
        if other is None or other.status not in ASSIGNING:
            stands = f"{each['experiment']}: {other.status if other else 'gone'}"
            rule = "must be running, paused or concluded"
            yield violation(f"requires[{place}].experiment", stands, rule)


def holdout_violations(draft: Draft) -> Iterator[Violation]:
    """Yield what a holdout cannot be: anything but a plain split of all customers."""
    if not draft.is_holdout:
        return
    plain: tuple[tuple[str, object, object], ...] = (
        ("unit", draft.unit, CUSTOMER),
        ("coverage", draft.coverage, BUCKETS),
        ("targeting", dict(draft.targeting), {}),
        ("layer", draft.layer, None),
        ("saturation", dict(draft.saturation), {}),
        ("requires", list(draft.requires), []),
        ("variants", len(draft.variants), HOLDOUT_VARIANTS),
    )
    for name, given, asked in plain:
        if given != asked:
            yield violation(name, given, f"must be {asked!r} of a holdout")


def _shape_violations(draft: Draft) -> Iterator[Violation]:
    for place, each in enumerate(draft.requires):
        variants = each.get("variants", [])
        names = isinstance(variants, list | tuple) and all(isinstance(v, str) for v in variants)
        is_known = not set(each) - {"experiment", "variants"}
        if not (names and is_known and isinstance(each.get("experiment"), str)):
            rule = "must have experiment, a key, and may have variants, a list of keys"
            yield violation(f"requires[{place}]", each, rule)


def _variants(requirement: Mapping[str, object]) -> tuple[str, ...]:
    given = requirement.get("variants", ())
    return tuple(map(str, given)) if isinstance(given, list | tuple) else ()
