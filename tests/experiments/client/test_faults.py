"""Whatever the service does or somebody in its place: the last good rule set goes on deciding."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Thread

import pytest

from experiments.assignment.signature import HEADER, signature
from tests.experiments.client.conftest import Connect, until
from tests.experiments.client.peer import (
    API_KEY,
    KEYS,
    Peer,
    definition,
    published,
    reply,
    serving,
)

FreeAddress = Callable[[Peer], AbstractContextManager[str]]
Misbehave = Callable[[BaseHTTPRequestHandler], None]
PAUSED = published(definition(paused=True), number=2)
STRANGER = {"k1": "s" * 32}


def signed(
    body: bytes, *, keys: dict[str, str] = KEYS, status: int = 200, cut: int = 0
) -> Misbehave:
    """Return what answers a body that is signed; the last `cut` bytes never come."""

    def misbehave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("ETag", '"other"')
        handler.send_header(HEADER, signature(body, keys))
        handler.end_headers()
        handler.wfile.write(body[: len(body) - cut])
        handler.close_connection = bool(cut)

    return misbehave


def garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x16\x03\x01 no http at all \r\n\r\n")
    handler.close_connection = True


def silence(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response_only(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b"{")
        time.sleep(0.05)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
    for _ in range(60):
        handler.wfile.write(b"x")
        time.sleep(0.05)


FAULTS: dict[str, Misbehave] = {
    "hangs up": lambda handler: handler.connection.close(),
    "answers garbage": garbage,
    "is silent": silence,
    "sends a byte at a time": drip,
    "sends headers a byte at a time": drip_headers,
    "fails": lambda handler: reply(handler, 500, b"<html>sorry</html>"),
    "refuses the key": lambda handler: reply(handler, 401, b"{}"),
    "sends elsewhere": lambda handler: reply(handler, 302, b"", Location="http://127.0.0.1:9/"),
    "signs nothing": lambda handler: reply(handler, 200, PAUSED, ETag='"other"'),
    "signs with another key": signed(PAUSED, keys=STRANGER),
    "cuts it short": signed(PAUSED, cut=20),
    "signs what is no JSON": signed(PAUSED[:-1]),
    "signs what is no rule set": signed(b'{"format": 1}'),
    "signs another format": signed(PAUSED.replace(b'"format": 1', b'"format": 2')),
    "signs endless lists": signed(b"[" * 100_000),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_last_good_rule_set_decides(connect: Connect, peer: Peer, fault: str) -> None:
    client = connect(timeout=0.3)
    assert client.wait(20)

    peer.misbehave = FAULTS[fault]
    until(lambda: client.status().failures > 1)
    begun = time.perf_counter()
    found = [client.assign("take_time", customer_id="0012") for _ in range(100)]
    took = time.perf_counter() - begun

    assert {(each.variant, each.source) for each in found} == {("patient", "client")}
    assert took < 0.25  # less than any answer could have taken to come
    assert client.status().number == 1
    assert client.status().trouble
    peer.misbehave, peer.body = None, PAUSED
    until(lambda: client.assign("take_time", customer_id="0012").source == "paused")
    assert (client.status().failures, client.status().trouble) == (0, "")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_start_into_a_fault_gives_defaults_until_it_is_over(
    connect: Connect, peer: Peer, fault: str
) -> None:
    peer.misbehave = FAULTS[fault]
    client = connect(timeout=0.3)

    until(lambda: client.status().failures > 0)
    assert client.assign("take_time", customer_id="0012", default="fast").variant == "fast"
    peer.misbehave = None

    until(lambda: client.assign("take_time", customer_id="0012").variant == "patient")


def test_a_service_that_is_gone_is_found_again(
    connect: Connect, peer: Peer, free_address: FreeAddress
) -> None:
    with free_address(peer) as address:
        client = connect(address=address)
        assert client.wait(20)
    until(lambda: client.status().failures > 1)
    assert client.assign("take_time", customer_id="0012").variant == "patient"

    peer.body = PAUSED
    with free_address(peer):
        until(lambda: client.assign("take_time", customer_id="0012").source == "paused")


@pytest.fixture
def free_address() -> FreeAddress:
    """Return what serves a peer for a while, at the same address every time."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    @contextmanager
    def served(peer: Peer) -> Iterator[str]:
        peer.misbehave = None
        with serving(peer, port) as server:
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                peer.misbehave = FAULTS["hangs up"]  # on connections that are still open
                server.shutdown()
                thread.join()

    return served


def test_keys_are_changed_without_a_moment_in_between(connect: Connect, peer: Peer) -> None:
    old, new = {"k1": "o" * 32}, {"k2": "n" * 32}
    early, late = connect(signing_keys=old), connect(signing_keys={**new, **old})
    for client in (early, late):
        assert client.wait(20)
        assert client.status().signed_by == "k1"

    peer.keys = {**new, **old}
    until(lambda: late.status().signed_by == "k2")
    assert early.status().failures == 0
    peer.keys = new
    peer.body = PAUSED
    until(lambda: late.assign("take_time", customer_id="0012").source == "paused")

    until(lambda: early.status().failures > 0)
    assert "k1" in early.status().trouble
    assert early.assign("take_time", customer_id="0012").variant == "patient"


def test_an_older_set_is_taken_only_when_nothing_else_comes(connect: Connect, peer: Peer) -> None:
    newer, older = published(definition(paused=True), number=5), published(definition(), number=4)
    peer.body = newer
    client = connect()
    assert client.wait(20)

    turns = iter([older, newer] * 1000)

    def lag_behind(handler: BaseHTTPRequestHandler) -> None:
        signed(next(turns))(handler)

    peer.misbehave = lag_behind
    asked = len(peer.asked)
    until(lambda: len(peer.asked) > asked + 20)
    assert client.status().number == 5
    peer.misbehave, peer.body = None, older

    until(lambda: client.status().number == 4)


def test_what_this_version_cannot_decide_is_named_and_the_rest_goes_on(
    connect: Connect, peer: Peer
) -> None:
    body = published(definition(), definition("later"))
    peer.body = body.replace(b'"key": "later"', b'"key": "later", "weather": "rain"')
    client = connect()
    assert client.wait(20)

    assert client.assign("take_time", customer_id="0012").variant == "patient"
    found = client.assign("later", customer_id="0012", default="fast")
    assert (found.variant, found.source, found.reason) == ("fast", "default", "unreadable")
    assert "weather" in client.status().unreadable["later"]
    assert not client.status().is_healthy


def test_it_shows_its_key_and_asks_for_what_is_new_only(connect: Connect, peer: Peer) -> None:
    client = connect()
    until(lambda: len(peer.asked) > 5)

    assert set(peer.asked) == {("/api/v1/ruleset", f"Bearer {API_KEY}")}
    assert client.status().failures == 0


def test_a_listener_that_fails_stops_nothing(connect: Connect, peer: Peer) -> None:
    client = connect()
    assert client.wait(20)

    def fail(_what: str) -> None:
        message = "on purpose"
        raise RuntimeError(message)

    client.listen(fail)
    peer.body = PAUSED
    until(lambda: client.status().defects)
    peer.body = published(definition(), number=3)
    until(lambda: client.status().number == 3)
