"""Which workbooks a command is meant for: files, folders, patterns, addresses; and which cannot be opened."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, cast

from strategy_xl.errors import Finding, Location, UsageError
from strategy_xl.runs.stores import local
from strategy_xl.runs.stores.names import failure
from strategy_xl.runs.stores.remote_path import RemotePath, file_name, is_remote


class Found(NamedTuple):
    """What the arguments of a command stand for.

    Arguments:
        books: the workbooks, each file once whatever its names, in order. Those in stores are ``RemotePath``,
            which has a path's names, but no file.
        failures: folders that cannot be listed, and what is named like a workbook but cannot be opened.
        home: the first folder named, else the one of the first workbook.
        gathers: a folder, a pattern or several workbooks were named, not one workbook by its own name.
    """

    books: list[Path]
    failures: list[Finding]
    home: Path
    gathers: bool = True


def _stands_for(argument: str, books: dict[object, Path], failures: list[Finding]) -> tuple[Path, bool]:
    """Put the workbooks that an argument stands for among the others.

    Result: the folder that it begins with, and whether it stands for something.
    """
    before = len(failures)
    if is_remote(argument):
        from strategy_xl.runs.stores import remote

        place, addresses = remote.stands_for(RemotePath.parse(argument), failures)
        for address in addresses:
            books.setdefault(address, cast("Path", address))
        return cast("Path", place), bool(addresses) or len(failures) > before
    start, paths = local.stands_for(file_name(argument), failures)
    for path in paths:
        local.sort_in(path, books, failures)
    return start, bool(paths) or len(failures) > before


def workbooks(arguments: Iterable[str]) -> Found:
    """The workbooks that files, folders (with all below), patterns and addresses (``s3://…``) stand for.

    Patterns are expanded here because the Windows command line does not. An argument that stands for nothing
    is a failure among others; when all do, UsageError SX107 is raised.

    Errors: beyond that UsageError SX811, SX816 an address that cannot be one.
    """
    arguments = list(arguments)
    books: dict[object, Path] = {}
    failures: list[Finding] = []
    starts: list[Path] = []
    nothing = []
    for argument in arguments:
        start, is_something = _stands_for(argument, books, failures)
        if is_something:
            starts.append(start)
        else:
            nothing.append(argument)
            failures.append(failure("SX107", argument))
    if nothing and len(nothing) == len(arguments):
        raise UsageError("SX107", Location(", ".join(nothing)))
    alone = {arguments[0], str(Path(arguments[0]))} if len(arguments) == 1 else set()
    gathers = not {str(book) for book in books.values()} & alone
    return Found(list(books.values()), failures, starts[0] if starts else Path(), gathers)
