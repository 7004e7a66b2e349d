"""SIP calls: SIPp -> Kamailio with the documented piece -> a live server -> 302 with the arm."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.impact.management.serving import free_port, wait_for
from tests.peers.conftest import HOST, Live
from tests.peers.flags import CONTROL, ROUTED, TREATMENT
from tests.peers.stand_ins import WAYS, failing
from tests.processes import PATIENCE, PROJECT, Environment, kill_session

pytestmark = pytest.mark.peers
PIECE = PROJECT / "docs" / "routing" / "kamailio" / "kamailio.cfg"
SCENARIO = Path(__file__).with_name("invite.xml")
MODULES = ("http_client.so", "jansson.so")
QUEUES = {CONTROL: "sip:q_standard@", TREATMENT: "sip:q_long@"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What SIPp was told of one call."""

    caller: str
    call_id: str
    queue: str
    variant: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """A Kamailio that listens."""

    port: int
    log: Path

    def records(self) -> list[dict[str, str]]:
        """Return what the contact records say of the experiment."""
        lines = [line for line in self.log.read_text().splitlines() if "ACC:" in line]
        return [
            dict(re.findall(r"(contact|variant|source|assignment)=([^;]*)", line)) for line in lines
        ]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    missing = [name for name in ("kamailio", "sipp") if shutil.which(name) is None]
    modules = {path.name for path in Path("/usr/lib").glob("*/kamailio/modules/*.so")}
    missing += [name for name in MODULES if not missing and name not in modules]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@contextmanager
def kamailio(folder: Path, settings: Environment) -> Iterator[Router]:
    """Run the piece as it is documented until the block ends."""
    port, log = free_port(), folder / "kamailio.txt"
    words = ["kamailio", "-DD", "-E", "-f", str(PIECE), "-m", "32", "-M", "4", "-Y", str(folder)]
    words += ["-A", f"LISTEN=udp:{HOST}:{port}", "-P", str(folder / "kamailio.pid")]
    if "EQUIPOISE_TIMEOUT" in settings:
        words += ["-A", f"TIMEOUT={settings['EQUIPOISE_TIMEOUT']}"]
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603  # our own words
            words,
            env={**os.environ, **settings},
            start_new_session=True,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as started,
    ):
        try:
            wait_for(lambda: started.poll() is not None or _listens(port))
            assert started.poll() is None, log.read_text()
            yield Router(port=port, log=log)
        finally:
            started.terminate()
            try:
                started.wait(timeout=PATIENCE)
            finally:
                kill_session(started)


def _listens(port: int) -> bool:
    return f":{port:04X} " in Path("/proc/net/udp").read_text()


def call(folder: Path, router: Router, callers: list[str]) -> list[Call]:
    """Let every caller call once, ten a second, and return what each was told."""
    (folder / "callers.csv").write_text("SEQUENTIAL\n" + "".join(f"{each};\n" for each in callers))
    words = ["sipp", f"{HOST}:{router.port}", "-i", HOST, "-p", str(free_port()), "-nostdin"]
    words += ["-sf", str(SCENARIO), "-inf", str(folder / "callers.csv"), "-m", str(len(callers))]
    words += ["-r", "10", "-timeout", str(PATIENCE), "-timeout_error", "-trace_logs", "-log_file"]
    told = folder / "calls.txt"
    words.append(str(told))
    made = subprocess.run(  # noqa: S603  # our own words
        words, cwd=folder, capture_output=True, text=True, timeout=PATIENCE + 10, check=False
    )
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    lines = [line.split() for line in told.read_text().splitlines() if line.strip()]
    names = ("caller", "call_id", "queue", "variant", "source")
    found = {line[0]: Call(**dict(zip(names, line, strict=True))) for line in lines}
    return [found[caller] for caller in callers]  # they are told in the order of the answers


def test_every_call_is_redirected_to_the_queue_of_its_arm(live: Live, tmp_path: Path) -> None:
    callers = [f"+4930{number:06}" for number in range(20)]
    before = live.rows(ROUTED)

    with kamailio(tmp_path, live.settings()) as router:
        calls = call(tmp_path, router, callers)
        again = call(tmp_path, router, callers)
        records = router.records()

    assert {each.variant for each in calls} == {CONTROL, TREATMENT}
    assert [each.variant for each in calls] == [live.variant(caller) for caller in callers]
    assert [each.variant for each in again] == [each.variant for each in calls]
    assert all(each.queue == QUEUES[each.variant] for each in calls)
    assert {each.source for each in calls} == {"service"}
    assert live.rows(ROUTED) == before + 40  # one row for each contact
    assert {each["contact"]: each["variant"] for each in records} == {
        each.call_id: each.variant for each in calls + again
    }
    assert all(each["assignment"].startswith("a-") for each in records)


@pytest.mark.parametrize("how", WAYS)
def test_a_call_is_played_control_when_no_answer_comes(
    live: Live, tmp_path: Path, how: str
) -> None:
    with failing(how) as address, kamailio(tmp_path, live.settings(address)) as router:
        calls = call(tmp_path, router, [f"+4930{number:06}" for number in range(5)])
        records = router.records()

    assert [(each.variant, each.queue, each.source) for each in calls] == [
        (CONTROL, "sip:q_standard@", "default")
    ] * 5
    assert [(each["variant"], each["source"]) for each in records] == [(CONTROL, "default")] * 5


@pytest.mark.parametrize("caller", ['x1","contact_id":"y', "anonymous"])
def test_a_caller_who_is_nobody_is_played_control(live: Live, tmp_path: Path, caller: str) -> None:
    before = live.rows(ROUTED)

    with kamailio(tmp_path, live.settings()) as router:
        (found,) = call(tmp_path, router, [caller])

    assert (found.variant, found.source) == (CONTROL, "default")
    assert live.rows(ROUTED) == before
