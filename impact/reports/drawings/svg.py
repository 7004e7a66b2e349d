"""From a chart to SVG text that says what it shows."""

import re
from typing import Any
from xml.sax.saxutils import escape

import vl_convert

from impact.reports.fonts import font_folder

OPENING = re.compile(r"<svg\b[^>]*>")
TAG = re.compile(r"<(?:g|path|text|rect|line)\b[^>]*>")
ROLE = re.compile(r'\s(?:role|aria-[a-z]+)="[^"]*"')


def svg_text(chart: Any, *, name: str, title: str, description: str) -> str:  # noqa: ANN401
    """Return the chart as SVG with a title and a description that assistive programs read out.

    `name` makes the ids unique on a page with several drawings.
    """
    if folder := font_folder():
        vl_convert.register_font_directory(str(folder))
    drawing = vl_convert.vegalite_to_svg(chart.to_json(indent=None))
    identity = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    opening = OPENING.search(drawing)
    if opening is None:
        message = "the drawing is no SVG"
        raise ValueError(message)
    labels = f'role="img" aria-labelledby="{identity}-title {identity}-description"'
    words = (
        f'<title id="{identity}-title">{escape(title)}</title>'
        f'<desc id="{identity}-description">{escape(description)}</desc>'
    )
    start = opening.group()[:-1]
    body = TAG.sub(_without_roles, drawing[opening.end() :])
    return f"{drawing[: opening.start()]}{start} {labels}>{words}{body}"


def _without_roles(tag: re.Match[str]) -> str:
    """The drawing is one image: its parts have no roles of their own."""
    return ROLE.sub("", tag.group())
