"""Every world of a design that is not by customer alone, or in which time at risk is not plain."""

from tests.calibration.crossed import CROSSED
from tests.calibration.ramps import RAMPS
from tests.calibration.rare_causes import RARE_CAUSES
from tests.calibration.risk_intervals import RISK_INTERVALS
from tests.calibration.saturations import SATURATED
from tests.calibration.scheduled import SCHEDULED
from tests.calibration.switchbacks import SWITCHBACKS
from tests.calibration.team_means import TEAM_MEANS
from tests.calibration.team_retention import TEAM_RETENTION
from tests.calibration.team_segments import TEAM_SEGMENTS
from tests.calibration.team_shares import TEAM_SHARES
from tests.calibration.team_weeks import TEAM_WEEKS
from tests.calibration.watched import WATCHED
from tests.calibration.weak_stages import WEAK_STAGES

DESIGNS = (
    *(*TEAM_RETENTION, *TEAM_WEEKS, *TEAM_MEANS, *TEAM_SEGMENTS, *TEAM_SHARES, *CROSSED),
    *(*SWITCHBACKS, *SCHEDULED, *SATURATED, *RAMPS),
    *(*RISK_INTERVALS, *RARE_CAUSES, *WEAK_STAGES, *WATCHED),
)
