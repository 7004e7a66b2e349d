"""What all drawings share: inks, dashes, type, sizes."""

from dataclasses import dataclass
from typing import Any

# The family of the pages; DejaVu Sans is what a machine without the others measures with.
FONT = "Inter, Segoe UI, Helvetica Neue, DejaVu Sans, Arial, sans-serif"
INK = "#1d2733"
QUIET = "#53606f"
GRID = "#dde2e8"
NO_EFFECT = "#b02020"
# Control is grey; the others differ in lightness too, and every line has its own dashes.
INKS = ("#53606f", "#0a5cb8", "#b35900", "#146c3a", "#7b2d8b", "#1d2733")
DASHES = ((1, 0), (1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A drawing's width and height of the plot, and its type, in pixels."""

    width: int
    height: int
    text: int
    narrow: bool = False


WIDE = Size(width=760, height=330, text=13)
NARROW = Size(width=250, height=240, text=12, narrow=True)


def configured(chart: Any, size: Size) -> Any:  # noqa: ANN401  # Altair's charts share no useful type
    """Return the chart with type, grid and inks of ours, and without marks for screen readers.

    The drawing as a whole carries a title and a description instead of one label per mark.
    """
    return (
        chart.configure(font=FONT, aria=False, background="white", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=size.text - 1,
            titleFontSize=size.text,
            titleFontWeight="normal",
            labelColor=QUIET,
            titleColor=INK,
            gridColor=GRID,
            domainColor=QUIET,
            tickColor=QUIET,
        )
        .configure_text(fontSize=size.text - 1, color=INK)
    )
