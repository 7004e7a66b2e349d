"""What comes out of counting and drawing: units by variant and stratum, slots of a schedule."""

from rest_framework import serializers

from experiments.api.strict import In


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


class StratumOut(In):
    """Units of a stratum by variant, and what the weights let expect."""

    name = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    expected = serializers.DictField(child=serializers.FloatField())


class BalanceOut(In):
    """How the strata of an attribute split, and one test of all of them."""

    by = serializers.CharField()
    strata = StratumOut(many=True)
    statistic = serializers.FloatField()
    df = serializers.IntegerField()
    p_value = serializers.FloatField(allow_null=True, help_text="Null where nothing is testable.")
    n_untested = serializers.IntegerField()


class SlotOut(In):
    """A slot of a schedule and the variant that it drew."""

    slot = serializers.CharField(help_text="Its first minute on the clocks of the zone.")
    block = serializers.CharField(help_text="The slots that were drawn together.")
    begins_at = serializers.DateTimeField()
    burn_in_until = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    variant = serializers.CharField(help_text="Empty where windows draw a saturation.")
    saturation = serializers.CharField(help_text="In per cent; empty where they draw a variant.")


class ScheduleOut(In):
    """A whole schedule, as it was drawn from the salt."""

    version = serializers.IntegerField()
    salt = serializers.CharField()
    schedule = serializers.DictField()
    slots = SlotOut(many=True)
