"""A million customers from the lake to the report's numbers, against its peers, by hand.

`python -m tests.benchmarks.lake_survival [customers [peer ...]]`, the peers being lifelines and,
where it is installed, R's survival. All start from the same Delta tables, as our own ingest and
export write them. Ours joins as a run does and ends with every row of the analysis; the others
read and join the columns they need in pandas and fit their Cox model to the raw rows. Each has a
process of its own, so that seconds exclude imports and the peak of memory (which includes them)
is its alone. On a shared machine compare processor seconds.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

FEW = 2_000
PROCESSOR = "_processor"


def run(part: str, *arguments: object) -> str:
    """Return what a part prints. None runs here: a child's peak begins at what its parent holds."""
    command = [sys.executable, "-m", f"tests.benchmarks.lake_survival_{part}", *map(str, arguments)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return answer.stdout


def line(name: str, side: dict[str, Any]) -> str:
    """Return what one side took: by the clock, of the processors, at most in memory."""
    steps = [
        f"{step} {side[step]:.2f} s ({side[step + PROCESSOR]:.2f})"
        for step in ("join", "estimate", "fit")
        if step in side
    ]
    return f"{name:<10}{', '.join(steps)}; {side['megabytes']:.0f} MB at most"


def ratios(ours: dict[str, Any], name: str, peer: dict[str, Any]) -> list[str]:
    """Return how many times faster ours is, by the clock and in seconds of the processors."""
    pairs = {
        "every estimate of ours against their fit": ("estimate", "fit"),
        "the same fit": ("fit", "fit"),
    }
    lines = []
    for what, (own, theirs) in pairs.items():
        clock, processor = (peer[theirs + m] / ours[own + m] for m in ("", PROCESSOR))
        lines.append(f"{clock:6.1f} times ({processor:.1f}) faster than {name}: {what}")
    apart = max(abs(a - b) for a, b in zip(ours["coefficients"], peer["coefficients"], strict=True))
    return [*lines, f"{'':8}a coefficient differs from that of {name} by at most {apart:.1e}"]


def peers(asked: list[str]) -> list[str]:
    """Return the peers that are asked for, by default those that are installed."""
    return asked or ["lifelines", *(["r"] if shutil.which("Rscript") else [])]


def main(customers: int, *asked: str) -> None:
    """Print what each side took, the ratios and how far the coefficients lie apart."""
    names = [] if asked == ("none",) else peers(list(asked))
    with tempfile.TemporaryDirectory() as text:
        many, few = Path(text) / "many", Path(text) / "few"
        run("tables", many, customers)
        run("tables", few, FEW)
        load = os.getloadavg()[0]
        ours, *others = (json.loads(run(side, many, few)) for side in ("ours", *names))
    lines = [
        f"customers {customers:,}, churned {ours['events']:,}, cells {ours['cells']:,}; "
        f"{os.cpu_count()} processors, load average {load:.1f}; by the clock (processor seconds)",
        line("ours", ours),
        f"{'':10}{ours['join'] + ours['estimate']:.2f} s from the lake to every estimate: "
        f"{', '.join(ours['quantities'])}",
        *(line(name, other) for name, other in zip(names, others, strict=True)),
        *(
            text
            for name, other in zip(names, others, strict=True)
            for text in ratios(ours, name, other)
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000, *sys.argv[2:])
