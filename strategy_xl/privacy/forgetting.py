"""Forget a name below a folder: in history, journal, logs, earlier versions, reports; in workbooks if asked.

Nothing is done halfway without being told: what holds the name and could not be changed is a finding.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import cast

from strategy_xl.errors import Finding, Location, Severity, StrategyXlError
from strategy_xl.history.database import Database
from strategy_xl.history.explained import forget_bases
from strategy_xl.history.forgetting import held, remove, scrub
from strategy_xl.privacy.files import holds, holds_here, is_report, near
from strategy_xl.privacy.older import older_versions
from strategy_xl.privacy.places import Places
from strategy_xl.runs.at_work import FILE as JOURNAL
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.staging import lent, moved, tidy_here
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.text.sought import Sought
from strategy_xl.work.forgetting import ForgottenHere, forget_in_workbook, names_beside, rows_of

LEFT, NOT_OURS, STILL_THERE = "SX197", "SX198", "SX199"
_FOREIGN, _OF_STORES = "SX110", "SX81"
_SHOWN = 5


class Place(StrEnum):
    """Where something was done."""

    WORKBOOK = "workbook"
    HISTORY = "history"
    JOURNAL = "journal"
    LOG = "log"
    BACKUP = "backup"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done in one place (or would be).

    Arguments:
        place: what it is.
        path: where.
        count: rows removed or rewritten, texts replaced, cells emptied; 1 for a file that was deleted.
    """

    place: Place
    path: str
    count: int = 1


@dataclass(slots=True)
class Forgotten:
    """What became of a name: what was done, and what is left to people."""

    deeds: list[Deed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be forgotten.

    Arguments:
        sought: the name.
        other: what stands in its place where something is linked by it.
        kinds: kinds of entities that are it; all of that name when there are none.
        workbooks: whether in the workbooks too.
        dry_run: change nothing, only find out.
    """

    sought: Sought
    other: str
    kinds: Collection[str] = ()
    workbooks: bool = False
    dry_run: bool = False


def others_called_so(places: Places, spec: WorkbookSpec, sought: Sought) -> set[str]:
    """Longer names of others that hold the name: they are to stay as they are.

    Arguments:
        places: where to look.
        spec: the templates of the workbooks.
        sought: the name.
    """
    found: set[str] = set()
    for book in places.books:
        try:
            with near(book) as file:
                found |= names_beside(file, spec, sought)
        except (StrategyXlError, OSError, ValueError):  # whoever holds the name is told later
            continue
    for where in histories(places):
        database = Database(where)
        with database.reading() as connection:
            names = {entity.name for entity in held(connection, sought.is_in)}
        database.close()
        found |= {name for name in names if not sought.is_name(name)}
    return found


def histories(places: Places) -> list[str]:
    """Where the histories of some workbooks are, the one that is kept now first."""
    return [*([] if places.target is None else [places.target.where]), *map(str, places.histories)]


def forget(places: Places, spec: WorkbookSpec, wish: Wish) -> Forgotten:
    """Forget a name.

    Arguments:
        places: where.
        spec: the templates of the workbooks.
        wish: what, and how far.

    Errors: RunBusyError SX191 when a run is at work, HistoryError when the history cannot be written. The
    workbooks come first, and the history last: what it says is what is still to be done.
    """
    places.refuse_if_busy()
    done = Forgotten()
    done.findings += places.unread
    for book in places.books:
        _in_book(book, spec, wish, done)
    for path in places.backups:
        _file(path, wish, done, Place.BACKUP, is_ours=True)
    for path in places.logs:
        _log(path, wish, done)
    # Lists of a report are known by each other: all are looked at before one is deleted.
    for path, is_ours in [(path, _is_ours(path)) for path in places.others]:
        _file(path, wish, done, Place.REPORT, is_ours=is_ours)
    for path in places.stored:
        _stored_database(path, wish, done)
    if isinstance(places.home, RemotePath):
        if not wish.dry_run:
            tidy_here()
        leaving = {deed.path for deed in done.deeds} if wish.dry_run else ()
        done.findings += older_versions(places.home, places, wish.sought, leaving)
        done.findings += _named_folders(places, wish.sought)
    for path in places.journals:
        _database(str(path), path, wish, done, Place.JOURNAL)
    for where in reversed(histories(places)):
        _database(where, Database(where).location, wish, done, Place.HISTORY)
    return done


def _named_folders(places: Places, sought: Sought) -> list[Finding]:
    """The folders of this machine that are called like an address in which the name is."""
    folders = dict.fromkeys(path.parent for path in (*places.journals, *places.logs, *places.histories))
    return [_finding(LEFT, folder, parts=folder.name) for folder in folders if sought.is_in(folder.name)]


def _in_book(book: Path | RemotePath, spec: WorkbookSpec, wish: Wish, done: Forgotten) -> None:
    """One workbook: changed when it is ours and that was asked for, else told when it holds the name."""
    if wish.sought.is_in(book.name):
        done.findings.append(_finding(LEFT, book, parts=book.name))
    if wish.workbooks:
        report = _forgotten_in(book, spec, wish)
        if report.failure is None:
            if report.emptied or report.changed:
                done.deeds.append(Deed(Place.WORKBOOK, str(book), report.emptied + report.changed))
            if report.left and not wish.dry_run:
                done.findings.append(_finding(LEFT, book, parts=", ".join(report.left)))
            return
        if report.failure.code != _FOREIGN:
            done.findings.append(report.failure)
            return
    elif _is_told(book, spec, wish, done):
        return
    _file(book, wish, done, Place.REPORT, is_ours=_is_ours(book))


def _forgotten_in(book: Path | RemotePath, spec: WorkbookSpec, wish: Wish) -> ForgottenHere:
    """What became of a workbook, wherever it lies: put back in a store when nobody else has written it."""

    def job(file: Path) -> ForgottenHere:
        report = forget_in_workbook(
            file, spec, wish.sought, wish.other, kinds=wish.kinds, dry_run=wish.dry_run
        )
        if report.failure is not None and isinstance(book, RemotePath):
            return replace(report, failure=moved(report.failure, book, file))
        return report

    if not isinstance(book, RemotePath):
        return job(book)
    try:
        report, _kept = lent(
            book,
            job,
            lambda report: (
                not wish.dry_run and report.failure is None and report.emptied + report.changed > 0
            ),
            backups=0,
        )
    except StrategyXlError as error:
        report = ForgottenHere(cast("Path", book), failure=error.finding)
    return report


def _is_told(book: Path | RemotePath, spec: WorkbookSpec, wish: Wish, done: Forgotten) -> bool:
    """Tell the cells of a workbook of ours that keeps the name; whether it is one."""
    try:
        with near(book) as file:
            rows = rows_of(file, spec, wish.sought, wish.kinds)
            is_held = bool(rows) or holds_here(file, wish.sought)
    except StrategyXlError as error:
        if error.finding.code != _FOREIGN:
            done.findings.append(error.finding)
        return error.finding.code != _FOREIGN
    except (OSError, ValueError) as error:
        done.findings.append(unseen(book, error))
        return True
    if is_held:
        cells = shortened([f"{row.sheet}!{row.cell}" for row in rows])
        done.findings.append(_finding(STILL_THERE, book, cells=cells))
    return True


def _is_ours(path: Path | RemotePath) -> bool:
    if isinstance(path, RemotePath) and store_of(path).is_left_over(path.name):
        return True
    try:
        return is_report(path)
    except (OSError, ValueError, StrategyXlError):  # who looks whether it holds the name tells it
        return False


def _file(path: Path | RemotePath, wish: Wish, done: Forgotten, place: Place, *, is_ours: bool) -> None:
    """Delete a file of ours that holds the name; tell one of somebody else."""
    try:
        if not holds(path, wish.sought) and not (
            place is Place.BACKUP and wish.sought.is_in(f"{path.parent.name} {path.name}")
        ):
            return
        if not is_ours:
            done.findings.append(_finding(NOT_OURS, path, detail=""))
            return
        if not wish.dry_run:
            _delete(path, with_folder=place is Place.BACKUP)
    except (OSError, ValueError, StrategyXlError) as error:
        done.findings.append(unseen(path, error))
        return
    done.deeds.append(Deed(place, str(path)))


def _delete(path: Path | RemotePath, *, with_folder: bool) -> None:
    """Take a file of ours away, and the folder when nothing else is in it."""
    if isinstance(path, RemotePath):
        store_of(path).remove(path)
        if with_folder:
            store_of(path).remove_empty(path.parent)
        return
    path.unlink()
    if with_folder and not any(path.parent.iterdir()):
        path.parent.rmdir()


def _stored_database(path: RemotePath, wish: Wish, done: Forgotten) -> None:
    """A journal or a history that somebody has copied into a store."""
    place = Place.JOURNAL if path.name == JOURNAL else Place.HISTORY

    def job(file: Path) -> Forgotten:
        here = Forgotten()
        _database(str(file), Location(str(path)), wish, here, place)
        return here

    try:
        here, _kept = lent(path, job, lambda here: not wish.dry_run and bool(here.deeds), backups=0)
    except StrategyXlError as error:
        done.findings.append(error.finding)
        return
    done.deeds += here.deeds


def _log(path: Path, wish: Wish, done: Forgotten) -> None:
    """Rewrite a text that a run has written."""
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        after = wish.sought.replaced(text, wish.other)
        if after == text:
            return
        if not wish.dry_run:
            path.write_text(after, encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        done.findings.append(unseen(path, error))
        return
    changed = sum(one != other for one, other in zip(text.splitlines(), after.splitlines(), strict=False))
    done.deeds.append(Deed(Place.LOG, str(path), max(changed, 1)))


def _database(where: str, location: Path | Location, wish: Wish, done: Forgotten, place: Place) -> None:
    """What is about the name goes from a database, what mentions it is rewritten, and then all of it anew."""
    database = Database(where)
    if not database.exists():
        return
    try:
        is_history = place is Place.HISTORY
        gone: list[tuple[int, int]] = []
        bases = 0
        if is_history and not wish.dry_run:
            database.prepare()
        look = database.reading if is_history else database.looking
        with look() if wish.dry_run else database.writing() as connection:
            if is_history:
                gone = [(one.book, one.number) for one in held(connection, wish.sought.is_name, wish.kinds)]
                if not wish.dry_run:
                    remove(connection, gone)
                bases = forget_bases(connection, wish.sought.is_in, dry_run=wish.dry_run)
            scrubbed = scrub(
                connection,
                wish.sought.is_in,
                lambda text: wish.sought.replaced(text, wish.other),
                is_history=is_history,
                dry_run=wish.dry_run,
            )
        if not wish.dry_run:  # also where nothing was found: an earlier deletion may have left its pages
            database.rewrite()
    finally:
        database.close()
    count = len(gone) + bases + sum(scrubbed.changed.values()) + sum(scrubbed.removed.values())
    if count:
        done.deeds.append(Deed(place, str(location), count))


def shortened(cells: Sequence[str]) -> str:
    """Names of cells in one line, of many the first ones."""
    return ", ".join(cells[:_SHOWN]) + (", …" if len(cells) > _SHOWN else "")


def _finding(code: str, path: Path | RemotePath, **args: object) -> Finding:
    return Finding(code, Location(str(path)), args, Severity.WARNING)


def unseen(path: Path | RemotePath, error: OSError | ValueError | StrategyXlError) -> Finding:
    """The finding of a file that could not be looked into, so that nobody knows; a store says itself why."""
    if isinstance(error, StrategyXlError) and error.finding.code.startswith(_OF_STORES):
        return error.finding
    if isinstance(error, StrategyXlError):
        detail = error.finding.code
    else:
        detail = error.strerror or str(error) if isinstance(error, OSError) else f"{error} bytes"
    return _finding(NOT_OURS, path, detail=detail)
