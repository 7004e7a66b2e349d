"""Where the fonts of drawings and PDF lie: in a wheel, so that every machine has them."""

from importlib.util import find_spec
from pathlib import Path


def font_folder() -> Path | None:
    """Return the folder of the DejaVu fonts that come with matplotlib; None where it is absent."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return folder if folder.is_dir() else None
