"""Answers where nothing can be decided: control where it is known, else the caller's default."""

from experiments.assignment.compiled import NO_ATTRIBUTES, CompiledExperiment
from experiments.client.answer import Assignment, Origin, Undecided
from experiments.client.held import Held
from experiments.client.seeing import NoCluster
from experiments.errors import InvalidRequest

NO_IDS = (None,) * 5


def unknown(held: Held, experiment: object, default: str, at: float) -> Assignment:
    """Return the default: no rule set speaks of the experiment."""
    return _made(_default(str(experiment), default, _why(held, experiment)), None, at)


def without_unit(
    compiled: CompiledExperiment, unit_id: object, at: float, refusal: InvalidRequest
) -> Assignment:
    """Return control: what the design randomises was not named, or a value cannot be one."""
    is_blank = unit_id is None or (isinstance(unit_id, str) and not unit_id.strip())
    definition = compiled.definition
    control = definition.control.key
    outcome = Undecided(
        experiment=definition.key,
        version=definition.version,
        assigned_variant=control,
        served_variant=control,
        reason="missing_unit" if is_blank or isinstance(refusal, NoCluster) else "invalid_value",
    )
    return _made(outcome, compiled, at)


def failed(experiment: object, default: str, at: float) -> Assignment:
    """Return the default: a defect kept us from deciding."""
    return _made(_default(str(experiment), default, "failure"), None, at)


def _default(experiment: str, default: str, reason: str) -> Undecided:
    return Undecided(
        experiment=experiment,
        version=0,
        assigned_variant="",
        served_variant=default,
        reason=reason,
    )


def _why(held: Held, experiment: object) -> str:
    ruleset = held.ruleset
    if held.good is None:
        return "no_ruleset"
    if experiment in ruleset.concluded:
        return "concluded"
    is_known = experiment in ruleset.unreadable or experiment in ruleset.experiments
    return "unreadable" if is_known else "unknown_experiment"


def _made(outcome: Undecided, compiled: CompiledExperiment | None, at: float) -> Assignment:
    return Assignment(
        outcome=outcome,
        unit_id="",
        bucket=None,
        origin=Origin.DEFAULT,
        at=at,
        compiled=compiled,
        ids=NO_IDS,
        attributes=NO_ATTRIBUTES,
        reports=None,
    )
