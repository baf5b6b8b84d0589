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
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast

from strategy_xl.errors import Finding, Location, StrategyXlError, WorkbookError
from strategy_xl.ooxml.backups import FOLDER, moment_of, outdated, version_name
from strategy_xl.ooxml.replace import is_alive
from strategy_xl.ooxml.snapshot import twice
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Held, Store
from strategy_xl.work.recompute import JobReport

_PREFIX = "strategy-xl-"
_STAGE = re.compile(rf"{_PREFIX}(\d+)-\w+")


def tidy(folder: RemotePath) -> list[Path]:
    """Remove what runs that were killed in the middle left: in a folder, and of what was fetched to here.

    Result: what was removed here. Errors: as ``Store.entries``.
    """
    store_of(folder).tidy(folder)
    removed = []
    for stage in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        named = _STAGE.fullmatch(stage.name)
        if named is not None and not is_alive(int(named[1])):
            shutil.rmtree(stage, ignore_errors=True)  # somebody else's stays
            removed.append(stage)
    return removed


@contextmanager
def _fetched(store: Store, path: RemotePath) -> Iterator[tuple[Path, Held]]:
    """A copy of an object in a folder that only we may read, with the marks of those who have it open."""
    held = store.read(path)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        local = Path(folder, path.name)
        try:
            local.write_bytes(held.content)
            for name in (f"~${path.name}", f".~lock.{path.name}#"):
                _fetch_mark(store, path.with_name(name), local.with_name(name))
        except OSError as error:
            raise WorkbookError("SX918", Location(str(path)), reason=error.strerror or str(error)) from error
        yield local, held


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
    try:
        report = twice(partial(_attempt, path, job, backups, writes=writes))
    except StrategyXlError as error:
        report = JobReport(cast("Path", path), failure=error.finding)
    return replace(report, seconds=time.perf_counter() - start)


def _attempt(path: RemotePath, job: Callable[[Path], JobReport], backups: int, *, writes: bool) -> JobReport:
    store = store_of(path)
    with _fetched(store, path) as (local, held):
        report = _told_of(path, local, job(local))
        if not writes or not report.changed or report.failure is not None:
            return report
        store.refuse_to_write(path)
        kept = None
        if backups:
            moment = moment_of(local.stat().st_mtime_ns)
            digest = hashlib.blake2b(held.content).digest()
            kept = path.parent / FOLDER.as_posix() / path.name / version_name(moment, digest, path.suffix)
            store.add(kept, held.content)
        try:
            store.replace(path, local.read_bytes(), held)
        except BaseException:
            if kept is not None:
                store.remove(kept)
            raise
        if kept is None:
            return report
        names = sorted((other.name for other, _info in store.entries(kept.parent)), reverse=True)
        for name in outdated((name for name in names if name != kept.name), backups, moment):
            store.remove(kept.with_name(name))
        return replace(report, backup=cast("Path", kept))


def _told_of(path: RemotePath, local: Path, report: JobReport) -> JobReport:
    """A report on the copy as one on the workbook."""

    def moved(finding: Finding) -> Finding:
        where = finding.location
        if where.workbook != str(local):
            return finding
        return replace(finding, location=replace(where, workbook=str(path)))

    return replace(
        report,
        path=cast("Path", path),
        findings=tuple(map(moved, report.findings)),
        failure=None if report.failure is None else moved(report.failure),
    )
