"""Earlier versions of a workbook that are kept beside it in a store: shown, and brought back."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, cast

from strategy_xl.errors import Location, StrategyXlError, WorkbookError
from strategy_xl.ooxml.backups import Version, replaced_at
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.staging import fetched, folder_of, refuse_if_open
from strategy_xl.work.restore import RestoreReport, chosen

if TYPE_CHECKING:
    from pathlib import Path


class Kept(NamedTuple):
    """One earlier version; its path is a ``RemotePath``. ``size``: bytes."""

    version: Version
    size: int


def versions(book: RemotePath) -> list[Kept]:
    """The earlier versions of a workbook in a store, the newest first.

    Errors: WorkbookError SX177 there are none, SX812, SX813.
    """
    found = []
    try:
        for path, info in store_of(book).entries(folder_of(book)):
            replaced = replaced_at(path.name)
            if replaced is not None:
                version = Version(PurePosixPath(path.name).stem, replaced, cast("Path", path))
                found.append(Kept(version, info["size"]))
    except StrategyXlError as error:
        if error.finding.code != "SX918":
            raise
    if not found:
        raise WorkbookError("SX177", Location(str(book)))
    return sorted(found, reverse=True, key=lambda kept: kept.version.name)


def restore(book: RemotePath, wanted: str = "") -> RestoreReport:
    """Put an earlier version in the place of a workbook, which becomes one too; or back to its name.

    Arguments:
        book: the workbook; it may have been deleted.
        wanted: the version's name, its beginning or its hash; the newest when empty.

    Errors: WorkbookError SX113 somebody has the workbook open, SX176 no such version or several, SX177 none
    at all, SX178 the version is not what was kept, SX812 to SX815; WorkbookChangedError SX916 somebody has
    written the workbook meanwhile: what he saved stays.
    """
    refuse_if_open(book)
    known = [kept.version for kept in versions(book)]
    version = chosen(Location(str(book)), known, wanted)
    store, path = store_of(book), cast("RemotePath", version.path)
    content = store.read(path).content
    if not version.name.endswith(hashlib.blake2b(content).hexdigest()[:8]):
        raise WorkbookError("SX178", Location(str(book)), version=version.name)
    made = None
    if store.version(book) is None:
        store.refuse_to_write(book)
        store.bring_back(book, path, content)
    else:
        with fetched(book) as loan:
            if loan.held.content != content:
                made = loan.put_back(content, backups=len(known) + 1)
    return RestoreReport(cast("Path", book), version, cast("Path | None", made))
