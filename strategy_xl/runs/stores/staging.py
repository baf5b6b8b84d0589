"""A workbook in a store: fetched, treated as a file of this machine, and put back if it is still the same.

What one run reads, judges and writes is one version of the object. Nothing is written in between, so that a
connection that breaks, or a process that dies, leaves the object as it was.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from strategy_xl.errors import Finding, Location, StrategyXlError, WorkbookError
from strategy_xl.ooxml import open_marks
from strategy_xl.ooxml.backups import FOLDER, moment_of, outdated, version_name
from strategy_xl.ooxml.replace import is_alive
from strategy_xl.ooxml.snapshot import twice
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Held, Store
from strategy_xl.runs.stores.troubles import Trouble, trouble_of
from strategy_xl.work.recompute import JobReport

_PREFIX = "strategy-xl-"
_Result = TypeVar("_Result")
_STAGE = re.compile(rf"{_PREFIX}(\d+)-\w+")


def tidy(folder: RemotePath) -> list[Path]:
    """Remove what runs that were killed in the middle left: in a folder, and of what was fetched to here.

    Result: what was removed here. Errors: as ``Store.entries``.
    """
    store_of(folder).tidy(folder)
    return tidy_here()


def tidy_here() -> list[Path]:
    """Remove the copies of workbooks that runs left here which were killed. Result: what was removed."""
    removed = []
    for stage in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        named = _STAGE.fullmatch(stage.name)
        if named is not None and not is_alive(int(named[1])):
            shutil.rmtree(stage, ignore_errors=True)  # somebody else's stays
            removed.append(stage)
    return removed


class Loan(NamedTuple):
    """An object of a store, at hand as a file.

    Arguments:
        path: the object.
        local: the file; it goes when the work on it is over.
        held: the object as it was read.
    """

    path: RemotePath
    local: Path
    held: Held

    def put_back(self, content: bytes, *, backups: int) -> RemotePath | None:
        """Put other bytes in the object's place if it is still the same, and keep the old ones beside it.

        Arguments:
            content: the bytes.
            backups: how many earlier versions stay.

        Result: the version that was kept.
        Errors: those of ``Store.refuse_to_write`` and ``Store.replace``; nothing of ours is left then, unless
            it is not known whether the bytes were written.
        """
        store, path = store_of(self.path), self.path
        store.refuse_to_write(path)
        if not backups:
            store.replace(path, content, self.held)
            return None
        moment = moment_of(self.local.stat().st_mtime_ns)
        digest = hashlib.blake2b(self.held.content).digest()
        kept = folder_of(path) / version_name(moment, digest, path.suffix)
        store.add(kept, self.held.content)
        try:
            store.replace(path, content, self.held)
        except StrategyXlError as error:
            if not _may_be_written(error):
                with suppress(StrategyXlError):  # what stopped it is told; one version too many harms nobody
                    store.remove(kept)
            raise
        with suppress(StrategyXlError):  # as above; the next run tries again
            names = sorted((other.name for other, _info in store.entries(kept.parent)), reverse=True)
            for name in outdated((name for name in names if name != kept.name), backups, moment):
                store.remove(kept.with_name(name))
        return kept


def _unkept(path: RemotePath, error: OSError) -> WorkbookError:
    return WorkbookError("SX918", Location(str(path)), reason=error.strerror or str(error))


def folder_of(path: RemotePath) -> RemotePath:
    """Where the earlier versions of a workbook lie, in its store."""
    return path.parent / FOLDER.as_posix() / path.name


def _may_be_written(error: StrategyXlError) -> bool:
    """Whether a write was stopped by what leaves open if it was done: then what it replaced is to stay."""
    cause = error.__cause__
    return isinstance(cause, Exception) and trouble_of(cause) is Trouble.PASSING


@contextmanager
def fetched(path: RemotePath, *, most: int | None = None) -> Iterator[Loan]:
    """A copy of an object in a folder that only we may read.

    Arguments:
        path: the object.
        most: bytes that it may have.

    Errors: those of ``Store.read``. What is raised about the copy while it is worked on tells the object.
    """
    held = store_of(path).read(path, most)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        local = Path(folder, path.name)
        with _telling(path, local):
            try:
                local.write_bytes(held.content)
            except OSError as error:
                raise _unkept(path, error) from error
            yield Loan(path, local, held)


@contextmanager
def _telling(path: RemotePath, local: Path) -> Iterator[None]:
    """Let what is raised about a copy tell the object."""
    try:
        yield
    except StrategyXlError as error:
        error.finding = moved(error.finding, path, local)
        raise


def refuse_if_open(path: RemotePath) -> None:
    """Raise WorkbookError SX113 when a mark beside an object says that somebody has it open."""
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        local = Path(folder, path.name)
        with _telling(path, local):
            _fetch_marks(path, local)
            open_marks.refuse_if_open(local)


def _fetch_marks(path: RemotePath, local: Path) -> None:
    """Put beside a copy the marks of those who have its object open."""
    try:
        for name in (f"~${path.name}", f".~lock.{path.name}#"):
            _fetch_mark(store_of(path), path.with_name(name), local.with_name(name))
    except OSError as error:
        raise _unkept(path, error) from error


def _fetch_mark(store: Store, mark: RemotePath, local: Path) -> None:
    """The mark beside an object that somebody has open, with its age, when there is one."""
    if store.version(mark) is None:
        return
    try:
        local.write_bytes(store.read(mark).content)
    except WorkbookError:  # closed while we looked, or kept to itself: that it is there says enough
        local.touch()
    info = store.info(mark)
    if info is None:
        local.unlink()
        return
    since = info.get("mtime") or info.get("LastModified")
    if isinstance(since, datetime):
        os.utime(local, (since.timestamp(), since.timestamp()))


def at_hand(job: Callable[..., JobReport], *, backups: int | None = None) -> Callable[[Path], JobReport]:
    """A job on files as one on workbooks wherever they lie.

    Arguments:
        job: called with a path, and with ``backups`` when it writes.
        backups: how many earlier versions stay beside a workbook; None for a job that writes nothing.
    """

    def done(path: Path | RemotePath) -> JobReport:
        if not isinstance(path, RemotePath):
            return job(path) if backups is None else job(path, backups=backups)
        inner = job if backups is None else partial(job, backups=0)
        return treated(path, inner, backups=backups or 0, writes=backups is not None)

    return done


def lent(
    path: RemotePath, job: Callable[[Path], _Result], changed: Callable[[_Result], bool], *, backups: int
) -> tuple[_Result, RemotePath | None]:
    """What a job gives on a copy of an object; what it wrote is put back when nobody else has written.

    Arguments:
        path: the object.
        job: what to do with a file, beside which lie the marks of those who have it open.
        changed: whether what the job gave says that it wrote what is to be put back.
        backups: how many earlier versions stay beside the workbook, in the store.

    Result: what the job gave, and the version that was kept.
    Errors: those of ``Store.read``, of the job and of ``Loan.put_back``; SX916 when somebody has written the
        object meanwhile, twice.
    """

    def attempt() -> tuple[_Result, RemotePath | None]:
        with fetched(path) as loan:
            _fetch_marks(path, loan.local)
            result = job(loan.local)
            if not changed(result):
                return result, None
            return result, loan.put_back(loan.local.read_bytes(), backups=backups)

    return twice(attempt)


def treated(
    path: RemotePath,
    job: Callable[[Path], JobReport],
    *,
    backups: int,
    writes: bool = True,
) -> JobReport:
    """What a job reports of a workbook in a store; what it changed is put back when nobody else has.

    Arguments:
        path: the workbook.
        job: what to do with a file; it keeps no backup of its own.
        backups: how many earlier versions stay beside the workbook, in the store.
        writes: whether what the job changed is put back.

    Never raises for what is wrong with the workbook or its store: the report's ``failure`` says it, SX916
    when somebody has written it meanwhile, twice.
    """
    start = time.perf_counter()

    def told(local: Path) -> JobReport:
        return _told_of(path, local, job(local))

    def changed(report: JobReport) -> bool:
        return writes and report.changed > 0 and report.failure is None

    try:
        report, kept = lent(path, told, changed, backups=backups)
    except StrategyXlError as error:
        report, kept = JobReport(cast("Path", path), failure=error.finding), None
    if kept is not None:
        report = replace(report, backup=cast("Path", kept))
    return replace(report, seconds=time.perf_counter() - start)


def moved(finding: Finding, path: RemotePath, local: Path) -> Finding:
    """A finding on a copy as one on its object."""
    where = finding.location
    if where.workbook != str(local):
        return finding
    return replace(finding, location=replace(where, workbook=str(path)))


def _told_of(path: RemotePath, local: Path, report: JobReport) -> JobReport:
    """A report on the copy as one on the workbook."""
    return replace(
        report,
        path=cast("Path", path),
        findings=tuple(moved(finding, path, local) for finding in report.findings),
        failure=None if report.failure is None else moved(report.failure, path, local),
    )
