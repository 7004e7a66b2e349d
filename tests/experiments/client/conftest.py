"""A peer that serves, and clients of it that are closed when the test ends."""

import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any, Protocol

import pytest

from experiments.client import Client, Options
from experiments.client.clock import Clock
from tests.experiments.client.peer import API_KEY, KEYS, Peer, definition, published, serving

PATIENCE = 20.0


class Connect(Protocol):
    def __call__(self, *, clock: Clock | None = None, **options: Any) -> Client: ...  # noqa: ANN401


@pytest.fixture
def peer() -> Peer:
    return Peer(body=published(definition()))


@pytest.fixture
def address(peer: Peer) -> Iterator[str]:
    with serving(peer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def connect(address: str) -> Iterator[Connect]:
    """Return what makes a client that asks often, so that the tests need not wait."""
    opened: list[Client] = []

    def connect(*, clock: Clock | None = None, **options: Any) -> Client:  # noqa: ANN401
        plain = {
            "address": address,
            "api_key": API_KEY,
            "signing_keys": KEYS,
            "interval": 0.02,
            "flush_interval": 0.02,
            "longest_pause": 0.1,
            "timeout": 2.0,
        }
        client = Client(Options(**{**plain, **options}), clock)
        opened.append(client)
        return client

    yield connect
    for client in opened:
        client.close(0.5)


def until(holds: Callable[[], object]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.005)
