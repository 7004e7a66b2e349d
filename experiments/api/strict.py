"""Fields that take JSON's own type alone: 7 is no text, "yes" is no boolean."""

from typing import Any

from rest_framework import serializers

In = serializers.Serializer[dict[str, Any]]  # what is sent, and what no row of ours holds


class Text(serializers.CharField):
    """A string, as it was given."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # handed on to DRF
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: object) -> str:
        """Return the string."""
        if not isinstance(data, str):
            raise serializers.ValidationError("must be a string")
        return str(super().to_internal_value(data))


class Integer(serializers.IntegerField):
    """An integer."""

    def to_internal_value(self, data: object) -> int:
        """Return the integer."""
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError("must be an integer")
        return int(super().to_internal_value(data))


class Truth(serializers.BooleanField):
    """True or false."""

    def to_internal_value(self, data: object) -> bool:
        """Return the boolean."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("must be true or false")
        return data


class Document(serializers.DictField):
    """A JSON object."""

    child = serializers.JSONField(allow_null=True)
