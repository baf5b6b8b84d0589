"""Which workbooks a command is meant for: files, folders and patterns; and which of them cannot be opened."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from strategy_xl.errors import Finding, Location, Severity, UsageError
from strategy_xl.ooxml.snapshot import same_file_key

SUFFIXES = frozenset({".xlsx", ".xlsm"})
_OFFICE_MARKS = ("~$", ".~lock.", ".")
_SYSTEM_FOLDERS = frozenset({"$RECYCLE.BIN", "System Volume Information", "lost+found"})


class Found(NamedTuple):
    """What the arguments of a command stand for.

    Arguments:
        books: the workbooks, each file once whatever its names, in order.
        failures: folders that cannot be listed, and what is named like a workbook but cannot be opened.
        home: the first folder named, else the one of the first workbook.
    """

    books: list[Path]
    failures: list[Finding]
    home: Path


def _failure(code: str, path: Path | str, **args: object) -> Finding:
    return Finding(code, Location(str(path)), args, Severity.ERROR)


def _in_folder(folder: Path, failures: list[Finding]) -> list[Path]:
    """Everything below a folder that is named like a workbook; hidden folders are nobody's workbooks."""

    def unreadable(error: OSError) -> None:
        failures.append(_failure("SX192", error.filename or folder, detail=error.strerror or str(error)))

    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _SYSTEM_FOLDERS]
        found += [
            Path(place, name)
            for name in names
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith(_OFFICE_MARKS)
        ]
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
    return start, (path for path in paths if not path.name.startswith(_OFFICE_MARKS))


def _stands_for(argument: str, failures: list[Finding]) -> tuple[Path, list[Path]]:
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


def _sort_in(path: Path, books: dict[object, Path], failures: list[Finding]) -> None:
    """Put a path among the workbooks, under what tells its file from all others, or among the failures."""
    try:
        status = path.stat()
    except OSError as error:
        failures.append(_failure("SX109", path, detail=error.strerror or str(error)))
        return
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe may wait for ever, and opening a device do something.
        failures.append(_failure("SX193", path))
        return
    books.setdefault(same_file_key(path), path)


def workbooks(arguments: Iterable[str]) -> Found:
    """The workbooks that files, folders (with all below) and patterns stand for.

    Patterns are expanded here because the Windows command line does not. An argument that stands for nothing
    is a failure among others; when all do, UsageError SX107 is raised.
    """
    arguments = list(arguments)
    books: dict[object, Path] = {}
    failures: list[Finding] = []
    starts: list[Path] = []
    nothing = []
    for argument in arguments:
        before = len(failures)
        start, paths = _stands_for(argument, failures)
        if not paths and len(failures) == before:
            nothing.append(argument)
            failures.append(_failure("SX107", argument))
            continue
        starts.append(start)
        for path in paths:
            _sort_in(path, books, failures)
    if nothing and len(nothing) == len(arguments):
        raise UsageError("SX107", Location(", ".join(nothing)))
    return Found(list(books.values()), failures, starts[0] if starts else Path())
