"""Experiments over HTTP: what is done to one that is defined."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments import definitions
from experiments.api.requests import MayDefine, given, signed
from experiments.api.schema import REFUSALS
from experiments.api.serializers import ExperimentOut
from experiments.api.steering_serializers import CoverageIn, ForcedIn, ForcedOut, WeightsIn
from experiments.lifecycle import Move
from experiments.models import ForcedAssignment

SWITCHES = {"kill": definitions.kill, "unkill": definitions.unkill}
DOINGS = [*(move.value for move in Move), *SWITCHES]


@extend_schema(tags=["experiments"])
class ExperimentMove(APIView):
    """The lifecycle, and the kill switch."""

    permission_classes = [MayDefine]

    @extend_schema(
        summary="Move an experiment along its lifecycle, or kill it",
        parameters=[OpenApiParameter("move", str, OpenApiParameter.PATH, enum=DOINGS)],
        request=None,
        responses={200: ExperimentOut, **REFUSALS},
    )
    def post(self, request: Request, key: str, move: str) -> Response:
        """Make the move."""
        if move in SWITCHES:
            moved = SWITCHES[move](key, **signed(request))
        elif move in set(Move):
            moved = definitions.move(key, Move(move), **signed(request))
        else:
            message = f"move = {move}: must be one of {', '.join(DOINGS)}"
            raise NotFound(message)
        return Response(ExperimentOut(moved).data)


@extend_schema(tags=["experiments"])
class ExperimentCoverage(APIView):
    """How many take part."""

    permission_classes = [MayDefine]

    @extend_schema(
        summary="Ramp an experiment; it moves nobody",
        request=CoverageIn,
        responses={200: ExperimentOut, **REFUSALS},
    )
    def put(self, request: Request, key: str) -> Response:
        """Set the coverage."""
        wanted = given(CoverageIn, request)
        ramped = definitions.set_coverage(key, **wanted, **signed(request))
        return Response(ExperimentOut(ramped).data)


@extend_schema(tags=["experiments"])
class ExperimentWeights(APIView):
    """How much of the buckets each variant has."""

    permission_classes = [MayDefine]

    @extend_schema(
        summary="Change the weights: a new version, which draws everybody anew",
        request=WeightsIn,
        responses={200: ExperimentOut, **REFUSALS},
    )
    def put(self, request: Request, key: str) -> Response:
        """Start the next version."""
        wanted = given(WeightsIn, request)
        return Response(ExperimentOut(definitions.reweigh(key, **wanted, **signed(request))).data)


@extend_schema(tags=["experiments"])
@extend_schema_view(get=extend_schema(summary="List the units that are forced"))
class ExperimentForced(generics.ListAPIView[ForcedAssignment]):
    """Units that quality assurance put into a variant. Ids travel in bodies, never in addresses."""

    permission_classes = [MayDefine]
    serializer_class = ForcedOut

    def get_queryset(self) -> QuerySet[ForcedAssignment]:
        """Return those of the experiment."""
        listed = ForcedAssignment.objects.select_related("variant").order_by("unit_id")
        return listed.filter(experiment__key=self.kwargs.get("key"))

    @extend_schema(
        summary="Force a unit into a variant, or leave it to its hash again",
        request=ForcedIn,
        responses={200: ExperimentOut, **REFUSALS},
    )
    def put(self, request: Request, key: str) -> Response:
        """Force or leave."""
        wanted = given(ForcedIn, request)
        if wanted["variant"] is None:
            changed = definitions.unforce(key, unit_id=wanted["unit_id"], **signed(request))
        else:
            changed = definitions.force(key, **wanted, **signed(request))
        return Response(ExperimentOut(changed).data)
