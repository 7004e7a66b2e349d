"""What the views of definitions share: who may call, what was given, who signs."""

from datetime import datetime
from typing import Any, TypedDict

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from experiments.access import Scope, actor_of, reads_or_writes

MayDefine = reads_or_writes(
    read=(Scope.READ, "experiments.view"), write=(Scope.DEFINE, "experiments.edit")
)


class Signature(TypedDict):
    """Who does it, and when."""

    actor: str
    now: datetime


def given(serializer: type[Any], request: Request) -> dict[str, Any]:
    """Return what was sent, each value of its own type.

    Raises:
        rest_framework.exceptions.ValidationError: a value is of another type, or a name unknown.
    """
    wanted = serializer(data=request.data)
    sent = request.data if isinstance(request.data, dict) else {}
    if unknown := sent.keys() - wanted.fields.keys():
        rule = f"is not known: must be one of {', '.join(wanted.fields)}"
        raise ValidationError({name: [rule] for name in sorted(unknown)})
    wanted.is_valid(raise_exception=True)
    return dict(wanted.validated_data)


def signed(request: Request) -> Signature:
    """Return who does it and when."""
    return {"actor": actor_of(request.user), "now": timezone.now()}
