"""A server that forks: `python -m tests.experiments.client.forking ADDRESS` says what came of it.

The parent asks, then forks two children, as a pre-fork server does; each asks for units of its own
and ends as such servers let their children end.
"""

import json
import os
import sys
import time

from experiments.client import Client, Options
from tests.experiments.client.peer import API_KEY, KEYS

CHILDREN = 2


def main(address: str) -> None:
    options = Options(
        address=address,
        api_key=API_KEY,
        signing_keys=KEYS,
        interval=0.05,
        flush_interval=60,  # so that something waits in the parent when it forks
    )
    client = Client(options)
    assert client.wait(30)
    time.sleep(0.2)
    ask(client, "parent-before")
    children = [fork(client, f"child-{number}") for number in range(CHILDREN)]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    ask(client, "parent-after")
    print(json.dumps({"statuses": statuses, "waiting": client.status().waiting}))  # noqa: T201


def fork(client: Client, name: str) -> int:
    child = os.fork()
    if child:
        return child
    assert client.status().waiting == 0, "what waits is the parent's"
    ask(client, name)
    assert client.wait(30), "a thread of its own asks the service"
    until_heard(client)
    sys.exit(0)


def ask(client: Client, name: str) -> None:
    found = client.assign("take_time", customer_id=name)
    assert found.source == "client", found
    assert found.expose()


def until_heard(client: Client) -> None:
    """Wait for news that came after the fork: staleness is counted from there."""
    deadline = time.monotonic() + 30
    silent = client.status().silent_seconds
    while (now := client.status().silent_seconds) is None or silent is None or now >= silent:
        assert time.monotonic() < deadline, "the service was not asked"
        silent = now
        time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1])
