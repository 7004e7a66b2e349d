"""Living workers on each broker: prompt while all is well, and nothing lost when it is not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.impact.worker_story import BIG, NAME
from tests.processes import PATIENCE, PROJECT, installation
from tests.services import rabbitmq_url, redis_url

PROMPT = 5  # seconds
TELL = """
import django
django.setup()
from tests.impact.worker_story import tell
tell()
"""
Story = dict[str, Any]


def files() -> str:
    return "filesystem://localhost//"


@pytest.fixture(scope="module", params=[files, redis_url, rabbitmq_url])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    broker = request.param()
    with installation(tmp_path_factory.mktemp("workers"), BROKER_URL=broker) as environment:
        subprocess.run(  # noqa: S603  # our own script
            [sys.executable, "-c", TELL],
            cwd=PROJECT,
            env=environment,
            timeout=3 * PATIENCE,
            check=True,
        )
        return dict(json.loads(Path(environment["EQUIPOISE_VAR"], NAME).read_text()))


def test_a_message_wakes_the_worker_within_seconds(story: Story) -> None:
    assert story["prompt"] == ["done", 2, 1]
    assert story["seconds"] < PROMPT


def test_a_batch_whose_worker_was_killed_is_finished_by_the_next(story: Story) -> None:
    assert story["killed"] == "running"
    assert story["big"] == ["done", BIG, 2]


def test_a_batch_whose_message_was_lost_is_found_by_the_sweep(story: Story) -> None:
    assert story["lost_messages"] >= 1
    assert story["forgotten"] == ["done", 3, 1]


def test_two_workers_of_a_machine_share_the_work(story: Story) -> None:
    assert story["living"] == [True, True]


def test_every_row_is_in_the_lake_once(story: Story) -> None:
    rows = 1 + 2 + BIG + 3

    assert story["rows"] == [rows, rows]
