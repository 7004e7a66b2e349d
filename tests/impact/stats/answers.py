"""What a test says when it expects a number."""

from typing import TypeVar

from impact.stats.estimable import NotEstimable

Answer = TypeVar("Answer")


def estimated(answer: Answer | NotEstimable) -> Answer:
    assert not isinstance(answer, NotEstimable), answer.reason
    return answer


def known(number: float | None) -> float:
    assert number is not None
    return number
