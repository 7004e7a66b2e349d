"""Two logs to be audited, each with one row that was tampered with."""

from time import monotonic

from experiments import definitions, registry
from experiments.answers.answering import answer
from experiments.answers.question import Question
from experiments.exposures import Contact
from experiments.models import Exposure
from tests.experiments.api.test_saturations import PLAN as SHARES
from tests.experiments.designs import NOW, running

TWO_SPLITS = "two_splits"
SHARES_OF_TEAMS = "shares_of_teams"
LEVELS = [{"share": share, "weight": 2500} for share in (0, 2500, 5000, 7500)]
CUSTOMERS = 40


def two_splits() -> str:
    """Log two versions of one experiment; return the id of the older row that was rewritten."""
    running(TWO_SPLITS)
    _ask(TWO_SPLITS, "before")
    weights = {"target_300s": 2000, "take_time": 8000}
    definitions.reweigh(TWO_SPLITS, weights=weights, actor="leader", now=NOW)
    _ask(TWO_SPLITS, "after")
    row = Exposure.objects.filter(experiment=TWO_SPLITS, version=1, assigned_variant="take_time")[0]
    row.assigned_variant = "target_300s"
    row.save(update_fields=["assigned_variant"])
    return row.assignment_id


def shares_of_teams() -> str:
    """Log an experiment whose teams drew shares; return the row whose share was rewritten."""
    plan = SHARES.replace("cluster: queue", "cluster: team").replace(
        "longer_calls", SHARES_OF_TEAMS
    )
    saturation = {"cluster": "team", "levels": LEVELS}
    running(SHARES_OF_TEAMS, saturation=saturation, plan_source=plan)
    _ask(SHARES_OF_TEAMS, "in")
    row = Exposure.objects.filter(experiment=SHARES_OF_TEAMS)[0]
    row.attributes["saturation"] = "99"
    row.save(update_fields=["attributes"])
    return row.assignment_id


def _ask(key: str, when: str) -> None:
    registry.snapshot.expire()
    for number in range(CUSTOMERS):
        team = {"team": f"t{number % 8}"}
        customer = f"{when}-{number}"
        asked = Question(
            contact=Contact(customer_id=customer, contact_id=customer, attributes=team),
            units={"customer": customer, **team},
            attributes=team,
            experiments=(key,),
        )
        answer(asked, now=NOW, until=monotonic() + 60)
