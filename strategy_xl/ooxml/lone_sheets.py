"""Take people's own sheets over from one workbook into another.

The sheets are first brought into the form that this program writes itself (``Splice`` takes no other): a
copy of them alone goes through openpyxl. Of the workbook that gets them every other byte stays, and what
openpyxl would lose is refused before. No record is kept: they belong to the workbook from then on. Sheets of
ours that may have to go again come by ``grafting``.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob, PatchReport
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.workbook_part import WorkbookInfo

_COPIED = frozenset(
    {"comments", "vmlDrawing", "printerSettings", "hyperlink", "table", "threadedComment", "drawing"}
)
"""Relations of a sheet that go through openpyxl whole, are of no use elsewhere, or come behind it."""
_LOST = (b"<extLst", b":extLst", b"<controls", b"<oleObjects", b"<picture")


def is_graftable(info: WorkbookInfo, title: str) -> bool:
    """Whether a sheet can be taken over whole: cells, formats, rules, notes, tables.

    What lies over it does not come with it (``drawn_edits``).

    Arguments:
        info: the workbook it is in. title: of the sheet.
    """
    sheet = info.sheet(title)
    if sheet.kind != "worksheet" or any(
        relation.kind not in _COPIED for relation in info.relationships(sheet.part)
    ):
        return False
    data = info.package.read(sheet.part)
    return not any(mark in data for mark in _LOST)


_UNREAD = (ArithmeticError, AttributeError, SyntaxError, TypeError, ValueError)
"""Raised by openpyxl, and by Pillow for pictures where it is installed, on what they do not understand."""


def lone_sheets(snapshot: Snapshot, titles: Sequence[str]) -> bytes | None:
    """Some sheets of a workbook alone, written as this program writes; None when they cannot be.

    Arguments:
        snapshot: the workbook. titles: of the sheets.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    target = BytesIO()
    try:
        book = openpyxl.load_workbook(BytesIO(snapshot.content), keep_links=False, rich_text=True)
        for name in book.sheetnames:
            if name not in titles:
                del book[name]
            else:
                # openpyxl would keep half of them.
                vars(book[name]).update(_charts=[], _images=[])
        for name in list(book.defined_names):
            del book.defined_names[name]
        book.save(target)
    except (InvalidFileException, BadZipFile, OSError, LookupError, *_UNREAD):
        return None
    return target.getvalue()


def graft_sheets(
    source: Snapshot,
    target: Path,
    sheets: bytes,
    titles: Sequence[str],
    *,
    dry_run: bool = False,
    backups: int = 0,
) -> PatchReport:
    """Add sheets behind the last one of a workbook; every other byte of it stays.

    Arguments:
        source: the workbook as it was read. target: what is written; may be the source.
        sheets: a workbook of these sheets, as ``lone_sheets`` gives it. titles: of the sheets.
        dry_run, backups: as in ``set_cells``.

    Errors: those of ``set_cells``; PatchRefusedError SX138 for a workbook in a form to which nothing can be
    added.
    """
    with Package.open(source) as package:
        job = PatchJob(package, target, source)
        with Package("", BytesIO(sheets)) as lone:
            splice = Splice(job, lone)
            splice.sheets(titles)
            splice.finish()
            job.check_signature(allow=False)
            return job.write(dry_run=dry_run, backups=backups)


def can_graft(source: Snapshot, sheets: bytes, titles: Sequence[str]) -> bool:
    """Whether ``graft_sheets`` would write these sheets."""
    try:
        graft_sheets(source, Path(source.path), sheets, titles, dry_run=True)
    except (StrategyXlError, KeyError, IndexError):
        return False
    return True
