"""Balance of the arms by stratum, over HTTP."""

from dataclasses import asdict

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments import exposures
from experiments.api.count_serializers import BalanceOut
from experiments.api.requests import MayDefine
from experiments.api.schema import REFUSALS
from experiments.definitions import find


@extend_schema(tags=["experiments"])
class ExperimentBalance(APIView):
    """Assigned units by stratum and arm."""

    permission_classes = [MayDefine]

    @extend_schema(
        summary="Count assigned units by stratum and arm, and test the split of each",
        parameters=[OpenApiParameter("by", str, description="queue, or an attribute's name.")],
        responses={200: BalanceOut, **REFUSALS},
    )
    def get(self, request: Request, key: str) -> Response:
        """Count them and test them."""
        by = request.query_params.get("by", "queue")
        found = exposures.balance_by(find(key), by)
        return Response(BalanceOut({"by": by, **asdict(found)}).data)
