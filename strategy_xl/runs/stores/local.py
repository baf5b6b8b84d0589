"""Workbooks in folders of this machine, shares among them: those that a name, a folder or a pattern means."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from strategy_xl.errors import Finding
from strategy_xl.ooxml.snapshot import same_file_key
from strategy_xl.runs.stores.names import failure, is_book, is_mark, is_nobodys


def _in_folder(folder: Path, failures: list[Finding]) -> list[Path]:
    """Everything below a folder that is named like a workbook; hidden folders are nobody's workbooks."""

    def unreadable(error: OSError) -> None:
        failures.append(failure("SX192", error.filename or folder, detail=error.strerror or str(error)))

    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not is_nobodys(name)]
        found += [Path(place, name) for name in names if is_book(name)]
    return sorted(found)


def _matching(pattern: str) -> tuple[Path, Iterator[Path]]:
    """The folder that a pattern starts from and what matches it.

    Pattern characters in the name of a folder that exists are part of the name.
    """
    start, rest = Path(), list(Path(pattern).parts)
    while rest and os.path.lexists(start / rest[0]):
        start /= rest.pop(0)
    names = glob.glob(os.path.join(glob.escape(str(start)), *rest), recursive=True)  # noqa: PTH118, PTH207 (absolute patterns)
    paths = (Path(name) for name in sorted(names))
    return start, (path for path in paths if not is_mark(path.name))


def stands_for(argument: str, failures: list[Finding]) -> tuple[Path, list[Path]]:
    """The folder that an argument begins with, and the paths that it stands for."""
    path = Path(argument)
    if os.path.isdir(argument):  # noqa: PTH112 - Path.is_dir raises where the folder above may not be entered
        return path, _in_folder(path, failures)
    try:
        path.lstat()
    except PermissionError:
        return path.parent, [path]
    except OSError:  # nothing is called so (Windows: nothing may be), so it is a pattern
        start, matches = _matching(argument)
        found: list[Path] = []
        for match in matches:
            found += _in_folder(match, failures) if os.path.isdir(match) else [match]  # noqa: PTH112 - as above
        return start, found
    return path.parent, [path]


def sort_in(path: Path, books: dict[object, Path], failures: list[Finding]) -> None:
    """Put a path among the workbooks, under what tells its file from all others, or among the failures."""
    try:
        status = path.stat()
    except OSError as error:
        failures.append(failure("SX109", path, detail=error.strerror or str(error)))
        return
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe may wait for ever, and opening a device do something.
        failures.append(failure("SX193", path))
        return
    books.setdefault(same_file_key(path), path)
