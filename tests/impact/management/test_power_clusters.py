"""Power by simulation where units are alike: what teams, agents and queues cost."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

CUSTOMERS = """\
key: patience
unit: customer
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: spent, role: primary, kind: mean, source: revenue.amount, window: 30, cluster: team}
  - {key: resolved, role: secondary, kind: proportion, source: contacts.resolved, window: 30,
     cluster: team}
  - {key: handle, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, direction: decrease, cluster: team}
  - {key: retention, role: secondary, kind: time_to_event, source: churn, horizon: 60,
     cluster: team}
"""
AGENTS = """\
key: patience
unit: agent
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: handle, role: primary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, direction: decrease}
  - {key: by_team, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, direction: decrease, cluster: team}
  - {key: slowest, role: secondary, kind: quantile, quantile: 0.9, window: 30,
     source: contacts.handle_seconds}
  - {key: busiest, role: secondary, kind: quantile, quantile: 0.9, window: 30,
     source: {table: contacts, column: handle_seconds, aggregate: sum}}
"""
ALIKE = ("--cluster-size=25", "--icc=0.05", "--adherence=1")


def power(folder: Path, plan: str, *further: str) -> dict[str, Any]:
    path, shown = folder / "plan.yaml", io.StringIO()
    path.write_text(plan, encoding="utf-8")
    asked = (str(path), "--format=json", *further)
    call_command("power", *asked, stdout=shown, stderr=io.StringIO())
    (row,) = json.loads(shown.getvalue())["rows"]
    return dict(row)


def asked(units: int, effect: float, repeats: int, *further: str) -> tuple[str, ...]:
    return (f"--units={units}", f"--effect={effect}", f"--repeats={repeats}", *ALIKE, *further)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "units", "effect", "further"),
    [
        (CUSTOMERS, 3000, 0.1, ("--metric=spent", "--law=normal", "--variation=0.6")),
        (CUSTOMERS, 3000, 0.1, ("--metric=spent", "--law=normal", "--variation=0.6",
                                "--size-variation=0.8")),
        (CUSTOMERS, 3000, 0.05, ("--metric=spent", "--law=normal", "--variation=0.5",
                                 "--drawn=units")),
        (CUSTOMERS, 3000, 0.12, ("--metric=resolved",)),
        (CUSTOMERS, 4000, 0.08, ("--metric=handle", "--variation=0.6")),
        (CUSTOMERS, 1500, 0.35, ("--metric=retention", "--monthly-churn=0.05", "--repeats=600")),
        (AGENTS, 100, 0.08, ("--variation=0.5", "--size-variation=0.4")),
        (AGENTS, 200, 0.1, ("--metric=slowest", "--variation=0.8")),
        (AGENTS, 200, 0.15, ("--metric=slowest", "--variation=0.8", "--size-variation=0.4",
                             "--icc=0.1")),
    ],
)  # fmt: skip
def test_the_simulation_agrees_with_the_design_effect(
    tmp_path: Path, plan: str, units: int, effect: float, further: tuple[str, ...]
) -> None:
    row = power(tmp_path, plan, *asked(units, effect, 1500, *further))

    assert 0.5 < row["formula"] < 0.95
    assert row["found"]["value"] == pytest.approx(row["formula"], abs=0.05)


@pytest.mark.parametrize(
    ("metric", "effect", "repeats"),
    [("spent", 0.2, 40), ("resolved", 0.1, 40), ("retention", 0.3, 8)],
)
def test_clusters_drawn_as_a_whole_cost_power_and_their_units_do_not(
    tmp_path: Path, metric: str, effect: float, repeats: int
) -> None:
    """With 100 alike in a cluster the design effect is 11: what is sure for units is not here."""
    further = (f"--metric={metric}", "--cluster-size=100", "--icc=0.1", "--monthly-churn=0.1")

    each = power(tmp_path, CUSTOMERS, *asked(2000, effect, repeats, *further, "--drawn=units"))
    whole = power(tmp_path, CUSTOMERS, *asked(2000, effect, repeats, *further))

    assert each["formula"] > 0.9
    assert each["found"]["value"] > 0.8
    assert whole["formula"] < 0.5
    assert whole["found"]["value"] < 0.7


@pytest.mark.parametrize(
    ("metric", "agents", "effect"), [("slowest", 200, 0.1), ("busiest", 1000, 0.06)]
)
def test_quantiles_of_agents_are_found_as_often_as_their_formula_says(
    tmp_path: Path, metric: str, agents: int, effect: float
) -> None:
    further = (f"--metric={metric}", "--variation=0.8")

    row = power(tmp_path, AGENTS, *asked(agents, effect, 100, *further))

    assert row["found"]["low"] < row["formula"] < row["found"]["high"]


def test_nothing_put_in_is_seldom_found_in_clusters(tmp_path: Path) -> None:
    row = power(tmp_path, CUSTOMERS, *asked(1500, 0, 60))

    assert row["found"]["low"] < 0.05 < row["found"]["high"]


def test_too_few_clusters_have_no_answer_and_say_why(tmp_path: Path) -> None:
    row = power(tmp_path, CUSTOMERS, *asked(100, 0.2, 5, "--metric=retention"))

    assert row["answered"] == 0
    assert row["found"] is None
    assert any("cluster" in reason for reason in row["reasons"])


def test_what_clusters_were_taken_to_be_is_told(tmp_path: Path) -> None:
    path, shown = tmp_path / "plan.yaml", io.StringIO()
    path.write_text(CUSTOMERS, encoding="utf-8")

    call_command("power", str(path), *asked(400, 0.2, 2), stdout=shown, stderr=io.StringIO())

    assert "cluster size 25.0, icc 0.05, size variation 0.0, drawn clusters" in shown.getvalue()


def test_a_replay_says_how_alike_units_are(tmp_path: Path) -> None:
    history, path = tmp_path / "replay.json", tmp_path / "plan.yaml"
    known = {"cluster_size": 31.5, "icc": 0.021, "size_variation": 0.4}
    history.write_text(json.dumps({"profile": [{"metric": "spent", **known}]}), encoding="utf-8")
    path.write_text(CUSTOMERS, encoding="utf-8")
    shown = io.StringIO()

    call_command(
        "power", str(path), "--units=300", "--effect=0.2", "--repeats=2", "--icc=0.03",
        f"--history={history}", stdout=shown, stderr=io.StringIO(),
    )  # fmt: skip

    assert "cluster size 31.5, icc 0.03, size variation 0.4" in shown.getvalue()


@pytest.mark.parametrize(
    ("plan", "further", "said"),
    [
        (AGENTS, ("--metric=by_team",), "agents within clusters are not simulated"),
        (CUSTOMERS, ("--icc=1.5",), "icc = 1.5: must be 0 to 1"),
        (CUSTOMERS, ("--size-variation=-1",), "size_variation = -1"),
        (CUSTOMERS, ("--cluster-size=0",), "cluster_size = 0"),
        (CUSTOMERS, ("--metric=handle", "--icc=0.9"), "icc = 0.9: must be below 0.8 for a ratio"),
    ],
)
def test_clusters_that_cannot_be_are_refused_by_name(
    tmp_path: Path, plan: str, further: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        power(tmp_path, plan, *asked(200, 0.2, 2, *further))
