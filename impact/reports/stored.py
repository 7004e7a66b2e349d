"""The report of a stored run: its plan, its results and what is known of its experiment."""

from experiments.errors import ExperimentNotFound
from experiments.plan.reading import read_plan
from experiments.registry import LockedExperiment, analysable
from impact.errors import RunNotFound
from impact.models import Run
from impact.reports.document import ReportDocument, report_document
from impact.reports.findings import Findings, RunFacts, VariantFacts
from impact.reports.results import read_results


def stored_report(run: Run) -> ReportDocument:
    """Return the document of a finished run.

    Raises:
        RunNotFound: the run has no results yet.
    """
    return report_document(_analysis(run), read_plan(run.plan_source), run_facts(run))


def stored_findings(run: Run) -> Findings:
    """Return the findings of a finished run, without the facts that only a whole report shows.

    Raises:
        RunNotFound: the run has no results yet.
    """
    return Findings(results=read_results(_analysis(run)), plan=read_plan(run.plan_source))


def run_facts(run: Run) -> RunFacts:
    """Return what is known of a run; of an experiment that is gone only what the run kept."""
    experiment = _experiment(run.experiment)
    return RunFacts(
        run_id=run.id,
        title=experiment.title if experiment else "",
        hypothesis=experiment.hypothesis if experiment else "",
        variants=_variants(experiment),
        started_at=experiment.started_at if experiment else None,
        requested_by=run.requested_by.get_username() if run.requested_by else "",
        finished_at=run.finished_at,
        code_version=run.code_version,
        lake_versions=run.lake_versions,
        statistics_sha256=run.statistics_sha256,
        plan_source=run.plan_source,
        simulated=experiment.simulated if experiment else False,
        truth=experiment.truth if experiment else {},
        charts=run.charts,
    )


def _analysis(run: Run) -> dict[str, object]:
    if run.analysis is None:
        message = f"run = {run.id}: has no report, it is {run.status}"
        raise RunNotFound(message)
    return dict(run.analysis)


def _experiment(key: str) -> LockedExperiment | None:
    try:
        return analysable(key)
    except ExperimentNotFound:
        return None


def _variants(experiment: LockedExperiment | None) -> tuple[VariantFacts, ...]:
    if experiment is None:
        return ()
    return tuple(
        VariantFacts(key=variant.key, title=variant.title, policy=variant.policy)
        for variant in experiment.variants
    )
