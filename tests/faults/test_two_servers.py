"""Two servers, of which one is cut off: it answers by what it knew, until its disk is full.

The cut-off server keeps configuration and spool on a disk of its own, and no file of it may grow
beyond a few answers. While it is away the experiment gets another version.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.own_postgres import OwnPostgres, own_postgres
from tests.faults.routers import Routers, asking
from tests.faults.service import SALTS, Logged, Service, prepared, service
from tests.processes import Environment, installation

BYTES = 50_000  # of any file that the second server writes: some hundreds of rows
LIMITED = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({BYTES}, {BYTES}))
from granian.cli import entrypoint
entrypoint()
"""
BRANCH = "branch"
CUT_OFF = (
    f"ALTER ROLE {BRANCH} NOLOGIN",
    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{BRANCH}'",  # noqa: S608  # our own words
)
NEXT_VERSION = (
    f"UPDATE experiments_experiment SET version = 2, salt = '{SALTS[2]}'",  # noqa: S608  # our own words
    "UPDATE experiments_revision SET number = number + 1",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What both told their routers, and the log when all was over."""

    main: Routers
    branch: Routers
    restarted: Routers
    log: list[Logged]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("two")
    with (
        own_postgres() as postgres,
        installation(folder, DATABASE_URL=postgres.url()) as environment,
    ):
        secret = prepared(environment)
        postgres.execute(f"CREATE ROLE {BRANCH} LOGIN SUPERUSER")
        apart = _apart(environment, folder, postgres)
        with (
            service(environment, secret, workers=1) as main,
            service(apart, secret, workers=1, before=("-c", LIMITED)) as branch,
        ):
            yield _told(postgres, main, branch)


def _apart(environment: Environment, folder: Path, postgres: OwnPostgres) -> Environment:
    own = {name: str(folder / name.lower()) for name in ("KEPT_DIR", "SPOOL_DIR")}
    return {
        **environment,
        **own,
        "DATABASE_URL": postgres.url(user=BRANCH),
        "LOG_LEVEL": "CRITICAL",  # its lines would fill the file that they go to
    }


def _told(postgres: OwnPostgres, main: Service, branch: Service) -> Story:
    with asking(main, "main", routers=2) as at_main:
        with asking(branch, "branch", routers=1) as at_branch:
            at_main.wait_for(200, "ok")
            at_branch.wait_for(200, "ok")
            postgres.execute(*CUT_OFF)
            at_branch.wait_for(200, "degraded")
            postgres.execute(*NEXT_VERSION)
            at_main.wait_for_version("2")
            at_branch.wait_for(200, "degraded")
        for worker in branch.workers:
            os.kill(worker, signal.SIGKILL)
        with asking(branch, "restarted", routers=1) as restarted:
            restarted.wait_for(200, "degraded")
            restarted.wait_for(503, "error")
            postgres.execute(f"ALTER ROLE {BRANCH} LOGIN")
            restarted.wait_for(200, "ok")
            restarted.wait_for_version("2")
    for server in (main, branch):
        server.wait_until_returned()
    return Story(main=at_main, branch=at_branch, restarted=restarted, log=main.log())


def test_each_answer_is_right_for_the_version_that_it_names(story: Story) -> None:
    for told in (story.main, story.branch, story.restarted):
        told.check(story.log)

    assert story.main.versions() == {"1", "2"}
    assert story.branch.versions() == {"1"}


def test_a_server_that_starts_without_the_database_answers_from_its_disk(story: Story) -> None:
    degraded = [each for each in story.restarted.told if each.fields["status"] == "degraded"]

    assert {each.fields["version"] for each in degraded} == {"1"}
    assert all(each.is_recorded for each in degraded)


def test_a_full_disk_is_said_and_leaves_no_row(story: Story) -> None:
    refused = {each.contact for each in story.restarted.told if each.http == 503}

    assert story.restarted.statuses() == {(200, "degraded"), (503, "error"), (200, "ok")}
    assert refused
    assert not refused & {row.contact for row in story.log}


def test_the_log_holds_what_was_answered_and_nothing_else(story: Story) -> None:
    both = (story.main, story.branch, story.restarted)
    recorded = {each.contact for told in both for each in told.told if each.is_recorded}

    assert sorted(row.contact for row in story.log) == sorted(recorded)
