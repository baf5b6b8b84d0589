"""A page to draw on: texts that never leave their place, boxes and marks; measured in points from the top."""

from __future__ import annotations

from bisect import bisect
from io import BytesIO
from typing import Literal, NamedTuple

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from strategy_xl.build.style import TONE_INK, TONE_STRONG, mix, tone_fill
from strategy_xl.schema.spec import ThemeSpec, Tone
from strategy_xl.work.printing.fonts import set_text, width_of

SMALLEST = 8.0
"""Points below which nothing is written: it is to be read at a metre."""
_LEADING = 1.22
_ASCENT = 0.92
ELLIPSIS = "…"
_NARROWEST = 0.15
"""Width of any letter, at least, in sizes."""


class Format(NamedTuple):
    """A paper: its name, its number in a workbook, width and height upright, in points."""

    name: str
    number: int
    width: float
    height: float


A4 = Format("a4", 9, 595.28, 841.89)
LETTER = Format("letter", 1, 612.0, 792.0)
FORMATS = {paper.name: paper for paper in (A4, LETTER)}


class Box(NamedTuple):
    """A place on the page: left, top, width, height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def within(self, margin: float) -> Box:
        """The place without a margin."""
        return Box(self.left + margin, self.top + margin, self.width - 2 * margin, self.height - 2 * margin)


class Style(NamedTuple):
    """How a text looks."""

    size: float = 9.0
    bold: bool = False
    colour: str = "1F2937"
    align: Literal["left", "right", "centre"] = "left"

    @property
    def line(self) -> float:
        """Height of a line."""
        return self.size * _LEADING


class Paper:
    """Pages of one size being drawn.

    Arguments:
        width, height: of each page.
        theme: colours of tones.
    """

    def __init__(self, width: float, height: float, theme: ThemeSpec) -> None:
        """An empty first page."""
        self.width, self.height, self.theme = width, height, theme
        self._stream = BytesIO()
        self._canvas = Canvas(self._stream, pagesize=(width, height), pageCompression=1, invariant=1)

    def next_page(self) -> None:
        """Go on on a new page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The pages as a PDF."""
        self._canvas.showPage()
        self._canvas.save()
        return self._stream.getvalue()

    # -- texts -----------------------------------------------------------------------------------------------

    def lines_of(self, text: str, style: Style, width: float, most: int) -> tuple[list[str], str]:
        """A text in lines of a width, the last one with an ellipsis when there is more; and its font."""
        # No letter is that narrow: what is behind would only be measured, and cells may hold very much.
        shown, font = set_text(text, bold=style.bold, most=int(most * width / style.size / _NARROWEST) + 2)

        def size_of(line: str) -> float:
            return width_of(line, font, style.size)

        def fits(line: str) -> bool:
            return size_of(line) <= width

        lines: list[str] = []
        words = shown.split(" ")
        while words and len(lines) < most:
            line = words.pop(0)
            if not fits(line):  # a word longer than a line is cut where the line ends
                kept = max(bisect(range(1, len(line)), width, key=lambda end: size_of(line[:end])), 1)
                words.insert(0, line[kept:])
                line = line[:kept]
            else:
                while words and fits(f"{line} {words[0]}"):
                    line = f"{line} {words.pop(0)}"
            lines.append(line)
        if words and lines:
            last = lines[-1].rstrip(" ,;:.")
            while last and not fits(last + ELLIPSIS):
                last = last[:-1].rstrip(" ,;:.")
            lines[-1] = last + ELLIPSIS
        return lines, font

    def write(self, text: str, place: Box, style: Style) -> float:
        """Write a text within a place, cut where the place ends; the height that it takes."""
        most = max(int((place.height + 0.1) // style.line), 1)
        lines, font = self.lines_of(text, style, place.width, most)
        self._canvas.setFillColor(HexColor(f"#{style.colour}"))
        self._canvas.setFont(font, style.size)
        for number, line in enumerate(lines):
            y = self.height - place.top - number * style.line - style.size * _ASCENT
            if style.align == "right":
                self._canvas.drawRightString(place.right, y, line)
            elif style.align == "centre":
                self._canvas.drawCentredString(place.left + place.width / 2, y, line)
            else:
                self._canvas.drawString(place.left, y, line)
        return len(lines) * style.line

    def width_of(self, text: str, style: Style) -> float:
        """Width of a text on one line."""
        shown, font = set_text(text, bold=style.bold)
        return width_of(shown, font, style.size)

    # -- shapes ----------------------------------------------------------------------------------------------

    def fill(self, place: Box, colour: str, radius: float = 0) -> None:
        """A place in a colour."""
        self._canvas.setFillColor(HexColor(f"#{colour}"))
        y = self.height - place.bottom
        if radius:
            self._canvas.roundRect(place.left, y, place.width, place.height, radius, stroke=0, fill=1)
        else:
            self._canvas.rect(place.left, y, place.width, place.height, stroke=0, fill=1)

    def frame(self, place: Box, colour: str, radius: float = 3) -> None:
        """A thin line around a place."""
        self._canvas.setStrokeColor(HexColor(f"#{colour}"))
        self._canvas.setLineWidth(0.6)
        y = self.height - place.bottom
        self._canvas.roundRect(place.left, y, place.width, place.height, radius, stroke=1, fill=0)

    def rule(self, left: float, top: float, width: float, colour: str, *, dotted: bool = False) -> None:
        """A line from left to right."""
        self._canvas.setStrokeColor(HexColor(f"#{colour}"))
        self._canvas.setLineWidth(0.8 if dotted else 0.6)
        self._canvas.setDash(*((0.8, 2.6) if dotted else ()))
        y = self.height - top
        self._canvas.line(left, y, left + width, y)
        self._canvas.setDash()

    def badge(self, text: str, place: Box, tone: Tone, size: float = SMALLEST) -> None:
        """A word in the colour of its tone."""
        self.fill(place, tone_fill(self.theme, tone), 3)
        style = Style(size, bold=True, colour=TONE_INK[tone], align="centre")
        top = place.top + (place.height - style.line) / 2 + 0.6
        self.write(text, Box(place.left + 2, top, place.width - 4, style.line), style)

    def tint(self, tone: Tone) -> str:
        """A light ground in the colour of a tone."""
        return mix(TONE_STRONG[tone], "FFFFFF", 0.9)
