"""Layers: experiments in one layer exclude each other."""

from django.db import IntegrityError, transaction

from experiments.assignment.definition_rules import KEY, KEY_RULE
from experiments.assignment.hashing import SALT, SALT_RULE, new_salt
from experiments.assignment.refusals import violation
from experiments.errors import InvalidDefinition
from experiments.models import Layer


def create_layer(key: str, *, title: str = "", salt: str = "") -> Layer:
    """Return a new layer; an empty `salt` is drawn. Its experiments keep it for good.

    Raises:
        InvalidDefinition: the key or the salt cannot be one, or is in use.
    """
    salt = salt or new_salt()
    violations = []
    if not KEY.fullmatch(key):
        violations.append(violation("key", key, KEY_RULE))
    if not SALT.fullmatch(salt):
        violations.append(violation("salt", salt, SALT_RULE))
    if violations:
        raise InvalidDefinition(*violations)
    try:
        with transaction.atomic():
            return Layer.objects.create(key=key, title=title, salt=salt)
    except IntegrityError:
        raise InvalidDefinition(violation("key", key, "must not be in use")) from None
