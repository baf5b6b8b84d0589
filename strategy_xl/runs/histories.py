"""Which history some workbooks have, and what they are called in it; known without opening it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from strategy_xl.history.places import FILE
from strategy_xl.ooxml.backups import HIDDEN


class Target(NamedTuple):
    """Where the history of some workbooks is.

    Arguments:
        where: path of a SQLite file, or a URL.
        home: folder from which the workbooks are told.
        is_beside: whether it lies beside them, so that it moves with them.
    """

    where: str
    home: Path
    is_beside: bool


def find_target(
    given: str | None, home: Path, *, journal: Path | None = None, begins: bool = True
) -> Target | None:
    """Where the history of the workbooks below a folder is, or is to be; None when there is to be none.

    Arguments:
        given: path or URL that people have named.
        home: the folder; the history of a folder above it, if there is one, is that of all below.
        journal: where people keep the journal, if not beside the workbooks; the history lies beside it then.
        begins: whether to begin one where there is none.
    """
    home = home.resolve()
    if given:
        return Target(given, home, is_beside=False)
    if journal is not None:
        return Target(str(journal.absolute().with_name(FILE)), home, is_beside=False)
    for folder in (home, *home.parents):
        file = folder / HIDDEN / FILE
        if os.path.isfile(file):  # noqa: PTH113 - Path.is_file raises where the folder is closed
            return Target(str(file), folder, is_beside=True)
    return Target(str(home / HIDDEN / FILE), home, is_beside=True) if begins else None


def told_from(home: Path, path: Path) -> str:
    """A workbook's name in the history: from a folder when it is below it; bytes of no text are escapes."""
    place = path.parent.resolve() / path.name
    told = place.relative_to(home) if place.is_relative_to(home) else place
    return told.as_posix().encode("utf-8", "backslashreplace").decode()
