"""The demo as a stranger starts it: a process of its own, an empty folder of state."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CUSTOMERS = 3_000
PATIENCE = 120
ELSEWHERE = ("DATABASE_URL", "BROKER_URL", "LAKE_URL", "INBOX_DIR", "SPOOL_DIR", "KEPT_DIR")


def demo(state: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(*options, EQUIPOISE_VAR=str(state))


def run(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "manage.py", "demo", "--no-serve", *options],
        cwd=ROOT,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(state: Path) -> subprocess.CompletedProcess[str]:
    return demo(state, "--customers", str(CUSTOMERS), "--verbosity", "2")


def test_it_ends_with_three_reports(first: subprocess.CompletedProcess[str]) -> None:
    assert first.returncode == 0, first.stderr
    for key in ("care_over_clock", "callback_offer", "whisper_greeting"):
        assert f"\n{key} (simulated" in first.stdout
    assert first.stdout.count("  verdict   ") == 3


def test_it_says_that_everything_is_simulated_and_what_the_truth_was(
    first: subprocess.CompletedProcess[str],
) -> None:
    assert "is simulated" in first.stdout
    assert "one time in twenty" in first.stdout
    assert first.stdout.count("the truth is ") >= 6


def test_it_writes_no_warnings(first: subprocess.CompletedProcess[str]) -> None:
    assert first.stderr == ""


def test_it_prints_sign_ins_and_a_key(first: subprocess.CompletedProcess[str], state: Path) -> None:
    notes = json.loads((state / "demo.json").read_text())

    assert set(notes["passwords"]) == {"leader", "finance", "admin"}
    assert all(password in first.stdout for password in notes["passwords"].values())
    assert notes["api_key"] in first.stdout
    assert (state / "demo.json").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("first")
def test_again_it_has_nothing_to_do_and_says_so(state: Path) -> None:
    again = demo(state)

    assert again.returncode == 0, again.stderr
    assert "seeded before" in again.stdout
    assert again.stdout.count("  verdict   ") == 3


def test_simulated_data_stays_out_of_production(tmp_path: Path) -> None:
    production = {"EQUIPOISE_PRODUCTION": "1", "ALLOWED_HOSTS": "a.example", "SECRET_KEY": "x" * 64}

    refused = run(EQUIPOISE_VAR=str(tmp_path), **production)

    assert refused.returncode != 0
    assert "simulated data does not belong there" in refused.stderr
