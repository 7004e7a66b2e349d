"""Experiments over HTTP: define them, read them, count their exposures."""

from dataclasses import asdict, replace

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments import definitions, exposures
from experiments.api.count_serializers import CountsOut
from experiments.api.requests import MayDefine, given, signed
from experiments.api.schema import REFUSALS
from experiments.api.serializers import (
    ChangeOut,
    ExperimentIn,
    ExperimentOut,
    ExperimentPatch,
    draft_fields,
)
from experiments.api.steering_serializers import LayerIn, LayerOut
from experiments.definitions import Draft, draft_of, find
from experiments.models import Change, Experiment, Layer


@extend_schema(tags=["experiments"])
@extend_schema_view(get=extend_schema(summary="List experiments, last changed first"))
class ExperimentList(generics.ListAPIView[Experiment]):
    """All experiments, last changed first."""

    permission_classes = [MayDefine]
    serializer_class = ExperimentOut
    queryset = Experiment.objects.select_related("layer", "owner").prefetch_related("variants")

    @extend_schema(
        operation_id="create_experiment",
        summary="Create an experiment",
        request=ExperimentIn,
        responses={201: ExperimentOut, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Create a draft."""
        draft = Draft(**draft_fields(given(ExperimentIn, request)))
        owner = request.user if request.user.pk else None
        made = definitions.create(draft, **signed(request), owner=owner)
        return Response(ExperimentOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["experiments"])
class ExperimentDetail(APIView):
    """One experiment."""

    permission_classes = [MayDefine]

    @extend_schema(summary="Read an experiment", responses={200: ExperimentOut, **REFUSALS})
    def get(self, request: Request, key: str) -> Response:
        """Show it as it stands."""
        return Response(ExperimentOut(find(key)).data)

    @extend_schema(
        summary="Edit a draft",
        request=ExperimentPatch,
        responses={200: ExperimentOut, **REFUSALS},
    )
    def patch(self, request: Request, key: str) -> Response:
        """Change what is given, if nobody changed it since that edition."""
        wanted = given(ExperimentPatch, request)
        edition = wanted.pop("edition")
        draft = replace(draft_of(find(key)), **draft_fields(wanted))
        edited = definitions.edit(key, draft, edition=edition, **signed(request))
        return Response(ExperimentOut(edited).data)


@extend_schema(tags=["experiments"])
@extend_schema_view(get=extend_schema(summary="List who changed what and when"))
class ExperimentChanges(generics.ListAPIView[Change]):
    """Who changed what and when, last first."""

    permission_classes = [MayDefine]
    serializer_class = ChangeOut

    def get_queryset(self) -> QuerySet[Change]:
        """Return those of the experiment."""
        return Change.objects.filter(experiment__key=self.kwargs.get("key"))


@extend_schema(tags=["experiments"])
class ExperimentCounts(APIView):
    """Live counts."""

    permission_classes = [MayDefine]

    @extend_schema(summary="Count the exposures of an experiment", responses=CountsOut)
    def get(self, request: Request, key: str) -> Response:
        """Count them."""
        find(key)
        variants = [asdict(count) for count in exposures.counts(key)]
        return Response({"variants": variants, **asdict(exposures.left_out(key))})


@extend_schema(tags=["experiments"])
@extend_schema_view(get=extend_schema(summary="List layers"))
class LayerList(generics.ListAPIView[Layer]):
    """Layers: experiments in one layer exclude each other."""

    permission_classes = [MayDefine]
    serializer_class = LayerOut
    queryset = Layer.objects.order_by("key")

    @extend_schema(
        operation_id="create_layer",
        summary="Create a layer",
        request=LayerIn,
        responses={201: LayerOut, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Create a layer."""
        layer = definitions.create_layer(**given(LayerIn, request))
        return Response(LayerOut(layer).data, status=status.HTTP_201_CREATED)
