"""The policies under test and what each really does to a contact."""

from dataclasses import dataclass, field

BILLING, TECHNICAL, CONTRACT, GENERAL = range(4)
QUEUES = ("billing", "technical", "contract", "general")
ALL_QUEUES = (BILLING, TECHNICAL, CONTRACT, GENERAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the treatment does where it is applied.

    `unhurried`: the agent no longer closes at the handle-time target. `goodwill`: the share by
    which the hazard of leaving falls after such a contact, wearing off with time.
    `extra_talk_seconds` are added to every contact.
    """

    unhurried: bool = False
    goodwill: float = 0.0
    extra_talk_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One experiment as the simulated centre sees it.

    It runs from the midnight of `first_day` on contacts in `queues`. With `by_agents` the agent
    decides whether to comply; else a machine applies what was assigned.
    """

    key: str
    control: str
    treatment: str
    first_day: int
    queues: tuple[int, ...] = ALL_QUEUES
    by_agents: bool = False
    effect: Effect = field(default_factory=Effect)


CARE_OVER_CLOCK = Trial(
    key="care_over_clock",
    control="hold_to_300",
    treatment="take_the_time",
    first_day=90,
    by_agents=True,
    effect=Effect(unhurried=True, goodwill=0.36),
)
CALLBACK_OFFER = Trial(
    key="callback_offer",
    control="wait_in_line",
    treatment="offer_callback",
    first_day=120,
    queues=(BILLING, TECHNICAL),
)
WHISPER_GREETING = Trial(
    key="whisper_greeting",
    control="standard_greeting",
    treatment="whisper_name",
    first_day=150,
    queues=(CONTRACT, GENERAL),
    effect=Effect(extra_talk_seconds=2.0),
)
TRIALS = (CARE_OVER_CLOCK, CALLBACK_OFFER, WHISPER_GREETING)
