"""Which history some workbooks have, and what they are called in it; known without opening it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from strategy_xl.history.address import BESIDE, FILE
from strategy_xl.runs.stores.keeping import keeping
from strategy_xl.runs.stores.remote import is_folder
from strategy_xl.runs.stores.remote_path import RemotePath, is_below, path_of


class Target(NamedTuple):
    """Where the history of some workbooks is.

    Arguments:
        where: path of a SQLite file, or a URL.
        home: folder from which the workbooks are told.
        is_beside: whether it lies beside them, so that it moves with them.
    """

    where: str
    home: Path | RemotePath
    is_beside: bool


def find_target(
    given: str | None, home: Path | RemotePath, *, journal: Path | None = None, begins: bool = True
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
        file = keeping(folder) / FILE
        if os.path.isfile(file):  # noqa: PTH113 - Path.is_file raises where the folder is closed
            return Target(str(file), folder, is_beside=not isinstance(home, RemotePath))
    if not begins:
        return None
    return Target(str(keeping(home) / FILE), home, is_beside=not isinstance(home, RemotePath))


def part_of(
    target: Target, place: Path | RemotePath, shares: Iterable[tuple[int, str]]
) -> tuple[int, str] | None:
    """What of a history a workbook or folder is: number of the share, and path in it, "" for all of it.

    Arguments:
        target: the history.
        place: the workbook, or the folder (its path ends with ``/``).
        shares: numbers and places of the shares that the history knows.

    Result: None when it knows none that holds the place.
    """
    place = place.resolve()
    found = None
    for number, told in shares:
        base = target.home if told == BESIDE else path_of(told)
        if is_below(place, base) and (found is None or len(base.parents) > len(found[1].parents)):
            found = number, base
    if found is None:
        return None
    number, base = found
    if place == base:
        return number, ""
    return number, told_from(base, place) + ("/" if is_folder(place) else "")


def place_of(home: Path | RemotePath, told: str) -> Path | RemotePath:
    """Where a workbook lies that a history tells from a folder; the other way of ``told_from``."""
    place = path_of(told)
    return place if isinstance(place, RemotePath) or place.is_absolute() else home / told


def told_from(home: Path | RemotePath, path: Path | RemotePath) -> str:
    """A workbook's name in the history: from a folder when it is below it; bytes of no text are escapes."""
    if isinstance(path, RemotePath):
        told = str(path)
        if isinstance(home, RemotePath) and path.is_relative_to(home):
            told = path.relative_to(home).as_posix()
    else:
        place = path.parent.resolve() / path.name
        told = place.as_posix()
        if isinstance(home, Path) and place.is_relative_to(home):
            told = place.relative_to(home).as_posix()
    return told.encode("utf-8", "backslashreplace").decode()
