"""What an experiment can show, over HTTP: before the start, from what is expected."""

from collections.abc import Mapping
from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.api.design_fields import DesignIn, DesignOut
from experiments.api.requests import MayDefine
from experiments.api.schema import REFUSALS
from experiments.definitions import find
from experiments.design.demands import Unreachable
from experiments.design.enrolment import share_taking_part
from experiments.design.expectations import Expectation
from experiments.design.first_day import Needed
from experiments.design.forecast import Forecast
from experiments.design.guards import Guarded, Ruled
from experiments.design.prospect import Moment, Prospect, foresee
from experiments.plan.reading import read_plan


@extend_schema(tags=["experiments"])
class ExperimentDesign(APIView):
    """Power and limits of the design."""

    permission_classes = [MayDefine]

    @extend_schema(
        summary="Ask what an experiment can show, and when",
        description=(
            "Sizes the primary metric of the plan by its smallest comparison with control, and the "
            "margins of its guardrails where the policy does no harm. "
            "Shares and changes are fractions: 0.009 is 0.9 %. Where there is no number, "
            "`reason` says why."
        ),
        parameters=[DesignIn],
        responses={200: DesignOut, **REFUSALS},
    )
    def get(self, request: Request, key: str) -> Response:
        """Foresee it."""
        asked = DesignIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        answers = dict(asked.validated_data)
        forecast = _forecast(answers.pop("contacts", ()), answers.pop("alikeness", None), answers)
        expected = Expectation(**answers)
        experiment = find(key)
        takes_part = share_taking_part(
            coverage=experiment.coverage, layer=(experiment.layer_start, experiment.layer_end)
        )
        plan = read_plan(experiment.plan_source)
        prospect = foresee(plan, expected, takes_part=takes_part, forecast=forecast)
        return Response({"unit": plan.unit.value, "expected": asdict(expected), **_out(prospect)})


def _forecast(
    contacts: tuple[float, ...], alikeness: float | None, answers: Mapping[str, float]
) -> Forecast | None:
    if not contacts:
        return None
    return Forecast(contacts=contacts, population=answers["population"], alikeness=alikeness)


def _out(prospect: Prospect) -> dict[str, object]:
    return {
        "metric": prospect.metric.key,
        "variant": prospect.comparison.variant,
        "needed": _needed(prospect.needed),
        "moments": [_moment(moment) for moment in prospect.moments],
        "findings": [asdict(finding) for finding in prospect.findings],
        "guardrails": [_guardrail(guarded) for guarded in prospect.guardrails],
    }


def _guardrail(guarded: Guarded) -> dict[str, object]:
    return {
        "metric": guarded.metric.key,
        "scale": guarded.scale.value,
        "margin": guarded.metric.margin,
        "needed": None if guarded.needed is None else _needed(guarded.needed),
        "moments": [_ruled(ruled) for ruled in guarded.ruled],
    }


def _ruled(ruled: Ruled) -> dict[str, object]:
    if isinstance(ruled.margin, Unreachable):
        return {"day": ruled.day, "margin": None, "reason": ruled.margin.reason}
    return {"day": ruled.day, "margin": ruled.margin, "reason": ""}


def _needed(needed: Needed | Unreachable) -> dict[str, object]:
    if isinstance(needed, Unreachable):
        return {"days": None, "units": None, "reason": needed.reason}
    return {"days": needed.days, "units": needed.units, "reason": ""}


def _moment(moment: Moment) -> dict[str, object]:
    known = {"day": moment.day, "units": moment.units}
    if isinstance(moment.change, Unreachable):
        return {**known, "change": None, "reason": moment.change.reason}
    return {**known, "change": moment.change, "reason": ""}
