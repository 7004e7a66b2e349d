"""The list of the never treated over HTTP. Ids travel in bodies, and are not kept."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from experiments import definitions
from experiments.api.requests import MayDefine, given, signed
from experiments.api.schema import REFUSALS
from experiments.api.steering_serializers import NeverTreatedOut, NeverTreatIn, NeverTreatOut
from experiments.models import NeverTreated


@extend_schema(tags=["experiments"])
@extend_schema_view(get=extend_schema(summary="List the never treated, by digest"))
class NeverTreatList(generics.ListAPIView[NeverTreated]):
    """Customers whom no experiment may treat, last changed first, by digest."""

    permission_classes = [MayDefine]
    serializer_class = NeverTreatedOut
    queryset = NeverTreated.objects.filter(listed=True)

    @extend_schema(
        operation_id="change_never_treat",
        summary="Put customers on the list of the never treated, or take them off",
        description="From the next configuration on they are served control everywhere.",
        request=NeverTreatIn,
        responses={200: NeverTreatOut, **REFUSALS},
    )
    def put(self, request: Request) -> Response:
        """Put them on the list, or take them off."""
        wanted = given(NeverTreatIn, request)
        if wanted["reason"] is None:
            listed = definitions.treat_again(wanted["customer_ids"], **signed(request)).left
        else:
            listed = definitions.never_treat(**wanted, **signed(request))
        return Response({"listed": listed})
