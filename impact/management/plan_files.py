"""The plan of a command: read from a file, refused with every broken rule and its line."""

from pathlib import Path

from django.core.management.base import CommandError

from experiments.errors import InvalidPlan
from experiments.plan.document import Plan
from experiments.plan.reading import read_plan

REFUSED = 2


def plan_of(path: Path) -> tuple[str, Plan]:
    """Return the text of a plan and the plan.

    Raises:
        CommandError: the file cannot be read, or breaks rules.
    """
    try:
        source = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise refusal(f"{path}: cannot be read as a text: there is no such file") from error
    except OSError as error:
        raise refusal(f"{path}: cannot be read as a text: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise refusal(f"{path}: cannot be read as a text: {error}") from error
    try:
        return source, read_plan(source)
    except InvalidPlan as refused:
        lines = (f"{path}: {violation}" for violation in refused.violations)
        raise refusal("\n".join(lines)) from refused


def refusal(text: str) -> CommandError:
    """Return the error that ends a command with the exit code of a refusal."""
    return CommandError(text, returncode=REFUSED)
