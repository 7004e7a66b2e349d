"""Compute a run: pin the data, join, evaluate, freeze. For workers and commands only."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from experiments.errors import ExperimentsError
from experiments.plan.document import Plan
from experiments.plan.reading import read_plan
from experiments.registry import analysable
from impact import engine, lake
from impact.analysis import storage
from impact.analysis.document import document
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import SufficientStatistics
from impact.errors import ImpactError, StaleLease
from impact.join.export import export_exposures
from impact.join.inputs import from_parquet
from impact.join.statistics import sufficient_statistics
from impact.lease import Lease, take
from impact.models import Run
from impact.runs.past import earlier_effects
from impact.runs.version import code_version

Document = dict[str, Any]
Titles = Mapping[str, str]
Render = Callable[[Plan, Mapping[str, Any], Titles], dict[str, str]]


def compute(run_id: str, *, now: datetime, render: Render) -> Run | None:
    """Compute and freeze the run, unless it is done or in other hands; then return None.

    `render` draws the charts of an analysis document, given the titles of variants by their keys:
    chart's name -> SVG.
    """
    lease = take(Run, run_id, now)
    if lease is None:
        return None
    try:
        _compute(lease, render)
    except StaleLease:
        raise
    except (ImpactError, ExperimentsError) as error:
        lease.fail(f"{error}")
        raise
    except Exception as error:
        lease.retry_later(f"{type(error).__name__}: {error}")
        raise
    return Run.objects.get(pk=run_id)


def recompute(run: Run) -> Document:
    """Return the analysis document again, from the run's stored statistics alone."""
    plan = _plan(run)
    statistics = storage.load(bytes(run.statistics or b""))
    return _document(run, plan, statistics, run.data_sha256, run.code_version)


def _compute(lease: Lease[Run], render: Render) -> None:
    run = lease.job
    plan = _plan(run)
    lease.renew(progress="Reading the exposure log")
    versions = _pin(run, plan)
    lease.renew(progress="Joining outcomes to exposures")
    statistics = _statistics(run, plan, versions)
    lease.renew(progress="Estimating")
    stored = storage.dump(statistics)
    data_sha256 = _data_sha256(versions)
    code = code_version()
    analysis = _document(run, plan, storage.load(stored), data_sha256, code)
    lease.renew(progress="Drawing the charts")
    lease.finish(
        progress="",
        lake_versions=versions,
        data_sha256=data_sha256,
        code_version=code,
        statistics=stored,
        statistics_sha256=hashlib.sha256(stored).hexdigest(),
        analysis=analysis,
        charts=render(plan, analysis, _titles(run)),
    )


def _plan(run: Run) -> Plan:
    """Return the plan as locked, with the weights that the service gave later versions."""
    plan = read_plan(run.plan_source)
    given = analysable(run.experiment).version_weights
    return replace(plan, version_weights=given) if given and not plan.version_weights else plan


def _pin(run: Run, plan: Plan) -> dict[str, int]:
    """Export the exposure log and fix the version of every table that the run reads."""
    exposures = export_exposures(plan, run.experiment, run.as_of)
    name = _exposures_name(run)
    return {**lake.versions(), name: lake.replace(name, exposures)}


def _exposures_name(run: Run) -> str:
    return f"exposures_{run.experiment}"


def _statistics(run: Run, plan: Plan, versions: Mapping[str, int]) -> SufficientStatistics:
    files = {name: lake.files(name, version) for name, version in versions.items()}
    files["assignments"] = files.pop(_exposures_name(run))
    connection = engine.connect()
    try:
        inputs = from_parquet(connection, files)
        found = sufficient_statistics(connection, inputs, plan, as_of=run.as_of)
        return replace(found, past=earlier_effects(run, plan))
    finally:
        connection.disconnect()


def _document(
    run: Run, plan: Plan, statistics: SufficientStatistics, data_sha256: str, code: str
) -> Document:
    return document(
        plan,
        statistics,
        evaluate(plan, statistics, as_of=run.as_of),
        as_of=run.as_of,
        plan_sha256=run.plan_sha256,
        data_sha256=data_sha256,
        version=code,
    )


def _titles(run: Run) -> Titles:
    return {variant.key: variant.title for variant in analysable(run.experiment).variants}


def _data_sha256(versions: Mapping[str, int]) -> str:
    """Hash the names of all files of the pinned versions: the lake never reuses one."""
    files = {
        table: sorted(PurePosixPath(uri).name for uri in lake.files(table, version))
        for table, version in versions.items()
    }
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
