"""Put a finished file in the place of another: all of it or nothing of it, and never over what is newer."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

from strategy_xl.errors import Location, UsageError, WorkbookError
from strategy_xl.ooxml.attributes import copy_attributes, refuse_if_kept
from strategy_xl.ooxml.backups import Backups
from strategy_xl.ooxml.snapshot import Stamp
from strategy_xl.ooxml.swap import swap, swap_back

_TEMPORARY = re.compile(r"\.sx-([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.tmp")
_ABANDONED = 24 * 3600
"""Seconds after which a temporary file is nobody's, whatever machine it came from."""


def check_target(target: Path, *, overwrite: bool) -> None:
    """Raise UsageError for a new file that exists (unless ``overwrite``), or whose folder does not."""
    if target.exists() and not overwrite:
        raise UsageError("SX144", Location(str(target)))
    if not target.parent.is_dir():
        raise UsageError("SX147", Location(str(target)), folder=str(target.parent))


@contextmanager
def atomic_replace(
    target: Path | str, *, check: Callable[[], None] | None = None, backups: Backups | None = None
) -> Iterator[BinaryIO]:
    """A binary file that takes the place of ``target`` when the block ends well.

    The file is written beside the target (same folder, so that the replacement is one step of the
    file system), given all that the file system knows of the file it replaces, flushed to the disk, and
    put under its name. When the block, ``check`` or the move fails, or the target turns out to be another
    file than at the start, the target is as it was and nothing is left behind.

    Arguments:
        target: path of the file to write; a symbolic link is followed and stays a link.
        check: called just before the replacement; raises to stop it (the source has changed meanwhile).
        backups: where the file that is replaced goes; nowhere when not given.

    Errors: WorkbookError SX917 when the folder or the file cannot be written, SX170 to SX173 when the
    file must not be replaced or would lose what the file system knows of it, SX175 when it cannot be kept
    as a backup, WorkbookChangedError SX916.
    """
    final = Path(os.path.realpath(target))
    where = Location(str(target))
    with _written(where):
        before = Stamp.of(final) if final.exists() else None
        if before is not None:
            if final.stat().st_nlink > 1:
                remove_stale(final.parent)  # a second name that a run left which died in between
            refuse_if_kept(final, where)
        temporary = _temporary(final.parent)
        # Nobody else may read the file before it has the permissions of the one it replaces.
        mode = 0o666 if before is None else 0o600
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with _written(where):
            with os.fdopen(handle, "w+b") as stream:
                yield stream
                stream.flush()
                if before is not None:
                    copy_attributes(final, temporary, where)
                os.fsync(stream.fileno())
            if backups is not None and before is not None and backups.keep:
                backups.prepare()
            if check is not None:
                check()
            if before is None:
                os.replace(temporary, final)  # noqa: PTH105 - a test stands in for the operating system here
            else:
                _put(temporary, final, before, backups if backups is not None and backups.keep else None)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        if backups is not None:
            backups.tidy()
        raise
    _flush_folder(final.parent)


@contextmanager
def _written(where: Location) -> Iterator[None]:
    """What the file system refuses, as WorkbookError SX917."""
    try:
        yield
    except OSError as error:
        raise WorkbookError("SX917", where, reason=error.strerror or str(error)) from error


def _put(new: Path, final: Path, before: Stamp, backups: Backups | None) -> None:
    """Swap the files, look at what came out, and keep it or throw it away.

    Errors: WorkbookChangedError SX916 when somebody has saved between the last check and the swap; his file
    has its name again then. WorkbookError SX175; the old file has its name again too.
    """
    ours = new.stat()
    old = swap(new, final, _temporary(final.parent), copy=backups is not None)
    if old is None:
        return
    try:
        if old.is_original:
            before.check(old.path)
        if backups is not None:
            backups.take(old.path, ours.st_mtime_ns)
        else:
            old.path.unlink()
    except BaseException:
        swap_back(old.path, final, ours.st_ino)
        with contextlib.suppress(FileNotFoundError):
            old.path.unlink()
        raise


# -- temporary files ---------------------------------------------------------------------------------------


@cache
def _host() -> str:
    """This machine, short."""
    return hashlib.blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()


def _temporary(folder: Path) -> Path:
    """A free name, short whatever the workbook is called, that tells the process and machine it is of."""
    return folder / f".sx-{_host()}-{os.getpid()}-{os.urandom(6).hex()}.tmp"


def remove_stale(folder: Path | str) -> list[Path]:
    """Remove the temporary files that runs left in a folder which died there.

    A file goes when the process that made it is no longer there, or when it is a day old and so nobody's
    (other machines' files, numbers of processes that are in use again).

    Arguments:
        folder: the folder; those below it are not looked into.

    Result: what was removed. Errors: OSError when the folder cannot be read.
    """
    removed = []
    with os.scandir(folder) as entries:
        for entry in entries:
            named = _TEMPORARY.fullmatch(entry.name)
            # Between the look and the removal its run may have ended well.
            with contextlib.suppress(FileNotFoundError):
                # The time of its last renaming: a workbook that is just being replaced is old otherwise.
                if named is not None and (
                    (named[1] == _host() and not is_alive(int(named[2])))
                    or time.time() - entry.stat(follow_symlinks=False).st_ctime > _ABANDONED
                ):
                    Path(entry.path).unlink()
                    removed.append(Path(entry.path))
    return removed


def is_alive(process: int) -> bool:
    """Whether a process of that number may be at work on this machine."""
    if sys.platform == "win32":
        return True  # asking there would end it; its files go by their age
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def _flush_folder(folder: Path) -> None:
    """Make the replacement itself outlast a power cut, where folders can be opened (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
