"""Schedules over HTTP: all slots of a switchback, before the first of them begins."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.api.count_serializers import ScheduleOut
from experiments.api.requests import MayDefine
from experiments.api.schema import REFUSALS
from experiments.definitions import find, published_schedule


@extend_schema(tags=["experiments"])
class ExperimentSchedule(APIView):
    """The schedule of a switchback."""

    permission_classes = [MayDefine]

    @extend_schema(
        summary="Read the whole schedule of a switchback",
        description="Anybody can draw it again from the salt: see the page on assignment.",
        responses={200: ScheduleOut, **REFUSALS},
    )
    def get(self, request: Request, key: str) -> Response:
        """List the slots in the order of time."""
        experiment = find(key)
        listed = published_schedule(experiment)
        document = {
            "version": experiment.version,
            "salt": experiment.salt,
            "schedule": experiment.schedule,
            "slots": [slot._asdict() for slot in listed],
        }
        return Response(ScheduleOut(document).data)
