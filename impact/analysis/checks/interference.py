"""Do the variants make each other wait, or share their customers? Then effects mix."""

from experiments.design.findings import setting_of
from experiments.design.units import findings, not_identified
from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus

NAME = "interference"
SHARED = "waiting"


def interference(context: CheckContext) -> Check | None:
    """Warn of every metric that the unit cannot identify, and say what no metric shows.

    None where the unit carries its own queues and customers: then nothing mixes.
    """
    setting = setting_of(context.plan)
    unseen = not_identified(setting)
    if unseen:
        message = " ".join(finding.sentence for finding in unseen.values())
        return Check(name=NAME, status=CheckStatus.WARN, message=message)
    for finding in findings(setting):
        if finding.subject == SHARED:
            message = f"Every metric of the plan is identified. {finding.sentence}"
            return Check(name=NAME, status=CheckStatus.PASS, message=message)
    return None
