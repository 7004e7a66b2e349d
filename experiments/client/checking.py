"""From bytes to a rule set that may decide: signature first, then content."""

import json
from collections.abc import Mapping

from experiments.assignment.ruleset import read_ruleset
from experiments.assignment.signature import signed_by
from experiments.client.disk import Received
from experiments.client.held import Good
from experiments.client.options import Options
from experiments.errors import ExperimentsError


class NotGood(Exception):
    """What was received is not taken; the message says why and holds none of it."""


def checked(received: Received, options: Options) -> Good:
    """Return the rule set that was received.

    Raises:
        NotGood: none of our keys signed it, or it is no rule set that can be read.
    """
    name = signed_by(received.body, received.signature, options.signing_keys)
    if name is None:
        raise NotGood(f"signature: by none of our keys ({_ids(options.signing_keys)})")
    try:
        document = json.loads(received.body)
        ruleset = read_ruleset(document, options.forced)
    except (ValueError, RecursionError, ExperimentsError) as error:
        raise NotGood(f"body: {type(error).__name__}") from error
    return Good(ruleset=ruleset, signed_by=name, tag=received.tag)


def _ids(keys: Mapping[str, str]) -> str:
    return ", ".join(keys)
