"""Where workbooks lie that the history tells from a folder: how to name them, and the way there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from strategy_xl.ooxml.backups import FOLDER


class Whereabouts(Protocol):
    """Where the workbooks of a report lie; each is asked for by its name in the history."""

    @property
    def name(self) -> str:
        """That of the folder of them all."""

    def told(self, book: str) -> str:
        """What a workbook is called in the report, to be copied: from the folder, or a whole address."""

    def link(self, book: str) -> str:
        """The address of a link to a workbook; "" where none would lead there."""

    def has_versions(self, book: str) -> bool:
        """Whether earlier versions of a workbook are kept."""


class InFolders:
    """Workbooks in a folder of this machine.

    Arguments:
        home: the folder.
        page: folder in which the page will lie; links begin there.
    """

    def __init__(self, home: Path, page: Path) -> None:
        """Nothing is looked at yet."""
        self._home, self._page = home, page
        self._kept: dict[Path, frozenset[str]] = {}

    @property
    def name(self) -> str:
        """The folder's."""
        return self._home.name

    def told(self, book: str) -> str:
        """As the history tells it."""
        return book

    def link(self, book: str) -> str:
        """The way from the page's folder; the whole one where there is none from there."""
        path = self._home / book
        try:
            return quote(Path(os.path.relpath(path, self._page)).as_posix())
        except ValueError:  # another drive
            return path.absolute().as_uri()

    def has_versions(self, book: str) -> bool:
        """Each folder is looked into once."""
        path = self._home / book
        if path.parent not in self._kept:
            try:
                held = frozenset(kept.name for kept in (path.parent / FOLDER).iterdir())
            except OSError:  # no workbook of that folder has one, or nobody may look
                held = frozenset()
            self._kept[path.parent] = held
        return path.name in self._kept[path.parent]
