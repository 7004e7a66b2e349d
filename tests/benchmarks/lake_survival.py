"""A million customers from the lake to the report's numbers, against lifelines, by hand.

`python -m tests.benchmarks.lake_survival [customers]`. Both start from the same Delta tables, as
our own ingest and export write them. Ours joins as a run does and ends with every row of the
analysis; the other reads and joins the columns it needs in pandas and fits lifelines' Cox model
to the raw rows. Each has a process of its own, so that seconds exclude imports and the peak of
memory (which includes them) is its alone. On a shared machine compare processor seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

FEW = 2_000
PROCESSOR = "_processor"
MEASURES = ("", PROCESSOR)


def run(part: str, *arguments: object) -> str:
    """Return what a part prints. None runs here: a child's peak begins at what its parent holds."""
    command = [sys.executable, "-m", f"tests.benchmarks.lake_survival_{part}", *map(str, arguments)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return answer.stdout


def whole(side: dict[str, Any], measure: str) -> float:
    """Return the seconds from the lake to the result: ours has estimates, the other only a fit."""
    last = "estimate" if "estimate" in side else "fit"
    return float(side[f"join{measure}"] + side[f"{last}{measure}"])


def line(name: str, side: dict[str, Any]) -> str:
    """Return what one side took: by the clock, of the processors, at most in memory."""
    steps = [f"{step} {side[step]:.2f} s" for step in ("join", "estimate", "fit") if step in side]
    return (
        f"{name:<10}{whole(side, ''):6.2f} s by the clock, {whole(side, PROCESSOR):.2f} s of the "
        f"processors, {side['megabytes']:.0f} MB at most ({', '.join(steps)})"
    )


def ratios(ours: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return how many times faster ours is, by the clock and in seconds of the processors."""
    pairs = {
        "lake to result": [whole(other, m) / whole(ours, m) for m in MEASURES],
        "their fit alone against all of ours": [
            other[f"fit{m}"] / whole(ours, m) for m in MEASURES
        ],
        "the same fit, joined before": [other[f"fit{m}"] / ours[f"fit{m}"] for m in MEASURES],
    }
    return [f"faster    {a:6.1f} times ({b:.1f}) {name}" for name, (a, b) in pairs.items()]


def main(customers: int) -> None:
    """Print both sides, their ratios and how far the coefficients lie apart."""
    with tempfile.TemporaryDirectory() as text:
        many, few = Path(text) / "many", Path(text) / "few"
        run("tables", many, customers)
        run("tables", few, FEW)
        load = os.getloadavg()[0]
        ours, other = (json.loads(run(side, many, few)) for side in ("ours", "lifelines"))
    pairs = zip(ours["coefficients"], other["coefficients"], strict=True)
    lines = (
        f"customers {customers:,}, churned {ours['events']:,}, cells {ours['cells']:,}; "
        f"{os.cpu_count()} processors, load average {load:.1f}",
        line("ours", ours),
        line("lifelines", other),
        *ratios(ours, other),
        f"ours estimates {', '.join(ours['quantities'])}",
        f"largest difference of a coefficient {max(abs(a - b) for a, b in pairs):.1e}",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
