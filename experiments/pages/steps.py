"""The moves of the lifecycle as a page offers them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from experiments.lifecycle import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A move as the page offers it: its button, what is asked first, what is said afterwards."""

    label: str
    done: str
    question: str = ""


STEPS: Mapping[Move, Step] = MappingProxyType(
    {
        Move.SUBMIT: Step(
            label="Submit for review",
            done="Submitted. A colleague reads definition and plan, then starts it.",
        ),
        Move.REVISE: Step(label="Back to draft", done="It is a draft again and can be changed."),
        Move.START: Step(
            label="Lock the plan and start",
            done="Started. The plan is locked and routers get variants from now on.",
            question="Start? Plan and variants can never be changed afterwards.",
        ),
        Move.PAUSE: Step(label="Pause", done="Paused. Everybody is served control."),
        Move.RESUME: Step(
            label="Resume", done="Resumed. Everybody is served the variant they had before."
        ),
        Move.CONCLUDE: Step(
            label="Conclude",
            done="Concluded. Nobody is assigned any more; reports can still be made.",
            question="Conclude? Nobody is assigned any more, and it cannot be started again.",
        ),
        Move.ARCHIVE: Step(
            label="Archive",
            done="Archived. Choose the status Archived in the list to find it.",
            question="Archive? It leaves the list and cannot come back.",
        ),
    }
)
