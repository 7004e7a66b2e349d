"""What an answer of the client costs, beside the clients of others: by hand,

`uv run --with growthbook --with statsig-python-core --with UnleashClient \
    python -m tests.benchmarks.in_process`

Rounds are interleaved; a figure is the least time on the processor that a round took, in
nanoseconds per unit, so that what else runs on the machine counts as little as can be. The bounds
under the table hold or the command fails.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from experiments.assignment.batch import assign_many
from experiments.assignment.ruleset import Ruleset, read_ruleset, ruleset_document
from experiments.client import Client, Options
from experiments.client.held import Good, Held, Origin
from tests.benchmarks.assignment import GERMAN, RULE, UNITS, bare_hash, experiment
from tests.benchmarks.in_process_peers import KEY, ask_all, works

ROUNDS = 15
MANY = 1_000
ASSIGN, ASSIGN_MANY_KNOWN = "assign, one rule", "assign, one rule, 1,000 experiments"
BARE, BATCH = "bare hash", "assign_many"
STATSIG, GROWTHBOOK = "Statsig", "GrowthBook"
Work = Callable[[], object]


class Bound(NamedTuple):
    """A ratio that must hold; `most` or `least` is its limit."""

    name: str
    ratio: float
    least: float = 0.0
    most: float = float("inf")

    @property
    def holds(self) -> bool:
        return self.least <= self.ratio <= self.most

    def __str__(self) -> str:
        limit = f"at least {self.least:g}" if self.least else f"at most {self.most:g}"
        return f"{self.name:58} {self.ratio:7.2f}  {limit:14} {'' if self.holds else 'BROKEN'}"


def client(count: int, targeting: Mapping[str, object]) -> Client:
    """Return a client that holds so many running experiments and whose service never answers."""
    running = [experiment(number, targeting).definition for number in range(count)]
    document = ruleset_document(number=1, running=running, concluded=[])
    ruleset: Ruleset = read_ruleset(json.loads(json.dumps(document)))
    options = Options(
        address="http://127.0.0.1:9",
        api_key="eq_0_benchmark",
        signing_keys={"k1": "x" * 32},
        interval=1e6,
        flush_interval=1e6,
        longest_pause=1e6,
    )
    made = Client(options)
    good = Good(ruleset=ruleset, signed_by="k1", tag="")
    made._holder.now = Held(good, Origin.SERVICE, float("inf"))  # noqa: SLF001  # as if it had come
    return made


def assign_each(asked: Client, keys: Sequence[str]) -> Work:
    """Return the work of one answer for every unit, by the keys in turn."""
    pairs = [(keys[place % len(keys)], unit) for place, unit in enumerate(UNITS)]
    assert asked.assign(KEY, customer_id=UNITS[0], attributes=GERMAN).enrolled

    def work() -> None:
        for key, unit in pairs:
            asked.assign(key, customer_id=unit, attributes=GERMAN)

    return work


def ours() -> dict[str, Work]:
    """Return what is measured of our own."""
    one, many, free = client(1, RULE), client(MANY, RULE), client(1, {})
    keys = [f"experiment_{number}" for number in range(MANY)]
    (compiled,) = free.ruleset.experiments.values()
    (ruled,) = one.ruleset.experiments.values()
    return {
        BARE: lambda: ask_all(bare_hash, UNITS),
        "decide, one rule (the core alone)": lambda: ask_all(
            lambda unit: ruled.decide(unit, GERMAN), UNITS
        ),
        ASSIGN: assign_each(one, [KEY]),
        ASSIGN_MANY_KNOWN: assign_each(many, keys),
        BATCH: lambda: assign_many(compiled, UNITS),
    }


def measured(work: Mapping[str, Work]) -> dict[str, float]:
    """Return the least nanoseconds per unit of each, over interleaved rounds."""
    least = dict.fromkeys(work, float("inf"))
    for name in list(work) * ROUNDS:
        begun = time.thread_time_ns()
        work[name]()
        least[name] = min(least[name], (time.thread_time_ns() - begun) / len(UNITS))
    return least


def bounds(found: Mapping[str, float]) -> list[Bound]:
    """Return what must hold of the figures that there are."""
    answer = found[ASSIGN]
    held = [
        Bound("assign: microseconds", answer / 1_000, most=2.0),
        Bound("assign: 1,000 experiments / one", found[ASSIGN_MANY_KNOWN] / answer, most=1.5),
        Bound("assign_many / bare hash, per row", found[BATCH] / found[BARE], most=1.2),
    ]
    for peer, least in ((STATSIG, 3.0), (GROWTHBOOK, 6.0)):
        fastest = min((each for name, each in found.items() if peer in name), default=None)
        if fastest is not None:
            held.append(Bound(f"{peer}'s fastest / assign", fastest / answer, least=least))
    return held


def main() -> int:
    """Measure, print the table and the bounds; return 1 where one is broken."""
    found = measured({**ours(), **works(UNITS)})
    for name, nanoseconds in found.items():
        ratio = nanoseconds / found[ASSIGN]
        print(f"{name:44} {nanoseconds:9.0f} ns {ratio:7.2f} x assign")  # noqa: T201
    held = bounds(found)
    print()  # noqa: T201
    for each in held:
        print(each)  # noqa: T201
    return 0 if all(each.holds for each in held) else 1


if __name__ == "__main__":
    sys.exit(main())
