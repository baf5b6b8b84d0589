"""Which workbooks a command is meant for: files, folders and patterns."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from strategy_xl.errors import Location, UsageError

SUFFIXES = frozenset({".xlsx", ".xlsm"})
_OFFICE_MARKS = ("~$", ".~lock.", ".")


def _in_folder(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue  # hidden folders too: ours holds earlier versions of workbooks
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(_OFFICE_MARKS) and path.is_file():
            yield path


def workbooks(arguments: Iterable[str]) -> list[Path]:
    """The workbooks that files, folders (with all below) and patterns stand for, each once, in order.

    Patterns are expanded here because the Windows command line does not. Raises UsageError for an argument
    that stands for nothing.
    """
    found: dict[Path, None] = {}
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            paths = list(_in_folder(path))
        elif path.exists():
            paths = [path]
        else:
            paths = [Path(name) for name in sorted(glob.glob(argument, recursive=True))]  # noqa: PTH207 (absolute patterns)
            paths = [name for name in paths if not name.name.startswith(_OFFICE_MARKS)]
        if not paths:
            raise UsageError("SX107", Location(argument))
        found.update(dict.fromkeys(paths))
    return list(found)
