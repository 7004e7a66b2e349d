"""A running `manage.py serve`, its processes, and a client that holds a key."""

import re
import socket
import subprocess
import time
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import psutil

from tests.processes import PATIENCE, Environment, process, said

Answer = TypeVar("Answer")
PASSWORD = "a long password of tests"  # noqa: S105  # of an installation that lives for seconds
PREPARE = f"""
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone
from experiments.access import SCOPES, issue_key
call_command("migrate", verbosity=0)
get_user_model().objects.create_superuser("leader", password={PASSWORD!r})
print(issue_key(name="a test", scopes=SCOPES, now=timezone.now())[1])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What is known of a server that answers."""

    process: subprocess.Popen[bytes]
    address: str
    output: Path


def prepared(environment: Environment) -> str:
    """Make the database with the user `leader`; return an API key for everything."""
    return said("-c", PREPARE, environment=environment)


@contextmanager
def server(environment: Environment) -> Iterator[Server]:
    """Run the command on a free port until the block ends; yield once it says where it is."""
    port, output = free_port(), Path(environment["EQUIPOISE_VAR"]).with_name("serve.txt")
    words = ["manage.py", "serve", "--port", str(port)]
    with process(*words, environment=environment, output=output) as started:
        wait_for(lambda: started.poll() is not None or "Equipoise is at" in output.read_text())
        found = re.search(r"Equipoise is at (http\S+)/ ", output.read_text())
        assert found, output.read_text()
        yield Server(process=started, address=found[1], output=output)


@contextmanager
def signed_in(address: str) -> Iterator[httpx.Client]:
    """Yield a client that signed in as `leader` through the page."""
    with httpx.Client(base_url=address, timeout=PATIENCE) as browser:
        page = browser.get("/sign-in").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page
        form = {"username": "leader", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        assert browser.post("/sign-in", data=form).is_redirect
        yield browser


def wait_for(ask: Callable[[], Answer]) -> Answer:
    """Return the first answer that is not empty."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"nothing came in {PATIENCE} s"
        time.sleep(0.1)
    return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def family(pid: int) -> dict[int, str]:
    """Return the living descendants of a process, each with the command that it runs."""
    return _running(psutil.Process(pid).children(recursive=True))


def alive(pids: Container[int]) -> dict[int, str]:
    """Return those that still run, each with its command."""
    return _running(each for each in psutil.process_iter() if each.pid in pids)


def _running(processes: Iterable[psutil.Process]) -> dict[int, str]:
    found: dict[int, str] = {}
    for each in processes:
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            if each.status() != psutil.STATUS_ZOMBIE:
                found[each.pid] = " ".join(each.cmdline())
    return found
