"""A live server that peers ask, and the packages of npm in a folder of their own."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.impact.management.serving import free_port, wait_for
from tests.peers.flags import CONTROL, ROUTED
from tests.processes import PATIENCE, Environment, installation, process, said

collect_ignore = ["wheel_script.py"]  # it runs where the client's wheel is installed, and alone
HOST = "127.0.0.1"
PACKAGES = (
    "@openfeature/server-sdk@1.23.0",
    "@openfeature/ofrep-provider@0.1.3",
    "@openfeature/ofrep-core@0.1.4",
    "@openfeature/web-sdk@1.10.0",
    "@openfeature/ofrep-web-provider@0.4.3",
    "eventsource@4.1.0",
    "typescript@7.0.2",
    "@types/aws-lambda@8.10.164",
    "@types/node@20.19.43",
    "twilio@6.2.0",
    "velocityjs@2.1.7",
    "liquidjs@10.30.1",
)
GRANIAN = ("granian", "--workers", "1", "--no-access-log", "--log-level", "warning", "--host", HOST)


@dataclass(slots=True, kw_only=True)
class Live:
    """An installation that is served; its web server can be stopped and started again."""

    environment: Environment
    key: str
    port: int
    folder: Path
    _web: ExitStack = field(default_factory=ExitStack)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        output = self.folder / "web.txt"
        words = ["-m", *GRANIAN, "--interface", "wsgi", "--blocking-threads", "4"]
        words += ["--port", str(self.port), "config.wsgi:application"]
        self._web.enter_context(process(*words, environment=self.environment, output=output))
        _wait_until_it_answers(f"{self.address}/health/live")

    def stop(self) -> None:
        self._web.close()

    def settings(self, address: str = "") -> Environment:
        """Return what every piece for routers is told by its environment.

        With this server a piece has patience, for machines of tests are busy; with one that stands
        in for it, at another address, it has its own time-out.
        """
        patience = {} if address else {"EQUIPOISE_TIMEOUT": str(PATIENCE)}
        return {
            "EQUIPOISE_URL": address or self.address,
            "EQUIPOISE_KEY": self.key,
            "EQUIPOISE_EXPERIMENT": ROUTED,
            "EQUIPOISE_CONTROL": CONTROL,
            **patience,
        }

    def variant(self, customer_id: str) -> str:
        """Return the hash's answer for a customer, without leaving a row."""
        question = {"customer_id": customer_id, "experiments": [ROUTED], "expose": False}
        answer = httpx.post(
            f"{self.address}/api/v1/assign",
            json=question,
            headers={"X-API-Key": self.key},
            timeout=PATIENCE,
        )
        return str(answer.json()["variant"])

    def move(self, experiment: str, move: str) -> None:
        """Change what is served, as a person does."""
        answer = httpx.post(
            f"{self.address}/api/v1/experiments/{experiment}/{move}",
            headers={"X-API-Key": self.key},
            timeout=PATIENCE,
        )
        assert answer.is_success, answer.text

    def rows(self, experiment: str) -> int:
        """Return how many assignments are recorded, those of the spool among them.

        On a busy machine the database may take longer than an answer may, and rows come later.
        """
        spool = Path(self.environment["EQUIPOISE_VAR"]) / "spool"
        wait_for(lambda: not any(spool.glob("*.jsonl")) and not any(spool.glob("*.taken")))
        return self._count(experiment, "rows")

    def exposed(self, experiment: str) -> int:
        """Return how many of them were applied."""
        return self._count(experiment, "exposed")

    def _count(self, experiment: str, what: str) -> int:
        answer = httpx.get(
            f"{self.address}/api/v1/experiments/{experiment}/exposures/counts",
            headers={"X-API-Key": self.key},
            timeout=PATIENCE,
        )
        assert answer.is_success, answer.text
        return sum(int(each[what]) for each in answer.json()["variants"])


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve flags of every type, and the stream of changes."""
    folder = tmp_path_factory.mktemp("peers")
    port, events = free_port(), free_port()
    with installation(folder, EVENTS_ORIGIN=f"http://{HOST}:{events}") as environment:
        key = _seeded(environment)
        served = Live(environment=environment, key=key, port=port, folder=folder)
        with _stream(environment, events, folder / "events.txt"):
            served.start()
            try:
                yield served
            finally:
                served.stop()


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which Node.js finds the packages of others, or skip."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node or npm is not installed")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text(json.dumps({"private": True}))
    words = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
    made = subprocess.run(  # noqa: S603  # our own words
        words, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if made.returncode:
        pytest.skip(f"npm could not install them: {made.stderr[-300:]}")
    return folder


@contextmanager
def _stream(environment: Environment, port: int, output: Path) -> Iterator[None]:
    words = [
        "-m",
        *GRANIAN,
        "--interface",
        "asgi",
        "--port",
        str(port),
        "config.events:application",
    ]
    with process(*words, environment=environment, output=output):
        _wait_until_it_answers(f"http://{HOST}:{port}/")
        yield


def _seeded(environment: Environment) -> str:
    return said("-m", "tests.peers.seeding", environment=environment)


def _wait_until_it_answers(address: str) -> None:
    def answers() -> bool:
        try:
            return bool(httpx.get(address, timeout=10).status_code)
        except httpx.TransportError:
            return False

    wait_for(answers)
