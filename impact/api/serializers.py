"""What goes in and out of the API of batches."""

from pathlib import PurePath
from typing import Any

from rest_framework import serializers

from impact.models import Batch, Rejection
from impact.records.kinds import RecordKind

FORMAT_OF_SUFFIX = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}


class UploadIn(serializers.Serializer[dict[str, Any]]):
    """A file of one kind; without `format`, its name must tell it."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in RecordKind])
    file = serializers.FileField(allow_empty_file=True)
    format = serializers.ChoiceField(choices=["csv", "parquet"], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the format where it was not given."""
        suffix = PurePath(attrs["file"].name).suffix.lower()
        format_ = attrs.get("format") or FORMAT_OF_SUFFIX.get(suffix)
        if format_ is None:
            rule = "give csv or parquet, or a file name that ends in .csv or .parquet"
            raise serializers.ValidationError({"format": [rule]})
        return {**attrs, "format": format_}


class BatchOut(serializers.ModelSerializer[Batch]):
    """How far a batch is."""

    batch_id = serializers.CharField(source="id", read_only=True)

    class Meta:
        model = Batch
        fields = [
            "batch_id",
            "kind",
            "format",
            "name",
            "status",
            "size",
            "sha256",
            "sender",
            "rows_read",
            "rows_accepted",
            "rows_rejected",
            "error",
            "received_at",
            "finished_at",
        ]
        read_only_fields = fields


class RejectionOut(serializers.ModelSerializer[Rejection]):
    """A row that was not taken in. Data rows count from 1, the header apart."""

    class Meta:
        model = Rejection
        fields = ["row_number", "field", "value", "rule"]
        read_only_fields = fields
