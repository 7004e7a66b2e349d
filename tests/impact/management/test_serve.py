"""`manage.py serve` as somebody starts it: pages, work done, and nothing left when it stops."""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from experiments.plan.template import plan_text
from impact.management.supervisor import MOST
from tests.impact.management.serving import (
    Server,
    alive,
    family,
    prepared,
    server,
    signed_in,
    wait_for,
)
from tests.processes import PATIENCE, PROJECT, installation

CUSTOMERS = 30
WEIGHTS = {"clock": 5000, "care": 5000}
ENDED = ("done", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a visitor saw of a server from its start to its end."""

    pages: dict[str, int]
    batch: dict[str, Any]
    run: dict[str, Any]
    report: dict[str, Any]
    processes: dict[int, str]
    status: int
    output: str


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    with installation(tmp_path_factory.mktemp("serve")) as environment:
        key = prepared(environment)
        with server(environment) as running:
            with httpx.Client(
                base_url=f"{running.address}/api/v1",
                headers={"Authorization": f"Bearer {key}"},
                timeout=PATIENCE,
            ) as api:
                start_experiment(api)
                batch, run = send_churn(api), request_run(api)
                report = api.get(f"/reports/{run['id']}").json()
            addresses = (
                "/",
                "/experiments/care_over_clock",
                "/data",
                "/reports",
                f"/reports/{run['id']}",
            )
            with signed_in(running.address) as browser:
                pages = {address: browser.get(address).status_code for address in addresses}
            processes = family(running.process.pid)
            status = interrupted(running)
            return Visit(
                pages=pages,
                batch=batch,
                run=run,
                report=report,
                processes=processes,
                status=status,
                output=running.output.read_text(),
            )


def start_experiment(api: httpx.Client) -> None:
    text = plan_text(
        key="care_over_clock",
        title="Care",
        unit="customer",
        control="clock",
        weights=WEIGHTS,
        segments=[],
    )
    variants = [
        {"key": name, "weight": weight, "is_control": name == "clock"}
        for name, weight in WEIGHTS.items()
    ]
    draft = {"key": "care_over_clock", "title": "Care", "variants": variants, "plan_source": text}
    posted(api, "/experiments", draft)
    for move in ("submit", "start"):
        posted(api, f"/experiments/care_over_clock/{move}")
    for number in range(CUSTOMERS):
        posted(api, "/assign", {"customer_id": f"k{number}", "contact_id": f"c{number}"})
    wait_for(lambda: counted(api) == CUSTOMERS)  # what a busy machine spooled comes a little later


def counted(api: httpx.Client) -> int:
    counts = api.get("/experiments/care_over_clock/exposures/counts").json()
    return sum(variant["units"] for variant in counts["variants"])


def send_churn(api: httpx.Client) -> dict[str, Any]:
    churned_at = timezone.now().isoformat()
    rows = [
        {"customer_id": f"k{number}", "churned_at": churned_at} for number in range(0, CUSTOMERS, 3)
    ]
    chunks = (text.encode() for text in json.JSONEncoder().iterencode(rows))
    answer = api.post("/churn", content=chunks, headers={"Content-Type": "application/json"})
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    batch = answer.json()
    return settled(api, f"/batches/{batch['batch_id']}")


def request_run(api: httpx.Client) -> dict[str, Any]:
    run = posted(api, "/runs", {"experiment": "care_over_clock"})
    return settled(api, f"/runs/{run['id']}")


def posted(api: httpx.Client, address: str, body: object = None) -> dict[str, Any]:
    answer = api.post(address, json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


def settled(api: httpx.Client, address: str) -> dict[str, Any]:
    def ask() -> dict[str, Any]:
        row = dict(api.get(address).json())
        return row if row["status"] in ENDED else {}

    return wait_for(ask)


def interrupted(running: Server) -> int:
    running.process.send_signal(signal.SIGINT)
    return running.process.wait(timeout=PATIENCE)


def test_its_pages_answer(visit: Visit) -> None:
    assert set(visit.pages.values()) == {200}


def test_its_worker_takes_a_batch_in(visit: Visit) -> None:
    assert (visit.batch["status"], visit.batch["rows_accepted"]) == ("done", CUSTOMERS // 3)


def test_its_worker_computes_a_run(visit: Visit) -> None:
    assert visit.run["status"] == "done", visit.run["error"]
    assert sum(arm["n_units"] for arm in visit.report["arms"]) == CUSTOMERS


def test_it_runs_a_web_server_a_worker_and_beat(visit: Visit) -> None:
    for program in ("granian", "worker", "beat"):
        assert any(f" {program} " in words for words in visit.processes.values()), program


def test_an_interrupt_ends_it_well_and_leaves_no_process_behind(visit: Visit) -> None:
    assert visit.status == 0
    assert visit.output.endswith("Stopped.\n")
    assert alive(visit.processes) == {}


def test_it_says_where_it_is_and_nothing_alarming(visit: Visit) -> None:
    assert visit.output.startswith("Equipoise is at http://127.0.0.1:")
    assert "Traceback" not in visit.output
    assert " ERROR " not in visit.output


def test_a_child_that_dies_is_started_again_until_it_dies_too_often(tmp_path: Path) -> None:
    with installation(tmp_path) as environment, server(environment) as running:
        killed: dict[int, str] = {}
        for _ in range(MOST):
            killed |= kill_worker(running, killed)
            wait_for(partial(worker_of, running, killed))
            assert httpx.get(f"{running.address}/health/live").status_code == httpx.codes.OK
        last = family(running.process.pid)
        assert alive(killed) == {}
        kill_worker(running, killed)

        status = running.process.wait(timeout=PATIENCE)

        said = running.output.read_text()
        assert status == 1
        assert said.count("worker stopped by itself with status -9: it was started again") == MOST
        assert "worker stopped by itself with status -9, too often to start it again" in said
        assert alive(last) == {}


def kill_worker(running: Server, killed: dict[int, str]) -> dict[int, str]:
    worker = worker_of(running, killed)
    os.kill(next(iter(worker)), signal.SIGKILL)
    return worker


def worker_of(running: Server, killed: dict[int, str]) -> dict[int, str]:
    """Return the worker's main process: the first that none of the killed was."""
    found = family(running.process.pid).items()
    mains = {pid: words for pid, words in found if " worker " in words and pid not in killed}
    return dict(sorted(mains.items())[:1])


def test_a_port_in_use_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, installation(tmp_path) as environment:
        port = taken.getsockname()[1]
        refused = subprocess.run(  # noqa: S603  # our own words
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    assert refused.returncode == 1
    assert f"port {port} is taken" in refused.stderr
    assert "choose another with --port" in refused.stderr
