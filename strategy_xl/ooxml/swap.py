"""Put a new file under the name of an old one, which stays at hand; one of them always has the name."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from strategy_xl.errors import Location
from strategy_xl.ooxml.attributes import copy_attributes

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


class Old(NamedTuple):
    """Where a file is that was replaced, and whether it is that very file, not a copy."""

    path: Path
    is_original: bool


def exchange(first: Path, second: Path) -> None:
    """Let two files of one folder trade names in one step of the file system.

    Errors: OSError when the system or the file system cannot (Linux: ext4, XFS, Btrfs, tmpfs… can; NFS and
    SMB cannot).
    """
    import ctypes

    library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "renameat2"):
        raise OSError("no renameat2")
    names = os.fsencode(first), os.fsencode(second)
    if library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(second))


def swap(new: Path, final: Path, old: Path, *, copy: bool) -> Old | None:
    """Put ``new`` under the name ``final``; what stood there goes on under another name of the folder.

    Arguments:
        new: the finished file.
        final: the name it takes; a file stands there.
        old: a free name for what stood there.
        copy: where the old file cannot be kept by a second name (FAT, some shares), copy it.

    Result: where the old file is now, None when it is gone. Errors: OSError; the old file stands then.
    """
    with contextlib.suppress(OSError):  # a real refusal shows in what follows, which needs the same rights
        exchange(new, final)
        return Old(new, is_original=True)
    if sys.platform == "win32":
        _replace_file(new, final, old)
        return Old(old, is_original=False)  # as far as Windows tells
    kept: Old | None = Old(old, is_original=True)
    try:
        os.link(final, old)
    except OSError:
        kept = Old(old, is_original=False) if copy else None
        if copy:
            shutil.copyfile(final, old)
            copy_attributes(final, old, Location(str(final)))
    try:
        os.replace(new, final)  # noqa: PTH105 - a test stands in for the operating system here
    except OSError:
        if kept is not None:
            kept.path.unlink()
        raise
    return kept


def swap_back(old: Path, final: Path, inode: int) -> None:
    """Undo a swap: the old file takes its name again.

    Arguments:
        old: where it is.
        final: its name; left alone when the file there is not ours: somebody has saved a yet newer one.
        inode: of the new file.
    """
    if final.stat().st_ino == inode:
        try:
            exchange(old, final)
        except OSError:
            os.replace(old, final)  # noqa: PTH105 - as above


def _replace_file(new: Path, final: Path, old: Path) -> None:
    """Windows' own replacement, which keeps access list, attributes, streams and date of creation."""
    if sys.platform == "win32":
        import ctypes

        unable_to_move = 1177  # the old file has its backup name already, the new one not yet its own
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        if not kernel.ReplaceFileW(str(final), str(new), str(old), 0, None, None):
            number = ctypes.get_last_error()
            if number == unable_to_move:
                old.rename(final)
            raise ctypes.WinError(number)
