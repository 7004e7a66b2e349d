"""Processes: children of a fork report their own, and an ending process sends what waits."""

import json
import subprocess
import sys

from tests.experiments.client.peer import API_KEY, KEYS, Peer
from tests.processes import PATIENCE, PROJECT

ENDING = f"""
from experiments.client import Client, Options
client = Client(Options(address=%r, api_key={API_KEY!r}, signing_keys={KEYS!r}, flush_interval=60))
assert client.wait(30)
import time; time.sleep(0.2)
assert client.assign("take_time", customer_id="0012").expose()
"""


def run(*words: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_children_of_a_fork_report_their_own_and_nothing_of_the_parent(
    address: str, peer: Peer
) -> None:
    said = json.loads(run("-m", "tests.experiments.client.forking", address))

    assert said == {"statuses": [0, 0], "waiting": 2}
    assert sorted(row["unit_id"] for row in peer.rows) == [
        "child-0",
        "child-1",
        "parent-after",
        "parent-before",
    ]


def test_a_process_that_ends_sends_what_waits(address: str, peer: Peer) -> None:
    run("-c", ENDING % address)

    assert [row["unit_id"] for row in peer.rows] == ["0012"]
