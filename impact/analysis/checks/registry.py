"""All checks, in the order in which a report shows them."""

from collections.abc import Callable, Iterable

from impact.analysis.checks.balance import pre_period_balance
from impact.analysis.checks.compliance import compliance
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.ended_early import complete_observation
from impact.analysis.checks.freshness import data_freshness
from impact.analysis.checks.interference import interference
from impact.analysis.checks.overlap import overlap
from impact.analysis.checks.proportional_hazards import proportional_hazards
from impact.analysis.checks.reconciliation import exposure_reconciliation
from impact.analysis.checks.sample_ratio import NAME as SAMPLE_RATIO
from impact.analysis.checks.sample_ratio import sample_ratio
from impact.analysis.checks.shares import late_assignment, multiple_exposure
from impact.analysis.checks.start_balance import covariate_balance
from impact.analysis.checks.survey_response import survey_response
from impact.analysis.estimates import Check, CheckStatus

CHECKS: tuple[Callable[[CheckContext], Check | None], ...] = (
    sample_ratio,
    multiple_exposure,
    late_assignment,
    pre_period_balance,
    covariate_balance,
    exposure_reconciliation,
    compliance,
    survey_response,
    complete_observation,
    data_freshness,
    interference,
    overlap,
    proportional_hazards,
)


def run_checks(context: CheckContext) -> tuple[Check, ...]:
    """Return the answers of all checks that have something to look at.

    Those of the split, of units that met several variants and of late assignment always answer.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = CheckCounts(assigned=(("a", 700), ("b", 500)))
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> for check in run_checks(context):
    ...     print(check.name, check.status.value)
    sample_ratio fail
    multiple_exposure pass
    late_assignment pass
    interference pass
    """
    answers = (check(context) for check in CHECKS)
    return tuple(answer for answer in answers if answer is not None)


def split_is_broken(checks: Iterable[Check]) -> bool:
    """Whether the sample-ratio check failed: then no comparison of the arms means anything.

    >>> failed = Check(name="sample_ratio", status=CheckStatus.FAIL, message="")
    >>> split_is_broken([failed]), split_is_broken([])
    (True, False)
    """
    return any(check.name == SAMPLE_RATIO and check.status is CheckStatus.FAIL for check in checks)
