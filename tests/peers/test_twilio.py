"""The documented Functions as Twilio runs them, Studio's flow and TaskRouter's workflow."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.peers.conftest import Live
from tests.peers.flags import CONTROL, ROUTED, TREATMENT
from tests.peers.stand_ins import ASLEEP, WAYS, failing
from tests.processes import PATIENCE, PROJECT, Environment

pytestmark = pytest.mark.peers
PIECE = PROJECT / "docs" / "routing" / "twilio"
FLOW = {state["name"]: state for state in json.loads((PIECE / "flow.json").read_text())["states"]}
TEMPLATES = [FLOW[name]["properties"]["attributes"] for name in ("send", "send_control")]
ATTRIBUTE = f"xp_{ROUTED}"


@pytest.fixture(scope="module")
def runtime(node: Path) -> Path:
    """Return the script that stands for Twilio's runtime, beside the Functions."""
    folder = node / "twilio"
    folder.mkdir()
    for function in PIECE.glob("*.js"):
        (folder / function.name).write_text(function.read_text())
    script = node / "twilio_functions.cjs"
    script.write_text(Path(__file__).with_name(script.name).read_text())
    return script


def run(runtime: Path, name: str, settings: Environment, *events: object) -> list[dict[str, Any]]:
    given = json.dumps({"name": name, "events": events, "templates": TEMPLATES})
    made = subprocess.run(  # noqa: S603  # our own script
        ["node", str(runtime), given],  # noqa: S607
        env={**os.environ, **settings, "TWILIO_WORKFLOW_SID": "WW00"},
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(made.stdout)
    return found


def question(number: int) -> dict[str, str]:
    return {"customer_id": f"+4960{number:05}", "call_sid": f"CA{number:032}"}


def test_studio_routes_by_the_arm_and_the_task_carries_it(runtime: Path, live: Live) -> None:
    asked = [question(number) for number in range(24)]
    before = live.rows(ROUTED)

    found = run(runtime, "studio", live.settings(), *asked)

    variants = [each["said"]["variant"] for each in found]
    assert variants == [live.variant(each["customer_id"]) for each in asked]
    assert set(variants) == {CONTROL, TREATMENT}
    tasks = [json.loads(each["rendered"][0]) for each in found]
    assert [task[ATTRIBUTE] for task in tasks] == variants
    assert [task["call_sid"] for task in tasks] == [each["call_sid"] for each in asked]
    assert all(task["xp_assignment"].startswith("a-") for task in tasks)
    assert live.rows(ROUTED) == before + 24


def test_taskrouter_enqueues_with_the_arm(runtime: Path, live: Live) -> None:
    call = {"From": "+49601", "CallSid": "CA01", "To": "+4930", "CallStatus": "ringing"}

    (found,) = run(runtime, "enqueue", live.settings(), call)

    enqueue = ET.fromstring(found["said"]).find("Enqueue")  # noqa: S314  # Twilio's own text
    assert enqueue is not None
    assert enqueue.get("workflowSid") == "WW00"
    task = json.loads(enqueue.findtext("Task") or "")
    assert (task[ATTRIBUTE], task["xp_source"]) == (live.variant("+49601"), "service")


@pytest.mark.parametrize("how", WAYS)
def test_a_call_is_played_control_in_time_when_no_answer_comes(
    runtime: Path, live: Live, how: str
) -> None:
    with failing(how) as address:
        found = run(runtime, "studio", live.settings(address), question(1), question(1))

    told = [(each["said"]["variant"], each["said"]["source"]) for each in found]
    assert told == [(CONTROL, "default")] * 2
    assert json.loads(found[1]["rendered"][0]) == json.loads(found[1]["rendered"][1])
    assert found[1]["milliseconds"] < 1_000 * ASLEEP  # 300 of its own, on a busy machine


@pytest.mark.parametrize("hidden", ["anonymous", "+266696687", ""])
def test_a_caller_who_hides_the_number_is_nobody_and_plays_control(
    runtime: Path, live: Live, hidden: str
) -> None:
    before = live.rows(ROUTED)

    (found,) = run(runtime, "studio", live.settings(), {**question(2), "customer_id": hidden})

    assert (found["said"]["status"], found["said"]["variant"]) == ("missing_unit", CONTROL)
    assert live.rows(ROUTED) == before


def test_every_way_through_the_flow_ends_with_a_task() -> None:
    ask = {each["event"]: each["next"] for each in FLOW["ask"]["transitions"]}
    asked = {each["key"]: each["value"] for each in FLOW["ask"]["properties"]["parameters"]}

    assert ask == {"success": "send", "fail": "send_control"}
    assert set(asked) == set(question(1))


def test_the_workflow_sends_the_treatment_to_a_queue_of_its_own() -> None:
    routing = json.loads((PIECE / "workflow.json").read_text())["task_routing"]
    (treatment,) = routing["filters"]

    assert treatment["expression"] == f'{ATTRIBUTE} == "{TREATMENT}"'
    assert treatment["targets"] != [routing["default_filter"]]
