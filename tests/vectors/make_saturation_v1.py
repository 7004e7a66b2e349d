"""Write saturation_v1.json: `python tests/vectors/make_saturation_v1.py`.

A second implementation on purpose, from the written rule and nothing of ours. The file is
published and never changes; another rule is another version and file.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("saturation_v1.json")
ABOUT = (
    "Two-stage assignment, version 1. A cluster's bucket is sha256(s:salt:cluster), first 13 "
    "hexadecimal digits, mod 10000; levels (share, weight) own their weights of the buckets, in "
    "order. In a cluster of that share control weighs 10000 - share, the others part the share "
    "as their weights are to each other, rounded down, the last of them with the rest. Then as in "
    "assignment_v1: x:salt:unit, [cum, cum + coverage * weight // 10000)."
)
HALVES = [["control", 5000], ["patient", 5000]]
THREE = [["calm", 2000], ["control", 5000], ["slow", 3000]]
QUARTERS = [[0, 2500], [2500, 2500], [5000, 2500], [7500, 2500]]
SETUPS: list[dict[str, Any]] = [
    {
        "name": "quarters",
        "salt": "kX3_vT9-aB2mQ7pR",
        "coverage": 10000,
        "weights": HALVES,
        "levels": QUARTERS,
    },
    {
        "name": "ramped",
        "salt": "-_09azAZ-_0",
        "coverage": 3333,
        "weights": HALVES,
        "levels": [[0, 1], [1000, 4999], [10000, 5000]],
    },
    {
        "name": "three",
        "salt": "Qe6_tY1-uI4oP9aS",
        "coverage": 10000,
        "weights": THREE,
        "levels": [[3333, 6000], [6667, 4000]],
    },
]
QUEUES = [f"queue {number}" for number in range(14)]
CLUSTERS = ["billing", "Störung", "q-01", "q-1", "客户", "tech:2", *QUEUES]
UNITS = ["12", "0012", "Müller", "a:b", "😀", *[str(1000000000 + n) for n in range(20)]]


def bucket(purpose: str, salt: str, text: str) -> int:
    digits = hashlib.sha256((purpose + ":" + salt + ":" + text).encode("utf-8")).hexdigest()
    return int(digits[0:13], 16) % 10000


def share_of(setup: dict[str, Any], cluster: str) -> int:
    left = bucket("s", setup["salt"], cluster)
    for share, weight in setup["levels"]:
        if left < weight:
            return int(share)
        left -= weight
    raise ValueError(cluster)


def weights_at(setup: dict[str, Any], share: int) -> list[list[Any]]:
    others = [pair for pair in setup["weights"] if pair[0] != "control"]
    total = sum(weight for _, weight in others)
    parts = {key: int(share * weight / total + 1e-9) for key, weight in others}
    parts[others[-1][0]] = share - sum(parts[key] for key, _ in others[:-1])
    parts["control"] = 10000 - share
    return [[key, parts[key]] for key, _ in setup["weights"]]


def row(setup: dict[str, Any], cluster: str, unit: str) -> dict[str, Any]:
    share = share_of(setup, cluster)
    number = bucket("x", setup["salt"], unit)
    owner, cumulated = None, 0
    for key, weight in weights_at(setup, share):
        if cumulated <= number < cumulated + setup["coverage"] * weight // 10000:
            owner = key
        cumulated += weight
    return {
        "experiment": setup["name"],
        "cluster": cluster,
        "unit": unit,
        "share": share,
        "bucket": number,
        "eligible": owner is not None,
        "variant": owner or "control",
    }


def text() -> str:
    """One row a line, in ASCII."""
    rows = [row(setup, each, unit) for setup in SETUPS for each in CLUSTERS for unit in UNITS]
    parts = {"experiments": SETUPS, "rows": rows}
    lists = ",\n".join(f'"{name}": [\n{lines(values)}\n]' for name, values in parts.items())
    return f'{{"about": {json.dumps(ABOUT)},\n{lists}}}\n'


def lines(values: list[dict[str, Any]]) -> str:
    return ",\n".join(json.dumps(value) for value in values)


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="ascii")
