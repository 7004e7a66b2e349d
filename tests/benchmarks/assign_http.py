"""What an answer costs over HTTP: `python -m tests.benchmarks.assign_http`, by hand.

Starts granian with one worker on a state of its own and asks it with `wrk`, a new contact each
time, so that every answer waits for its row to be durable. `DATABASE_URL` chooses the database.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ADDRESS = "http://127.0.0.1:8765"
THREADS = 16
SECONDS = 5
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
local headers = {{["X-API-Key"] = "{secret}", ["Content-Type"] = "application/json"}}
request = function()
  n = n + 1
  local body = string.format(
    '{{"customer_id":"%07d","contact_id":"%s-%d","queue":"billing",' ..
    '"experiments":["longer_calls"],"attributes":{{"segment":"gold"}}}}', n % 50000, run, n)
  return wrk.format("POST", "/api/v1/assign", headers, body)
end
degraded = 0
response = function(status, _, body)
  if status ~= 200 or not body:find('"status":"ok"', 1, true) then degraded = degraded + 1 end
  if status ~= 200 and degraded < 3 then print(status, body) end
end
local all = {{}}
setup = function(thread) table.insert(all, thread) end
done = function()
  for _, thread in ipairs(all) do print("not ok: " .. thread:get("degraded")) end
end
"""


def django(code: str) -> str:
    """Return what the code prints in a Django process of its own."""
    opening = "import django; django.setup()\n"
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", opening + code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@contextmanager
def server() -> Iterator[None]:
    """Serve with one worker until the block ends."""
    granian = Path(sys.executable).with_name("granian")
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", str(THREADS)]
    address = ["--host", "127.0.0.1", "--port", ADDRESS.rpartition(":")[2]]
    command = [str(granian), *options, *address, "config.wsgi:application"]
    process = subprocess.Popen(command)  # noqa: S603  # our own server
    try:
        wait_until_ready()
        yield
    finally:
        process.terminate()
        process.wait(20)


def wait_until_ready() -> None:
    """Return once the server is ready; give up after a minute."""
    for _ in range(300):
        try:
            with urlopen(f"{ADDRESS}/health/ready") as answer:  # noqa: S310  # our own server
                answer.read()
                return
        except URLError:
            time.sleep(0.2)
    message = "the server did not start within a minute"
    raise TimeoutError(message)


def ask(script: Path, connections: int) -> str:
    """Return what `wrk` says after asking for some seconds."""
    options = ["-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(script)]
    done = subprocess.run(  # noqa: S603
        ["wrk", *options, ADDRESS],  # noqa: S607  # from the PATH, as installed
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def main() -> None:
    """Print rate and latencies for one caller and for many, and the rows that were kept."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(EQUIPOISE_VAR=folder, DJANGO_SETTINGS_MODULE="config.settings")
        script = Path(folder) / "ask.lua"
        secret = django(PREPARE)
        script.write_text(SCRIPT.format(secret=secret))
        with server():
            for connections in (1, THREADS):
                before = int(django(COUNT))
                print(f"--- {connections} at once")  # noqa: T201
                print(ask(script, connections))  # noqa: T201
                print(f"rows kept: {int(django(COUNT)) - before}")  # noqa: T201


if __name__ == "__main__":
    main()
