"""The parts a report is made of: few, plain, the same for every rendering.

A section is a title and blocks; every renderer knows these blocks and nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum

FEW = 3  # columns
SHORT = 54  # characters of a cell, which wraps


class Tone(StrEnum):
    """What a mark means; renderers give it a colour and always also a word."""

    PLAIN = "plain"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table: its words, a second line in small print, a mark.

    `raw` is the number behind the words, for a workbook.
    """

    text: str
    detail: str = ""
    tone: Tone = Tone.PLAIN
    raw: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's heading; numeric ones are set to the right."""

    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells under headings. A caption that the heading above says already is `quiet`."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    quiet: bool = False

    @property
    def compact(self) -> bool:
        """Whether the table fits a telephone as it is; others are stacked there."""
        words = [text for row in self.rows for cell in row for text in (cell.text, cell.detail)]
        return len(self.columns) <= FEW and all(len(text) <= SHORT for text in words)

    @property
    def labelled_rows(self) -> list[list[tuple[Column, Cell]]]:
        """Every cell with its column, for renderers that stack them."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A sentence or a few."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that must not be missed."""

    title: str
    text: str
    tone: Tone = Tone.NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """A number to be seen first: what it is, and its interval in words."""

    label: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The answer: the verdict as a word, the sentence, the figures, the reasons."""

    verdict: str
    tone: Tone
    sentence: str
    figures: tuple[KeyFigure, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Terms and what they are."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart by its name, in a wide and a narrow drawing, with its description in words."""

    name: str
    title: str
    description: str
    svg: str
    svg_narrow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Text that keeps its lines: a plan, a policy."""

    title: str
    text: str


Block = Paragraph | Notice | Headline | Facts | Table | Figure | Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of a report; `key` is its anchor."""

    key: str
    title: str
    blocks: tuple[Block, ...]
