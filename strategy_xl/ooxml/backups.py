"""Earlier versions of a workbook, kept in a hidden folder beside it.

``.strategy_xl/backups/<name of the workbook>/<UTC time>-<hash>.xlsx``: a folder a workbook, so that no name
gets too long, and a file a version. Each is the very file that stood under the name, moved there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
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


def moment_of(now_ns: int) -> datetime:
    """The time that a file system's clock tells, in microseconds."""
    return datetime.fromtimestamp(now_ns // 1000 / 10**6, UTC)


def version_name(replaced: datetime, digest: bytes, suffix: str) -> str:
    """The name of a version: when it was replaced, a hash, and what the workbook's name ends with."""
    return f"{replaced:{_TIME}}-{digest.hex()[:8]}{suffix}"


def replaced_at(name: str) -> datetime | None:
    """When a version of that name was replaced; None for somebody's own file."""
    try:
        return datetime.strptime(name.partition("-")[0], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def outdated(others: Iterable[str], keep: int, now: datetime) -> Iterator[str]:
    """Which versions go now that one has been added.

    Arguments:
        others: names of the versions beside the one that was added, the newest first.
        keep: how many are to stay, that one among them.
        now: when it was replaced.
    """
    versions = ((name, replaced) for name in others if (replaced := replaced_at(name)) is not None)
    for index, (name, replaced) in enumerate(versions, 1):
        if index >= keep or now - replaced > MAX_AGE:
            yield name


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
        moment = moment_of(now_ns)
        try:
            target = self.folder / version_name(moment, self._digest or b"", self.book.suffix)
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
            replaced = replaced_at(path.name)
            if replaced is not None:
                found.append(Version(path.stem, replaced, path))
        return found

    def _prune(self, now: datetime) -> None:
        others = [version.path.name for version in self.versions() if version.path != self.made]
        for name in outdated(others, self.keep, now):
            # One too many harms nobody, and the next run tries again.
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()

    def _failed(self, error: OSError) -> WorkbookError:
        return WorkbookError(
            "SX175", Location(str(self.book)), reason=error.strerror or str(error), folder=str(FOLDER)
        )
