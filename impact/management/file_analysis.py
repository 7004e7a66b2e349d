"""One analysis over files: computed without a server, shown in any of the formats."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from experiments.plan.canonical import plan_sha256
from experiments.plan.document import Plan
from impact.analysis.bayes.effects import past_effects
from impact.analysis.document import document
from impact.analysis.estimates import Analysis
from impact.analysis.evaluate import evaluate
from impact.analysis.spreadsheet import rows_csv
from impact.analysis.sufficient import SufficientStatistics
from impact.engine import connect
from impact.join.inputs import from_arrow
from impact.join.statistics import sufficient_statistics
from impact.management.input_files import InputFile, data_sha256
from impact.management.terminal import terminal_text
from impact.reports.charts import render_charts
from impact.reports.document import ReportDocument, report_document
from impact.reports.findings import RunFacts
from impact.reports.html import html_report
from impact.reports.pdf import pdf_report
from impact.reports.workbook import workbook_report
from impact.runs.version import code_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was computed, for whatever shows it."""

    plan: Plan
    plan_source: str
    statistics: SufficientStatistics
    analysis: Analysis
    as_of: datetime
    data_sha256: str

    def document(self) -> dict[str, Any]:
        """Return the analysis as the published JSON document."""
        return document(
            self.plan,
            self.statistics,
            self.analysis,
            as_of=self.as_of,
            plan_sha256=plan_sha256(self.plan),
            data_sha256=self.data_sha256,
            version=code_version(),
        )


def compute(
    plan: Plan,
    source: str,
    files: Mapping[str, InputFile],
    *,
    as_of: datetime,
    past: Iterable[Mapping[str, Any]] = (),
) -> Outcome:
    """Join the files and evaluate the plan; `past` are the documents of earlier experiments.

    Raises:
        ImpactError: the files do not hold what the plan needs.
    """
    connection = connect()
    try:
        inputs = from_arrow(connection, {name: file.table for name, file in files.items()})
        found = sufficient_statistics(connection, inputs, plan, as_of=as_of)
        statistics = replace(found, past=past_effects(plan, past))
    finally:
        connection.disconnect()
    return Outcome(
        plan=plan,
        plan_source=source,
        statistics=statistics,
        analysis=evaluate(plan, statistics, as_of=as_of),
        as_of=as_of,
        data_sha256=data_sha256(files),
    )


def _table(outcome: Outcome) -> str:
    return terminal_text(outcome.plan, outcome.statistics, outcome.analysis)


def _json(outcome: Outcome) -> str:
    return json.dumps(outcome.document(), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _csv(outcome: Outcome) -> str:
    return rows_csv(outcome.analysis.estimates)


def _report(outcome: Outcome) -> ReportDocument:
    found = outcome.document()
    facts = RunFacts(
        plan_source=outcome.plan_source,
        code_version=code_version(),
        charts=render_charts(outcome.plan, found),
    )
    return report_document(found, outcome.plan, facts)


FORMATS: Mapping[str, Callable[[Outcome], str | bytes]] = MappingProxyType(
    {
        "table": _table,
        "json": _json,
        "csv": _csv,
        "html": lambda outcome: html_report(_report(outcome)),
        "pdf": lambda outcome: pdf_report(_report(outcome)),
        "xlsx": lambda outcome: workbook_report(_report(outcome)),
    }
)
BINARY = frozenset({"pdf", "xlsx"})
