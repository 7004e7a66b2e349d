"""The routing client: decides in the router's own process, by the rules that the service publishes.

`assign` never raises and never waits for the network. The standard library is all it needs.
"""

from experiments.client.answer import Assignment
from experiments.client.client import Client
from experiments.client.options import Options
from experiments.client.status import Status

__all__ = ["Assignment", "Client", "Options", "Status"]
