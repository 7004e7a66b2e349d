"""What a web process carries: none of the engines and statistics that workers need."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "altair",
    "duckdb",
    "ibis",
    "lifelines",
    "matplotlib",
    "scipy",
    "statsmodels",
    "vl_convert",
    "experiments.tasks",
    "impact.join",
    "impact.runs.computing",
    "impact.tasks",
)
PROGRAM = """
import sys
from config.wsgi import application
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""


def test_the_web_imports_no_engine_no_statistics_and_no_tasks() -> None:
    answer = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", PROGRAM, *HEAVY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.split() == []
