"""Values that are read now and then: who checks them, and who need not wait."""

from datetime import timedelta

import msgspec

from experiments.kept import Kept
from experiments.snapshot import Snapshot
from tests.experiments.designs import NOW

FIGURE: Kept[int] = Kept(
    "figure", encode=msgspec.json.encode, decode=msgspec.json.Decoder(int).decode
)
YOUNG, OLD = timedelta(seconds=1.2), timedelta(seconds=1.9)


def checked(held: int | None) -> int:
    return (held or 0) + 1


def test_one_caller_checks_and_others_go_on_with_the_young_value() -> None:
    snapshot = Snapshot(checked, kept=FIGURE)
    snapshot.current(NOW)

    with snapshot.turn(NOW + YOUNG) as first, snapshot.turn(NOW + YOUNG) as second:
        assert (first, second) == (True, False)
        assert snapshot.latest() == 1
    with snapshot.turn(NOW + YOUNG) as again:
        assert again


def test_all_callers_wait_for_a_value_that_is_old_or_was_changed_here() -> None:
    snapshot = Snapshot(checked, kept=FIGURE)

    with snapshot.turn(NOW), snapshot.turn(NOW) as second:
        assert second
    snapshot.current(NOW)
    with snapshot.turn(NOW + OLD), snapshot.turn(NOW + OLD) as second:
        assert second
    snapshot.expire()
    with snapshot.turn(NOW), snapshot.turn(NOW) as second:
        assert second
