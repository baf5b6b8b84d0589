"""Take our sheets out of a workbook of somebody else, and give him back what was his, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from strategy_xl.book.known_places import parse_reference
from strategy_xl.errors import Finding, Location, PatchRefusedError, Severity
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.releasing import Released, release
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.consistency import SETTINGS_BLOCK, TODAY
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import GUEST, STAMP, STORED, is_stored, parse_anchor, renamed_by
from strategy_xl.work.lambdas import on_their_own


@dataclass(frozen=True)
class ReleaseReport:
    """What became of a workbook.

    Arguments:
        path: the workbook.
        sheets: titles of the sheets that went.
        parts: what became of the parts that had been added to.
        findings: what people should know.
        written: whether it was written.
        backup: where the file that was replaced is kept; None when it is not.
    """

    path: Path
    sheets: tuple[str, ...]
    parts: Released
    findings: tuple[Finding, ...] = ()
    written: bool = False
    backup: Path | None = None


def release_workbook(path: Path, target: Path, *, dry_run: bool = False, backups: int = 1) -> ReleaseReport:
    """Take our sheets out of a workbook that had taken them in.

    Arguments:
        path: the workbook.
        target: where to write; may be the same path.
        dry_run: find out what would come of it, write nothing.
        backups: how many earlier versions of the target stay beside it.

    When somebody writes the workbook meanwhile, the work starts over, once.

    Errors: PatchRefusedError SX639 a workbook that has taken in nothing, SX640 one whose other cells read our
    sheets, SX641 one without other sheets; WorkbookError for a file that is none.
    """
    return twice(partial(_attempt, path, target, dry_run=dry_run, backups=backups))


def _attempt(path: Path, target: Path, *, dry_run: bool, backups: int) -> ReleaseReport:
    """One reading, and the writing that belongs to it."""
    taken = Snapshot.take(path)
    with taken.held():
        snapshot = on_their_own(taken)
    with taken.held(), Package.open(snapshot) as package:
        job = PatchJob(package, target, snapshot)
        titles = _ours(job.info)
        parts = release(job, titles, _came_with_us(job.info))
        job.check_signature(allow=False)
        patched = job.write(dry_run=dry_run, backups=backups)
    order = tuple(sheet.name for sheet in job.info.sheets if sheet.name in titles)
    return ReleaseReport(path, order, parts, tuple(_told(path, parts)), patched.written, patched.backup)


def _ours(info: WorkbookInfo) -> frozenset[str]:
    """Titles of the sheets that came with us, by the names stored in the workbook.

    Errors: PatchRefusedError SX639.
    """
    names = info.names_like(*STORED)
    if not any(name.name == GUEST for name in names):
        code = "SX635" if any(name.name == STAMP for name in names) else "SX639"
        raise PatchRefusedError(code, info.package.where)
    places = (parse_reference(name.text) for name in names if name.scope is None and parse_anchor(name.name))
    known = {sheet.name for sheet in info.sheets}
    return frozenset(place.sheet for place in places if place is not None and place.sheet in known)


def _came_with_us(info: WorkbookInfo) -> Callable[[str], bool]:
    """What tells, without a record, which names came with us: those that are called otherwise are not his."""
    texts = [name.text for name in info.names_like(GUEST) if name.name == GUEST]
    renamed = renamed_by(texts[0]) if texts else {}
    own, his = set(renamed.values()), {old.casefold() for old in renamed}
    settings = {TODAY, *(field.key for field in load_default().data_blocks()[SETTINGS_BLOCK][1].fields)}
    return lambda name: name in own or (name.casefold() not in his and is_stored(name, settings))


def _told(path: Path, parts: Released) -> Iterator[Finding]:
    """What could not be given back as it was."""
    where = Location(str(path))
    if parts.shortened:
        args = {"n": len(parts.shortened), "parts": ", ".join(parts.shortened)}
        yield Finding("SX642", where, args, Severity.NOTE)
    if parts.left:
        yield Finding("SX643", where, {"n": len(parts.left), "parts": ", ".join(parts.left)}, Severity.NOTE)
