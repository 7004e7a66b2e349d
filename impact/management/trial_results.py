"""What many trials showed, as one document: for the terminal and as JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.plan.document import Plan
from impact.analysis.standing import Standing
from impact.management.demo.progress import Output
from impact.management.plan_files import refusal
from impact.management.terminal import aligned
from impact.simulation.trials.profile import Profile
from impact.simulation.trials.running import Treatment, Trials
from impact.simulation.trials.tallies import LEVEL, Tally, share_of

AS_STATED, TOO_MANY, TOO_FEW = "as stated", "too many", "fewer than stated"
SPLIT_ALARM = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The trials of one plan on units of one kind, with an effect or without."""

    plan: Plan
    trials: Trials
    treatment: Treatment
    units: int

    @property
    def alpha(self) -> float:
        """How often a report may claim an effect where there is none."""
        return round(1 - self.plan.confidence_level, 12)

    @property
    def level(self) -> float:
        """The level of each share's interval, so that all of them hold together (Bonferroni)."""
        return 1 - (1 - LEVEL) / max(len(self.trials.tallies), 1)


def results(outcome: Outcome) -> dict[str, Any]:
    """Return what the trials showed: only JSON values, shares as fractions."""
    return {
        "draws": outcome.trials.run,
        "units": outcome.units,
        "alpha": outcome.alpha,
        "interval_level": outcome.level,
        "adherence": outcome.treatment.adherence,
        "split": _share(outcome, outcome.trials.broken_splits, outcome.trials.run)
        | {"stated": SPLIT_ALARM},
        "metrics": [
            _metric(outcome, metric, variant, tally)
            for (metric, variant), tally in outcome.trials.tallies.items()
        ],
    }


def profile_rows(found: Iterator[Profile]) -> list[dict[str, Any]]:
    """Return the profiles of metrics as JSON values."""
    return [
        {"metric": row.metric, "kind": row.kind, "units": row.units, **row.numbers} for row in found
    ]


def _metric(outcome: Outcome, metric: str, variant: str, tally: Tally) -> dict[str, Any]:
    change = outcome.treatment.changes.get(metric)
    better = tally.standings[Standing.BETTER]
    found = tally.found if change is None else better
    row = {
        "metric": metric,
        "variant": variant,
        "effect": change,
        "answered": tally.answered,
        "found": _share(outcome, found, tally.answered) if tally.answered else None,
        "wrong_way": None if change is None else tally.standings[Standing.WORSE],
        "safe": _safe(outcome, tally),
        "error_ratio": tally.error_ratio,
        "reasons": [reason for reason, _ in tally.reasons.most_common()],
    }
    return row | {"verdict": _verdict(outcome, change, tally)}


def _safe(outcome: Outcome, tally: Tally) -> dict[str, float] | None:
    if tally.safe is None or not tally.answered:
        return None
    return _share(outcome, tally.safe, tally.answered)


def _verdict(outcome: Outcome, change: float | None, tally: Tally) -> str:
    """Judge a rate of false positives; power is no matter of right or wrong."""
    if change is not None or not tally.answered:
        return ""
    found = share_of(tally.found, tally.answered, level=outcome.level)
    if found.holds(outcome.alpha):
        return AS_STATED
    return TOO_MANY if found.low > outcome.alpha else TOO_FEW


def _share(outcome: Outcome, successes: int, trials: int) -> dict[str, float]:
    found = share_of(successes, trials, level=outcome.level)
    return {"value": found.value, "low": found.low, "high": found.high}


def metrics_text(document: dict[str, Any]) -> str:
    """Return the shares of all metrics as aligned columns, and below them why some have none."""
    header = ("metric", "variant", "effect", "answered", "found", "interval", "error", "verdict")
    rows = [header, *(_cells(row) for row in document["metrics"])]
    if any(row["safe"] for row in document["metrics"]):
        safe = (_safe_cell(row) for row in document["metrics"])
        rows = [(*row, cell) for row, cell in zip(rows, ("safe", *safe), strict=True)]
    reasons = [
        f"  {row['metric']}, {row['variant']}: {reason}"
        for row in document["metrics"]
        for reason in row["reasons"][:3]
    ]
    return "\n".join([aligned(rows, frozenset({2, 3, 4, 6})), *reasons])


def profile_text(rows: list[dict[str, Any]]) -> str:
    """Return the profiles as aligned columns."""
    lines = [("metric", "units", "numbers")]
    for row in rows:
        numbers = [
            f"{name.replace('_', ' ')} {value:.4g}"
            for name, value in row.items()
            if name not in {"metric", "kind", "units"}
        ]
        lines.append((row["metric"], f"{row['units']:,}", ", ".join(numbers)))
    return aligned(lines, frozenset({1}))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    found, effect, error = row["found"], row["effect"], row["error_ratio"]
    return (
        row["metric"],
        row["variant"],
        "none" if effect is None else f"{effect:.1%}",
        f"{row['answered']:,}",
        "" if found is None else f"{found['value']:.1%}",
        "" if found is None else f"{found['low']:.1%} to {found['high']:.1%}",
        "" if error is None else f"{error:.3f}",
        row["verdict"],
    )


def _safe_cell(row: dict[str, Any]) -> str:
    """Return how often harm of the margin was ruled out, with its interval; "" without a margin."""
    safe = row["safe"]
    return f"{safe['value']:.1%} ({safe['low']:.1%} to {safe['high']:.1%})" if safe else ""


def write_document(
    document: dict[str, Any],
    as_text: Callable[[Mapping[str, Any]], str],
    shown: Output,
    options: Mapping[str, Any],
) -> None:
    """Write a document as text or JSON: to the file that `out` names, else to what is shown.

    Raises:
        CommandError: the file cannot be written.
    """
    as_json = options["format"] == "json"
    text = json.dumps(document, indent=2, allow_nan=False) + "\n" if as_json else as_text(document)
    if options["out"] is None:
        shown.write(text)
        return
    try:
        Path(options["out"]).write_text(text, encoding="utf-8")
    except OSError as error:
        raise refusal(f"--out {options['out']}: {error.strerror}") from error
