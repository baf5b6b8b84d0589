"""Which names are those of workbooks, and which are left alone, wherever they lie."""

from __future__ import annotations

from pathlib import PurePosixPath

from strategy_xl.errors import Finding, Location, Severity

SUFFIXES = frozenset({".xlsx", ".xlsm"})
_OFFICE_MARKS = ("~$", ".~lock.", ".")
_SYSTEM_FOLDERS = frozenset({"$RECYCLE.BIN", "System Volume Information", "lost+found"})


def is_mark(name: str) -> bool:
    """Whether a file is hidden, or says that somebody has a workbook open."""
    return name.startswith(_OFFICE_MARKS)


def is_book(name: str) -> bool:
    """Whether a file is named like a workbook."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES and not is_mark(name)


def is_nobodys(folder: str) -> bool:
    """Whether a folder is hidden or the system's own: its files are nobody's workbooks."""
    return folder.startswith(".") or folder in _SYSTEM_FOLDERS


def failure(code: str, path: object, **args: object) -> Finding:
    """The finding of a path that cannot be treated."""
    return Finding(code, Location(str(path)), args, Severity.ERROR)
