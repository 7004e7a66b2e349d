"""Every public function of the pure packages shows a reader what comes out of it."""

import ast
import doctest
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("experiments/design", "impact/analysis", "impact/stats")


def public_functions(package: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def has_example(function: ast.FunctionDef) -> bool:
    examples = doctest.DocTestParser().get_examples(ast.get_docstring(function) or "")
    return any(example.want or example.exc_msg for example in examples)


def errors_of(function: ast.FunctionDef) -> set[str]:
    calls = (node.exc for node in ast.walk(function) if isinstance(node, ast.Raise))
    return {
        call.func.id
        for call in calls
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_function_has_an_example_with_an_answer(package: str) -> None:
    functions = dict(public_functions(package))

    bare = [name for name, function in functions.items() if not has_example(function)]

    assert functions
    assert bare == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_function_names_the_errors_that_it_raises(package: str) -> None:
    unsaid = [
        (name, error)
        for name, function in public_functions(package)
        for error in errors_of(function)
        if error not in (ast.get_docstring(function) or "")
    ]

    assert unsaid == []
