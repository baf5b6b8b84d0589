"""The letters of our own pages: a font of the system that has all of a text's, else the one that comes along.

A font goes into the PDF with the letters that are used, so that the page looks the same everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from strategy_xl.text.figures import NBSP, NNBSP

_FILES = (
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("Vera.ttf", "VeraBd.ttf"),
)
"""Regular and bold, the best first; the last one is reportlab's own."""
_UNKNOWN = "?"


class Face(NamedTuple):
    """One font as reportlab knows it, and the letters that it has."""

    name: str
    letters: frozenset[int]


def _folders() -> Iterator[Path]:
    """Where fonts lie: those of LibreOffice, of Linux, of Windows, of macOS."""
    import reportlab

    linux = Path("/usr/share/fonts")
    for base in (linux / "truetype", linux):
        yield from (base / name for name in ("liberation", "liberation2", "liberation-sans", "dejavu"))
    yield from (linux / "TTF", linux / "dejavu-sans-fonts", linux / "liberation-sans-fonts")
    yield from Path("/opt").glob("libreoffice*/share/fonts/truetype")
    yield Path(os.environ.get("WINDIR", "C:\\Windows"), "Fonts")
    yield Path("/System/Library/Fonts/Supplemental")
    yield Path("/Library/Fonts")
    yield Path(reportlab.__file__).parent / "fonts"


@cache
def _faces() -> tuple[tuple[Face, Face], ...]:
    """The fonts that there are, regular and bold."""
    folders = [folder for folder in _folders() if folder.is_dir()]
    found = []
    for pair in _FILES:
        folder = next((place for place in folders if all((place / name).is_file() for name in pair)), None)
        if folder is None:
            continue
        try:
            found.append((_face(folder / pair[0]), _face(folder / pair[1])))
        except (TTFError, OSError):  # one that reportlab cannot take: the next one is as good
            continue
    return tuple(found)


def _face(path: Path) -> Face:
    name = f"sx-{path.stem}"
    font = TTFont(name, str(path))
    pdfmetrics.registerFont(font)
    return Face(name, frozenset(font.face.charToGlyph))


@cache
def _best(letters: frozenset[int], bold: bool) -> Face:
    faces = [pair[bold] for pair in _faces()]
    return min(faces, key=lambda face: len(letters - face.letters))


def set_text(text: str, *, bold: bool = False, most: int | None = None) -> tuple[str, str]:
    """A text as it can be shown on paper, and the font for it.

    Arguments:
        text: any text; line breaks become spaces, letters that no font here has, question marks.
        bold: whether the font is to be bold.
        most: letters that are looked at, all without it.
    """
    plain = " ".join(part for part in text.replace(NNBSP, NBSP).split(" ") if part)[:most]
    plain = "".join(" " if char in "\t\n\r\v\f" else char for char in plain)
    plain = "".join(char for char in plain if char.isprintable() or char in {" ", NBSP})
    face = _best(frozenset(map(ord, plain)), bold)
    shown = "".join(char if ord(char) in face.letters else _UNKNOWN for char in plain)
    return shown, face.name


def width_of(text: str, font: str, size: float) -> float:
    """Width of a text in points."""
    return float(pdfmetrics.stringWidth(text, font, size))
