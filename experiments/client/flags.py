"""An experiment as a flag: what an OpenFeature context asks, and what an answer is worth.

As the service answers by OFREP, to the value: docs/ofrep.md says what a flag is.
"""

from collections.abc import Mapping
from typing import Any

from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.flag_values import flag_values
from experiments.client.answer import Assignment
from experiments.client.client import Client
from experiments.client.held import UNITS

IDS = ("customer_id", "contact_id", "agent_id", "team", "queue")
NAMES = dict(zip(UNITS, IDS, strict=False))
Scalar = str | bool | int | float


def assignment(
    client: Client, flag: str, targeting_key: str, attributes: Mapping[str, object]
) -> Assignment:
    """Return what the context gets of a flag.

    The unit is found under its own name among the attributes, else it is the targeting key. A
    contact is named only where contacts are randomised: the row is that of the unit.
    """
    experiment = client.ruleset.experiments.get(flag)
    unit = "customer" if experiment is None else experiment.definition.unit
    given: dict[str, Any] = {name: attributes[name] for name in IDS if attributes.get(name)}
    if unit in NAMES:
        given.setdefault(NAMES[unit], targeting_key)
    if unit != "contact":
        given.pop("contact_id", None)
    plain = {name: each for name, each in attributes.items() if name not in IDS and _is_plain(each)}
    return client.assign(flag, **given, attributes=plain)


def value(definition: ExperimentDefinition, variant: str) -> object:
    """Return what a variant is worth."""
    return flag_values(definition)[variant]


def reason(found: Assignment) -> str:
    """Return the reason as OpenFeature names it."""
    match found.source:
        case "forced":
            return "TARGETING_MATCH"
        case "client" if found.enrolled:
            return "SPLIT"
        case "stale" if found.enrolled:
            return "STALE"
        case _:
            return "DISABLED"


def metadata(found: Assignment) -> dict[str, Scalar]:
    """Return what OpenFeature has no field for."""
    told: dict[str, Scalar] = {
        "detail": found.reason,
        "source": found.source,
        "enrolled": found.enrolled,
        "version": found.version,
    }
    return told if found.bucket is None else {**told, "bucket": found.bucket}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | bool | int | float)
