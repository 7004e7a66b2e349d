"""What goes in and out of the question of what an experiment can show."""

from dataclasses import fields
from typing import Any

from rest_framework import serializers

from experiments.api.strict import In
from experiments.design.expectations import Expectation
from experiments.design.findings import Level
from experiments.design.guards import Scale
from experiments.plan.document import Unit

MANY = 1e9
NUMBERS = r"^\d{1,9}(\.\d{1,6})?(,\d{1,9}(\.\d{1,6})?)*$"
USUAL = {field.name: field.default for field in fields(Expectation)}


def number(name: str, words: str, low: float, high: float) -> serializers.FloatField:
    """Return an optional number within bounds, with the default of an expectation."""
    words = f"{words} Default {USUAL[name]:g}."
    return serializers.FloatField(required=False, min_value=low, max_value=high, help_text=words)


class ExpectedIn(In):
    """What is expected."""

    per_day = serializers.FloatField(
        required=False,
        min_value=0.001,
        max_value=MANY,
        help_text="New eligible units a day; not needed beside `contacts`.",
    )
    population = serializers.FloatField(
        required=False, min_value=1, max_value=MANY, help_text="Eligible units in all, if limited."
    )
    monthly_churn = number(
        "monthly_churn", "Share of customers who leave within 30 days.", 1e-6, 0.999
    )
    monthly_loss = number("monthly_loss", "Share who leave sight for another reason.", 0, 0.999)
    baseline = number(
        "baseline", "Share of units for whom a proportion happens today.", 1e-6, 0.999
    )
    variation = number("variation", "Standard deviation between units of a mean of 1.", 1e-6, 1e6)
    smallest_change = number(
        "smallest_change", "Smallest relative change worth knowing.", 1e-6, 0.999
    )
    adherence = number("adherence", "Share of the assigned who get what was assigned.", 0.001, 1)
    power = number("power", "Chance to find that change.", 0.51, 0.999)
    changes_handle_time = serializers.BooleanField(
        required=False, default=True, help_text="Whether contacts become longer or shorter."
    )
    cluster_size = number(
        "cluster_size", "Contacts of an agent, team or queue in the window.", 1, MANY
    )
    icc = number("icc", "How alike the contacts of one agent, team or queue are.", 0, 1)


class DesignIn(ExpectedIn):
    """What is expected, and the forecast of contacts that may stand for even enrolment."""

    contacts = serializers.RegexField(
        NUMBERS,
        required=False,
        max_length=4000,
        help_text="Forecast of contacts a day from the start on, with commas, repeated when over: "
        "seven are a week. Takes the place of `per_day` and needs `population`.",
    )
    alikeness = serializers.FloatField(
        required=False,
        min_value=0.01,
        max_value=1000,
        help_text="Shape of the gamma law of how often customers call; without it all are alike.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for new units a day, or for contacts and the customers they come from."""
        if "contacts" not in attrs:
            if "per_day" not in attrs:
                raise serializers.ValidationError({"per_day": "is required without contacts"})
            return attrs
        if "population" not in attrs:
            raise serializers.ValidationError({"population": "is required beside contacts"})
        numbers = tuple(float(number) for number in attrs["contacts"].split(","))
        if not 0 < sum(numbers) <= MANY:
            raise serializers.ValidationError({"contacts": "must have a sum above 0"})
        return {**attrs, "contacts": numbers, "per_day": sum(numbers) / len(numbers)}


class NeededOut(In):
    """When the smallest change worth knowing is found."""

    days = serializers.IntegerField(allow_null=True)
    units = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class MomentOut(In):
    """What is seen by a day: the smallest relative change of the policy."""

    day = serializers.IntegerField()
    units = serializers.FloatField()
    change = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class FindingOut(In):
    """One thing to know of the design."""

    level = serializers.ChoiceField(choices=[level.value for level in Level])
    subject = serializers.CharField(help_text="A metric's key, or what else it is about.")
    sentence = serializers.CharField()
    reason = serializers.CharField(
        allow_blank=True, help_text="Why it is not identified, in a few words; empty where it is."
    )


class RuledOut(In):
    """The smallest margin that is ruled out by a day."""

    day = serializers.IntegerField()
    margin = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class GuardrailOut(In):
    """What a guardrail can rule out, if the policy does neither harm nor good."""

    metric = serializers.CharField()
    scale = serializers.ChoiceField(
        choices=[scale.value for scale in Scale], help_text="What the margins of `moments` are in."
    )
    margin = serializers.FloatField(help_text="The plan's.")
    needed = NeededOut(
        allow_null=True,
        help_text="When the plan's margin is ruled out; null where it is in the metric's own unit.",
    )
    moments = RuledOut(many=True)


class ExpectedOut(ExpectedIn):
    """What was expected, defaults filled in."""

    population = serializers.FloatField(allow_null=True)


class DesignOut(In):
    """What the primary metric can show, and what the guardrails can rule out."""

    metric = serializers.CharField()
    unit = serializers.ChoiceField(choices=[unit.value for unit in Unit])
    variant = serializers.CharField(help_text="The one whose comparison with control is smallest.")
    needed = NeededOut()
    moments = MomentOut(many=True)
    findings = FindingOut(many=True)
    guardrails = GuardrailOut(many=True)
    expected = ExpectedOut()
