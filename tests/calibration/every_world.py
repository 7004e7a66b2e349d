"""Every world, by name."""

from collections.abc import Iterator

from tests.calibration.adjusting import ADJUSTING
from tests.calibration.arm_curves import ARM_CURVES
from tests.calibration.capping import CAPPING
from tests.calibration.designs import DESIGNS
from tests.calibration.families import FAMILIES
from tests.calibration.groups import GROUPS
from tests.calibration.guardrails import GUARDRAILS
from tests.calibration.lifetimes import LIFETIMES
from tests.calibration.looking import LOOKING
from tests.calibration.margins import MARGINS
from tests.calibration.quantiles import QUANTILES
from tests.calibration.ratios import RATIOS
from tests.calibration.retention import RETENTION
from tests.calibration.segment_kinds import SEGMENT_KINDS
from tests.calibration.segments import SEGMENTS
from tests.calibration.surveys import SURVEYS
from tests.calibration.three_arms import THREE_ARMS
from tests.calibration.windows import WINDOWS

TOPICS = (
    *(RETENTION, ARM_CURVES, WINDOWS, GROUPS, LOOKING),
    *(LIFETIMES, QUANTILES, ADJUSTING, CAPPING, RATIOS, SURVEYS),
    *(GUARDRAILS, MARGINS, FAMILIES, THREE_ARMS, SEGMENTS, SEGMENT_KINDS),
    DESIGNS,
)
WORLDS = {world.name: world for topic in TOPICS for world in topic}


def places() -> Iterator[tuple[str, int]]:
    """Yield every world's name with each of its sizes."""
    return ((name, n) for name, world in WORLDS.items() for n in world.sizes)
