"""The flags that peers ask for: the values of control and treatment, one flag of each type."""

VALUES: dict[str, tuple[object, object]] = {
    "flag_string": ("short", "long"),
    "flag_boolean": (False, True),
    "flag_integer": (300, 540),
    "flag_number": (10.0, 0.5),
    "flag_object": ({"seconds": 300}, {"seconds": 540}),
    "flag_ended": ("short", "long"),
}
