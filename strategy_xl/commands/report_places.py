"""Where the workbooks of a report lie, when some of them lie in stores."""

from __future__ import annotations

from pathlib import Path

from strategy_xl.errors import StrategyXlError
from strategy_xl.ooxml.backups import FOLDER
from strategy_xl.report.whereabouts import InFolders
from strategy_xl.runs.histories import place_of
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath


class Anywhere:
    """Workbooks in a folder or a store; those in stores are told by their address, and nothing leads there.

    Browsers open no ``s3://`` and no ``sftp://``: the address is there to be copied.

    Arguments:
        home: the folder from which the history tells them.
        page: folder in which the page will lie.
    """

    def __init__(self, home: Path | RemotePath, page: Path) -> None:
        """Nothing is asked yet."""
        self._home = home
        self._files = InFolders(page if isinstance(home, RemotePath) else home, page)
        self._kept: dict[RemotePath, frozenset[str]] = {}
        self._silent: set[str] = set()

    @property
    def name(self) -> str:
        """The folder's; the address of one in a store."""
        return str(self._home) if isinstance(self._home, RemotePath) else self._files.name

    def told(self, book: str) -> str:
        """The address of one in a store, else as the history tells it."""
        place = place_of(self._home, book)
        return str(place) if isinstance(place, RemotePath) else book

    def link(self, book: str) -> str:
        """None to one in a store."""
        return "" if isinstance(place_of(self._home, book), RemotePath) else self._files.link(book)

    def has_versions(self, book: str) -> bool:
        """Each folder is asked once; a store that does not answer never again: the report goes without."""
        path = place_of(self._home, book)
        if not isinstance(path, RemotePath):
            return self._files.has_versions(book)
        if path.parent not in self._kept:
            self._kept[path.parent] = self._names(path.parent)
        return path.name in self._kept[path.parent]

    def _names(self, folder: RemotePath) -> frozenset[str]:
        if folder.root in self._silent:
            return frozenset()
        try:
            return frozenset(
                kept.name for kept, _info in store_of(folder).entries(folder / FOLDER.as_posix())
            )
        except StrategyXlError as error:
            if error.finding.code != "SX918":
                self._silent.add(folder.root)
            return frozenset()
