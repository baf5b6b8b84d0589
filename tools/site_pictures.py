"""Pictures of the site: what the tutorial shows at that place, and sheets of the example.

    python tools/site_pictures.py [OUT_FOLDER] [--lang fr|en]

The tutorial's own commands make its workbooks; a picture shows them as they are where it stands in the page.
LibreOffice draws sheets, Chromium the morning page.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import render
import snippets
from browsing import browsing
from pictures import make_book
from PIL import Image
from shrink import shrink

from strategy_xl.languages import LANGUAGES
from strategy_xl.schema.loader import load_default

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
TUTORIALS = {"fr": ROOT / "docs" / "tutorial.fr.md", "en": ROOT / "docs" / "tutorial.md"}
STATES = {
    "fr": {"tutorial-matrix-fr": "strategie.xlsx", "tutorial-morning-fr": "matin.html"},
    "en": {"tutorial-matrix-en": "strategy.xlsx", "tutorial-morning-en": "morning.html"},
}
"""The file that a picture of the tutorial shows."""
SHEETS = {"home": "home", "swot": "swot", "positioning": "positioning", "ecosystem": "ecosystem"}
"""Pictures of the example, and the module whose sheet each shows."""
HEIGHTS = {"home-fr": 340, "home-en": 340}
"""Pictures that show the top of their sheet only, in pixels."""
DPI, WIDTH_CM, HEIGHT_CM = 72, 34.5, 26.0
WINDOW = {"width": 1080, "height": 800}
SQUARES, FAR = (32, 24), 20.0
"""Two pictures are compared square by square; greys by which one may differ and still be the same."""


def _greys(picture: Path) -> npt.NDArray[np.float64]:
    with Image.open(picture) as opened:
        small = opened.convert("L").resize(SQUARES, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64)


def unlike(one: Path, other: Path) -> float:
    """Share of the squares by which two pictures differ: fonts and versions of LibreOffice do by a little."""
    return float(np.mean(np.abs(_greys(one) - _greys(other)) > FAR))


def sheet_of(module: str, lang: str) -> str:
    """The title of a module's sheet."""
    return next(each.sheet.get(lang) for each in load_default().modules if each.key == module)


def draw_pages(pdf: Path, titles: list[str], wanted: dict[str, str], target: Path) -> Iterator[Path]:
    """Pictures of some sheets, by name and title, out of a PDF with a page a sheet."""
    for name, title in wanted.items():
        made = target / f"{name}.png"
        render.draw_page(pdf, titles.index(title) + 1, made, dpi=DPI, crop_cm=(WIDTH_CM, HEIGHT_CM))
        shrink(made, height=HEIGHTS.get(name))
        yield made


def draw_sheets(book: Path, wanted: dict[str, str], target: Path) -> Iterator[Path]:
    """Pictures of some sheets of a workbook, by name and title."""
    with tempfile.TemporaryDirectory() as scratch:
        pdf = render.to_pdf(render.unprotected(book, Path(scratch)), Path(scratch))
        yield from draw_pages(pdf, render.sheet_titles(book), wanted, target)


def example_sheets(lang: str) -> dict[str, str]:
    """Names of the pictures of the example, and the sheet that each shows."""
    return {f"{name}-{lang}": sheet_of(module, lang) for name, module in SHEETS.items()}


def draw_page(page: Path, made: Path, browser: Browser) -> Path:
    """The top of a page of HTML; nothing may be fetched."""
    context = browser.new_context(viewport=WINDOW, offline=True, color_scheme="light")
    shown = context.new_page()
    shown.goto(page.as_uri())
    shown.wait_for_timeout(500)
    shown.screenshot(path=made)
    context.close()
    shrink(made, cut=False)
    return made


def tutorial(lang: str, folder: Path) -> dict[str, Path]:
    """Run the tutorial; the file behind each of its pictures, as it was there.

    Errors: SystemExit when a command or an answer is not as the page says.
    """
    kept: dict[str, Path] = {}
    work = folder / {"fr": "Ventes", "en": "Sales"}[lang]
    work.mkdir()

    def keep(name: str) -> None:
        source = work / STATES[lang][name]
        kept[name] = Path(shutil.copy(source, folder / f"{name}{source.suffix}"))

    if wrong := snippets.run(TUTORIALS[lang], work, lang, at_picture=keep):
        raise SystemExit("\n".join(wrong))
    return kept


def draw_tutorial(kept: dict[str, Path], lang: str, target: Path, browser: Browser) -> Iterator[Path]:
    """Draw what the pictures of the tutorial show."""
    for name, file in kept.items():
        if file.suffix == ".html":
            yield draw_page(file, target / f"{name}.png", browser)
        else:
            yield from draw_sheets(file, {name: sheet_of("client_matrix", lang)}, target)


def draw(target: Path, lang: str) -> Iterator[Path]:
    """Draw all pictures of a language."""
    with tempfile.TemporaryDirectory() as scratch:
        with browsing() as browser:
            yield from draw_tutorial(tutorial(lang, Path(scratch)), lang, target, browser)
        book = make_book("example", lang, Path(scratch) / "book.xlsx")
        yield from draw_sheets(book, example_sheets(lang), target)


def main() -> int:
    """Draw into a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", type=Path, nargs="?", default=PICTURES)
    parser.add_argument("--lang", choices=LANGUAGES, action="append")
    options = parser.parse_args()
    options.target.mkdir(parents=True, exist_ok=True)
    for lang in options.lang or LANGUAGES:
        for made in draw(options.target, lang):
            print(made, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
