"""Workbooks that people edited in LibreOffice: upgraded, put into the other language and back, compared.

``make edited`` (``python tools/edited_books.py --books small-3 adopted``) has somebody spend an afternoon
with each workbook in a running LibreOffice (``office_session.py``), tells what he did (``diff``), upgrades it
and goes through nights, undo and translations; and so with a workbook of his own that has adopted our sheets
and gives them back in the end. Each time it is looked at with a reader that knows nothing of this program,
and LibreOffice calculates it before and after. It prints a line for each workbook and what was lost, and
fails when anything was.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from in_calc import uno_python
from office_session import OTHER_SHEET, OWN_NAME, OWN_SHEET, Session, session
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from people_belongings import kept_not, shown_otherwise, typed_not

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("office", "auditing")]

from complaints import by_package  # noqa: E402 - found on the path put before
from running_office import RunningOffice  # noqa: E402 - as above

from strategy_xl.book.read import read_workbook  # noqa: E402
from strategy_xl.errors import WorkbookError  # noqa: E402
from strategy_xl.schema.loader import load_default  # noqa: E402
from strategy_xl.schema.spec import FieldRole  # noqa: E402
from strategy_xl.work.adopt import AdoptionWish, adopt_workbook  # noqa: E402
from strategy_xl.work.adoption.foreign_lists import Wish  # noqa: E402
from strategy_xl.work.check import check_workbook  # noqa: E402
from strategy_xl.work.diff import diff  # noqa: E402
from strategy_xl.work.diff_data import difference_data  # noqa: E402
from strategy_xl.work.recompute import recompute_workbook  # noqa: E402
from strategy_xl.work.release import release_workbook  # noqa: E402
from strategy_xl.work.restore import restore_workbook  # noqa: E402
from strategy_xl.work.rewording import bare  # noqa: E402
from strategy_xl.work.translate import translate_workbook  # noqa: E402
from strategy_xl.work.upgrade import UpgradeReport, upgrade_workbook  # noqa: E402

BOOKS = ROOT / "tests" / "data" / "books"
SPEC = load_default()
DAY = date(2026, 11, 30)
ADOPTED = "adopted"
"""Not a workbook of ours: one that takes our sheets in."""
FAILING = ("#REF!", "#NAME?", "#DIV/0!", "#VALUE!", "Err:")
"""Errors that LibreOffice may not show more often afterwards; ``#N/A`` in charts' columns is meant."""


class Walk:
    """The way of one workbook."""

    def __init__(self, office: RunningOffice, source: Path, folder: Path) -> None:
        """Have somebody edit a copy.

        Arguments:
            office: a running LibreOffice.
            source: the workbook.
            folder: where everything is put.
        """
        self.office, self.folder = office, folder
        data = read_workbook(source, SPEC)
        self.lang, self.version = data.lang, data.schema_version
        self.session: Session = session(data)
        self.before, self.book = folder / "before.xlsx", folder / "book.xlsx"
        for left in folder.glob(
            ".~lock*"
        ):  # of an office that was stopped: the next one would ask whose it is
            left.unlink()
        office.save(source, self.before, *self.session.operations, locale=self.session.locale)
        shutil.copy(self.before, self.book)
        self._calculated: dict[Path, Any] = {}

    def values(self, book: Path, name: str) -> Any:
        """A workbook as LibreOffice calculates it, read with openpyxl."""
        target = self.folder / f"{name}.xlsx"
        if target not in self._calculated:
            self.office.save(book, target, calculates=True)
            self._calculated[target] = load_workbook(target, data_only=True)
        return self._calculated[target]

    # -- what is looked for ------------------------------------------------------------------------------

    def typed(self, book: Path) -> Iterator[str]:
        """Texts that he typed stand there still."""
        return typed_not(load_workbook(book), self.session.texts)

    def calculated(self, book: Path, name: str) -> Iterator[str]:
        """His formulas show what they showed, and nothing fails that did not before."""
        was, now = self.values(self.before, "before-calculated"), self.values(book, name)
        yield from shown_otherwise(was, now, (OWN_SHEET, OTHER_SHEET))
        failed = errors(was)
        for kind, cells in errors(now).items():
            before = len(failed.get(kind, ()))
            if len(cells) > before:
                yield f"{kind} in {len(cells)} cells ({before} before): {', '.join(cells[:5])}"

    def ours(self) -> set[tuple[str, str]]:
        """Sheet and place of the cells of tables that a night fills."""
        return {
            (block.sheet_of(item.key), block.a1(item.key, row))
            for block in read_workbook(self.book, SPEC).blocks.values()
            for item in block.block.fields
            if item.role is not FieldRole.INPUT and item.key in block.places
            for row in block.all_rows
        }


def errors(book: Any) -> dict[str, list[str]]:
    """Error value → cells that show it."""
    found: dict[str, list[str]] = {}
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith(FAILING):
                    found.setdefault(cell.value, []).append(f"{sheet.title}!{cell.coordinate}")
    return found


def renamed(report: UpgradeReport) -> set[tuple[str, str]]:
    """Sheet and text of the cells that an upgrade tells to read otherwise."""
    return {(change.sheet, change.before) for change in report.changes if change.kind in ("header", "text")}


def told(walk: Walk, source: Path) -> Iterator[str]:
    """What ``diff`` tells of the afternoon is what was done, and nothing else."""
    found = difference_data(diff(source, walk.before, SPEC, DAY))
    rows = Counter(row["change"] for block in found["blocks"] for row in block["rows"])
    cells = sum(len(block["cells"]) for block in found["blocks"])
    own = Counter(item["change"] for item in found["own"])
    sys.stdout.write(f"  diff: rows {dict(rows)}, {cells} cells, own {dict(own)}\n")
    if rows != {"added": 1, "gone": 1, "renamed": 1} or cells != walk.session.cells:
        yield f"diff tells {dict(rows)} and {cells} cells"
    wanted = {"sheet_added": 2, "sheet_renamed": 1, "column_added": 1, "comment_added": 3, "name_added": 1}
    others = {kind: own[kind] for kind in own.keys() - {"cells"}}
    if others != wanted or set(own) - {"cells"} != set(wanted):
        yield f"diff tells of people's own {others}"


def upgraded(walk: Walk) -> Iterator[str]:
    """Preview, upgrade, again, undo, again, check, two nights."""
    book, content = walk.book, walk.book.read_bytes()
    preview = upgrade_workbook(book, book, SPEC, DAY, dry_run=True)
    if book.read_bytes() != content:
        yield "the preview wrote"
    report = upgrade_workbook(book, book, SPEC, DAY)
    if report.changes != preview.changes or report.findings != preview.findings:
        yield "the preview was another"
    once = book.read_bytes()
    yield from (f"upgraded: {item}" for item in kept_not(walk.before, book, renamed(report)))
    yield from (f"upgraded: {item}" for item in walk.typed(book))
    yield from (f"upgraded: {item}" for item in walk.calculated(book, "upgraded"))
    yield from (f"upgraded: {item}" for item in complaints(walk.before, book))
    upgrade_workbook(book, book, SPEC, DAY)
    if book.read_bytes() != once:
        yield "a second upgrade wrote"
    restore_workbook(book, "")
    if book.read_bytes() != content:
        yield "undo is not exact"
    upgrade_workbook(book, book, SPEC, DAY)
    told = Counter(item.code for item in report.findings)
    sys.stdout.write(f"  upgrade: {dict(report.counts)}, {dict(told)}, {len(report.conflicts)} conflicts\n")
    yield from nights(walk, "upgraded")
    lost = kept_not(walk.before, book, renamed(report), walk.ours())
    yield from (f"after the nights: {item}" for item in lost)
    yield from (f"after the nights: {item}" for item in walk.calculated(book, "upgraded-nights"))


def nights(walk: Walk, name: str) -> Iterator[str]:
    """Check says what a night does, a second night writes nothing."""
    checked = check_workbook(walk.book, SPEC, DAY)
    first = recompute_workbook(walk.book, SPEC, DAY, backups=0)
    if first.failure is not None:
        yield f"{name}: the night fails, {first.failure}"
        return
    if (checked.changed, checked.findings) != (first.changed, first.findings):
        yield f"{name}: check says otherwise than the night"
    before = Counter(item.code for item in read_workbook(walk.before, SPEC).findings)
    new = Counter(item.code for item in first.findings) - before
    sys.stdout.write(f"  {name}: {first.changed} cells, new findings {dict(new)}\n")
    content = walk.book.read_bytes()
    if recompute_workbook(walk.book, SPEC, DAY, backups=0).changed or walk.book.read_bytes() != content:
        yield f"{name}: a second night writes"


def complaints(before: Path, after: Path) -> Iterator[str]:
    """What the auditor of packages says that it did not say before."""
    # LibreOffice writes the old print area beside a new one.
    found = (by_package(after) - by_package(before)).keys()
    yield from (item for item in found if "_xlnm.Print_Area" not in item)


def translated(walk: Walk) -> Iterator[str]:
    """Into the other language, a night, and back."""
    book = walk.book
    recompute_workbook(book, SPEC, DAY, backups=0)
    start = walk.folder / "fresh.xlsx"
    shutil.copy(book, start)
    content = book.read_bytes()
    other = "en" if walk.lang == "fr" else "fr"
    preview = translate_workbook(book, SPEC, other, DAY, dry_run=True)
    if book.read_bytes() != content:
        yield "the preview of the translation wrote"
    there = translate_workbook(book, SPEC, other, DAY)
    if there.changes != preview.changes:
        yield "the preview of the translation was another"
    told = Counter(item.code for item in there.findings)
    sys.stdout.write(f"  translate: {dict(told)}\n")
    yield from (f"translated: {item}" for item in walk.typed(book))
    yield from (f"translated: {item}" for item in walk.calculated(book, "translated"))
    yield from (f"translated: {item}" for item in complaints(start, book))
    yield from nights(walk, "translated")
    restored = walk.folder / "restored.xlsx"
    shutil.copy(start, restored)
    translate_workbook(restored, SPEC, other, DAY)
    restore_workbook(restored, "")
    if restored.read_bytes() != content:
        yield "undo of the translation is not exact"
    translate_workbook(book, SPEC, walk.lang, DAY)
    yield from (f"back: {item}" for item in kept_not(start, book, set()))
    yield from (f"back: {item}" for item in different(start, book))
    yield from (f"back: {item}" for item in walk.calculated(book, "back"))


def different(one: Path, other: Path) -> Iterator[str]:
    """Cells that hold something else, or look otherwise."""
    was, now = load_workbook(one), load_workbook(other)
    if was.sheetnames != now.sheetnames:
        yield f"sheets {was.sheetnames} {now.sheetnames}"
        return
    for sheet in was:
        for row in sheet.iter_rows():
            for cell in row:
                new = now[sheet.title][cell.coordinate]
                texts = [getattr(item.value, "text", item.value) for item in (cell, new)]
                # LibreOffice leaves out quotes that a title like 5W2H needs.
                if bare(str(texts[0])) != bare(str(texts[1])):
                    yield f"{sheet.title}!{cell.coordinate} {texts[0]!r} {texts[1]!r}"
                if cell.number_format != new.number_format:
                    yield f"{sheet.title}!{cell.coordinate} format {cell.number_format} {new.number_format}"


def walked(office: RunningOffice, name: str, folder: Path) -> Iterator[str]:
    """The whole way of a sample workbook."""
    source = BOOKS / f"{name}.xlsx"
    walk = Walk(office, source, folder)
    yield from walk.typed(walk.before)
    yield from told(walk, source)
    if walk.version < SPEC.schema_version:
        yield from upgraded(walk)
    yield from translated(walk)


# -- a workbook of their own ----------------------------------------------------------------------------


def foreign(path: Path) -> None:
    """A list of sales with a total, a sheet that reads it, a note and a colour."""
    book = Workbook()
    sales = book.active
    sales.title = "Ventes"
    sales.append(["Société", "CA", "Heures", "Satisfaction"])
    for number in range(1, 13):
        sales.append([f"Client {number:02d}", 1000.0 * number, 10.0 + number, 5 + number % 5])
    sales["B15"] = "=SUM(B2:B13)"
    sales["A2"].comment = Comment("vu en mars", "Anne")
    sales["A3"].fill = PatternFill("solid", fgColor="FFEE99")
    other = book.create_sheet("Suivi")
    other["A1"], other["B1"] = "Moyenne", "=AVERAGE(Ventes!B2:B13)"
    book.save(path)


def adopted(office: RunningOffice, folder: Path) -> Iterator[str]:
    """Taken in, edited, two nights, and given back, which is refused as long as theirs reads ours."""
    own, source = folder / "theirs.xlsx", folder / "adopted.xlsx"
    foreign(own)
    wish = AdoptionWish("fr", DAY, modules=("client_matrix",), lists=(Wish("clients", "Ventes"),))
    adopt_workbook(own, source, SPEC, wish, backups=0)
    walk = Walk(office, source, folder)
    yield from walk.typed(walk.before)
    yield from nights(walk, "adopted")
    yield from (f"adopted: {item}" for item in kept_not(walk.before, walk.book, set(), walk.ours()))
    yield from (f"adopted: {item}" for item in walk.calculated(walk.book, "adopted-nights"))
    try:
        release_workbook(walk.book, folder / "released.xlsx", backups=0)
        yield "released although a sheet of theirs reads ours"
    except WorkbookError as error:
        sys.stdout.write(f"  release: refused {error.finding.code} {error.finding.location}\n")
    free, bare = folder / "free.xlsx", folder / "released.xlsx"
    office.save(walk.book, free, ("delete_sheet", OWN_SHEET), ("drop_name", "", OWN_NAME))
    report = release_workbook(free, bare, backups=0)
    sys.stdout.write(f"  release: {dict(Counter(item.code for item in report.findings))}\n")
    was, now = load_workbook(own), load_workbook(bare)
    if set(now.sheetnames) != {*was.sheetnames, OTHER_SHEET}:
        yield f"released: sheets {now.sheetnames}"
    for sheet in was:
        for row in sheet.iter_rows():
            for cell in row:
                new = now[sheet.title][cell.coordinate]
                if (cell.value, cell.comment and cell.comment.text) != (
                    new.value,
                    new.comment and new.comment.text,
                ):
                    yield f"released: {sheet.title}!{cell.coordinate} {new.value!r}, not {cell.value!r}"
                if cell.fill.fgColor.rgb[-6:] != new.fill.fgColor.rgb[-6:]:
                    yield f"released: {sheet.title}!{cell.coordinate} another colour"
    left = [name for name in now.defined_names if name.lower().startswith(("sx", "_sx"))]
    if left:
        yield f"released: names {left}"
    if errors(walk.values(bare, "released-calculated")):
        yield "released: formulas fail"


def main() -> int:
    """Walk with them all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--books", nargs="*", default=[*sorted(path.stem for path in BOOKS.glob("*.xlsx")), ADOPTED]
    )
    parser.add_argument("--keep", type=Path, help="a folder in which the files stay")
    asked = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)  # what openpyxl does not know of our sheets
    python, soffice = uno_python(), shutil.which("soffice")
    if python is None or soffice is None:
        parser.error("LibreOffice with UNO is needed")
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        office = RunningOffice(soffice, python, Path(scratch, "profile"))
        try:
            for name in asked.books:
                folder = (asked.keep or Path(scratch)) / name
                folder.mkdir(parents=True, exist_ok=True)
                losses = list(adopted(office, folder) if name == ADOPTED else walked(office, name, folder))
                sys.stdout.write(f"{name}: {len(losses)} losses\n")
                sys.stdout.writelines(f"  {line}\n" for line in losses[:20])
                sys.stdout.flush()
                failed += len(losses)
        finally:
            office.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
