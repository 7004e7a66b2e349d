"""The holdout's follow-up: every customer about whom something is reported gets a row of it.

Held out or not, customers are followed from their first contact on: those whom no experiment may
touch, and all others, who are what they are compared with.
"""

from experiments.assignment.ruleset import Ruleset
from experiments.client.reports import Ids, Report
from experiments.client.seeing import customer_of


def followed(report: Report, ruleset: Ruleset) -> Report | None:
    """Return the holdout's assignment of the customer of a report; None where there is neither."""
    holdout = ruleset.experiments.get(ruleset.holdout)
    customer = customer_of(report.ids.customer_id)
    if holdout is None or customer is None or report.experiment == ruleset.holdout:
        return None
    decision = holdout.decide(customer, report.attributes)
    return report._replace(
        experiment=decision.experiment,
        version=decision.version,
        unit_id=customer,
        ids=Ids(customer_id=customer, queue=report.ids.queue),
        assigned_variant=decision.assigned_variant,
        served_variant=decision.served_variant,
        eligible=decision.eligible,
        forced=decision.forced,
        attributes=dict(report.attributes),
        exposed_at=None,
    )
