"""The analysis as JSON and as CSV."""

import csv
import io
import json

from impact.analysis.document import document
from impact.analysis.estimates import COLUMNS, Analysis, Estimate
from impact.analysis.spreadsheet import rows_csv
from impact.analysis.sufficient import SufficientStatistics
from tests.impact.analysis.building import AS_OF, full_plan, statistics_of
from tests.impact.analysis.evaluating import evaluated


def the_document(analysis: Analysis, statistics: SufficientStatistics) -> dict[str, object]:
    return document(
        full_plan(),
        statistics,
        analysis,
        as_of=AS_OF,
        plan_sha256="a" * 64,
        data_sha256="b" * 64,
        version="0.1.0",
    )


def test_the_document_is_json_with_the_published_keys() -> None:
    found = the_document(evaluated(), statistics_of())

    again = json.loads(json.dumps(found, allow_nan=False))
    assert list(again) == [
        "experiment",
        "plan_sha256",
        "data_sha256",
        "as_of",
        "version",
        "arms",
        "checks",
        "estimates",
        "curves",
        "decision",
        "answer",
    ]
    assert again["as_of"] == "2026-11-01T00:00:00+00:00"
    assert list(again["estimates"][0]) == list(COLUMNS)
    assert set(again["arms"][0]) == {"variant", "n_units", "n_eligible", "n_mature"}
    assert set(again["checks"][0]) == {"name", "status", "statistic", "df", "p_value", "message"}
    assert set(again["curves"][0]["points"][0]) == {
        "at",
        "value",
        "ci_low",
        "ci_high",
        "at_risk",
        "events",
    }


def test_csv_has_the_published_columns_and_runs_no_formula() -> None:
    row = Estimate(
        metric="spend",
        kind="mean",
        method="welch",
        quantity="mean_difference",
        segment="=cmd|calc",
        value=-1.5,
        note="@home",
    )

    lines = list(csv.reader(io.StringIO(rows_csv([row]))))

    assert tuple(lines[0]) == COLUMNS
    cells = dict(zip(COLUMNS, lines[1], strict=True))
    assert (cells["segment"], cells["note"], cells["value"]) == ("'=cmd|calc", "'@home", "-1.5")
    assert cells["p_value"] == ""
