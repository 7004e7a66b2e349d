"""What peers ask for: flags, one of each type, and the experiment of the routers.

Of each the values of control and treatment.
"""

VALUES: dict[str, tuple[object, object]] = {
    "flag_string": ("short", "long"),
    "flag_boolean": (False, True),
    "flag_integer": (300, 540),
    "flag_number": (10.0, 0.5),
    "flag_object": ({"seconds": 300}, {"seconds": 540}),
    "flag_ended": ("short", "long"),
}

ROUTED = "care_over_clock"
CONTROL, TREATMENT = "target_300s", "take_time"
POLICIES: tuple[dict[str, object], dict[str, object]] = (
    {"target_seconds": 300, "queue": "q_standard", "pace": 1.0},
    {"target_seconds": 540, "queue": "q_long", "pace": 0.9},
)
