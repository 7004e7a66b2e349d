"""The lock of a plan: SHA-256 over one canonical text, whatever the YAML looked like."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from experiments.plan.document import Plan
from experiments.plan.family import Family

FORM = 1  # the number of the canonical form: a plan locked under one is read under it for ever


def plan_sha256(plan: Plan) -> str:
    """Return the hash of what a plan means: comments, key order and formatting do not count.

    >>> from experiments.plan.reading import read_plan
    >>> from experiments.plan.template import EXAMPLE
    >>> plan_sha256(read_plan(EXAMPLE)) == plan_sha256(read_plan("# a remark" + chr(10) + EXAMPLE))
    True
    """
    return hashlib.sha256(canonical_text(plan).encode()).hexdigest()


def canonical_text(plan: Plan) -> str:
    """Return the plan as JSON: keys sorted, decimals and dates as text, nothing empty.

    What is empty is left out, so that a field that a later release adds leaves old hashes alone.
    The order of variants and families says nothing; the order of metrics is the report's.
    """
    form = {
        **_mapping(plan),
        "form": FORM,
        "weights": dict(plan.weights),
        "version_weights": {name: dict(weights) for name, weights in plan.version_weights},
        "families": {family.name: _family(family) for family in plan.families},
    }
    kept = {name: value for name, value in form.items() if not _is_empty(value)}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _family(family: Family) -> object:
    """A family by Holm is the list of its metrics, as it was before families had a method."""
    metrics = sorted(family.metrics)
    return metrics if family.method is None else {"metrics": metrics, "method": family.method}


def _mapping(value: object) -> dict[str, object]:
    named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]  # called for dataclasses alone
    return {name: inner for name, inner in named.items() if not _is_empty(inner)}


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return _mapping(value) if is_dataclass(value) else value


def _is_empty(value: object) -> bool:
    return value is None or value in ("", [], {})
