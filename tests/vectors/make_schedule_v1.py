"""Write schedule_v1.json: `python tests/vectors/make_schedule_v1.py`.

A second implementation on purpose, from the written rule and nothing of ours. The file is
published and never changes; another rule is another version and file.
"""

import datetime as dt
import hashlib
import json
import zoneinfo
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("schedule_v1.json")
ABOUT = (
    "Draw of switchback schedules, version 1. The slots of one weekday and hour in block_weeks "
    "weeks in a row are a block. A block's slots are sorted by sha256(w:salt:slot) as hexadecimal "
    "digits, in UTF-8; the first count slots get the first variant, and so on in the order of "
    "counts. begins_at is in UTC."
)
SALT = "kX3_vT9-aB2mQ7pR"
PLAIN = {
    "timezone": "UTC",
    "slot_minutes": 120,
    "burn_in": 15,
    "block_weeks": 2,
    "from_hour": 0,
    "to_hour": 24,
    "weekdays": [1, 2, 3, 4, 5, 6, 7],
}
HALVES = [["control", 1], ["patient", 1]]
SETUPS: list[dict[str, Any]] = [
    {
        "name": "halves",
        "salt": SALT,
        "weights": [["control", 5000], ["patient", 5000]],
        "counts": HALVES,
        "schedule": PLAIN | {"starts_on": "2026-11-30", "weeks": 2},
    },
    {
        "name": "opening_hours",
        "salt": "Qe6_tY1-uI4oP9aS",
        "weights": [["control", 5000], ["patient", 5000]],
        "counts": HALVES,
        "schedule": PLAIN
        | {"starts_on": "2026-10-14", "weeks": 4, "timezone": "Europe/Berlin"}
        | {"from_hour": 8, "to_hour": 20, "weekdays": [1, 2, 3, 4, 5], "slot_minutes": 60},
    },
    {
        "name": "thirds",
        "salt": "-_09azAZ-_0",
        "weights": [["control", 3334], ["patient", 3333], ["callback", 3333]],
        "counts": [["control", 1], ["patient", 1], ["callback", 1]],
        "schedule": PLAIN
        | {"starts_on": "2027-03-01", "weeks": 6, "block_weeks": 3, "slot_minutes": 240}
        | {"timezone": "America/New_York"},
    },
    {
        "name": "quarter",
        "salt": "0123456789abcdef" * 4,
        "weights": [["patient", 2500], ["control", 7500]],
        "counts": [["patient", 1], ["control", 3]],
        "schedule": PLAIN | {"starts_on": "2026-12-29", "weeks": 8, "block_weeks": 4},
    },
]


def slots(schedule: dict[str, Any]) -> list[dict[str, str]]:
    found = []
    zone = zoneinfo.ZoneInfo(schedule["timezone"])
    first = dt.date.fromisoformat(schedule["starts_on"])
    for week in range(schedule["weeks"]):
        for offset in range(7):
            day = first + dt.timedelta(days=7 * week + offset)
            if day.isoweekday() in schedule["weekdays"]:
                minutes = range(
                    60 * schedule["from_hour"], 60 * schedule["to_hour"], schedule["slot_minutes"]
                )
                for minute in minutes:
                    local = dt.datetime(
                        day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone
                    )
                    clock = local.strftime("%H:%M")
                    block = f"{week // schedule['block_weeks']}-{day.isoweekday()}T{clock}"
                    utc = local.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")
                    slot = f"{day.isoformat()}T{clock}"
                    found.append({"slot": slot, "block": block, "begins_at": utc})
    return found


def order(salt: str, slot: str) -> str:
    return hashlib.sha256(("w:" + salt + ":" + slot).encode("utf-8")).hexdigest()


def rows(setup: dict[str, Any]) -> list[dict[str, str]]:
    given = slots(setup["schedule"])
    answers = []
    for row in given:
        block = [other["slot"] for other in given if other["block"] == row["block"]]
        place = sorted(order(setup["salt"], slot) for slot in block).index(
            order(setup["salt"], row["slot"])
        )
        for variant, count in setup["counts"]:
            if place < count:
                answers.append({"experiment": setup["name"], **row, "variant": variant})
                break
            place -= count
    return answers


def text() -> str:
    """One row a line, in ASCII."""
    made = [row for setup in SETUPS for row in rows(setup)]
    parts = {"experiments": SETUPS, "rows": made}
    lists = ",\n".join(f'"{name}": [\n{lines(values)}\n]' for name, values in parts.items())
    return f'{{"about": {json.dumps(ABOUT)},\n{lists}}}\n'


def lines(values: list[dict[str, Any]]) -> str:
    return ",\n".join(json.dumps(value) for value in values)


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="ascii")
