"""The bytes of a workbook at one moment: what is read, judged and patched is the same file."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from strategy_xl.errors import Location, WorkbookChangedError, WorkbookError

_Result = TypeVar("_Result")


class Stamp(NamedTuple):
    """What the file system tells about whether a file is still the one that was read."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, file: Path | str | int) -> Stamp:
        """The stamp of a path or an open file now."""
        status = os.stat(file)  # noqa: PTH116 - takes an open file too
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)

    def check(self, file: Path | str) -> None:
        """Make sure that a file is the one the stamp was taken of.

        Errors: WorkbookChangedError SX916.
        """
        if Stamp.of(file) != self:
            raise WorkbookChangedError(Location(str(file)))


class Snapshot(NamedTuple):
    """A workbook as it was read, held in memory: nobody can change it under our hands.

    Arguments:
        path: where it was read.
        content: all its bytes.
        stamp: what the file system told about it.
        digest: BLAKE2b of the bytes.
        kept: what was found out of the bytes by those who read them, by its type: it stays true.
    """

    path: str
    content: bytes
    stamp: Stamp
    digest: bytes
    kept: dict[type, Any] | None = None

    @classmethod
    def take(cls, path: Path | str) -> Snapshot:
        """Read a file whole.

        Errors: WorkbookError SX918 not there or not readable, WorkbookChangedError SX916 somebody wrote it
        while it was being read.
        """
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - takes str and Path alike
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a pipe would be waited for without end
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))  # noqa: TRY301
            with open(path, "rb") as stream:  # noqa: PTH123 - as above
                stamp = Stamp.of(stream.fileno())
                content = stream.read()
                after = Stamp.of(stream.fileno())
        except OSError as error:
            raise WorkbookError("SX918", Location(str(path)), reason=error.strerror or str(error)) from error
        if after != stamp or len(content) != stamp.size:
            raise WorkbookChangedError(Location(str(path)))
        return cls(str(path), content, stamp, hashlib.blake2b(content).digest(), {})

    @contextmanager
    def held(self) -> Iterator[None]:
        """While the snapshot is worked on: a file that was half written when it was read seems damaged.

        Errors: WorkbookChangedError SX916 in place of what was found wrong with a file that is another now.
        """
        try:
            yield
        except WorkbookChangedError:
            raise
        except WorkbookError as error:
            if not self.is_current():
                raise WorkbookChangedError(Location(self.path)) from error
            raise

    def is_current(self) -> bool:
        """Whether the path still leads to the very file that was read, with the very bytes."""
        try:
            with open(self.path, "rb") as stream:  # noqa: PTH123 - the path is a string here
                # The stamp last: a write during the reading shows in it.
                return digest_of(stream) == self.digest and self.stamp == (
                    Stamp.of(stream.fileno())
                ) == Stamp.of(self.path)
        except OSError:
            return False

    def check(self) -> None:
        """Make sure that nobody has written the file since.

        Errors: WorkbookChangedError SX916.
        """
        if not self.is_current():
            raise WorkbookChangedError(Location(self.path))


def twice(attempt: Callable[[], _Result]) -> _Result:
    """What an attempt gives that takes a snapshot: it starts over, once, when somebody writes meanwhile."""
    try:
        return attempt()
    except WorkbookChangedError:
        return attempt()


def digest_of(stream: BufferedReader) -> bytes:
    """BLAKE2b of a stream's bytes: the fastest of the standard library that nobody can aim at."""
    return hashlib.file_digest(stream, "blake2b").digest()


def same_file_key(path: Path | str) -> tuple[int, int] | str:
    """A key that is the same for all paths to one file (links of both kinds, other spellings).

    Device and inode where the file can be asked, else the path without links.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - takes str and Path alike
    except OSError:
        return os.path.realpath(path)
    # Some network file systems have no inodes.
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)
