"""The folder that a night is to run on."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from strategy_xl.errors import UsageError
from strategy_xl.runs.discover import Found, workbooks


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass
class Night:
    """A folder with its workbooks, and what the checks ask of the computer; tests put their own in its place.

    Arguments:
        folder: of the workbooks.
        history: address of the history; the file beside the workbooks when empty.
        jobs: processes of a run.
        now: the time of this computer, in seconds.
        free: bytes that are free where a folder lies.
    """

    folder: Path
    history: str = ""
    jobs: int = 1
    now: Callable[[], float] = time.time
    free: Callable[[Path], int] = field(default=_free)

    @cached_property
    def found(self) -> Found:
        """The workbooks, and what cannot be opened."""
        try:
            return workbooks([str(self.folder)])
        except UsageError:  # there is nothing
            return Found([], [], self.folder)

    @cached_property
    def folders(self) -> list[Path]:
        """Where the workbooks lie."""
        return sorted({Path(os.path.realpath(book)).parent for book in self.found.books} or {self.folder})

    @cached_property
    def sizes(self) -> list[int]:
        """Bytes of each workbook that can be looked at."""
        found = []
        for book in self.found.books:
            with suppress(OSError):  # it is told among the rights
                found.append(book.stat().st_size)
        return found


@contextmanager
def probe_file(folder: Path) -> Iterator[Path]:
    """A new empty file in a folder, gone afterwards.

    Errors: OSError when none can be made.
    """
    handle, name = tempfile.mkstemp(prefix=".sx-doctor-", suffix=".tmp", dir=folder)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
