"""The database stopped, killed, hung, read-only and migrated under load: nothing is lost.

One server goes through all of it; then its spool comes back, and every answer is held against the
log and the hash.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from statistics import median
from time import sleep

import pytest

from tests.faults.own_postgres import OwnPostgres, own_postgres
from tests.faults.routers import Routers, asking
from tests.faults.service import Logged, prepared, service
from tests.processes import installation

TABLE = "experiments_exposure"
Fault = Callable[[OwnPostgres], AbstractContextManager[None]]


@contextmanager
def stopped(postgres: OwnPostgres) -> Iterator[None]:
    postgres.stop()
    yield
    postgres.start()


@contextmanager
def killed(postgres: OwnPostgres) -> Iterator[None]:
    postgres.kill()
    yield
    postgres.start()


@contextmanager
def hung(postgres: OwnPostgres) -> Iterator[None]:
    with postgres.hung():
        yield


@contextmanager
def read_only(postgres: OwnPostgres) -> Iterator[None]:
    name = "default_transaction_read_only"
    postgres.execute(f"ALTER SYSTEM SET {name} = on", "SELECT pg_reload_conf()")
    yield
    postgres.execute(f"SET {name} = off", f"ALTER SYSTEM RESET {name}", "SELECT pg_reload_conf()")


@contextmanager
def migrated(postgres: OwnPostgres) -> Iterator[None]:
    """A migration that locks the table, and adds a column that the running release cannot fill.

    What that release answers meanwhile fits into the table only after the next migration.
    """
    postgres.execute(
        f"BEGIN; ALTER TABLE {TABLE} ADD COLUMN newer integer NOT NULL DEFAULT 0; "
        f"ALTER TABLE {TABLE} ALTER COLUMN newer DROP DEFAULT; SELECT pg_sleep(0.5); COMMIT"
    )
    yield
    postgres.execute(f"ALTER TABLE {TABLE} ALTER COLUMN newer SET DEFAULT 0")


FAULTS: tuple[Fault, ...] = (stopped, killed, hung, read_only, migrated)
SECONDS = [0.7, pytest.param(30.0, marks=pytest.mark.slow)]
Story = dict[Fault, tuple[Routers, list[Logged]]]


@pytest.fixture(scope="module", params=SECONDS)
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """Return what routers were told during each fault, and the log when all was over."""
    folder = tmp_path_factory.mktemp("faults")
    with (
        own_postgres() as postgres,
        installation(folder, DATABASE_URL=postgres.url()) as environment,
        service(environment, prepared(environment)) as server,
    ):
        told = {}
        for fault in FAULTS:
            with asking(server, fault.__name__) as routers:
                routers.wait_for(200, "ok")
                with fault(postgres):
                    sleep(request.param)
                routers.wait_for(200, "ok")
            told[fault] = routers
        server.wait_until_returned()
        log = server.log()
        yield {fault: (routers, log) for fault, routers in told.items()}


by_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)


@by_fault
def test_no_arm_is_wrong_and_no_row_lost_or_twice(story: Story, fault: Fault) -> None:
    routers, log = story[fault]

    routers.check(log)


@by_fault
def test_routers_are_answered_all_the_time(story: Story, fault: Fault) -> None:
    routers, _ = story[fault]
    degraded = [each.seconds for each in routers.told if each.fields["status"] == "degraded"]

    assert routers.statuses() == {(200, "ok"), (200, "degraded")}
    assert routers.broken == 0
    assert median(degraded) < 0.3
