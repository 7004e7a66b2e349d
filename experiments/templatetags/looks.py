"""How a field of a form and a value of a document look."""

import json

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()
BY_KEY = "key:"
CLASSES = {"select": "form-select", "checkbox": "form-check-input"}


@register.filter
def looks(field: BoundField) -> SafeString:
    """Render the widget with the class its kind has, marked where it has errors."""
    classes = [CLASSES.get(field.widget_type, "form-control")]
    if field.errors:
        classes.append("is-invalid")
    return field.as_widget(attrs={"class": " ".join(classes)})


@register.filter
def percent(buckets: int) -> str:
    """Show a share of the 10,000 buckets.

    >>> percent(5000), percent(3333)
    ('50%', '33.33%')
    """
    return f"{buckets / 100:g}%"


@register.filter
def as_percent(share: float) -> str:
    """Show a share or a relative change, to three digits.

    >>> as_percent(0.07), as_percent(0.113181), as_percent(1)
    ('7%', '11.3%', '100%')
    """
    return f"{100 * share:.3g}%"


@register.filter
def rounded(number: float) -> int:
    """Show a forecast to three digits: more would promise too much.

    >>> rounded(123_456.7), rounded(98.2)
    (123000, 98)
    """
    return int(float(f"{number:.3g}"))


@register.filter
def spaced(name: str) -> str:
    """Show a name of the plan in words.

    >>> spaced("time_to_event")
    'time to event'
    """
    return name.replace("_", " ")


@register.filter
def as_json(value: object) -> str:
    """Show a value of a policy or a history as its reader gets it: text as it is, else JSON.

    >>> as_json(True), as_json("brisk"), as_json([1, 2])
    ('true', 'brisk', '[1, 2]')
    """
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def who(actor: str) -> str:
    """Return the actor as people say it.

    >>> who("leader"), who("key:demo router")
    ('leader', 'API key “demo router”')
    """
    return f"API key “{actor.removeprefix(BY_KEY)}”" if actor.startswith(BY_KEY) else actor
