"""The published assignment vectors, read for the tests."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from experiments.assignment.definition import (
    ExperimentDefinition,
    LayerPlacement,
    VariantDefinition,
)

FOLDER = Path(__file__).parent
PUBLISHED = FOLDER / "assignment_v1.json"


class Vector(NamedTuple):
    """One row: what every implementation must say of a unit."""

    unit: str
    layer_bucket: int | None
    in_layer: bool
    bucket: int
    eligible: bool
    variant: str


_VECTORS: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="ascii"))
UNITS: list[dict[str, str]] = _VECTORS["units"]
NAMES: list[str] = [setup["name"] for setup in _VECTORS["experiments"]]
ROWS: dict[str, list[Vector]] = {name: [] for name in NAMES}
for _row in _VECTORS["rows"]:
    _unit = UNITS[_row["unit"]]["canonical"]
    ROWS[_row["experiment"]].append(
        Vector(_unit, *(_row[field] for field in Vector._fields if field != "unit"))
    )


def definition(name: str) -> ExperimentDefinition:
    """Return the experiment of that name as our own code knows it."""
    setup = next(setup for setup in _VECTORS["experiments"] if setup["name"] == name)
    return ExperimentDefinition(
        key=name,
        version=1,
        hash_version=setup["hash_version"],
        salt=setup["salt"],
        coverage=setup["coverage"],
        layer=LayerPlacement(**setup["layer"]) if setup["layer"] else None,
        variants=tuple(
            VariantDefinition(key=key, weight=weight, is_control=key == setup["control"])
            for key, weight in setup["weights"]
        ),
    )
