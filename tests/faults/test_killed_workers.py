"""Web workers killed in the middle of requests, and the broker gone: answered is recorded."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from tests.faults.routers import asking
from tests.faults.service import Service, prepared, service
from tests.impact.management.serving import free_port, wait_for
from tests.processes import PATIENCE, installation

AGE = 6.0  # seconds
KILLS = [2, pytest.param(50, marks=pytest.mark.slow)]


@contextmanager
def own_redis(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Yield the address of a Redis server that may be killed, and its process."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no Redis server is installed: redis-server was not found")
    port = free_port()
    words = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL) as started:  # noqa: S603  # our own server
        try:
            yield f"redis://127.0.0.1:{port}/0", started
        finally:
            started.kill()


@pytest.fixture(scope="module")
def redis(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with own_redis(tmp_path_factory.mktemp("redis")) as found:
        yield found


@pytest.fixture(scope="module")
def server(
    redis: tuple[str, subprocess.Popen[bytes]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("kills")
    with installation(folder) as fresh:
        environment = {**fresh, "BROKER_URL": redis[0]}
        with service(environment, prepared(environment)) as started:
            yield started


def _oldest(server: Service, seen: dict[int, float]) -> int:
    """Return the worker that has lived longest; 0 while it is younger than the server bears.

    granian gives up where a worker that it has just replaced dies again.
    """
    now = monotonic()
    for worker in server.workers:
        seen.setdefault(worker, now)
    oldest = min(server.workers, key=seen.__getitem__)
    return oldest if now - seen[oldest] >= AGE else 0


@pytest.mark.parametrize("times", KILLS)
def test_what_was_answered_outlives_killed_workers(server: Service, times: int) -> None:
    seen = dict.fromkeys(server.workers, monotonic() - AGE)
    with asking(server, f"killed{times}") as routers:
        for _ in range(times):
            routers.wait_for(200, "ok")
            victim = wait_for(lambda: _oldest(server, seen))
            os.kill(victim, signal.SIGKILL)
            wait_for(lambda victim=victim: victim not in server.workers)  # type: ignore[misc]
            wait_for(lambda: len(server.workers) == 2)
        routers.wait_for(200, "ok")

    server.wait_until_returned()
    routers.check(server.log())
    assert {http for http, _ in routers.statuses()} == {200}
    assert routers.broken >= 1


def test_without_the_broker_routers_and_batches_are_answered(
    server: Service, redis: tuple[str, subprocess.Popen[bytes]]
) -> None:
    with asking(server, "broker") as routers:
        routers.wait_for(200, "ok")
        redis[1].kill()
        redis[1].wait(PATIENCE)
        sleep(0.3)
        routers.wait_for(200, "ok")
        answer = httpx.post(
            f"http://127.0.0.1:{server.port}/api/v1/churn",
            json={"rows": [{"customer_id": "1", "churned_at": "2026-01-05T10:00:00Z"}]},
            headers={"X-API-Key": server.secret},
            timeout=PATIENCE,
        )

    server.wait_until_returned()
    routers.check(server.log())
    assert routers.broken == 0
    assert {http for http, _ in routers.statuses()} == {200}
    assert answer.status_code == 202, answer.text
