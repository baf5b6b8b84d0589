"""Earlier versions of a workbook, kept in a hidden folder beside it.

``.strategy_xl/backups/<name of the workbook>/<UTC time>-<hash>.xlsx``: a folder a workbook, so that no name
gets too long, and a file a version. Each is the very file that stood under the name, moved there.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml.snapshot import digest_of

HIDDEN = ".strategy_xl"
"""Name of the folder, beside the workbooks, in which a run keeps what is its own."""
FOLDER = Path(HIDDEN, "backups")
MAX_AGE = timedelta(days=90)
"""Versions older than that, counted from the newest, go when one is added; the newest itself stays."""
_TIME = "%Y%m%dT%H%M%S_%fZ"


def make_folder(folder: Path) -> None:
    """Make a folder of ours if it is not there, open to those who may use the folder around it.

    Errors: OSError when it cannot be made.
    """
    try:
        folder.mkdir()
    except FileExistsError:
        if folder.is_dir():
            return
        raise
    above = folder.parent.stat()
    folder.chmod(above.st_mode & 0o7777)
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):  # only an administrator gives away
            os.chown(folder, above.st_uid, above.st_gid)


class Version(NamedTuple):
    """One earlier version: its name (time and hash), when it was replaced, its file."""

    name: str
    replaced: datetime
    path: Path


class Backups:
    """The earlier versions of one workbook.

    Arguments:
        book: path of the workbook; links are followed, so that all its names share the versions.
        keep: how many are to stay; none are made with 0.
        digest: BLAKE2b of the workbook as it is, when it is known already.
    """

    def __init__(self, book: Path | str, keep: int, digest: bytes | None = None) -> None:
        """Nothing is touched yet."""
        self.book = Path(os.path.realpath(book))
        self.folder = self.book.parent / FOLDER / self.book.name
        self.keep = keep
        self.made: Path | None = None
        self._digest = digest

    def prepare(self) -> None:
        """Make the folder, open to those who may use the workbook's own, and the hash of the workbook.

        All that takes time is done here, before the swap: a run killed after it must not lose the old file.

        Errors: WorkbookError SX175.
        """
        try:
            if self._digest is None:
                with self.book.open("rb") as stream:
                    self._digest = digest_of(stream)
            for folder in (self.folder.parents[1], self.folder.parent, self.folder):
                make_folder(folder)
        except OSError as error:
            raise self._failed(error) from error

    def take(self, old: Path, now_ns: int) -> None:
        """Move the file that was replaced to the others, and let the oldest go.

        Arguments:
            old: where it is; in the workbook's folder.
            now_ns: the time, by the clock of the file system.

        Errors: WorkbookError SX175; the file is where it was.
        """
        moment = datetime.fromtimestamp(now_ns // 1000 / 10**6, UTC)
        mark = (self._digest or b"").hex()[:8]
        try:
            target = self.folder / f"{moment:{_TIME}}-{mark}{self.book.suffix}"
            try:
                old.replace(target)
            except FileNotFoundError:  # another workbook's run has just tidied up
                self.prepare()
                old.replace(target)
        except OSError as error:
            raise self._failed(error) from error
        self.made = target
        self._prune(moment)

    def tidy(self) -> None:
        """Take the folders away again that hold nothing."""
        with contextlib.suppress(OSError):  # they hold something, or are gone
            for folder in (self.folder, self.folder.parent, self.folder.parents[1]):
                folder.rmdir()

    def versions(self) -> list[Version]:
        """The versions, the newest first."""
        found = []
        for path in sorted(self.folder.glob("*-*"), reverse=True):
            try:
                replaced = datetime.strptime(path.stem.partition("-")[0], _TIME).replace(tzinfo=UTC)
            except ValueError:
                continue  # somebody's own file
            found.append(Version(path.stem, replaced, path))
        return found

    def _prune(self, now: datetime) -> None:
        others = [version for version in self.versions() if version.path != self.made]
        for index, version in enumerate(others, 1):
            if index >= self.keep or now - version.replaced > MAX_AGE:
                # One too many harms nobody, and the next run tries again.
                with contextlib.suppress(OSError):
                    version.path.unlink()

    def _failed(self, error: OSError) -> WorkbookError:
        return WorkbookError(
            "SX175", Location(str(self.book)), reason=error.strerror or str(error), folder=str(FOLDER)
        )
