"""The published draws of schedules, read for the tests."""

import json
from pathlib import Path
from typing import Any

from experiments.assignment.definition import ExperimentDefinition, VariantDefinition
from experiments.assignment.schedule import schedule_of

FOLDER = Path(__file__).parent
PUBLISHED = FOLDER / "schedule_v1.json"
_VECTORS: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="ascii"))
NAMES: list[str] = [setup["name"] for setup in _VECTORS["experiments"]]
ROWS: dict[str, list[dict[str, str]]] = {
    name: [row for row in _VECTORS["rows"] if row["experiment"] == name] for name in NAMES
}


def definition(name: str) -> ExperimentDefinition:
    """Return the experiment of that name as our own code knows it."""
    setup = next(setup for setup in _VECTORS["experiments"] if setup["name"] == name)
    return ExperimentDefinition(
        key=name,
        version=1,
        salt=setup["salt"],
        unit="time_slot",
        schedule=schedule_of(setup["schedule"]),
        variants=tuple(
            VariantDefinition(key=key, weight=weight, is_control=key == "control")
            for key, weight in setup["weights"]
        ),
    )
