"""Write assignment_v1.json: `python tests/vectors/make_assignment_v1.py`.

A second implementation on purpose, from the written rule and nothing of ours: the slowest and
plainest that can be. It shares no line with `experiments.assignment`, so that agreement says
something. The file is published and never changes; another rule is another version and file.
"""

import hashlib
import itertools
import json
import unicodedata
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("assignment_v1.json")
ABOUT = (
    "Assignment hash version 1. bucket = int(sha256(purpose:salt:unit) first 13 hex digits) mod "
    "10000, in UTF-8; purpose l for the layer, x for the experiment. Rows name units by their "
    "place in units, from 0; canonical is raw, trimmed and in NFC, and is what is hashed. Variant "
    "i owns [cum_i, cum_i + coverage * weight_i // 10000). Where eligible is false (outside of "
    "the layer's range, or in no variant's buckets) the variant is the control."
)

HALVES = [["control", 5000], ["patient", 5000]]
THIRDS = [["control", 3334], ["patient", 3333], ["callback", 3333]]
TILTED = [["patient", 1], ["control", 9999]]
EMPTY_ARM = [["control", 4000], ["patient", 0], ["callback", 6000]]
EMPTY_CONTROL = [["control", 0], ["patient", 10000]]
TEN = [["control", 1000], *[[f"arm_{number}", 1000] for number in range(1, 10)]]

SALT = "kX3_vT9-aB2mQ7pR"
LAYER = "Lw8-fJ2_nD5sZ0yC"


def experiment(name: str, weights: list[list[Any]], **others: object) -> dict[str, Any]:
    plain = {"salt": SALT, "coverage": 10000, "layer": None}
    return {"name": name, "hash_version": 1, "control": "control", "weights": weights} | (
        plain | others
    )


def placed(start: int, end: int) -> dict[str, Any]:
    return {"salt": LAYER, "start": start, "end": end}


EXPERIMENTS = [
    experiment("halves", HALVES),
    experiment("halves_salt_one_off", HALVES, salt="kX3_vT9-aB2mQ7pS"),
    experiment("halves_shortest_salt", HALVES, salt="-_09azAZ-_0"),
    experiment("halves_longest_salt", HALVES, salt="0123456789abcdef" * 4),
    experiment("halves_1_of_10000", HALVES, coverage=1),
    experiment("halves_2_of_10000", HALVES, coverage=2),
    experiment("halves_half", HALVES, coverage=5000),
    experiment("halves_9999", HALVES, coverage=9999),
    experiment("halves_none", HALVES, coverage=0),
    experiment("thirds", THIRDS),
    experiment("thirds_floor", THIRDS, coverage=5001),
    experiment("tilted", TILTED),
    experiment("tilted_9999", TILTED, coverage=9999),
    experiment("empty_arm", EMPTY_ARM),
    experiment("empty_arm_ramp", EMPTY_ARM, coverage=777),
    experiment("empty_control", EMPTY_CONTROL, coverage=2500),
    experiment("ten", TEN),
    experiment("ten_ramp", TEN, coverage=3333),
    experiment("layer_first", HALVES, layer=placed(0, 5000)),
    experiment("layer_second", HALVES, layer=placed(5000, 10000), salt="Qe6_tY1-uI4oP9aS"),
    experiment("layer_whole", THIRDS, layer=placed(0, 10000)),
    experiment("layer_sliver", THIRDS, layer=placed(1234, 1334), coverage=4321),
    experiment("layer_same_salt", HALVES, layer={"salt": SALT, "start": 0, "end": 5000}),
]

RAW_UNITS = [
    "12", "012", "0012", "00000000000012", "0", "-1", "1.0", "1e3", "  0012  ", "\t0012\n",
    "customer 7", "customer  7", "a:b", "x:y:z", "l:", ":", "'", "''", '"', "\\", "%s", "{}", "||",
    "; drop table customers", "true", "null", "NaN", "+493012345678", "0049 30 12345678",
    "mail@example.org", "A", "a", "Müller", "Mu\u0308ller", "\u00c5ngstro\u0308m",
    "\u212bngstr\u00f6m", "\uac00", "\u1100\u1161", "\u0130stanbul", "stra\u00dfe", "Ωmega",
    "\u2126mega", "客户42", "клиент", "عميل", "לקוח", "ลูกค้า", "ग्राहक",
    "\U0001f600", "\U0001f469\u200d\U0001f4bb", "\U0001f1e9\U0001f1ea", "e\u0301\u0323",
    "\u1e9b\u0323", "a\u00a0b", "\u00a0a\u00a0", "z\u200bz", "f" * 256, "é" * 256, "😀" * 256,
    *[f"customer-{number:05d}" for number in range(40)],
    *[str(number) for number in range(1000000000, 1000000020)],
]  # fmt: skip

# Units that fall exactly on the first and the last bucket of a range are looked for.
EDGES = [0, 1, 2499, 2500, 3333, 3334, 4999, 5000, 6666, 6667, 9998, 9999]
LAYER_EDGES = [0, 1233, 1234, 1333, 1334, 4999, 5000, 9999]


def units() -> list[str]:
    edges = [first_unit_in("x", SALT, number) for number in EDGES]
    layer_edges = [first_unit_in("l", LAYER, number) for number in LAYER_EDGES]
    return RAW_UNITS + edges + layer_edges


def first_unit_in(purpose: str, salt: str, number: int) -> str:
    names = (f"edge-{count}" for count in itertools.count())
    return next(name for name in names if bucket(purpose, salt, name) == number)


def bucket(purpose: str, salt: str, unit: str) -> int:
    text = purpose + ":" + salt + ":" + unit
    digits = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return int(digits[0:13], 16) % 10000


def variant_of(setup: dict[str, Any], number: int) -> str | None:
    cumulated = 0
    for key, weight in setup["weights"]:
        width = (setup["coverage"] * weight - setup["coverage"] * weight % 10000) / 10000
        if cumulated <= number < cumulated + width:
            return str(key)
        cumulated = cumulated + weight
    return None


def canonical(raw: str) -> str:
    return unicodedata.normalize("NFC", raw.strip())


def row(setup: dict[str, Any], place: int, unit: str) -> dict[str, Any]:
    number = bucket("x", setup["salt"], unit)
    layer = setup["layer"]
    layer_number = None if layer is None else bucket("l", layer["salt"], unit)
    inside = layer is None or layer["start"] <= layer_number < layer["end"]
    owner = variant_of(setup, number) if inside else None
    return {
        "experiment": setup["name"],
        "unit": place,
        "layer_bucket": layer_number,
        "in_layer": inside,
        "bucket": number,
        "eligible": owner is not None,
        "variant": owner or setup["control"],
    }


def text() -> str:
    """One row a line, in ASCII: no editor and no version control changes a character."""
    pairs = [{"raw": raw, "canonical": canonical(raw)} for raw in units()]
    rows = [
        row(setup, place, pair["canonical"])
        for setup in EXPERIMENTS
        for place, pair in enumerate(pairs)
    ]
    parts = {"experiments": EXPERIMENTS, "units": pairs, "rows": rows}
    lists = ",\n".join(f'"{name}": [\n{lines(values)}\n]' for name, values in parts.items())
    return f'{{"about": {json.dumps(ABOUT)},\n{lists}}}\n'


def lines(values: list[dict[str, Any]]) -> str:
    return ",\n".join(json.dumps(value) for value in values)


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="ascii")
