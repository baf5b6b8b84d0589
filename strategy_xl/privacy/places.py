"""Everything below a folder in which a name may stand: workbooks, and what runs leave beside them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from strategy_xl.errors import Finding, StrategyXlError, UsageError
from strategy_xl.ooxml.backups import FOLDER as BACKUPS
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.privacy.files import holds
from strategy_xl.runs.discover import workbooks
from strategy_xl.runs.histories import Target, find_target
from strategy_xl.runs.journal import FILE as JOURNAL
from strategy_xl.runs.journal import RunBusyError, look_into
from strategy_xl.text.sought import Sought

_DATABASES = ("journal.sqlite", "history.sqlite")


@dataclass(frozen=True, slots=True)
class Places:
    """What there is.

    Arguments:
        home: the folder.
        books: its workbooks.
        unread: what could not be listed or opened.
        target: the history of these workbooks; None when none is kept.
        journals: journals of runs, here and below.
        logs: texts that runs have written into their own folders.
        backups: earlier versions of workbooks.
        others: all other files that are not hidden.
    """

    home: Path
    books: list[Path]
    unread: list[Finding]
    target: Target | None
    journals: list[Path] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)

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
        places = cls(folder, books, unread, find_target(history, folder, begins=False))
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

    def narrowed(self, sought: Sought) -> Places:
        """The same with only those workbooks that hold a name, or cannot be looked into: few of many do."""
        return replace(self, books=[book for book in self.books if _may_hold(book, sought)])

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
        elif not path.name.startswith(_DATABASES):
            self.logs.append(path)

    def refuse_if_busy(self) -> None:
        """Raise RunBusyError SX191 when a run is at work here."""
        for file in self.journals:
            busy = look_into(file).busy
            if busy is not None:
                raise RunBusyError(busy.code, busy.location, **busy.args)


def _may_hold(book: Path, sought: Sought) -> bool:
    try:
        return sought.is_in(book.name) or holds(book, sought)
    except (OSError, ValueError, StrategyXlError):  # who treats it meets it too, and tells it
        return True
