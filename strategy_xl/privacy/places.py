"""Everything below a folder or an address in which a name may stand: workbooks, and what runs leave."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from strategy_xl.errors import Finding, Location, StrategyXlError, UsageError
from strategy_xl.history.address import FILE as HISTORY
from strategy_xl.ooxml.backups import FOLDER as BACKUPS
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.privacy.files import DATABASES, holds
from strategy_xl.runs.at_work import FILE as JOURNAL
from strategy_xl.runs.at_work import RunBusyError, look_into
from strategy_xl.runs.discover import workbooks
from strategy_xl.runs.histories import Target, find_target
from strategy_xl.runs.stores.keeping import ADDRESS, kept_around, kept_below
from strategy_xl.runs.stores.names import is_book, is_nobodys
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.text.sought import Sought


@dataclass(frozen=True, slots=True)
class Places:
    """What there is.

    Arguments:
        home: the folder, of this machine or in a store.
        books: its workbooks; those in stores, here and below, are ``RemotePath``.
        unread: what could not be listed or opened.
        target: the history of these workbooks; None when none is kept.
        histories: other histories that runs on folders here and below have begun.
        journals: journals of runs, here and below.
        logs: texts that runs have written into their own folders.
        backups: earlier versions of workbooks.
        others: all other files that are not hidden.
        stored: journals and histories that somebody has copied into a store along with the workbooks.
        looked: what tells bytes from others → whether they hold the name that is sought; None: not known.
    """

    home: Path | RemotePath
    books: list[Path | RemotePath]
    unread: list[Finding]
    target: Target | None
    histories: list[Path] = field(default_factory=list)
    journals: list[Path] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)
    backups: list[Path | RemotePath] = field(default_factory=list)
    others: list[Path | RemotePath] = field(default_factory=list)
    stored: list[RemotePath] = field(default_factory=list)
    looked: dict[str, bool | None] = field(default_factory=dict)

    @classmethod
    def below(cls, folder: Path, history: str | None) -> Places:
        """Look through a folder.

        Arguments:
            folder: where to look.
            history: path or URL of the history, where people have named one.
        """
        try:
            found = workbooks([str(folder)])
            books, unread = found.books, found.failures
        except UsageError:  # no workbook is there any more; what was kept of them may be
            books, unread = [], []
        places = cls(folder, list(books), unread, find_target(history, folder, begins=False))
        places._take_above(folder)
        known = {Path(os.path.realpath(book)) for book in books}
        for place, folders, names in os.walk(folder):
            here = Path(place)
            folders[:] = sorted(name for name in folders if not name.startswith(".") or name == HIDDEN)
            inside = here.relative_to(folder).parts
            for path in (here / name for name in sorted(names)):
                if HIDDEN in inside:
                    places._take_own(path, inside)
                elif not path.is_symlink() and path.is_file() and path.resolve() not in known:
                    places.others.append(path)
        return places

    @classmethod
    def of_address(cls, folder: RemotePath, history: str | None, *, looks: bool = True) -> Places:
        """Look through a folder of a store, and what runs on it keep on this machine.

        Arguments:
            folder: where to look.
            history: path or URL of the history, where people have named one.
            looks: whether to look into the store at all.

        Errors: UsageError SX823 it is a file, SX107 nothing is there and nothing is known of it; those of
        ``store_of``.
        """
        places = cls(folder, [], [], find_target(history, folder, begins=False))
        folders = places._take_stored(folder) if looks else set()
        for kept in kept_around(folder, sorted(folders)):
            for path in sorted(kept.iterdir()):
                if path.is_file() and path.name != ADDRESS:
                    places._take_own(path, (HIDDEN,))
        is_something = folders or places.unread or kept_below(folder) or history
        if looks and not is_something:  # not even earlier: a slip must not seem to be a name that is gone
            raise UsageError("SX107", Location(str(folder)))
        return places

    def _take_stored(self, folder: RemotePath) -> set[RemotePath]:
        """Sort in what lies in a store. Result: the folders in which something does."""
        folders: set[RemotePath] = set()
        try:
            for path, told in _everything(folder):
                folders |= {above for above in path.parents if above.is_relative_to(folder)}
                self._take_object(path, path.relative_to(folder).parts[:-1], told)
        except UsageError:
            raise
        except StrategyXlError as error:
            self.unread.append(error.finding)
        return {above for above in folders if HIDDEN not in above.names}

    def _take_object(self, path: RemotePath, inside: tuple[str, ...], told: Mapping[str, Any]) -> None:
        """Sort in an object."""
        if BACKUPS.name in inside and HIDDEN in inside:
            self.backups.append(path)
        elif HIDDEN in inside:
            if path.name in DATABASES:
                self.stored.append(path)
            else:
                self.others.append(path)
        elif any(name.startswith(".") for name in inside):
            return
        elif is_book(path.name) and not any(map(is_nobodys, inside)):
            target = store_of(path).info(path) if told["type"] == "link" else told
            if target is not None and target["type"] == "file":
                self.books.append(path)
        elif told["type"] == "file":
            self.others.append(path)

    def narrowed(self, sought: Sought) -> Places:
        """The same with only those files that hold a name, or cannot be looked into: few of many do."""

        def holding(paths: list[Path | RemotePath]) -> list[Path | RemotePath]:
            return [path for path in paths if _may_hold(path, sought)]

        books, backups, others = map(holding, (self.books, self.backups, self.others))
        return replace(self, books=books, backups=backups, others=others)

    def _take_above(self, folder: Path) -> None:
        """Take in what runs on a folder above have left in theirs: it is about the workbooks here too."""
        for above in folder.resolve().parents:
            hidden = above / HIDDEN
            if os.path.isfile(hidden / JOURNAL):  # noqa: PTH113 - Path.is_file raises where it is closed
                for path in sorted(hidden.iterdir()):
                    if path.is_file():
                        self._take_own(path, (HIDDEN,))

    def _take_own(self, path: Path, inside: tuple[str, ...]) -> None:
        """Sort in a file of a folder of ours."""
        if BACKUPS.name in inside:
            self.backups.append(path)
        elif path.name == JOURNAL:
            self.journals.append(path)
        elif path.name == HISTORY:
            if self.target is None or os.path.realpath(self.target.where) != os.path.realpath(path):
                self.histories.append(path)
        elif not path.name.startswith(DATABASES):
            self.logs.append(path)

    def refuse_if_busy(self) -> None:
        """Raise RunBusyError SX191 when a run is at work here."""
        for file in self.journals:
            busy = look_into(file).busy
            if busy is not None:
                raise RunBusyError(busy.code, busy.location, **busy.args)


def _may_hold(book: Path | RemotePath, sought: Sought) -> bool:
    try:
        # Earlier versions lie in a folder that is called like the workbook.
        return sought.is_in(book.name) or sought.is_in(book.parent.name) or holds(book, sought)
    except (OSError, ValueError, StrategyXlError):  # who treats it meets it too, and tells it
        return True


def _everything(folder: RemotePath) -> list[tuple[RemotePath, Mapping[str, Any]]]:
    """All objects below a folder of a store; none when it is not there.

    Errors: UsageError SX823 it is a file, those of ``Store.everything``.
    """
    store = store_of(folder)
    info = store.info(folder)
    if info is None:
        return []
    if info["type"] != "directory":
        raise UsageError("SX823", Location(str(folder)))
    return sorted(store.everything(folder), key=lambda each: each[0])
