"""What every part of the statistics shares: the segment of everybody and the types of arrays."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ALL = "all"
MONEY = "revenue_and_handling"  # what moments of the plan\'s economics are called
