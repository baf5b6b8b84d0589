"""Upgrade many workbooks that people have changed, and look whether all that is theirs is still there.

``make upgrades`` (``python tools/upgrades.py --books 200``) customises a workbook of every landed version
that many times, by script and by chance, upgrades each, and compares before and after with openpyxl, which
knows nothing of this program. It prints one line for each version and what was lost, and fails when anything
was.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from people_belongings import kept_not
from people_edits import EDITS, Edited, Parts

from strategy_xl.schema.loader import load_default
from strategy_xl.work.restore import restore_workbook
from strategy_xl.work.upgrade import UpgradeReport, upgrade_workbook

BOOKS = Path(__file__).parents[1] / "tests" / "data" / "books"
VERSIONS = {"1": "small-1", "2": "small-2", "3": "small-3"}
DAY = date(2026, 11, 30)
PREVIEWED = 10
"""Of so many workbooks, one is previewed before."""


def parts_of(path: Path) -> Parts:
    """The parts of a workbook."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def customised(source: Path, target: Path, seed: int) -> Edited:
    """A workbook after a handful of what people do, and what that was."""
    book = Edited(parts_of(source), random.Random(seed))  # noqa: S311 - chance, not secrecy
    for edit in book.rng.sample(EDITS, 5):
        edit(book)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in book.parts.items():
            package.writestr(name, data)
    return book


def lost(before: Path, after: Path, book: Edited, report: UpgradeReport) -> Iterator[str]:
    """What people had before the upgrade and do not have afterwards, in words."""
    parts = parts_of(after)
    for part in book.kept:
        if parts.get(part) != book.parts[part]:
            yield f"part {part}"
    text = b"".join(parts.values()).decode("utf-8", "replace")
    yield from (f"text {token}" for token in book.tokens if token not in text)
    yield from (f"formula {formula}" for formula in book.formulas if f">{formula}<" not in text)
    renamed = {
        (change.sheet, change.before) for change in report.changes if change.kind in ("header", "text")
    }
    yield from kept_not(before, after, renamed)


def treat(source: Path, folder: Path, seed: int) -> list[str]:
    """Customise a workbook, upgrade it, and say what was lost."""
    book_path = folder / "book.xlsx"
    edited = customised(source, book_path, seed)
    before = book_path.read_bytes()
    kept = folder / "before.xlsx"
    kept.write_bytes(before)
    preview = None
    if seed % PREVIEWED == 0:
        preview = upgrade_workbook(book_path, book_path, load_default(), DAY, dry_run=True)
        if book_path.read_bytes() != before:
            return [f"a dry run wrote (seed {seed})"]
    report = upgrade_workbook(book_path, book_path, load_default(), DAY)
    found = list(lost(kept, book_path, edited, report))
    if preview is not None and preview.changes != report.changes:
        found.append("the preview was another")
    after = book_path.read_bytes()
    upgrade_workbook(book_path, book_path, load_default(), DAY)
    if book_path.read_bytes() != after:
        found.append("a second upgrade wrote")
    restore_workbook(book_path, "")
    if book_path.read_bytes() != before:
        found.append("undo is not exact")
    return [f"{item} (seed {seed}: {', '.join(edited.done)})" for item in found]


def main() -> int:
    """Upgrade them all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--books", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--versions", nargs="*", default=list(VERSIONS))
    asked = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)  # what openpyxl does not know of our sheets
    failed = 0
    for version in asked.versions:
        losses: list[str] = []
        for seed in range(asked.first, asked.first + asked.books):
            with tempfile.TemporaryDirectory() as folder:
                losses += treat(BOOKS / f"{VERSIONS[version]}.xlsx", Path(folder), seed)
        sys.stdout.write(f"version {version}: {asked.books} workbooks, {len(losses)} losses\n")
        sys.stdout.writelines(f"  {line}\n" for line in losses[:20])
        sys.stdout.flush()
        failed += len(losses)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
