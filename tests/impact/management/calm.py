"""A small experiment in files: its plan, its tables, and the refusals of the command."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.impact.management.analysing import Row, day, write_csv

PLAN = """\
key: calm
title: Calm or quick
unit: customer
control: quick
weights: {quick: 5000, calm: 5000}
as_of: 2026-06-01
metrics:
  - {key: kept, role: primary, kind: time_to_event, source: churn, horizon: 60}
  - {key: revenue, role: secondary, kind: mean, source: revenue.amount, window: 30}
segments: [tier]
"""


def assignments(n: int = 60) -> list[Row]:
    return [
        {
            "unit_id": f"{number:04}",
            "variant": ("quick", "calm")[number % 2],
            "assigned_at": day(90),
            "tier": ("gold", "silver")[number // 2 % 2],
        }
        for number in range(n)
    ]


def churn(n: int = 60) -> list[Row]:
    return [
        {"customer_id": f"{number:04}", "churned_at": day(80 - number)} for number in range(0, n, 3)
    ]


def written(folder: Path, **tables: Sequence[Row]) -> dict[str, str]:
    return {name: str(write_csv(folder / f"{name}.csv", rows)) for name, rows in tables.items()}


def plan_file(folder: Path, text: str = PLAN) -> str:
    path = folder / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def refusal(*arguments: str, **options: object) -> str:
    with pytest.raises(CommandError) as error:
        call_command("analyze", *arguments, stdout=io.StringIO(), **options)
    assert error.value.returncode == 2
    return str(error.value)
