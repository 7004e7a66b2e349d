"""The table of moves."""

import pytest

from experiments.errors import MoveNotAllowed
from experiments.lifecycle import Move, Status, after, moves_from


@pytest.mark.parametrize(
    ("status", "move", "expected"),
    [
        (Status.DRAFT, Move.SUBMIT, Status.REVIEW),
        (Status.REVIEW, Move.REVISE, Status.DRAFT),
        (Status.REVIEW, Move.START, Status.RUNNING),
        (Status.RUNNING, Move.PAUSE, Status.PAUSED),
        (Status.PAUSED, Move.RESUME, Status.RUNNING),
        (Status.PAUSED, Move.CONCLUDE, Status.CONCLUDED),
        (Status.CONCLUDED, Move.ARCHIVE, Status.ARCHIVED),
    ],
)
def test_a_move_of_the_table_leads_to_its_status(
    status: Status, move: Move, expected: Status
) -> None:
    assert after(status, move) is expected


@pytest.mark.parametrize("move", list(Move))
def test_an_archived_experiment_never_moves(move: Move) -> None:
    with pytest.raises(MoveNotAllowed, match=f"cannot {move} an experiment that is archived"):
        after(Status.ARCHIVED, move)


def test_a_stopped_experiment_cannot_start_again() -> None:
    with pytest.raises(MoveNotAllowed, match="allowed from here: archive"):
        after(Status.CONCLUDED, Move.START)


def test_a_running_experiment_cannot_be_archived_unconcluded() -> None:
    assert Move.ARCHIVE not in moves_from(Status.RUNNING)
