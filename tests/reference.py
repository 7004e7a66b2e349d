"""Where reference results and public data sets lie, for the tests that compare with them.

They are not part of the repository. `EQUIPOISE_REFERENCE` names their folder; without it the
folder `shared` beside the checkout is tried.
"""

import os
from pathlib import Path

_FOLDER = Path(
    os.environ.get("EQUIPOISE_REFERENCE", Path(__file__).resolve().parents[2] / "shared")
)
SHARED = _FOLDER if (_FOLDER / "oracle").is_dir() else None
REASON = "reference data not found: set EQUIPOISE_REFERENCE to its folder"
