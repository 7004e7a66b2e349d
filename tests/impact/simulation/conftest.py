"""One centre, drawn once, run under arms drawn by customer."""

import numpy as np
import pytest

from impact.simulation.centre import Centre, Outcome, by_customer, draw_centre, run
from impact.simulation.handling import Arms
from impact.simulation.policies import TRIALS

SIZE = 20_000


@pytest.fixture(scope="session")
def centre() -> Centre:
    return draw_centre(SIZE, np.random.default_rng(7))


@pytest.fixture(scope="session")
def arms(centre: Centre) -> Arms:
    rng = np.random.default_rng(8)
    return {trial.key: by_customer(centre, rng.random(SIZE) < 0.5) for trial in TRIALS}


@pytest.fixture(scope="session")
def outcome(centre: Centre, arms: Arms) -> Outcome:
    return run(centre, arms)
