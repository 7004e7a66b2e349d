"""What a flag is worth: the policy of the variant, as one of five types."""

from collections.abc import Mapping
from types import NoneType

from experiments.assignment.definition import ExperimentDefinition

PLAIN = "value"


def flag_values(definition: ExperimentDefinition) -> Mapping[str, object]:
    """Return the value of every variant, by its key; all are of one type.

    A policy document is its flag's value, an object. Documents with nothing but a field `value`
    stand for what it holds, where that is of one type in all variants: a string, a boolean, an
    integer, a number (10 beside 0.5 is 10.0) or an object. Where no variant has a policy, the
    value is the variant's key.
    """
    policies = {variant.key: variant.policy for variant in definition.variants}
    if not any(policies.values()):
        return {key: key for key in policies}
    if all(policy.keys() == {PLAIN} for policy in policies.values()):
        plain = {key: policy[PLAIN] for key, policy in policies.items()}
        return _of_one_type(plain) or policies
    return policies


def _of_one_type(values: Mapping[str, object]) -> Mapping[str, object] | None:
    """Return the values as they are served; None when clients could not tell their type."""
    kinds = {type(value) for value in values.values()}
    if kinds == {int, float}:
        return {
            key: float(value) if isinstance(value, int) else value for key, value in values.items()
        }
    return values if len(kinds) == 1 and not kinds & {list, NoneType} else None
