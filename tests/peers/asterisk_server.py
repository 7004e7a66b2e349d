"""An Asterisk of a test's own, with the documented dialplan, and calls into it."""

import csv
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.impact.management.serving import wait_for
from tests.processes import PATIENCE, PROJECT, Environment, kill_session

PIECES = PROJECT / "docs" / "routing" / "asterisk"
FOLDERS = ("astetcdir", "astdbdir", "astspooldir", "astrundir", "astlogdir")
MODULES = """
app_queue app_stack app_verbose bridge_simple cdr_custom func_callerid func_cdr func_channel
func_curl func_env func_logic func_strings func_uri pbx_config res_cdrel_custom res_clioriginate
res_curl res_timing_timerfd
"""
# Callers are played in by number; the second call of a channel is that of a transfer.
CALLS = """
[calls]
exten => _[+0-9].,1,Set(CALLERID(num)=${EXTEN})
 same => n,Goto(inbound,${EXTEN},1)
[transferred]
exten => _[+0-9].,1,Set(CALLERID(num)=${EXTEN})
 same => n,Answer()
 same => n,Gosub(equipoise,s,1(${CALLERID(num)},${CHANNEL(linkedid)}))
 same => n,Gosub(equipoise,s,1(${CALLERID(num)},${CHANNEL(linkedid)}))
 same => n,Hangup()
[hidden]
exten => _[+0-9].,1,Answer()
 same => n,Gosub(equipoise,s,1(anonymous,${CHANNEL(linkedid)}))
 same => n,Set(CALLERID(num)=${EXTEN})
 same => n,Hangup()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asterisk:
    """One that answers on its command line."""

    folder: Path

    def ask(self, words: str) -> str:
        made = subprocess.run(  # noqa: S603  # our own words
            ["asterisk", "-C", str(self.folder / "asterisk.conf"), "-r", "-x", words],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return made.stdout

    def call(self, *callers: str, context: str = "calls") -> list[dict[str, str]]:
        """Let the callers call, and return the contact records of these calls in their order."""
        before = len(self.records())
        for caller in callers:
            self.ask(f"channel originate Local/{caller}@{context} application Wait {PATIENCE}")
        wait_for(lambda: len(self.records()) >= before + len(callers))
        found = {record["caller"]: record for record in self.records()[before:]}
        return [found[caller] for caller in callers]

    def records(self) -> list[dict[str, str]]:
        """Return what the documented record of calls says, of the legs that asked."""
        path = self.folder / "cdr-custom" / "experiment.csv"
        names = ("contact", "caller", "start", "variant", "source", "assignment")
        lines = csv.reader(path.read_text().splitlines()) if path.exists() else ()
        return [dict(zip(names, line, strict=True)) for line in lines if line[3]]

    def queues_entered(self) -> list[str]:
        """Return the queues in the order in which callers were sent to them."""
        return re.findall(
            r"Executing \[(q_\w+)@queues:1\]", (self.folder / "console.txt").read_text()
        )


@contextmanager
def asterisk(folder: Path, settings: Environment) -> Iterator[Asterisk]:
    """Run Asterisk on a folder of its own until the block ends."""
    _configure(folder)
    words = ["asterisk", "-C", str(folder / "asterisk.conf"), "-f", "-vvv", "-n"]
    with (
        (folder / "console.txt").open("wb") as output,
        subprocess.Popen(  # noqa: S603  # our own words
            words,
            env={**os.environ, **settings},
            start_new_session=True,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as started,
    ):
        try:
            server = Asterisk(folder=folder)
            wait_for(lambda: "fully booted" in server.ask("core waitfullybooted"))
            yield server
            server.ask("core stop now")
            started.wait(timeout=PATIENCE)
        finally:
            kill_session(started)


def _configure(folder: Path) -> None:
    (folder / "cdr-custom").mkdir()  # packages of Asterisk make it
    for piece in ("equipoise.conf", "cdr_custom.conf"):
        (folder / piece).write_text((PIECES / piece).read_text())
    (folder / "extensions.conf").write_text((PIECES / "extensions.conf").read_text() + CALLS)
    folders = "".join(f"{name} => {folder}\n" for name in FOLDERS)
    (folder / "asterisk.conf").write_text(f"[directories]\n{folders}[options]\nverbose = 3\n")
    loads = "".join(f"load = {name}.so\n" for name in MODULES.split())
    (folder / "modules.conf").write_text(f"[modules]\nautoload = no\n{loads}")
    (folder / "queues.conf").write_text("[q_standard]\njoinempty = no\n[q_long]\njoinempty = no\n")
    (folder / "cdr.conf").write_text("[general]\nenable = yes\n")
    (folder / "logger.conf").write_text("[logfiles]\nconsole = notice,warning,error,verbose\n")
