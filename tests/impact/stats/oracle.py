"""R's stored results and their data, as plain values."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.reference import REASON, SHARED

__all__ = ["REASON", "SHARED", "Columns", "columns", "published", "quantity"]


@dataclass(frozen=True)
class Columns:
    """A CSV by column, as text; `number` reads one as floats, nan where it is empty."""

    text: dict[str, NDArray[np.str_]]

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a column as numbers."""
        values = [
            float(value) if value not in {"", "NA"} else np.nan
            for value in self.text[name].tolist()
        ]
        return np.array(values)


def columns(path: str) -> Columns:
    """Read a CSV below the reference folder."""
    with (_folder() / path).open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return Columns({name: np.array([row[name] for row in rows]) for name in rows[0]})


def quantity(case: str, name: str) -> tuple[Any, float]:
    """Return one stored result and its relative tolerance."""
    stored = json.loads((_folder() / "oracle" / f"{case}.json").read_text())["quantities"][name]
    return stored["value"], float(stored["rtol"])


def published(identity: str) -> dict[str, Any]:
    """Return the numbers that a source prints, by name."""
    entries = json.loads((_folder() / "oracle" / "published.json").read_text())
    found: dict[str, Any] = next(entry["published"] for entry in entries if entry["id"] == identity)
    return found


def _folder() -> Path:
    assert SHARED is not None, REASON
    return SHARED
