"""Time as the service has it: a clock that is wrong or is set moves no exposure, stops nothing."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

import pytest

from experiments.client.clock import Clock
from tests.experiments.client.conftest import Connect, until
from tests.experiments.client.peer import Peer

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Hands:
    """A machine's clocks, which the test sets."""

    def __init__(self, wall: datetime = NOON) -> None:
        self.wall, self.tick = wall.timestamp(), 1000.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.tick += seconds

    def clock(self) -> Clock:
        return Clock(wall=lambda: self.wall, ticks=lambda: self.tick)


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_clock_that_is_set_moves_nothing(step: float) -> None:
    hands = Hands()
    clock = hands.clock()

    hands.pass_by(10)
    hands.wall += step

    assert clock.instant(hands.tick) == NOON + timedelta(seconds=10)


@pytest.mark.parametrize("wrong", [-86_400, 3600])
def test_a_clock_that_is_wrong_is_put_right_by_the_service(wrong: float) -> None:
    hands = Hands(NOON + timedelta(seconds=wrong))
    clock = hands.clock()
    assigned_at = hands.tick

    clock.compare(formatdate(NOON.timestamp(), usegmt=True))

    assert clock.instant(assigned_at) == NOON
    hands.pass_by(5)
    assert clock.instant(hands.tick) == NOON + timedelta(seconds=5)


def test_a_clock_that_agrees_keeps_its_own_fractions() -> None:
    hands = Hands(NOON + timedelta(milliseconds=1500))
    clock = hands.clock()

    clock.compare(formatdate(NOON.timestamp(), usegmt=True))

    assert clock.instant(hands.tick) == NOON + timedelta(milliseconds=1500)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Jan 2026 12:00:00 GMT"])
def test_a_date_that_is_none_changes_nothing(date: str | None) -> None:
    hands = Hands()
    clock = hands.clock()

    clock.compare(date)

    assert clock.instant(hands.tick) == NOON


@pytest.mark.parametrize("wrong", [-3600, 3600])
def test_a_client_with_a_wrong_clock_reports_the_time_of_the_service(
    connect: Connect, peer: Peer, wrong: float
) -> None:
    client = connect(clock=Clock(wall=lambda: time.time() + wrong))
    assert client.wait(20)

    assert client.assign("take_time", customer_id="0012").expose()
    until(lambda: peer.rows)

    exposed_at = datetime.fromisoformat(peer.rows[0]["exposed_at"]).timestamp()
    assert exposed_at == pytest.approx(time.time(), abs=20)
    assert client.status().failures == 0


def test_a_client_goes_on_asking_when_the_clock_is_set_back(connect: Connect, peer: Peer) -> None:
    offset = [0.0]
    client = connect(clock=Clock(wall=lambda: time.time() + offset[0]), stale_after=5)
    assert client.wait(20)

    offset[0] = -3600
    asked = len(peer.asked)
    until(lambda: len(peer.asked) > asked + 3)

    assert client.assign("take_time", customer_id="0012").source == "client"
