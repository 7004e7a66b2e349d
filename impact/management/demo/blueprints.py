"""The three experiments of the demo as a person would define them."""

from dataclasses import dataclass
from pathlib import Path

from experiments.definitions import Draft, VariantDraft
from impact.simulation.policies import (
    CALLBACK_OFFER,
    CARE_OVER_CLOCK,
    QUEUES,
    WHISPER_GREETING,
    Trial,
)
from impact.simulation.truth import Truth

PLANS = Path(__file__).parent / "plans"
HALF = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """One experiment: its trial in the centre, its words, its policies and its salt.

    The salt is fixed so that a seed gives the same arms on every machine; a real experiment
    draws its own.
    """

    trial: Trial
    title: str
    hypothesis: str
    salt: str
    control_title: str
    control_policy: dict[str, object]
    treatment_title: str
    treatment_policy: dict[str, object]
    lesson: str

    @property
    def key(self) -> str:
        """The key of the experiment, the same as its trial's."""
        return self.trial.key

    @property
    def targeting(self) -> dict[str, object]:
        """Only contacts of the trial's queues are asked for."""
        if len(self.trial.queues) == len(QUEUES):
            return {}
        return {"attribute": "queue", "in": [QUEUES[queue] for queue in self.trial.queues]}

    def draft(self, truth: Truth) -> Draft:
        """Return the draft, marked as simulated and with the truth beside it."""
        return Draft(
            key=self.key,
            title=self.title,
            hypothesis=self.hypothesis,
            variants=self._variants(),
            targeting=self.targeting,
            plan_source=(PLANS / f"{self.key}.yaml").read_text(encoding="utf-8"),
            salt=self.salt,
            simulated=True,
            truth=truth_document(truth),
        )

    def _variants(self) -> tuple[VariantDraft, VariantDraft]:
        control = VariantDraft(
            key=self.trial.control,
            title=self.control_title,
            weight=HALF,
            is_control=True,
            policy=self.control_policy,
        )
        treatment = VariantDraft(
            key=self.trial.treatment,
            title=self.treatment_title,
            weight=HALF,
            policy=self.treatment_policy,
        )
        return control, treatment


def truth_document(truth: Truth) -> dict[str, object]:
    """Return the truth as it is stored with the experiment; times are days."""
    return {
        "retention_difference": truth.retention_difference,
        "rmst_difference": truth.rmst_difference_days,
        "horizon": truth.horizon_days,
        "customers": truth.customers,
        "scale": "intention_to_treat",
    }


BLUEPRINTS = (
    Blueprint(
        trial=CARE_OVER_CLOCK,
        title="Take the time it needs",
        hypothesis=(
            "Agents who may take the time a matter needs, instead of closing at 300 seconds, "
            "resolve more at once, and more customers stay."
        ),
        salt="demo-care-over-clock-1",
        control_title="Hold to 300 s",
        control_policy={"handle_target_seconds": 300, "show_timer": True},
        treatment_title="Take the time it needs",
        treatment_policy={"handle_target_seconds": 0, "show_timer": False},
        lesson="a true effect on churn, made large enough to be seen with this many customers",
    ),
    Blueprint(
        trial=CALLBACK_OFFER,
        title="Offer a call back",
        hypothesis="Customers who are offered a call back instead of waiting stay longer.",
        salt="demo-callback-offer-1",
        control_title="Wait in line",
        control_policy={"offer_callback": False},
        treatment_title="Offer a call back",
        treatment_policy={"offer_callback": True, "offer_after_seconds": 60},
        lesson="no effect at all: what an experiment shows when a policy does nothing",
    ),
    Blueprint(
        trial=WHISPER_GREETING,
        title="Whisper the name before the greeting",
        hypothesis="Agents who hear the caller's name before they greet keep more customers.",
        salt="demo-whisper-greeting-1",
        control_title="Standard greeting",
        control_policy={"whisper": False},
        treatment_title="Whisper the name",
        treatment_policy={"whisper": True, "whisper_text": "name_and_tier"},
        lesson=(
            "a router that drew arms by itself, 53 to 47 and anew for each contact, instead of "
            "asking: the checks must say so"
        ),
    ),
)
