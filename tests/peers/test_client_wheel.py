"""The client's wheel: built, installed where nothing else is, and asked beside a live server."""

import json
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.impact.management.serving import wait_for
from tests.peers.conftest import Live
from tests.processes import PATIENCE, PROJECT
from tests.vectors.assignment import PUBLISHED

pytestmark = pytest.mark.peers
SOURCES = "experiments/client/wheel"
SCRIPT = Path(__file__).with_name("wheel_script.py")
UNITS = [f"C-{number:04}" for number in range(150)]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel as uv builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--out-dir", str(folder), SOURCES)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a Python in which the wheel is installed and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    uv("venv", str(folder / "venv"))
    program = str(folder / "venv" / "bin" / "python")
    uv("pip", "install", "--python", program, "--no-index", str(wheel))
    return program


def uv(*words: str) -> None:
    program = shutil.which("uv")
    if program is None:
        pytest.skip("uv is not installed")
    done = subprocess.run(  # noqa: S603  # our own words
        [program, *words], cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr


class Router:
    """A process that uses the client."""

    def __init__(self, running: "subprocess.Popen[str]") -> None:
        self._running = running

    def do(self, what: str, **how: object) -> Any:  # noqa: ANN401  # any JSON
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps({"do": what, **how}) + "\n")
        self._running.stdin.flush()
        said = self._running.stdout.readline()
        assert said, "it ended without a word"
        return json.loads(said)

    def end(self) -> None:
        assert self._running.stdin is not None
        self._running.stdin.close()
        assert self._running.wait(PATIENCE) == 0


@contextmanager
def router(python: str) -> Iterator[Router]:
    with subprocess.Popen(  # noqa: S603  # our own script
        [python, "-I", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            yield Router(running)
        finally:
            running.kill()


def options(live: Live, folder: Path) -> dict[str, object]:
    secret = (Path(live.environment["EQUIPOISE_VAR"]) / "ruleset_key").read_text()
    return {
        "address": live.address,
        "api_key": live.key,
        "signing_keys": {"embedded": secret},
        "folder": str(folder),
    }


def asked(experiment: str, units: list[str], **others: object) -> list[dict[str, object]]:
    return [{"experiment": experiment, "customer_id": unit, **others} for unit in units]


def test_the_same_sources_give_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    uv("build", "--wheel", "--out-dir", str(tmp_path), SOURCES)

    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_one_package_of_its_own_name(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        texts = [opened.read(name).decode() for name in names if name.endswith(".py")]

    assert {name.split("/")[0].split("-")[0] for name in names} == {"equipoise_client"}
    assert "equipoise_client/py.typed" in names
    assert not any("backend" in name for name in names)
    assert not any("import experiments" in text or "from experiments" in text for text in texts)


def test_it_needs_nothing_but_the_standard_library(python: str) -> None:
    with router(python) as started:
        found = started.do("installed")

    assert found["distributions"] == ["equipoise-client"]
    assert not {"django", "experiments", "openfeature"} & set(found["modules"])


def test_it_decides_as_published(python: str) -> None:
    with router(python) as started:
        found = started.do("vectors", file=str(PUBLISHED))

    assert found == {"rows": 3_197, "wrong": 0}


def test_it_answers_what_the_server_answers(python: str, live: Live, tmp_path: Path) -> None:
    with router(python) as started:
        assert started.do("open", options=options(live, tmp_path))
        told = started.do("assign", asked=asked("flag_integer", UNITS))
        started.end()

    for unit, found in zip(UNITS, told, strict=True):
        body = {"customer_id": unit, "experiments": ["flag_integer"], "expose": False}
        answer = httpx.post(
            f"{live.address}/api/v1/assign", json=body, headers={"X-API-Key": live.key}
        ).json()
        assert (found["variant"], found["bucket"], found["version"]) == (
            answer["variant"],
            answer["bucket"],
            answer["version"],
        )
        assert found["policy"] == {"policy_value": answer["policy_value"]}
        assert found["source"] == "client"


def test_what_it_exposes_is_recorded_once(python: str, live: Live, tmp_path: Path) -> None:
    before = live.rows("flag_number")
    units = [f"wheel-{number}" for number in range(40)]

    with router(python) as started:
        assert started.do("open", options=options(live, tmp_path))
        started.do("assign", asked=asked("flag_number", units * 2, expose=True))
        started.end()  # what waits is sent at the end

    assert live.rows("flag_number") == before + len(units)


def test_a_pause_is_heard_within_two_seconds(python: str, live: Live, tmp_path: Path) -> None:
    with router(python) as started:
        assert started.do("open", options=options(live, tmp_path))
        live.move("flag_string", "pause")
        paused_at = time.monotonic()
        wait_for(lambda: source(started, "flag_string") == "paused")
        took = time.monotonic() - paused_at
        live.move("flag_string", "resume")
        wait_for(lambda: source(started, "flag_string") == "client")

    assert took < 2 + 1  # a second for a machine that is busy


def test_it_goes_on_while_the_server_is_away_and_starts_without_it(
    python: str, live: Live, tmp_path: Path
) -> None:
    with router(python) as started:
        assert started.do("open", options=options(live, tmp_path))
        before = started.do("assign", asked=asked("flag_integer", UNITS))
        live.stop()
        try:
            wait_for(lambda: started.do("status")["failures"])
            assert started.do("assign", asked=asked("flag_integer", UNITS)) == before
            with router(python) as second:
                given = {**options(live, tmp_path), "timeout": 0.5}
                assert second.do("open", options=given)
                cold = second.do("assign", asked=asked("flag_integer", UNITS))
        finally:
            live.start()
        wait_for(lambda: not started.do("status")["failures"])

    assert {each["source"] for each in cold} == {"stale"}
    assert [each["variant"] for each in cold] == [each["variant"] for each in before]


def source(started: Router, experiment: str) -> str:
    (told,) = started.do("assign", asked=asked(experiment, ["0012"]))
    return str(told["source"])
