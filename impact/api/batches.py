"""Sending outcomes, and seeing what became of them."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.access import Scope, actor_of, reads_or_writes
from impact.api.parsers import BODY, RawJSONParser, check_announced
from impact.api.schema import ACCEPTED, IDEMPOTENCY_KEY, body_schema
from impact.api.serializers import BatchOut, RejectionOut, UploadIn
from impact.errors import BatchNotFound
from impact.ingest import Delivery, accept
from impact.ingest.accepting import byte_limit
from impact.models import Batch, Rejection
from impact.records.kinds import RecordKind

MaySend = reads_or_writes(
    read=(Scope.READ, "impact.view_report"), write=(Scope.INGEST, "impact.send_data")
)
FORM_ROOM = 64 * 1024  # what a form needs beside its file


class Pages(LimitOffsetPagination):
    """At most a thousand rows in one answer."""

    max_limit = 1_000


def records_view(kind: RecordKind) -> type[APIView]:
    """Return the view that takes JSON batches of one kind."""

    class SendRecords(APIView):
        permission_classes = [MaySend]
        parser_classes = [RawJSONParser]

        @extend_schema(
            operation_id=f"send_{kind}",
            summary=f"Send {kind}",
            tags=["data"],
            request={"application/json": body_schema(kind)},
            responses=ACCEPTED,
            parameters=[IDEMPOTENCY_KEY],
        )
        def post(self, request: Request) -> Response:
            check_announced(request, byte_limit("json"))
            body = dict(request.data).get(BODY, b"")
            return _taken(request, Delivery(kind=kind, format="json", sender=""), [body])

    return SendRecords


class SendFile(APIView):
    """Takes a CSV or Parquet file of one of the kinds."""

    permission_classes = [MaySend]
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="send_file",
        summary="Send a CSV or Parquet file",
        tags=["data"],
        request={"multipart/form-data": UploadIn},
        responses=ACCEPTED,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Store the file; a worker reads it."""
        check_announced(request, byte_limit("csv") + FORM_ROOM)
        form = UploadIn(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        kind, file = RecordKind(given["kind"]), given["file"]
        delivery = Delivery(kind=kind, format=given["format"], sender="", name=file.name)
        return _taken(request, delivery, file.chunks())


@extend_schema_view(
    get=extend_schema(
        operation_id="list_batches", summary="List batches, newest first", tags=["data"]
    )
)
class BatchList(generics.ListAPIView[Batch]):
    """Batches and how far they are, newest first."""

    permission_classes = [MaySend]
    serializer_class = BatchOut
    pagination_class = Pages
    queryset = Batch.objects.all()
    filter_backends = [DjangoFilterBackend]
    filterset_fields = ["kind", "status"]


class BatchDetail(APIView):
    """How far a batch is."""

    permission_classes = [MaySend]

    @extend_schema(
        operation_id="show_batch", summary="Show a batch", tags=["data"], responses=BatchOut
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """Return the batch."""
        return Response(BatchOut(_batch(batch_id)).data)


@extend_schema_view(
    get=extend_schema(
        operation_id="list_rejections", summary="List the rejected rows of a batch", tags=["data"]
    )
)
class RejectionList(generics.ListAPIView[Rejection]):
    """Rows of a batch that were not taken in, in the order of the rows."""

    permission_classes = [MaySend]
    serializer_class = RejectionOut
    pagination_class = Pages
    queryset = Rejection.objects.none()

    def get_queryset(self) -> QuerySet[Rejection]:
        """Return the rejections of the batch that the address names."""
        return Rejection.objects.filter(batch=_batch(self.kwargs["batch_id"]))


def _taken(request: Request, delivery: Delivery, content: Iterable[bytes]) -> Response:
    from_sender = replace(
        delivery,
        sender=actor_of(request.user),
        idempotency_key=request.headers.get("Idempotency-Key"),
    )
    batch = accept(from_sender, content, now=timezone.now())
    address = reverse("api-batch", args=[batch.pk])
    return Response(
        BatchOut(batch).data, status=status.HTTP_202_ACCEPTED, headers={"Location": address}
    )


def _batch(batch_id: str) -> Batch:
    try:
        return Batch.objects.get(pk=batch_id)
    except Batch.DoesNotExist:
        raise BatchNotFound(f"batch_id = {batch_id}: no batch has that id") from None
