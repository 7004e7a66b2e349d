"""Where reference results and public data sets lie, for the tests that compare with them.

They are not part of the repository. `EQUIPOISE_REFERENCE` names their folder; without it the
folder `shared` beside the checkout is tried. A folder that is named has to be there.
"""

import os
from pathlib import Path

import pytest

_NAMED = os.environ.get("EQUIPOISE_REFERENCE")
_FOLDER = Path(_NAMED or Path(__file__).resolve().parents[2] / "shared")
SHARED = _FOLDER if (_FOLDER / "oracle").is_dir() else None
REASON = "reference data not found: set EQUIPOISE_REFERENCE to its folder"
if _NAMED and SHARED is None:
    message = f"EQUIPOISE_REFERENCE is {_NAMED}: must be a folder with reference data"
    raise FileNotFoundError(message)

needs_reference = pytest.mark.skipif(SHARED is None, reason=REASON)
