from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from experiments.plan.time_to_event import TimeToEvent
from impact.analysis.estimates import Curve, CurvePoint
from impact.reports.blocks import Figure, Paragraph
from impact.reports.charts import render_charts
from impact.reports.drawings.axes import floor, spread, tick_values
from impact.reports.drawings.retention import at_risk
from impact.reports.findings import Findings
from impact.reports.results import read_results
from impact.reports.sections.retention import retention
from tests.impact.reports.example import ANALYSIS, FACTS, INTERIM_PLAN, PLAN, curve, with_text

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def charts() -> dict[str, str]:
    return render_charts(PLAN, ANALYSIS)


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def test_each_drawing_comes_wide_and_narrow(charts: dict[str, str]) -> None:
    assert set(charts) == {
        "retention_churn",
        "retention_churn_narrow",
        "forest_no_target",
        "forest_no_target_narrow",
    }


def test_a_drawing_is_an_image_with_a_title_and_a_description(charts: dict[str, str]) -> None:
    for name, svg in charts.items():
        root = ET.fromstring(svg)  # noqa: S314
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{name}-title {name}-description"
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
        assert "aria-label=" not in svg


def test_the_retention_drawing_names_its_curves_its_axis_and_the_numbers_at_risk(
    charts: dict[str, str],
) -> None:
    found = texts(charts["retention_churn"])

    assert {"target_300", "no_target", "Number at risk", "Days since the start"} <= set(found)
    assert "Retained (axis starts at 75%)" in found
    assert "30,000" in found


def test_the_forest_drawing_shows_every_segment_also_one_without_an_estimate(
    charts: dict[str, str],
) -> None:
    found = texts(charts["forest_no_target"])

    assert {"All customers", "tenure: new", "tenure: settled", "tenure: unknown"} <= set(found)
    assert {"0.89 (0.85 to 0.92)", "no churn in target_300"} <= set(found)


def test_titles_of_variants_are_used_where_they_are_known() -> None:
    named = render_charts(PLAN, ANALYSIS, {"no_target": "No target"})

    assert "No target" in texts(named["retention_churn"])


def test_markup_in_a_segment_is_drawn_as_text() -> None:
    hostile = with_text("tenure=new", 'tenure=<script>"&')

    svg = render_charts(PLAN, hostile)["forest_no_target"]

    assert "<script" not in svg
    assert 'tenure: <script>"&' in texts(svg)


def test_without_curves_and_segments_there_is_nothing_to_draw() -> None:
    assert render_charts(INTERIM_PLAN, {**ANALYSIS, "curves": [], "estimates": []}) == {}


def test_a_curve_with_one_point_is_drawn() -> None:
    point = {"at": 0.0, "value": 1.0, "ci_low": None, "ci_high": None, "at_risk": 3, "events": 0}
    curves = [{**curve, "points": [point]} for curve in ANALYSIS["curves"]]

    assert "retention_churn" in render_charts(PLAN, {**ANALYSIS, "curves": curves})


def test_numbers_at_risk_are_those_just_before_a_time_and_none_after_the_end() -> None:
    points = tuple(
        CurvePoint(at=at, value=1.0, ci_low=None, ci_high=None, at_risk=n, events=0)
        for at, n in ((0.0, 10), (3.0, 8), (7.0, 2))
    )
    curve = Curve(metric="m", kind="survival", variant="a", segment="all", points=points)

    assert [at_risk(curve.points, at) for at in (0, 1, 3, 7, 8)] == [10, 8, 8, 2, 0]


def test_ticks_are_round_and_few() -> None:
    assert tick_values(240.0, 6) == [0.0, 60.0, 120.0, 180.0, 240.0]
    assert len(tick_values(100_000.0, 6)) <= 7
    assert tick_values(0.0, 6) == [0.0]


def test_the_axis_starts_below_the_lowest_limit_and_never_below_zero() -> None:
    assert floor(0.757) == 0.75
    assert floor(0.01) == 0.0


def test_labels_move_apart_as_little_as_needed() -> None:
    assert spread([0.8, 0.5], 0.1) == [0.8, 0.5]
    assert spread([0.80, 0.81], 0.05) == pytest.approx([0.78, 0.83])


def with_causes() -> dict[str, Any]:
    """Return the analysis with the share that left for each of two causes, in both arms."""
    churn = replace(PLAN.metrics[0], time_to_event=TimeToEvent(causes=("voluntary", "involuntary")))
    curves = [
        {**curve(variant, hazard), "kind": "cumulative_incidence", "term": cause, "points": [
            {**point, "value": 1 - point["value"], "ci_low": 1 - point["ci_high"],
             "ci_high": 1 - point["ci_low"]}
            for point in curve(variant, hazard)["points"]
        ]}
        for cause, scale in (("voluntary", 1.0), ("involuntary", 0.1))
        for variant, hazard in (("target_300", 0.001 * scale), ("no_target", 0.0008 * scale))
    ]  # fmt: skip
    plan = replace(PLAN, metrics=(churn, *PLAN.metrics[1:]))
    return {"plan": plan, "analysis": {**ANALYSIS, "curves": [*ANALYSIS["curves"], *curves]}}


def test_what_each_cause_took_is_drawn_from_nobody_up() -> None:
    given = with_causes()

    drawn = render_charts(given["plan"], given["analysis"])

    names = {f"incidence_churn_{place}{size}" for place in (0, 1) for size in ("", "_narrow")}
    assert names <= set(drawn)
    frequent, rare = (texts(drawn[f"incidence_churn_{place}"]) for place in (0, 1))
    assert {"Left: voluntary", "0%", "25%", "target_300", "Number at risk"} <= set(frequent)
    assert {"Left: involuntary", "0%", "1%", "3%"} <= set(rare)
    root = ET.fromstring(drawn["incidence_churn_0"])  # noqa: S314
    assert root[0].text == "Retention: share that left, voluntary"
    assert "target_300: 21." in str(root[1].text)


def test_the_drawings_of_causes_stand_in_the_section_of_retention() -> None:
    given = with_causes()
    facts = replace(FACTS, charts=render_charts(given["plan"], given["analysis"]))
    findings = Findings(results=read_results(given["analysis"]), plan=given["plan"], facts=facts)

    figures = [block for block in retention(findings).blocks if isinstance(block, Figure)]

    titles = [figure.title for figure in figures]
    assert titles == [
        "Retention: share not yet churned",
        "Retention: share that left, voluntary",
        "Retention: share that left, involuntary",
    ]
    assert all(figure.svg and figure.svg_narrow for figure in figures)


@pytest.mark.parametrize(("cluster", "said"), [("team", True), ("", False)])
def test_curves_without_a_band_say_why(cluster: str, *, said: bool) -> None:
    bare = [
        {**one, "points": [{**point, "ci_low": None, "ci_high": None} for point in one["points"]]}
        for one in ANALYSIS["curves"]
    ]
    analysis = {**ANALYSIS, "curves": bare}
    plan = replace(PLAN, metrics=(replace(PLAN.metrics[0], cluster=cluster), *PLAN.metrics[1:]))
    facts = replace(FACTS, charts=render_charts(plan, analysis))

    blocks = retention(Findings(results=read_results(analysis), plan=plan, facts=facts)).blocks

    words = [block.text for block in blocks if isinstance(block, Paragraph)]
    assert any("customers of one team are alike" in text for text in words) == said
