"""How many lines a text takes in a cell, without a font: an estimate that errs on the safe side."""

from __future__ import annotations

from typing import Final

LETTERS: Final = 1.25
BOLD_LETTERS: Final = 1.12
"""Letters of body size per unit of column width: a letter is narrower than a digit on average."""
LINE_HEIGHT: Final = 13.5
LINE_ROOM: Final = 3.0
"""Height of a line of body size, and what a row needs beside its lines, in points."""


def line_letters(width: float, *, bold: bool = False) -> float:
    """How many letters of size 10 a line takes in a column that wide (in digits of size 11), at least one."""
    return max(width * (BOLD_LETTERS if bold else LETTERS), 1.0)


def text_lines(text: str, width: float, *, bold: bool = False) -> int:
    """Lines a text of size 10 takes in a column that wide (in digits of size 11), word by word."""
    width = line_letters(width, bold=bold)
    if len(text) <= width and "\n" not in text:
        return 1
    lines = 0
    for paragraph in text.split("\n"):
        used, lines = 0.0, lines + 1
        for word in paragraph.split(" "):
            length = len(word)
            if used and used + 1 + length > width:
                lines, used = lines + 1, 0.0
            used += length + (1 if used else 0)
            while used > width:
                lines, used = lines + 1, used - width
    return lines


def row_height(lines: int) -> float:
    """Height in points of a table's row with so many lines."""
    return lines * LINE_HEIGHT + LINE_ROOM
