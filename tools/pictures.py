"""Pictures of what people see: the first screen and the printed pages of every sheet, in all states.

    python tools/pictures.py OUT_FOLDER [--lang fr|en] [--state empty|three|example|many]
    python tools/pictures.py --coarse tests/data/pictures

With ``--coarse`` it writes anew what ``tests/build/test_pictures.py`` compares the first screens of the
example with; look at them first. Else it draws them, as ``make pictures`` does. Under
OUT_FOLDER/<state>-<lang>: ``screens/`` with one PNG a sheet, cut to a window of 1310 × 900 pixels (of which
1280 × 720 show cells), and ``pages.pdf`` as it would be printed.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from render import render, sheet_titles, to_pdf

from strategy_xl.build.book import example_rows
from strategy_xl.build.book import render as build_bytes
from strategy_xl.build.example import with_lists
from strategy_xl.languages import LANGUAGES
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook

STATES = ("empty", "three", "example", "many")
MANY = 439
DAY = date(2026, 11, 30)
SCREEN_CM, SCREEN_DPI = (1280 / 96 * 2.54, 720 / 96 * 2.54), 96
SCREEN_PIXELS, CELL_PIXELS = (1280, 720), 40
"""A first screen, and the side of the squares of which a coarse picture keeps the mean grey."""
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Greys = npt.NDArray[np.float64]


def rows_of(state: str, lang: str) -> Rows:
    """What stands in the tables and forms in a state."""
    if state == "empty":
        return {}
    rows = dict(example_rows(with_lists(load_default()), lang, DAY))
    clients = list(rows["clients"])
    if state == "three":
        return {"clients": clients[:3]}
    if state == "many":
        copies = -(-MANY // len(clients))
        more = [
            {**client, "name": f"{client['name']} {copy}" if copy > 1 else client["name"]}
            for copy in range(1, copies + 1)
            for client in clients
        ]
        rows["clients"] = more[:MANY]
    return rows


def make_book(state: str, lang: str, path: Path) -> Path:
    """A workbook in a state, computed."""
    rows = rows_of(state, lang)
    spec = with_lists(load_default()) if rows else load_default()
    path.write_bytes(build_bytes(spec, lang=lang, company="", today=DAY, rows=rows))
    report = recompute_workbook(path, spec, DAY, backups=0)
    if report.failure is not None:
        raise SystemExit(str(report.failure))
    return path


def page_count(pdf: Path) -> int:
    """Pages of a PDF."""
    told = subprocess.run(  # noqa: S603 - our own command line
        [shutil.which("pdfinfo") or "pdfinfo", str(pdf)], check=True, capture_output=True, text=True
    ).stdout
    found = re.search(r"^Pages:\s+(\d+)$", told, re.MULTILINE)
    if found is None:
        raise SystemExit("pdfinfo does not say how many pages there are in " + str(pdf))
    return int(found[1])


def _grey(picture: Path) -> Greys:
    """The mean grey (0–255) of each square of a PGM picture, white beyond its edges."""
    magic, wide, high, _depth, pixels = picture.read_bytes().split(maxsplit=4)
    if magic != b"P5":
        raise SystemExit(str(picture) + " is no picture in grey")
    shown = np.frombuffer(pixels, np.uint8, int(wide) * int(high)).reshape(int(high), int(wide))
    across, down = SCREEN_PIXELS
    screen = np.full((down, across), 255.0)
    screen[: shown.shape[0], : shown.shape[1]] = shown[:down, :across]
    squares = screen.reshape(down // CELL_PIXELS, CELL_PIXELS, across // CELL_PIXELS, CELL_PIXELS)
    return np.asarray(squares.mean(axis=(1, 3)))


def coarse(book: Path, folder: Path) -> dict[str, Greys]:
    """The first screen of every sheet, by title, as 18 × 32 greys.

    Arguments:
        book: the workbook.
        folder: for files in between.
    """
    pdf = to_pdf(book, folder)
    size = ["-r", "96", "-x", "0", "-y", "0", "-W", str(SCREEN_PIXELS[0]), "-H", str(SCREEN_PIXELS[1])]
    subprocess.run(  # noqa: S603 - our own command line
        [shutil.which("pdftoppm") or "pdftoppm", "-gray", *size, str(pdf), str(folder / "screen")], check=True
    )
    pictures = sorted(folder.glob("screen-*.pgm"))
    return {title: _grey(picture) for title, picture in zip(sheet_titles(book), pictures, strict=True)}


def as_lines(greys: Greys) -> list[str]:
    """Two hexadecimal digits a square, a text a line."""
    return [line.tobytes().hex() for line in greys.round().astype(np.uint8)]


def from_lines(lines: Sequence[str]) -> Greys:
    """The greys again."""
    return np.array([list(bytes.fromhex(line)) for line in lines], dtype=np.float64)


def keep_coarse(target: Path, langs: Sequence[str]) -> Iterator[str]:
    """Write the coarse pictures of the example; says what was written."""
    target.mkdir(parents=True, exist_ok=True)
    for lang in langs:
        with tempfile.TemporaryDirectory() as scratch:
            book = make_book("example", lang, Path(scratch) / "book.xlsx")
            shown = {title: as_lines(greys) for title, greys in coarse(book, Path(scratch)).items()}
        path = target / f"example-{lang}.json"
        path.write_text(json.dumps(shown, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        yield f"written: {path}"


def draw(target: Path, states: Sequence[str], langs: Sequence[str]) -> Iterator[str]:
    """Draw everything; says what was drawn."""
    for state in states:
        for lang in langs:
            folder = target / f"{state}-{lang}"
            folder.mkdir(parents=True, exist_ok=True)
            book = make_book(state, lang, folder / "book.xlsx")
            screens = render(book, folder / "screens", dpi=SCREEN_DPI, crop_cm=SCREEN_CM)
            with tempfile.TemporaryDirectory() as scratch:
                pdf = to_pdf(book, Path(scratch), single_pages=False)
                shutil.move(pdf, folder / "pages.pdf")
            yield f"{folder.name}: {len(screens)} screens, {page_count(folder / 'pages.pdf')} printed pages"


def main() -> int:
    """Parse the command line and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", type=Path)
    parser.add_argument("--coarse", action="store_true")
    parser.add_argument("--lang", choices=LANGUAGES, action="append")
    parser.add_argument("--state", choices=STATES, action="append")
    options = parser.parse_args()
    langs = options.lang or LANGUAGES
    lines = (
        keep_coarse(options.target, langs)
        if options.coarse
        else draw(options.target, options.state or STATES, langs)
    )
    for line in lines:
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
