"""Put a finished file in the place of another: all of it or nothing of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from strategy_xl.errors import Location, UsageError, WorkbookError


class Stamp(NamedTuple):
    """What tells whether a file is still the one that was read."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path | str) -> Stamp:
        """The stamp of a file now."""
        return cls.from_status(os.stat(path))  # noqa: PTH116 - takes str and Path alike

    @classmethod
    def from_status(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file when its status was taken."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


def check_target(target: Path, *, overwrite: bool) -> None:
    """Raise UsageError for a new file that exists (unless ``overwrite``), or whose folder does not."""
    if target.exists() and not overwrite:
        raise UsageError("SX144", Location(str(target)))
    if not target.parent.is_dir():
        raise UsageError("SX147", Location(str(target)), folder=str(target.parent))


@contextmanager
def atomic_replace(target: Path | str, *, check: Callable[[], None] | None = None) -> Iterator[BinaryIO]:
    """A binary file that takes the place of ``target`` when the block ends well.

    The file is written beside the target (same folder, so that the replacement is one step of the
    file system), flushed to the disk, given the permissions of the file it replaces, and moved over it.
    When the block, ``check`` or the move fails, the target is as it was and nothing is left behind.

    Arguments:
        target: path of the file to write; a symbolic link is followed and stays a link.
        check: called just before the replacement; raises to stop it (the source has changed meanwhile).

    Errors: WorkbookError SX917 when the folder or the file cannot be written.
    """
    final = Path(os.path.realpath(target))
    temporary = final.with_name(f".{final.name[:100]}.{os.urandom(6).hex()}.tmp")
    where = Location(str(target))
    try:
        # Nobody else may read the file before it has the permissions of the one it replaces.
        mode = 0o600 if final.exists() else 0o666
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    except OSError as error:
        raise WorkbookError("SX917", where, reason=error.strerror or str(error)) from error
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _copy_permissions(final, temporary)
        if check is not None:
            check()
        try:
            os.replace(temporary, final)  # noqa: PTH105 - a test stands in for the operating system here
        except OSError as error:
            raise WorkbookError("SX917", where, reason=error.strerror or str(error)) from error
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    _flush_folder(final.parent)


def _copy_permissions(final: Path, temporary: Path) -> None:
    """Give the new file the mode, and where allowed the owner, of the one it replaces."""
    try:
        before = final.stat()
    except FileNotFoundError:
        return
    temporary.chmod(before.st_mode & 0o7777)
    if hasattr(os, "chown"):
        now = temporary.stat()
        if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
            # Only an administrator may give a file away: without the right, it stays the writer's.
            with contextlib.suppress(PermissionError):
                os.chown(temporary, before.st_uid, before.st_gid)


def _flush_folder(folder: Path) -> None:
    """Make the replacement itself outlast a power cut, where folders can be opened (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
