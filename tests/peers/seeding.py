"""An installation that peers ask: `python -m tests.peers.seeding` tells an API key.

One running experiment for each type of flag, with full coverage; one that ended; one that routers
ask for.
"""

import django

django.setup()

from django.core.management import call_command  # noqa: E402  # Django stands from here on
from django.utils import timezone  # noqa: E402

from experiments import definitions  # noqa: E402
from experiments.access import SCOPES, issue_key  # noqa: E402
from experiments.definitions import VariantDraft  # noqa: E402
from tests.experiments.designs import draft  # noqa: E402
from tests.peers.flags import POLICIES, ROUTED, VALUES  # noqa: E402


def seed(key: str, policies: tuple[dict[str, object], ...]) -> None:
    variants = tuple(
        VariantDraft(key=variant, weight=5000, is_control=control, policy=policy)
        for variant, control, policy in zip(
            ("target_300s", "take_time"), (True, False), policies, strict=True
        )
    )
    now = timezone.now()
    definitions.create(draft(key, variants=variants), actor="leader", now=now)
    definitions.submit(key, actor="leader", now=now)
    definitions.start(key, actor="leader", now=now)


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    for name, pair in VALUES.items():
        seed(name, tuple({"value": value} for value in pair))
    seed(ROUTED, POLICIES)
    definitions.conclude("flag_ended", actor="leader", now=timezone.now())
    print(issue_key(name="a peer", scopes=SCOPES, now=timezone.now())[1])  # noqa: T201  # it is told so
