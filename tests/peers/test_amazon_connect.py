"""The documented Lambda function, compiled and asked as Amazon Connect asks, and its flow."""

import copy
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.peers.conftest import Live
from tests.peers.flags import CONTROL, ROUTED, TREATMENT
from tests.peers.stand_ins import ASLEEP, WAYS, failing
from tests.processes import PATIENCE, PROJECT, Environment

pytestmark = pytest.mark.peers
HERE = Path(__file__).parent
PIECE = PROJECT / "docs" / "routing" / "amazon-connect"
FLOW = json.loads((PIECE / "flow.json").read_text())
ACTIONS = {action["Identifier"]: action for action in FLOW["Actions"]}
EVENT = json.loads((HERE / "connect_event.json").read_text())


@pytest.fixture(scope="module")
def compiled(node: Path) -> Path:
    """Return the handler as JavaScript, compiled as strictly as its tsconfig says."""
    folder = node / "amazon-connect"
    folder.mkdir()
    for name in ("handler.ts", "tsconfig.json", "package.json"):
        (folder / name).write_text((PIECE / name).read_text())
    tsc = str(node / "node_modules" / ".bin" / "tsc")
    made = subprocess.run(  # noqa: S603  # the compiler that npm installed
        [tsc, "-p", str(folder)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert made.returncode == 0, made.stdout
    return folder / "dist" / "handler.js"


def invoke(handler: Path, settings: Environment, *events: object) -> list[dict[str, Any]]:
    made = subprocess.run(  # noqa: S603  # our own script
        ["node", str(HERE / "connect_lambda.mjs"), str(handler), json.dumps(events)],  # noqa: S607
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(made.stdout)
    return answers


def event(*, address: str | None = None, contact: str = "c-1", **parameters: str) -> dict[str, Any]:
    made: dict[str, Any] = copy.deepcopy(EVENT)
    data = made["Details"]["ContactData"]
    data["CustomerEndpoint"] = address and {"Address": address, "Type": "TELEPHONE_NUMBER"}
    data["InitialContactId"] = contact
    made["Details"]["Parameters"] = parameters
    return made


def test_contacts_get_the_arm_of_their_customer_as_a_string_map(compiled: Path, live: Live) -> None:
    callers = [f"+4950{number:05}" for number in range(24)]
    events = [event(address=each, contact=f"connect-{each}") for each in callers]
    known = event(
        address="+49", contact="connect-known", customer_id="jane.doe@example.com", tier="pro"
    )
    before = live.rows(ROUTED)

    told = [each["answer"] for each in invoke(compiled, live.settings(), *events, known)]

    assert [each["variant"] for each in told[:-1]] == [live.variant(each) for each in callers]
    assert {each["variant"] for each in told} == {CONTROL, TREATMENT}
    assert told[-1]["variant"] == live.variant("jane.doe@example.com")
    assert {each["source"] for each in told} == {"service"}
    assert {each["variant"]: each["policy_queue"] for each in told} == {
        CONTROL: "q_standard",
        TREATMENT: "q_long",
    }
    values = [value for each in told for value in each.values()]
    assert all(isinstance(value, str) and re.fullmatch(r"[\w-]*", value) for value in values)
    assert not any("policy_pace" in each for each in told)  # 0.9 has a point: Connect refuses it
    assert live.rows(ROUTED) == before + 25


def test_a_transfer_keeps_arm_and_row(compiled: Path, live: Live) -> None:
    first = event(address="+49501", contact="connect-chain")
    transferred = copy.deepcopy(first)
    transferred["Details"]["ContactData"] |= {"ContactId": "c-2", "InitiationMethod": "TRANSFER"}
    before = live.rows(ROUTED)

    told = [each["answer"] for each in invoke(compiled, live.settings(), first, transferred)]

    assert told[0]["variant"] == told[1]["variant"]
    assert told[0]["assignment_id"] == told[1]["assignment_id"]
    assert live.rows(ROUTED) == before + 1


@pytest.mark.parametrize("address", [None, "anonymous"])
def test_a_contact_without_a_customer_plays_control(
    compiled: Path, live: Live, address: str | None
) -> None:
    before = live.rows(ROUTED)

    (told,) = invoke(compiled, live.settings(), event(address=address))

    assert (told["answer"]["status"], told["answer"]["variant"]) == ("missing_unit", CONTROL)
    assert live.rows(ROUTED) == before


@pytest.mark.parametrize("how", WAYS)
def test_a_contact_is_played_control_in_time_when_no_answer_comes(
    compiled: Path, live: Live, how: str
) -> None:
    with failing(how) as address:
        found = invoke(compiled, live.settings(address), *[event(address="+49502")] * 2)

    told = [(each["answer"]["variant"], each["answer"]["source"]) for each in found]
    assert told == [(CONTROL, "default")] * 2
    assert found[1]["milliseconds"] < 1_000 * ASLEEP  # 300 of its own, on a busy machine


def test_a_wrong_key_is_control(compiled: Path, live: Live) -> None:
    settings = {**live.settings(), "EQUIPOISE_KEY": "eq_0_wrong"}

    (told,) = invoke(compiled, settings, event(address="+49503"))

    assert (told["answer"]["variant"], told["answer"]["source"]) == (CONTROL, "default")


def test_every_step_of_the_flow_leads_on_and_errors_lead_to_control() -> None:
    ask = ACTIONS["ask"]["Parameters"]
    ways = [*_ways(FLOW["StartAction"])]

    assert set(ACTIONS) == {step for way in ways for step in way}  # none is out of reach
    assert all(way[-1] == "end" for way in ways)
    assert 0 < int(ask["InvocationTimeLimitSeconds"]) <= 8  # Connect's own limit
    assert ask["ResponseValidation"] == {"ResponseType": "STRING_MAP"}
    assert all("control-queue" in way for way in ways if "treatment-queue" not in way)
    (condition,) = ACTIONS["choose"]["Transitions"]["Conditions"]
    assert condition["Condition"]["Operands"] == [TREATMENT]


def _ways(step: str) -> list[list[str]]:
    """Return every way from a step to the end."""
    transitions = ACTIONS[step]["Transitions"]
    branches = [*transitions.get("Conditions", ()), *transitions.get("Errors", ())]
    following = dict.fromkeys(
        each["NextAction"] for each in [transitions, *branches] if "NextAction" in each
    )
    return [[step, *rest] for after in following for rest in _ways(after)] or [[step]]
