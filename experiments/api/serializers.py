"""Experiments as the API takes and gives them. Types are checked here, rules by definitions."""

from typing import Any

from rest_framework import serializers

from experiments.api.strict import Document, In, Integer, Text, Truth
from experiments.definitions import Draft, VariantDraft
from experiments.lifecycle import Status, moves_from
from experiments.models import BUCKETS, Change, Experiment, Variant
from experiments.plan.document import Unit


class VariantIn(In):
    """One service policy and its share."""

    key = Text(max_length=64)
    weight = Integer(min_value=0, max_value=BUCKETS, help_text="Of 10,000.")
    title = Text(max_length=200, allow_blank=True, required=False)
    is_control = Truth(required=False)
    policy = Document(required=False)


class RequirementIn(In):
    """Another experiment that must assign the unit: to one of these variants, or to any."""

    experiment = Text(max_length=64)
    variants = serializers.ListField(child=Text(max_length=64), required=False)


class Design(In):
    """What can be left out of a new experiment, and out of a change."""

    hypothesis = Text(allow_blank=True, required=False)
    unit = serializers.ChoiceField(choices=[unit.value for unit in Unit], required=False)
    layer = Text(max_length=64, allow_null=True, required=False)
    layer_start = Integer(min_value=0, max_value=BUCKETS, required=False)
    layer_end = Integer(min_value=0, max_value=BUCKETS, required=False)
    targeting = Document(required=False)
    coverage = Integer(min_value=0, max_value=BUCKETS, required=False)
    schedule = Document(required=False, help_text="Of a switchback: starts_on, weeks, ...")
    saturation = Document(required=False, help_text="Of two stages: cluster, and levels.")
    requires = RequirementIn(many=True, required=False)
    is_holdout = Truth(required=False, help_text="Control is kept out of all experiments.")
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
    schedule = serializers.DictField(read_only=True)
    saturation = serializers.DictField(read_only=True)
    requires = RequirementIn(many=True, read_only=True)
    moves = serializers.SerializerMethodField()

    class Meta:
        model = Experiment
        fields = [
            *("key", "title", "hypothesis", "owner", "status", "moves", "edition", "version"),
            *("unit", "variants", "layer", "layer_start", "layer_end", "targeting", "coverage"),
            *("schedule", "saturation", "requires", "is_holdout", "killed", "salt"),
            *("hash_version", "plan_source", "plan_sha256", "simulated"),
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


def draft_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a draft that were given."""
    fields = {name: value for name, value in given.items() if name in Draft.__slots__}
    if "variants" in fields:
        fields["variants"] = tuple(VariantDraft(**variant) for variant in fields["variants"])
    return fields
