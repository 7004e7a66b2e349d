import doctest
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "assignment.md"


def test_the_examples_of_the_document_are_true() -> None:
    results = doctest.testfile(str(DOCUMENT), module_relative=False, encoding="utf-8")

    assert results.attempted > 20
    assert results.failed == 0
