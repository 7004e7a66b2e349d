"""What goes in and out of the API of experiments. Types are checked here, rules by definitions."""

from typing import Any

from rest_framework import serializers

from experiments.api.strict import Document, Integer, Text, Truth
from experiments.definitions import Draft, VariantDraft
from experiments.lifecycle import Status, moves_from
from experiments.models import BUCKETS, Change, Experiment, ForcedAssignment, Layer, Variant
from experiments.plan.document import Unit

In = serializers.Serializer[dict[str, Any]]


class VariantIn(In):
    """One service policy and its share."""

    key = Text(max_length=64)
    weight = Integer(min_value=0, max_value=BUCKETS, help_text="Of 10,000.")
    title = Text(max_length=200, allow_blank=True, required=False)
    is_control = Truth(required=False)
    policy = Document(required=False)


class Design(In):
    """What can be left out of a new experiment, and out of a change."""

    hypothesis = Text(allow_blank=True, required=False)
    unit = serializers.ChoiceField(choices=[unit.value for unit in Unit], required=False)
    layer = Text(max_length=64, allow_null=True, required=False)
    layer_start = Integer(min_value=0, max_value=BUCKETS, required=False)
    layer_end = Integer(min_value=0, max_value=BUCKETS, required=False)
    targeting = Document(required=False)
    coverage = Integer(min_value=0, max_value=BUCKETS, required=False)
    plan_source = Text(allow_blank=True, required=False, help_text="YAML.")


class ExperimentIn(Design):
    """Everything a person decides about a new experiment."""

    key = Text(max_length=64)
    title = Text(max_length=200)
    variants = VariantIn(many=True)


class ExperimentPatch(Design):
    """What is to change of a draft, and the edition that the change is based on."""

    edition = Integer(min_value=1)
    title = Text(max_length=200, required=False)
    variants = VariantIn(many=True, required=False)


class CoverageIn(In):
    """How many take part."""

    coverage = Integer(min_value=0, max_value=BUCKETS, help_text="Of 10,000.")


class ForcedIn(In):
    """Who is served which variant; null leaves the unit to its hash again."""

    unit_id = Text(max_length=256)
    variant = Text(max_length=64, allow_null=True)


class ForcedOut(serializers.ModelSerializer[ForcedAssignment]):
    """Who is served which variant."""

    variant = serializers.CharField(source="variant.key", read_only=True)

    class Meta:
        model = ForcedAssignment
        fields = ["unit_id", "variant"]


class LayerIn(In):
    """A new layer."""

    key = Text(max_length=64)
    title = Text(max_length=200, allow_blank=True, required=False)


class LayerOut(serializers.ModelSerializer[Layer]):
    """A layer."""

    class Meta:
        model = Layer
        fields = ["key", "title", "salt"]
        read_only_fields = fields


class VariantOut(serializers.ModelSerializer[Variant]):
    """One service policy and its share."""

    class Meta:
        model = Variant
        fields = ["key", "title", "weight", "is_control", "policy"]
        read_only_fields = fields


class ExperimentOut(serializers.ModelSerializer[Experiment]):
    """An experiment as it stands; with its salt an auditor recomputes every arm."""

    variants = VariantOut(many=True, read_only=True)
    layer = serializers.CharField(source="layer.key", default=None, allow_null=True, read_only=True)
    owner = serializers.CharField(
        source="owner.username", default=None, allow_null=True, read_only=True
    )
    targeting = serializers.DictField(read_only=True)
    moves = serializers.SerializerMethodField()

    class Meta:
        model = Experiment
        fields = [
            *("key", "title", "hypothesis", "owner", "status", "moves", "edition", "version"),
            *("unit", "variants", "layer", "layer_start", "layer_end", "targeting", "coverage"),
            *("killed", "salt", "hash_version", "plan_source", "plan_sha256", "simulated"),
            *("created_at", "updated_at", "started_at", "concluded_at"),
        ]
        read_only_fields = fields

    def get_moves(self, experiment: Experiment) -> list[str]:
        """Return what can be done to it from where it stands."""
        return [move.value for move in moves_from(Status(experiment.status))]


class ChangeOut(serializers.ModelSerializer[Change]):
    """Who changed what and when: each field with its value before and after."""

    fields = serializers.DictField(read_only=True)  # type: ignore[assignment]  # the column's name

    class Meta:
        model = Change
        fields = ["at", "actor", "action", "fields"]


class VariantCountOut(In):
    """Eligible, not forced units of a variant and their assignments."""

    variant = serializers.CharField()
    units = serializers.IntegerField()
    rows = serializers.IntegerField()
    served = serializers.IntegerField()
    exposed = serializers.IntegerField()


class CountsOut(In):
    """Live counts of an experiment."""

    variants = VariantCountOut(many=True)
    ineligible = serializers.IntegerField()
    forced = serializers.IntegerField()


def draft_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a draft that were given."""
    fields = {name: value for name, value in given.items() if name in Draft.__slots__}
    if "variants" in fields:
        fields["variants"] = tuple(VariantDraft(**variant) for variant in fields["variants"])
    return fields
