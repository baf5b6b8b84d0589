"""Pictures small enough to be kept: cut to what is drawn, few colours."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageChops

COLOURS = 128
EDGE = 6
"""White pixels left around what is drawn."""


def shrink(picture: Path, *, cut: bool = True, height: int | None = None) -> None:
    """Write a PNG anew, without white margins at the right and below, at most so high, in few colours.

    Arguments: picture: the file. cut: take the white margins away. height: in pixels.
    """
    with Image.open(picture) as opened:
        shown = opened.convert("RGB")
    if cut:
        box = ImageChops.difference(shown, Image.new("RGB", shown.size, "white")).getbbox()
        if box is None:
            sys.exit(f"{picture}: nothing is drawn")
        left, top, right, bottom = box
        shown = shown.crop(
            (
                max(0, left - EDGE),
                max(0, top - EDGE),
                min(shown.width, right + EDGE),
                min(shown.height, bottom + EDGE),
            )
        )
    if height is not None:
        shown = shown.crop((0, 0, shown.width, min(height, shown.height)))
    few = shown.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)
