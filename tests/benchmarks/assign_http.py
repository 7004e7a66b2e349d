"""What an answer costs over HTTP: `python -m tests.benchmarks.assign_http`, by hand.

Starts granian with one worker on a state of its own and asks it with `wrk`, a new contact each
time: recorded before it is answered, not recorded, by OFREP, and beside them the least that Django
can do. `DATABASE_URL` chooses the database. `UNLEASH_URL` and `UNLEASH_TOKEN` (of its frontend)
name a running Unleash to compare with; then rates are shown as multiples of its rate as well.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

PORT, BARE_PORT = 8765, 8766
THREADS, CONNECTIONS, SECONDS, ROUNDS = 12, (1, 32), 4, 3  # threads as the README has them
PLAN = """
key: longer_calls
unit: customer
control: target_300s
weights: {target_300s: 5000, take_time: 5000}
metrics:
  - {key: retention, role: primary, kind: time_to_event, source: churn, horizon: 180}
"""
PREPARE = f"""
from django.core.management import call_command
from django.utils import timezone
from experiments import definitions
from experiments.access import issue_key
from experiments.definitions import Draft, VariantDraft
from experiments.models import Experiment
call_command("migrate", verbosity=0)
now = timezone.now()
if not Experiment.objects.exists():
    variants = (
        VariantDraft(key="target_300s", weight=5000, is_control=True, policy={{"seconds": 300}}),
        VariantDraft(key="take_time", weight=5000, policy={{"seconds": 540}}),
    )
    plan = '''{PLAN}'''
    draft = Draft(key="longer_calls", title="Longer", variants=variants, plan_source=plan)
    definitions.create(draft, actor="benchmark", now=now)
    definitions.submit("longer_calls", actor="benchmark", now=now)
    definitions.start("longer_calls", actor="benchmark", now=now)
print(issue_key(name=str(now.timestamp()), scopes=["assign"], now=now)[1])
"""
COUNT = """
from experiments.models import Exposure
print(Exposure.objects.count())
"""
SCRIPT = """
local n, run = 0, tostring(os.time()) .. "-" .. tostring({{}})
local headers = {{["X-API-Key"] = "{secret}", ["Content-Type"] = "application/json",
  ["Authorization"] = "{authorization}"}}
request = function()
  n = n + 1
  return wrk.format("POST", "{path}", headers, string.format('{body}', n, run, n))
end
bad, degraded = 0, 0
response = function(status, _, body)
  if status ~= 200 then bad = bad + 1 end
  if body and body:find("degraded", 1, true) then degraded = degraded + 1 end
end
local all = {{}}
setup = function(thread) table.insert(all, thread) end
done = function()
  for _, thread in ipairs(all) do
    print("bad: " .. thread:get("bad"))
    print("degraded: " .. thread:get("degraded"))
  end
end
"""
ASKED = (
    '{{"customer_id":"%07d","contact_id":"%s-%d","queue":"billing",'
    '"experiments":["longer_calls"],"attributes":{{"segment":"gold"}}%s}}'
)
CONTEXT = '{"context":{"targetingKey":"%07d-%s-%d","segment":"gold"}}'


class Case(NamedTuple):
    """One thing to ask for: Lua puts a number, the run and the number into the body."""

    name: str
    path: str
    body: str
    port: int = PORT


class Measured(NamedTuple):
    """The rate in answers per second, waiting times in milliseconds, and degraded answers."""

    rate: float
    p50: float
    p99: float
    degraded: int


def asked(more: str = "") -> str:
    """Return the body of a question to assign."""
    return ASKED.replace("{{", "{").replace("}}", "}").replace("%s}", f"{more}}}")


OURS = (
    Case("bare Django view, nothing stored", "/bare", asked(), BARE_PORT),
    Case("assign, recorded before the answer", "/api/v1/assign", asked()),
    Case("assign, expose: false", "/api/v1/assign", asked(',"expose":false')),
    Case("OFREP single, recorded once per unit", "/ofrep/v1/evaluate/flags/longer_calls", CONTEXT),
    Case("OFREP bulk of one flag", "/ofrep/v1/evaluate/flags", CONTEXT),
)


def django(code: str) -> str:
    """Return what the code prints in a Django process of its own."""
    opening = "import django; django.setup()\n"
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", opening + code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@contextmanager
def server(target: str, port: int, threads: int, ready: str) -> Iterator[None]:
    """Serve with one worker until the block ends."""
    granian = Path(sys.executable).with_name("granian")
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", str(threads)]
    address = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    with subprocess.Popen([str(granian), *options, *address, target]) as process:  # noqa: S603  # our own server
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}{ready}")
            yield
        finally:
            process.terminate()


def _wait_until_ready(url: str) -> None:
    for _ in range(300):
        try:
            with urlopen(url) as answer:  # noqa: S310  # our own server
                answer.read()
                return
        except URLError as error:
            if hasattr(error, "code"):  # it answers, if only that this is no question
                return
            time.sleep(0.2)
    message = f"{url} did not answer within a minute"
    raise TimeoutError(message)


def ask(url: str, script: Path, connections: int) -> Measured:
    """Return what `wrk` measures in some seconds.

    Raises:
        ValueError: some answers were no good: what was measured is not the work.
    """
    options = ["-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(script)]
    done = subprocess.run(  # noqa: S603
        ["wrk", *options, url],  # noqa: S607  # from the PATH, as installed
        capture_output=True,
        text=True,
        check=True,
    )
    if not re.search(r"bad: 0\b", done.stdout):
        raise ValueError(done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    degraded = re.search(r"degraded: (\d+)", done.stdout)
    return Measured(
        rate=float(rate[1] if rate else 0),
        p50=_wait(done.stdout, 50),
        p99=_wait(done.stdout, 99),
        degraded=int(degraded[1] if degraded else 0),
    )


def _wait(told: str, quantile: int) -> float:
    found = re.search(rf"{quantile}%\s+([\d.]+)(us|ms|s)\b", told)
    if found is None:
        raise ValueError(told)
    return float(found[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[found[2]]


def measure(folder: Path, secret: str) -> dict[tuple[str, int], Measured]:
    """Return the median round of every case and number of connections; rounds are interleaved."""
    cases: tuple[Case, ...] = OURS
    authorization = ""
    if address := os.environ.get("UNLEASH_URL"):
        body = CONTEXT.replace("targetingKey", "userId")
        cases = (*OURS, Case(address, "/api/frontend", body))
        authorization = os.environ["UNLEASH_TOKEN"]
    found: dict[tuple[str, int], list[Measured]] = {}
    for _ in range(ROUNDS):
        for connections in CONNECTIONS:
            for case in cases:
                script = folder / "ask.lua"
                script.write_text(
                    SCRIPT.format(
                        secret=secret,
                        path=case.path,
                        body=case.body,
                        authorization=authorization if case.name.startswith("http") else "",
                    )
                )
                url = case.name if case.name.startswith("http") else f"http://127.0.0.1:{case.port}"
                found.setdefault((case.name, connections), []).append(ask(url, script, connections))
    return {key: sorted(rounds)[len(rounds) // 2] for key, rounds in found.items()}


def show(measured: dict[tuple[str, int], Measured]) -> None:
    """Print a row per case: rates as multiples of the bare view, and of Unleash where it ran."""
    bare, unleash = OURS[0].name, os.environ.get("UNLEASH_URL", "")
    head = ("connections", "answers/s", "p50 ms", "p99 ms", "degraded", "x bare", "x Unleash")
    print(f"{'':40}", *(f"{word:>11}" for word in head))  # noqa: T201
    for (name, connections), row in sorted(measured.items(), key=lambda item: item[0][1]):
        peer = measured.get((unleash, connections))
        times = f"{row.rate / peer.rate:11.2f}" if peer else f"{'':11}"
        least = row.rate / measured[bare, connections].rate
        figures = f"{row.rate:11,.0f} {row.p50:11.2f} {row.p99:11.2f} {row.degraded:11,}"
        print(f"{name:40} {connections:11} {figures} {least:11.2f} {times}")  # noqa: T201


def main() -> None:
    """Print the table, and how many rows were kept."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(EQUIPOISE_VAR=folder, DJANGO_SETTINGS_MODULE="config.settings")
        os.environ["LOG_LEVEL"] = "ERROR"  # a line for each degraded answer would be measured too
        secret = django(PREPARE)
        before = int(django(COUNT))
        with (
            server("config.wsgi:application", PORT, THREADS, "/health/ready"),
            server("tests.benchmarks.bare_view:application", BARE_PORT, 1, "/bare"),
        ):
            measured = measure(Path(folder), secret)
        show(measured)
        print(f"rows kept: {int(django(COUNT)) - before:,}")  # noqa: T201


if __name__ == "__main__":
    main()
