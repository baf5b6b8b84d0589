"""Bring an earlier version of a workbook back; what it replaces becomes an earlier version itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml.backups import Backups, Version
from strategy_xl.ooxml.open_marks import refuse_if_open
from strategy_xl.ooxml.replace import atomic_replace
from strategy_xl.ooxml.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What became of a workbook.

    Arguments:
        book: the workbook.
        version: what it is now.
        backup: where the file is kept that stood there; None when none did, or when it was that version.
    """

    book: Path
    version: Version
    backup: Path | None


def versions(book: Path) -> list[Version]:
    """The earlier versions of a workbook, the newest first.

    Errors: WorkbookError SX177 there are none.
    """
    found = Backups(book, 0).versions()
    if not found:
        raise WorkbookError("SX177", Location(str(book)))
    return found


def chosen(book: Location, known: Sequence[Version], wanted: str) -> Version:
    """The version that people mean.

    Arguments:
        book: the workbook.
        known: its versions, the newest first.
        wanted: the version's name, its beginning or its hash; the newest when empty.

    Errors: WorkbookError SX176 no such version, or several.
    """
    found = [item for item in known if item.name.startswith(wanted) or item.name.endswith(f"-{wanted}")]
    # The same bytes may have been replaced more than once: the last time will do.
    if not found or (wanted and len({item.name.rpartition("-")[2] for item in found}) > 1):
        names = ", ".join(item.name for item in found or known)
        raise WorkbookError("SX176", book, version=wanted, known=names)
    return found[0]


def restore_workbook(book: Path, wanted: str = "") -> RestoreReport:
    """Put an earlier version in the place of a workbook, which becomes one too; or back to its name.

    Arguments:
        book: the workbook; it may have been deleted.
        wanted: the version's name, its beginning or its hash; the newest when empty.

    Errors: WorkbookError SX113 somebody has the workbook open, SX176 no such version or several, SX177 none
    at all, SX178 the version is not what was kept, and those of ``atomic_replace``.
    """
    refuse_if_open(book)
    known = versions(book)
    version = chosen(Location(str(book)), known, wanted)
    kept = Snapshot.take(version.path)
    if not version.name.endswith(kept.digest.hex()[:8]):
        raise WorkbookError("SX178", Location(str(book)), version=version.name)
    target = Path(os.path.realpath(book))
    if not target.exists():
        version.path.rename(target)
        return RestoreReport(book, version, None)
    now = Snapshot.take(book)
    backups = Backups(book, len(known) + 1, now.digest)
    if now.digest != kept.digest:
        with atomic_replace(book, check=now.check, backups=backups) as stream:
            stream.write(kept.content)
    return RestoreReport(book, version, backups.made)
