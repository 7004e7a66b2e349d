"""Exposures: in the background, in batches, each once, bounded, and counted when they are lost."""

import asyncio
import math
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from experiments.assignment.program import Holdout, Program
from experiments.client import Client
from tests.experiments.client.conftest import Connect, until
from tests.experiments.client.peer import Peer, definition, published


@pytest.fixture
def client(connect: Connect) -> Client:
    client = connect()
    assert client.wait(20)
    return client


def ask(client: Client, number: int, **others: Any) -> Any:  # noqa: ANN401  # as the client takes them
    return client.assign("take_time", customer_id=f"C-{number}", **others)


def test_what_is_exposed_is_reported_as_the_service_reads_it(client: Client, peer: Peer) -> None:
    before = datetime.now(tz=UTC)  # noqa: TID251  # the machine's own clock is what is tested
    found = client.assign(
        "take_time",
        customer_id=" 0012 ",
        contact_id="call-7",
        agent_id="A-1",
        queue="billing",
        attributes={"tier": "pro"},
    )
    assert found.expose()
    until(lambda: peer.rows)

    (row,) = peer.rows
    assigned, exposed = (
        datetime.fromisoformat(row.pop(f"{name}_at")) for name in ("assigned", "exposed")
    )
    assert row == {
        "source": "client",
        "experiment": "take_time",
        "version": 1,
        "unit_id": "0012",
        "customer_id": " 0012 ",
        "contact_id": "call-7",
        "queue": "billing",
        "assigned_variant": "patient",
        "served_variant": "patient",
        "eligible": True,
        "forced": False,
        "attributes": {"tier": "pro", "agent_id": "A-1"},
    }
    assert assigned <= exposed
    assert abs((assigned - before).total_seconds()) < 5


def test_nothing_is_reported_until_somebody_says_so(client: Client, peer: Peer) -> None:
    ask(client, 1)
    assert ask(client, 2).record()
    until(lambda: peer.rows)

    assert [row["unit_id"] for row in peer.rows] == ["C-2"]
    assert "exposed_at" not in peer.rows[0]


def test_the_same_is_reported_once(client: Client, peer: Peer) -> None:
    for _ in range(3):
        assert ask(client, 1).record()
        assert ask(client, 1).expose()
        assert ask(client, 1, contact_id="call-1").expose()
        assert ask(client, 1, contact_id="call-2").expose()
    until(lambda: client.status().sent == 4)

    assert len(peer.rows) == 4
    assert client.status().repeated == 8


def test_pauses_and_lists_are_reported_as_what_they_are(client: Client, peer: Peer) -> None:
    peer.body = published(
        definition("paused", paused=True), definition("listed", forced={"0012": "fast"}), number=2
    )
    until(lambda: client.status().number == 2)

    for key in ("paused", "listed"):
        assert client.assign(key, customer_id="0012").expose()
    until(lambda: len(peer.rows) == 2)

    rows = {row["experiment"]: row for row in peer.rows}
    for key, forced in (("paused", False), ("listed", True)):
        told = rows[key]
        assert (told["assigned_variant"], told["served_variant"]) == ("patient", "fast")
        assert told["forced"] is forced


HELD = Holdout(salt="Ho8-fJ2_nD5sZ0yC", start=0, end=5000)


@pytest.fixture
def program(peer: Peer, client: Client) -> Client:
    """Return a client of a program in which half of the customers are held out."""
    rules = Program(holdout=HELD)
    peer.body = published(
        definition("holdout", salt=HELD.salt),
        definition(program=rules),
        definition("by_agent", unit="agent", program=rules),
        number=2,
        holdout="holdout",
    )
    until(lambda: client.status().number == 2)
    return client


def test_customers_are_followed_by_the_holdout_from_the_first_report_on(
    program: Client, peer: Peer
) -> None:
    answers = {number: ask(program, number, contact_id=f"call-{number}") for number in range(20)}
    assert {each.reason for each in answers.values()} == {"enrolled", "holdout"}
    for each in answers.values():
        assert each.record()
        assert each.expose()
    until(lambda: program.status().sent == 60)

    rows = [row for row in peer.rows if row["experiment"] == "holdout"]
    assert len(rows) == 20
    for row in rows:
        number = int(row["unit_id"].removeprefix("C-"))
        is_held = answers[number].reason == "holdout"
        assert row["assigned_variant"] == ("fast" if is_held else "patient")
        assert row["eligible"]
        assert not {"contact_id", "exposed_at"} & row.keys()
    assert program.status().repeated == 0


def test_a_customer_who_is_held_out_says_nothing_of_the_agent(program: Client, peer: Peer) -> None:
    held = next(f"C-{n}" for n in range(20) if ask(program, n).reason == "holdout")

    alone = program.assign("by_agent", agent_id="A-1", customer_id=held)
    contact = program.assign("by_agent", agent_id="A-1", customer_id=held, contact_id="call-1")

    assert (alone.reason, alone.variant) == ("holdout", "fast")
    assert not alone.record()
    assert contact.record()
    until(lambda: [row for row in peer.rows if row["experiment"] == "by_agent"])
    assert peer.rows[0]["contact_id"] == "call-1"


def test_many_go_in_batches_and_never_hold_up_the_caller(client: Client, peer: Peer) -> None:
    found = [ask(client, number) for number in range(5_000)]
    begun = time.perf_counter()
    assert all(each.expose() for each in found)
    took = time.perf_counter() - begun
    until(lambda: client.status().sent == 5_000)

    assert took < 2
    assert {row["unit_id"] for row in peer.rows} == {f"C-{number}" for number in range(5_000)}
    assert max(peer.batches) <= 1_000


def test_a_service_that_is_away_costs_nothing_but_time(client: Client, peer: Peer) -> None:
    peer.report_status = 503
    for number in range(10):
        assert ask(client, number).expose()
    until(lambda: peer.asked.count(("/api/v1/exposures", peer.asked[0][1])) > 1)
    assert client.status().waiting == 10

    peer.report_status = 200
    until(lambda: client.status().sent == 10)

    assert [row["unit_id"] for row in peer.rows] == [f"C-{number}" for number in range(10)]


def test_what_finds_no_room_is_counted_and_said(connect: Connect, peer: Peer) -> None:
    client = connect(most_waiting=5, flush_interval=60)
    assert client.wait(20)
    until(lambda: len(peer.asked) > 3)  # the first flush is over

    told = [ask(client, number).expose() for number in range(8)]

    assert told == [True] * 5 + [False] * 3
    status = client.status()
    assert (status.waiting, status.dropped, status.is_healthy) == (5, 3, False)
    client.close()
    assert len(peer.rows) == 5


def test_a_batch_that_is_too_large_is_halved(client: Client, peer: Peer) -> None:
    peer.most_rows = 3
    found = [ask(client, number) for number in range(20)]
    assert all(each.expose() for each in found)

    until(lambda: client.status().sent == 20)
    assert max(peer.batches) <= 3


def test_a_row_that_is_refused_is_counted_and_not_sent_again(client: Client, peer: Peer) -> None:
    peer.rejected = [{"row": 1, "field": "unit_id", "value": "", "rule": "must not be so"}]
    assert ask(client, 1).expose()

    until(lambda: client.status().refused == 1)
    peer.rejected = []
    assert ask(client, 2).expose()
    until(lambda: client.status().sent == 1)
    assert [row["unit_id"] for row in peer.rows] == ["C-1", "C-2"]


@pytest.mark.parametrize("status", [400, 422])
def test_a_batch_that_will_never_be_taken_does_not_block_the_next(
    client: Client, peer: Peer, status: int
) -> None:
    peer.report_status = status
    assert ask(client, 1).expose()
    until(lambda: client.status().refused == 1)
    peer.report_status = 200

    assert ask(client, 2).expose()
    until(lambda: client.status().sent == 1)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_what_may_be_taken_later_is_kept(client: Client, peer: Peer, status: int) -> None:
    peer.report_status = status
    assert ask(client, 1).expose()
    until(lambda: client.status().trouble)
    peer.report_status = 200

    until(lambda: client.status().sent == 1)


def test_attributes_that_nobody_can_send_are_left_out(client: Client, peer: Peer) -> None:
    unfit = {
        "nan": math.nan,
        "big": 2**70,
        "list": [1],
        "cut": "\ud800",
        7: "x",
        "": 1,
        "t": "x" * 2000,
    }
    attributes: dict[Any, Any] = {**unfit, "none": None, "yes": True, "half": 0.5, "é": "ü"}
    assert ask(client, 1, attributes=attributes).expose()
    assert ask(client, 2, queue=object()).expose()
    assert ask(client, 3).expose()

    until(lambda: client.status().sent == 2)
    assert peer.rows[0]["attributes"] == {"none": None, "yes": True, "half": 0.5, "é": "ü"}
    assert client.status().refused == 1
    assert [row["unit_id"] for row in peer.rows] == ["C-1", "C-3"]


def test_what_waits_is_sent_at_the_end_and_nothing_after(connect: Connect, peer: Peer) -> None:
    with connect(flush_interval=60) as client:
        assert client.wait(20)
        until(lambda: len(peer.asked) > 3)
        assert ask(client, 1).expose()
        assert peer.rows == []

    assert [row["unit_id"] for row in peer.rows] == ["C-1"]
    assert ask(client, 2).variant in {"fast", "patient"}
    assert not ask(client, 2).expose()
    client.close()


def test_the_end_does_not_wait_for_a_service_that_is_silent(connect: Connect, peer: Peer) -> None:
    client = connect(timeout=1.0)
    assert client.wait(20)
    peer.misbehave = lambda _: time.sleep(3)
    peer.report_status = 503
    assert ask(client, 1).expose()
    time.sleep(0.1)

    begun = time.perf_counter()
    client.close(0.3)

    assert time.perf_counter() - begun < 1.5


async def ask_inside(client: Client) -> bool:
    async with client:
        return bool(ask(client, 1).expose())


def test_asynchronous_programs_close_it_without_standing_still(
    connect: Connect, peer: Peer
) -> None:
    client = connect(flush_interval=60)
    assert client.wait(20)

    is_told = asyncio.run(ask_inside(client))

    assert is_told
    assert [row["unit_id"] for row in peer.rows] == ["C-1"]
