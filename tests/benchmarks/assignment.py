"""What an assignment costs: `python -m tests.benchmarks.assignment`, by hand.

Every figure is the least of interleaved rounds, in nanoseconds per unit, beside the limit: a plain
function with the same hash and the rule written into it.
"""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from experiments.assignment.batch import assign_many
from experiments.assignment.compiled import CompiledExperiment, compile_experiment
from experiments.assignment.definition import ExperimentDefinition, VariantDefinition
from experiments.assignment.hashing import new_salt

ROUNDS = 15
UNITS = [f"customer-{number:08d}" for number in range(10_000)]
GERMAN: dict[str, object] = {"country": "DE", "tier": "pro", "tenure": 7}
RULE = {"attribute": "country", "equals": "DE"}
PREFIX = "x:kX3_vT9-aB2mQ7pR:"

Work = Callable[[], object]


def experiment(number: int, targeting: Mapping[str, object]) -> CompiledExperiment:
    """Return one of many experiments that are alike but for key and salt."""
    return compile_experiment(
        ExperimentDefinition(
            key=f"experiment_{number}",
            version=1,
            salt=new_salt(),
            targeting=targeting,
            variants=(
                VariantDefinition(key="control", weight=5000, is_control=True),
                VariantDefinition(key="patient", weight=5000),
            ),
        )
    )


def bare_hash(unit: str) -> int:
    """The formula as it is written down, without rule and result."""
    return int(sha256((PREFIX + unit).encode()).hexdigest()[:13], 16) % 10_000


def plain_function(unit: str, attributes: dict[str, object]) -> str:
    """The least a service could do: one experiment, its rule in the code, a string for result."""
    if attributes.get("country") != "DE":
        return "control"
    return "control" if bare_hash(unit) < 5_000 else "patient"


def decide_each(experiments: Sequence[CompiledExperiment]) -> Work:
    """Return the work of one decision per unit, each by the next of the experiments."""
    turns = list(itertools.islice(itertools.cycle(experiments), len(UNITS)))
    return lambda: [each.decide(unit, GERMAN) for each, unit in zip(turns, UNITS, strict=True)]


def works() -> dict[str, Work]:
    """Return everything that is measured, the limit first."""
    one, free = experiment(0, RULE), experiment(0, {})
    thousand = [experiment(number, RULE) for number in range(1_000)]
    pair = {"all": [RULE, {"attribute": "tenure", "range": {"at_least": 6}}]}
    return {
        "limit: bare sha256, a call each": lambda: [bare_hash(unit) for unit in UNITS],
        "plain function, rule in the code": lambda: [plain_function(u, GERMAN) for u in UNITS],
        "decide, no targeting": decide_each([free]),
        "decide, one rule": decide_each([one]),
        "decide, all of two rules": decide_each([experiment(0, pair)]),
        "decide, one rule, 1,000 experiments": decide_each(thousand),
        "assign_many, no targeting": lambda: assign_many(free, UNITS),
        "assign_many, one rule": lambda: assign_many(one, UNITS, [GERMAN] * len(UNITS)),
    }


def nanoseconds_per_unit(work: Work) -> float:
    """Return the time of one round."""
    begun = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begun) / len(UNITS)


def main() -> None:
    """Measure in interleaved rounds and print the table."""
    measured = works()
    least = dict.fromkeys(measured, float("inf"))
    for name in list(measured) * ROUNDS:
        least[name] = min(least[name], nanoseconds_per_unit(measured[name]))
    limit = least["limit: bare sha256, a call each"]
    for name, nanoseconds in least.items():
        print(f"{name:38} {nanoseconds:8.0f} ns {nanoseconds / limit:6.2f} x limit")  # noqa: T201


if __name__ == "__main__":
    main()
