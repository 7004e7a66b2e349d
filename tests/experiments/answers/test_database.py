"""The thread that asks the database outlives whatever happens there."""

from time import monotonic

import pytest

from experiments.answers.database import database


def test_an_error_that_nobody_foresaw_reaches_who_waits_and_ends_nothing() -> None:
    for _ in range(2):  # these tests may not touch the database: connecting fails, and not by Error
        with pytest.raises(RuntimeError, match="Database access not allowed"):
            database.call(int, until=monotonic() + 5)
