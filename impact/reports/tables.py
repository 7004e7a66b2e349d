"""JSON and CSV of a report: the analysis as it is, the estimates as tidy rows."""

import json

from impact.analysis.spreadsheet import rows_csv
from impact.reports.document import ReportDocument
from impact.reports.results import read_results


def json_report(document: ReportDocument) -> str:
    """Return the analysis document; an answer in words is added where it has none."""
    body = {"answer": document.answer, **document.analysis}
    return json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def csv_report(document: ReportDocument) -> str:
    """Return the estimates, one row each, with the columns of the contract."""
    return rows_csv(read_results(document.analysis).estimates)
