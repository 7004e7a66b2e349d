"""Calls through Asterisk with the documented dialplan: the contact record tells the arm."""

import shutil
from pathlib import Path

import pytest

from tests.peers.asterisk_server import asterisk
from tests.peers.conftest import Live
from tests.peers.flags import CONTROL, ROUTED, TREATMENT
from tests.peers.stand_ins import WAYS, failing

pytestmark = pytest.mark.peers
QUEUES = {CONTROL: "q_standard", TREATMENT: "q_long"}


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    if shutil.which("asterisk") is None:
        pytest.skip("asterisk is not installed")


def test_calls_are_queued_by_their_arm_and_recorded(live: Live, tmp_path: Path) -> None:
    callers = [f"+4940{number:06}" for number in range(20)]
    before = live.rows(ROUTED)

    with asterisk(tmp_path, live.settings()) as server:
        records = server.call(*callers)
        queues = server.queues_entered()
        console = (tmp_path / "console.txt").read_text()

    assert live.key not in console
    assert [each["variant"] for each in records] == [live.variant(caller) for caller in callers]
    assert {each["variant"] for each in records} == {CONTROL, TREATMENT}
    assert sorted(queues) == sorted(QUEUES[each["variant"]] for each in records)
    assert {each["source"] for each in records} == {"service"}
    assert all(each["assignment"].startswith("a-") for each in records)
    assert live.rows(ROUTED) == before + 20


def test_a_call_that_is_transferred_keeps_its_arm_and_its_row(live: Live, tmp_path: Path) -> None:
    before = live.rows(ROUTED)

    with asterisk(tmp_path, live.settings()) as server:
        (found,) = server.call("+49400001", context="transferred")

    assert (found["variant"], found["source"]) == (live.variant("+49400001"), "service")
    assert live.rows(ROUTED) == before + 1


def test_a_caller_who_hides_the_number_is_played_control(live: Live, tmp_path: Path) -> None:
    before = live.rows(ROUTED)

    with asterisk(tmp_path, live.settings()) as server:
        (found,) = server.call("+49400002", context="hidden")

    assert (found["variant"], found["source"]) == (CONTROL, "default")
    assert live.rows(ROUTED) == before


@pytest.mark.parametrize("how", WAYS)
def test_a_call_is_played_control_when_no_answer_comes(
    live: Live, tmp_path: Path, how: str
) -> None:
    with failing(how) as address, asterisk(tmp_path, live.settings(address)) as server:
        records = server.call("+49401", "+49402")
        queues = server.queues_entered()

    assert [(each["variant"], each["source"], each["assignment"]) for each in records] == [
        (CONTROL, "default", "")
    ] * 2
    assert queues == ["q_standard", "q_standard"]
