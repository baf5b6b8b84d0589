"""Checks of the workbooks and their folders: are there any, may they be replaced, is somebody at them."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from pathlib import Path

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.night.folder import Night, probe_file
from strategy_xl.ooxml.attributes import refuse_if_kept
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.ooxml.open_marks import refuse_if_open


def books(night: Night) -> Iterator[Result]:
    """The workbooks that a night would treat, and what it could not even list or open."""
    failures = night.found.failures
    if failures:
        args = {"n": len(failures), "first": str(failures[0].location)}
        yield Result("night_books", State.PROBLEM, "UNREADABLE", args)
    if not night.found.books:
        yield Result("night_books", State.ATTENTION, "NONE", {"path": str(night.folder)})
    elif not failures:
        args = {"n": len(night.found.books), "path": str(night.folder), "size": sum(night.sizes) / 1e6}
        yield Result("night_books", State.OK, "OK", args)


def rights(night: Night) -> Iterator[Result]:
    """Whether this account may put a new file in the place of each workbook, and keep its own beside them."""
    refused = [(folder, told) for folder in night.folders if (told := _refusal(folder))]
    hidden = night.folder / HIDDEN
    if hidden.exists() and (told := _refusal(hidden)):
        refused.append((hidden, told))
    account = {"user": _account()}
    if refused:
        folder, told = refused[0]
        args = {**account, "n": len(refused), "path": str(folder), "reason": told}
        yield Result("night_rights", State.PROBLEM, "FOLDER", args)
        return
    kept: dict[str, list[Path]] = {}
    for book in night.found.books:
        try:
            refuse_if_kept(Path(os.path.realpath(book)), Location(str(book)))
        except WorkbookError as error:
            kept.setdefault(error.finding.code, []).append(book)
        except OSError:  # gone since
            continue
    for code, message in (("SX170", "READ_ONLY"), ("SX171", "LINKED"), ("SX917", "ODD")):
        if code in kept:
            args = {**account, "n": len(kept[code]), "first": str(kept[code][0])}
            yield Result("night_rights", State.ATTENTION, message, args)
    if not kept:
        yield Result("night_rights", State.OK, "OK", {**account, "n": len(night.folders)})


def open_books(night: Night) -> Iterator[Result]:
    """Workbooks that somebody has open, or that a crash left marked so."""
    opened = []
    for book in night.found.books:
        try:
            refuse_if_open(book)
        except WorkbookError as error:
            opened.append((error.finding.args["hours"], book))
    old = [book for hours, book in opened if float(str(hours)) > 24]
    if old:
        yield Result("night_open", State.ATTENTION, "OLD", {"n": len(old), "first": str(old[0])})
    elif opened:
        args = {"n": len(opened), "first": str(opened[0][1])}
        yield Result("night_open", State.ATTENTION, "OPEN", args)
    else:
        yield Result("night_open", State.OK, "OK")


def _refusal(folder: Path) -> str:
    """Why no file can be made, renamed and removed in a folder; empty when it can."""
    try:
        with probe_file(folder) as path:
            path.rename(path.with_suffix(".tm2")).rename(path)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return str(getattr(os, "geteuid", lambda: "?")())
