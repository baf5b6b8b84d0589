"""Stores that fsspec reaches: opened by what their driver is, and which workbooks of theirs are meant."""

from __future__ import annotations

import os
from pathlib import Path

from strategy_xl.errors import Finding, Location, StrategyXlError, UsageError
from strategy_xl.runs.stores.names import SUFFIXES, failure, is_book, is_mark, is_nobodys
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Store, Version

_PATTERN = frozenset("*?[")

_opened: dict[tuple[int, str], Store] = {}


def _new(root: RemotePath) -> Store:
    """A store, by what its driver is.

    Errors: UsageError SX811 the driver is missing, SX816 no such protocol; WorkbookError SX812, SX813.
    """
    protocol = root.protocol
    try:
        if protocol in {"s3", "s3a"}:
            from strategy_xl.runs.stores.s3 import S3Store

            return S3Store(root)
        if protocol in {"sftp", "ssh"}:
            from strategy_xl.runs.stores.sftp import SftpStore

            return SftpStore(root)
        import fsspec

        fsspec.get_filesystem_class(protocol)
        return Store(root)
    except ImportError as error:
        raise UsageError("SX811", Location(str(root)), protocol=protocol, detail=str(error)) from error
    except ValueError as error:
        raise UsageError("SX816", Location(str(root))) from error


def store_of(path: RemotePath) -> Store:
    """The store of a path, connected once in each process: connections do not outlive forking.

    Errors: as ``Store`` when it is connected.
    """
    key = os.getpid(), path.root
    if key not in _opened:
        _opened[key] = _new(RemotePath(path.root))
    return _opened[key]


def version_of(path: RemotePath) -> Version | None:
    """The version of an object that is there; None when there is none or the store does not say."""
    try:
        return store_of(path).version(path)
    except StrategyXlError:  # the job meets it too, and reports it
        return None


def is_there(path: Path | RemotePath) -> bool:
    """Whether a file or an object is there, as far as can be told: a store that does not answer keeps it."""
    if not isinstance(path, RemotePath):
        return os.path.lexists(path)
    try:
        return store_of(path).version(path) is not None
    except StrategyXlError:
        return True


def is_folder(path: Path | RemotePath) -> bool:
    """Whether a folder is there; in a store, which is not asked for it, by the name.

    What is known of an address on this machine is to be had without the store; and folders of stores go when
    nothing lies in them any more.
    """
    if not isinstance(path, RemotePath):
        return path.is_dir()
    return path.suffix.lower() not in SUFFIXES


def _in_folder(store: Store, folder: RemotePath, failures: list[Finding]) -> list[RemotePath]:
    """Everything below a folder that is named like a workbook; links to folders are not followed."""
    found: list[RemotePath] = []
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            for path, info in store.entries(place):
                kind = info["type"]
                if kind == "directory" and not is_nobodys(path.name):
                    waiting.append(path)
                elif kind == "file" and is_book(path.name):
                    found.append(path)
                elif kind == "link" and is_book(path.name):
                    target = store.info(path)
                    if target is not None and target["type"] == "file":
                        found.append(path)
        except StrategyXlError as error:
            failures.append(failure("SX192", place, detail=str(error.finding.args.get("detail", error))))
    return sorted(found)


def stands_for(path: RemotePath, failures: list[Finding]) -> tuple[RemotePath, list[RemotePath]]:
    """The folder that an address begins with, and the workbooks that it stands for.

    A name that exists is that name, whatever pattern characters it holds.

    Errors: UsageError SX811, SX816; what the store refuses is among the failures.
    """
    store = store_of(path)
    try:
        info = store.info(path)
        if info is not None and info["type"] == "directory":
            return path, _in_folder(store, path, failures)
        if info is not None:
            return path.parent, [path]
        start = path
        while any(_PATTERN & set(name) for name in start.names):
            start = start.parent
        if start == path:
            return path.parent, []
        found: list[RemotePath] = []
        for match in store.matching(path):
            target = store.info(match)
            if target is not None and target["type"] == "directory":
                found += _in_folder(store, match, failures)
            elif not is_mark(match.name):
                found.append(match)
    except UsageError:
        raise
    except StrategyXlError as error:
        failures.append(error.finding)
        return path.parent, []
    return start, found
