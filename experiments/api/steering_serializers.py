"""What goes in and out where a running experiment is steered, and its layer or the list kept."""

from rest_framework import serializers

from experiments.api.strict import In, Integer, Text
from experiments.models import BUCKETS, ForcedAssignment, Layer, NeverTreated


class CoverageIn(In):
    """How many take part."""

    coverage = Integer(min_value=0, max_value=BUCKETS, help_text="Of 10,000.")


class WeightsIn(In):
    """Other weights, of 10,000: one for each variant."""

    weights = serializers.DictField(child=Integer(min_value=0, max_value=BUCKETS))


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


class NeverTreatIn(In):
    """Customers whom no experiment may treat; a reason of null takes them off the list."""

    customer_ids = serializers.ListField(child=Text(max_length=256), allow_empty=False)
    reason = Text(max_length=200, allow_null=True)


class NeverTreatOut(In):
    """How many are on the list."""

    listed = serializers.IntegerField()


class NeverTreatedOut(serializers.ModelSerializer[NeverTreated]):
    """A customer on the list, known by digest alone."""

    class Meta:
        model = NeverTreated
        fields = ["digest", "reason", "changed_at", "changed_by"]
        read_only_fields = fields


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
