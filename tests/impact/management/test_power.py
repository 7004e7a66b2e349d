"""Power by simulation through the command."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

PLAN = """\
key: patience
unit: customer
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: retention, role: primary, kind: time_to_event, source: churn, horizon: 60}
  - {key: spent, role: secondary, kind: mean, source: revenue.amount, window: 30}
  - {key: resolved, role: secondary, kind: proportion, source: contacts.resolved, window: 30}
  - {key: handle, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, direction: decrease}
  - {key: wait, role: guardrail, kind: mean, source: contacts.wait_seconds, window: 30}
  - {key: slowest, role: secondary, kind: quantile, quantile: 0.9, source: contacts.handle_seconds,
     window: 30}
  - {key: quickest, role: secondary, kind: quantile, quantile: 0.9, window: 30,
     source: contacts.handle_seconds, direction: decrease}
  - {key: causes, role: secondary, kind: time_to_event, source: churn, horizon: 60,
     causes: [voluntary, involuntary]}
  - {key: teams, role: secondary, kind: mean, source: revenue.amount, window: 30, cluster: team}
  - {key: team_resolved, role: secondary, kind: proportion, source: contacts.resolved, window: 30,
     cluster: team}
  - {key: team_handle, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, direction: decrease, cluster: team}
  - {key: renewed, role: secondary, kind: time_to_event, source: churn, horizon: 60,
     at_risk: {from: [renewal_at]}}
  - {key: crossed, role: secondary, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, crossed_with: agent_id}
  - {key: lifetime, role: secondary, kind: mean, source: revenue.amount, horizon: 90}
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def run(plan: Path, *further: str) -> str:
    shown, said = io.StringIO(), io.StringIO()
    call_command("power", str(plan), *further, stdout=shown, stderr=said)
    return shown.getvalue()


def rows(plan: Path, *further: str) -> list[dict[str, Any]]:
    document = json.loads(run(plan, "--format=json", *further))
    found: list[dict[str, Any]] = document["rows"]
    return found


def grid(units: int, effect: float, repeats: int = 40) -> tuple[str, ...]:
    return f"--units={units}", f"--effect={effect}", f"--repeats={repeats}"


@pytest.mark.parametrize(
    ("metric", "further"),
    [
        ("retention", ("--monthly-churn=0.1",)),
        ("spent", ("--zeros=0.2", "--variation=0.8")),
        ("spent", ("--law=normal", "--variation=0.3")),
        ("resolved", ("--baseline=0.6",)),
        ("handle", ("--variation=0.5",)),
        ("slowest", ("--variation=0.5",)),
        ("causes", ("--monthly-churn=0.1",)),
        ("teams", ("--cluster-size=20", "--size-variation=0.5")),
        ("team_resolved", ("--cluster-size=20", "--baseline=0.6")),
        ("team_handle", ("--cluster-size=20", "--variation=0.5", "--drawn=units")),
    ],
)
def test_a_large_effect_is_found_and_none_seldom(
    plan: Path, metric: str, further: tuple[str, ...]
) -> None:
    asked = (f"--metric={metric}", "--adherence=1", *further)

    (large,) = rows(plan, *grid(1000, 0.5), *asked)
    (none,) = rows(plan, *grid(1000, 0), *asked)

    assert large["found"]["value"] > 0.9
    assert large["formula"] > 0.9
    assert none["found"]["low"] < 0.05
    assert none["formula"] is None
    assert large["answered"] == none["answered"] == 40


@pytest.mark.slow
@pytest.mark.parametrize(
    ("metric", "units", "effect", "further"),
    [
        ("retention", 4000, 0.25, ("--monthly-churn=0.03",)),
        ("spent", 8000, 0.05, ("--law=normal",)),
        ("resolved", 1500, 0.08, ()),
        ("handle", 6000, 0.05, ("--variation=0.8",)),
        ("slowest", 5000, 0.1, ()),
        ("quickest", 5000, 0.1, ()),
    ],
)
def test_where_a_formula_holds_the_simulation_agrees(
    plan: Path, metric: str, units: int, effect: float, further: tuple[str, ...]
) -> None:
    asked = (f"--metric={metric}", "--adherence=1", *further)

    (row,) = rows(plan, *grid(units, effect, repeats=2000), *asked)

    assert 0.5 < row["formula"] < 0.95
    assert row["found"]["value"] == pytest.approx(row["formula"], abs=0.04)


def test_an_effect_that_begins_late_is_found_more_seldom_than_the_formula_says(plan: Path) -> None:
    asked = (*grid(2000, 0.4), "--monthly-churn=0.05", "--adherence=1", "--days=90")

    (at_once,) = rows(plan, *asked)
    (late,) = rows(plan, *asked, "--delay=45")

    assert late["found"]["value"] < at_once["found"]["value"] - 0.3
    assert late["formula"] is None


@pytest.mark.parametrize("further", ["--zeros=0.3", "--law=normal"])
def test_a_quantile_of_values_that_are_not_lognormal_has_no_formula(
    plan: Path, further: str
) -> None:
    (row,) = rows(plan, *grid(200, 0.2, repeats=2), "--metric=slowest", further)

    assert row["formula"] is None


def test_a_grid_has_a_row_for_each_size_and_effect(plan: Path) -> None:
    text = run(plan, "--units", "100", "400", "--effect", "0", "0.2", "--repeats=2")

    lines = [line.split()[:2] for line in text.splitlines() if line.endswith(" 2")]
    assert lines == [["100", "none"], ["100", "20.0%"], ["400", "none"], ["400", "20.0%"]]
    assert "2 experiments in each row, seed 1. Assumed: monthly churn 0.009" in text


def test_the_same_seed_gives_the_same_rows(plan: Path) -> None:
    asked = (*grid(200, 0.2, repeats=5), "--metric=spent")

    assert rows(plan, *asked, "--seed=4") == rows(plan, *asked, "--seed=4")


def test_a_replay_gives_the_numbers_of_the_centre(plan: Path, tmp_path: Path) -> None:
    history = tmp_path / "replay.json"
    profile = [{"metric": "spent", "kind": "mean", "units": 9, "variation": 0.123}]
    history.write_text(json.dumps({"profile": profile}), encoding="utf-8")
    asked = (*grid(50, 0.2, repeats=2), "--metric=spent", f"--history={history}")

    document = json.loads(run(plan, "--format=json", *asked))
    overruled = json.loads(run(plan, "--format=json", *asked, "--variation=0.5"))

    assert document["assumed"]["variation"] == 0.123
    assert overruled["assumed"]["variation"] == 0.5
    with pytest.raises(CommandError, match="knows the metric handle"):
        run(plan, *grid(50, 0.2), "--metric=handle", f"--history={history}")
    with pytest.raises(CommandError, match="must be a JSON document of replay"):
        run(plan, *grid(50, 0.2), "--metric=spent", f"--history={plan}")


@pytest.mark.parametrize(
    ("further", "said"),
    [
        (("--metric=nothing",), "metric = nothing: must be one of the plan's metrics"),
        (("--metric=wait",), "is not identified: all variants wait in the same queue"),
        (("--metric=renewed", "--opening=0"), "opening = 0: must be a finite number above 0"),
        (("--metric=renewed", "--bound=1.5"), "bound = 1.5: must be 0 to 1"),
        (("--metric=crossed",), "units that are crossed are not simulated: who meets whom"),
        (("--repeats=0",), "repeats = 0: must be 1 to 100,000"),
        (("--units=3",), "units = 3: must be 4 to"),
        (("--effect=1.5",), "effect = 1.5: must be 0 to 0.999"),
        (("--effect=nan",), "effect = nan"),
        (("--monthly-churn=9",), "monthly_churn = 9: must be above 0 and below 1"),
        (("--adherence=0",), "adherence = 0"),
        (("--accrual=200",), "accrual = 200: must not be above the 180 days"),
        (("--shape=0",), "shape = 0"),
        (("--delay=-1",), "delay = -1"),
        (("--metric=spent", "--zeros=0.9", "--variation=1"), "variation = 1: must be above 3"),
        (("--metric=resolved", "--effect=0.9"), "cannot raise a share"),
    ],
)
def test_what_cannot_be_simulated_is_refused_by_name(
    plan: Path, further: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run(plan, *grid(100, 0.2, repeats=2), *further)


MARGINS = """\
key: patience
unit: customer
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: retention, role: primary, kind: time_to_event, source: churn, horizon: 60, margin: 1.5}
  - {key: resolved, role: guardrail, kind: proportion, source: contacts.resolved, window: 30,
     margin: 0.1}
  - {key: reopened, role: guardrail, kind: proportion, source: contacts.transferred, window: 30,
     direction: decrease, margin: 0.1}
  - {key: spent, role: guardrail, kind: mean, source: revenue.amount, window: 30, margin: 8}
  - {key: handle, role: guardrail, kind: ratio, source: contacts.handle_seconds,
     denominator: contacts.handled, window: 30, direction: decrease, margin: 60}
  - {key: slowest, role: guardrail, kind: quantile, quantile: 0.9, window: 30, margin: 60,
     source: contacts.handle_seconds, direction: decrease}
"""
GUARDED = [
    ("retention", 1400, ("--monthly-churn=0.03",)),
    ("resolved", 650, ()),
    ("reopened", 500, ("--baseline=0.2",)),
    ("spent", 1000, ("--level=50", "--law=normal", "--variation=0.9")),
    ("handle", 800, ("--level=400", "--variation=0.8")),
]


@pytest.fixture
def guarded(tmp_path: Path) -> Path:
    path = tmp_path / "guarded.yaml"
    path.write_text(MARGINS, encoding="utf-8")
    return path


@pytest.mark.parametrize(("metric", "units", "further"), GUARDED)
def test_a_margin_is_ruled_out_as_often_as_its_formula_says(
    guarded: Path, metric: str, units: int, further: tuple[str, ...]
) -> None:
    asked = (f"--metric={metric}", "--adherence=1", *further)

    (row,) = rows(guarded, *grid(units, 0, repeats=60), *asked)

    assert 0.6 < row["formula_safe"] < 0.95
    assert row["safe"]["low"] - 0.05 < row["formula_safe"] < row["safe"]["high"] + 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("metric", "units", "further"), GUARDED)
@pytest.mark.parametrize("effect", [0, 0.05])
def test_where_a_margins_formula_holds_the_simulation_agrees(
    guarded: Path, metric: str, units: int, further: tuple[str, ...], effect: float
) -> None:
    asked = (f"--metric={metric}", "--adherence=0.8", *further)

    (row,) = rows(guarded, *grid(units, effect, repeats=2000), *asked)

    assert row["safe"]["value"] == pytest.approx(row["formula_safe"], abs=0.04)


def test_a_margin_stands_in_columns_of_its_own(guarded: Path, plan: Path) -> None:
    asked = ("--metric=resolved", *grid(2000, 0, repeats=4))

    with_margin, without = run(guarded, *asked), run(plan, *asked)

    (header,) = (line.split() for line in with_margin.splitlines() if "answered " in line)
    assert header[-4:] == ["answered", "safe", "interval", "formula"]
    assert "rules out harm of the metric's margin" in with_margin
    assert "safe" not in without


def test_a_margin_in_a_unit_whose_level_nobody_told_has_no_share(guarded: Path) -> None:
    (spent,) = rows(guarded, *grid(100, 0, repeats=2), "--metric=spent")
    (slowest,) = rows(guarded, *grid(100, 0, repeats=2), "--metric=slowest", "--level=900")
    (late,) = rows(guarded, *grid(100, 0.2, repeats=2), "--metric=retention", "--delay=9")

    assert spent["safe"] is spent["formula_safe"] is None
    assert slowest["safe"] is slowest["formula_safe"] is None
    assert late["formula_safe"] is None


def test_a_replay_tells_the_level_of_a_margin(guarded: Path, tmp_path: Path) -> None:
    history = tmp_path / "replay.json"
    profile = [{"metric": "spent", "kind": "mean", "units": 9, "variation": 0.9, "mean": 50.0}]
    history.write_text(json.dumps({"profile": profile}), encoding="utf-8")
    asked = (*grid(50, 0, repeats=2), "--metric=spent", f"--history={history}", "--format=json")

    told = json.loads(run(guarded, *asked))
    overruled = json.loads(run(guarded, *asked, "--level=60"))

    assert told["assumed"]["level"] == 50.0
    assert overruled["assumed"]["level"] == 60.0
    assert told["rows"][0]["formula_safe"] > overruled["rows"][0]["formula_safe"]
