"""All checks, in the order in which a report shows them."""

from collections.abc import Callable, Iterable

from impact.analysis.checks.balance import pre_period_balance
from impact.analysis.checks.compliance import compliance
from impact.analysis.checks.context import CheckContext
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
    data_freshness,
    interference,
    overlap,
    proportional_hazards,
)


def run_checks(context: CheckContext) -> tuple[Check, ...]:
    """Return the answers of all checks that have something to look at."""
    answers = (check(context) for check in CHECKS)
    return tuple(answer for answer in answers if answer is not None)


def split_is_broken(checks: Iterable[Check]) -> bool:
    """Whether the sample-ratio check failed: then no comparison of the arms means anything."""
    return any(check.name == SAMPLE_RATIO and check.status is CheckStatus.FAIL for check in checks)
