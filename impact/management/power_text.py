"""What simulated power looks like on the terminal: aligned columns and what they mean."""

from collections.abc import Mapping
from typing import Any

from impact.management.terminal import aligned

COLUMNS = ("effect", "found", "interval", "formula", "wrong", "answered")
OF_MARGINS = ("safe", "interval", "formula")
INTERVALS = frozenset({3, 8})  # their places: what is no number stands on the left
FOUND = (
    "found: the share of simulated experiments whose report claims the effect in its direction "
    "(any effect, where none was put in), with an exact 95% interval of the simulation. formula: "
    "the power that the metric's formula gives, where one holds."
)
SAFE = (
    "safe: the share that rules out harm of the metric's margin, with its interval, and what the "
    "margin's formula gives. A guardrail is sized for an effect of 0: neither harm nor good."
)


def power_text(document: Mapping[str, Any]) -> str:
    """Return the document as text of aligned columns, and why experiments had no answer."""
    title = f"Power of {document['experiment']} for {document['metric']}, simulated"
    has_margin = any(row["safe"] is not None for row in document["rows"])
    header = (f"{document['unit']}s", *COLUMNS, *(OF_MARGINS if has_margin else ()))
    rows = [header, *(_cells(row, has_margin=has_margin) for row in document["rows"])]
    assumed = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in document["assumed"].items()
        if value is not None
    )
    reasons = dict.fromkeys(
        f"  {row['units']:,} {document['unit']}s: {reason}"
        for row in document["rows"]
        for reason in row["reasons"][:3]
    )
    parts = (
        f"{title}\n{'=' * len(title)}",
        f"{document['repeats']:,} experiments in each row, seed {document['seed']}. "
        f"Assumed: {assumed}.",
        "\n".join([aligned(rows, frozenset(range(len(header))) - INTERVALS), *reasons]),
        f"{FOUND} {SAFE}" if has_margin else FOUND,
    )
    return "\n\n".join(parts) + "\n"


def _cells(row: Mapping[str, Any], *, has_margin: bool) -> tuple[str, ...]:
    wrong = row["wrong_way"]
    cells = (
        f"{row['units']:,}",
        f"{row['effect']:.1%}" if row["effect"] else "none",
        *_shares(row["found"], row["formula"]),
        "" if wrong is None else f"{wrong:,}",
        f"{row['answered']:,}",
    )
    return (*cells, *_shares(row["safe"], row["formula_safe"])) if has_margin else cells


def _shares(found: Mapping[str, float] | None, formula: float | None) -> tuple[str, str, str]:
    """Return a simulated share, its interval and what a formula says of it, each "" if unknown."""
    said = "" if formula is None else f"{formula:.1%}"
    if found is None:
        return "", "", said
    return f"{found['value']:.1%}", f"{found['low']:.1%} to {found['high']:.1%}", said
