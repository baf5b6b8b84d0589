"""Pictures of what people see: the first screen and the printed pages of every sheet, in all states.

    python tools/pictures.py OUT_FOLDER [--lang fr|en] [--state empty|three|example|many]

Run by ``make pictures``. Under OUT_FOLDER/<state>-<lang>: ``screens/`` with one PNG a sheet, cut to a window
of 1310 × 900 pixels (1280 × 720 of them show cells), and ``pages.pdf`` as it would be printed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from render import render, to_pdf

from strategy_xl.build.book import example_rows
from strategy_xl.build.book import render as build_bytes
from strategy_xl.build.example import with_lists
from strategy_xl.model import LANGUAGES
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook

STATES = ("empty", "three", "example", "many")
MANY = 439
DAY = date(2026, 11, 30)
SCREEN_CM, SCREEN_DPI = (1280 / 96 * 2.54, 720 / 96 * 2.54), 96
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


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
    parser.add_argument("--lang", choices=LANGUAGES, action="append")
    parser.add_argument("--state", choices=STATES, action="append")
    options = parser.parse_args()
    for line in draw(options.target, options.state or STATES, options.lang or LANGUAGES):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
