"""Take sheets that were grafted onto a workbook out of it again, and put back what the workbook was."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple

from strategy_xl.errors import PatchRefusedError
from strategy_xl.ooxml.added_parts import reached
from strategy_xl.ooxml.calc_chain import chain_part, edit_part, without_cells
from strategy_xl.ooxml.graft_record import GraftRecord, checksum, find_record
from strategy_xl.ooxml.grafting import bare_part
from strategy_xl.ooxml.package import part_key
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.readers import Reading, readers
from strategy_xl.ooxml.workbook_part import WorkbookInfo

_TYPES = "[Content_Types].xml"
MAX_READERS = 5


class Released(NamedTuple):
    """What became of a workbook's parts.

    Arguments:
        restored: those that are again, byte for byte, what they were.
        shortened: those from which only what was added could be taken: somebody has changed them since.
        left: those in which what was added stays, without any use.
    """

    restored: tuple[str, ...]
    shortened: tuple[str, ...]
    left: tuple[str, ...]


def release(job: PatchJob, titles: Collection[str], is_ours: Callable[[str], bool]) -> Released:
    """Plan that sheets go, and all that only they lead to.

    Arguments:
        job: the patch of the workbook.
        titles: of the sheets.
        is_ours: told a defined name of the workbook, whether it came with them, where no record tells.

    Errors: PatchRefusedError SX640 when other cells read these sheets, SX641 when no other sheet would stay.
    """
    info = job.info
    found = find_record(info)
    part, record = found if found is not None else (None, None)
    names = {
        name.name
        for name in info.defined_names
        if name.scope is None and (name.name in record.names if record is not None else is_ours(name.name))
    }
    sheets = {sheet.name for sheet in info.sheets if sheet.name in titles}
    if not any(sheet.state == "visible" and sheet.name not in sheets for sheet in info.sheets):
        raise PatchRefusedError("SX641", info.package.where)
    _refuse_if_read(info, sheets, names)
    removed = _only_theirs(info, sheets, part)
    work = _Release(job, sheets, names, removed, record)
    return work.run()


def _refuse_if_read(info: WorkbookInfo, sheets: set[str], names: set[str]) -> None:
    tables = [table.display_name for table in info.tables if table.sheet in sheets]
    reads = Reading(sheets, [*tables, *names])
    places = list(dict.fromkeys(readers(info, sheets, reads, names.__contains__)))
    if places:
        shown = ", ".join(f"{place.sheet or ''}!{place.cell or '…'}" for place in places[:MAX_READERS])
        more = len(places) - MAX_READERS
        listed = shown if more <= 0 else f"{shown}… (+{more})"
        raise PatchRefusedError("SX640", places[0], n=len(places), cells=listed)


def _only_theirs(info: WorkbookInfo, sheets: set[str], record: str | None) -> set[str]:
    """The members to which nothing but these sheets, or the record, leads."""
    first = {sheet.part for sheet in info.sheets if sheet.name in sheets} | ({record} if record else set())
    kept = reached(info, [""], first)
    return reached(info, sorted(first), kept) | first


class _Release:
    """The work on one workbook."""

    def __init__(
        self,
        job: PatchJob,
        sheets: set[str],
        names: set[str],
        removed: set[str],
        record: GraftRecord | None,
    ) -> None:
        self._job, self._info, self._sheets, self._names = job, job.info, sheets, names
        self._removed, self._record = removed, record

    def run(self) -> Released:
        """Take out and put back."""
        job, info = self._job, self._info
        job.removed |= self._removed
        restored, shortened, left = [], [], []
        self._chain()
        parts = {info.part, str(info.package.relations_of(info.part)), str(info.package.find(_TYPES))}
        known = self._record.parts if self._record is not None else {}
        for part in sorted(parts | (known.keys() & info.package.members.keys())):
            now = info.package.read(part)
            kept = known.get(part)
            bare = self._bare(part, now)
            if kept is not None and (checksum(now) == kept.after or checksum(bare) == kept.bare):
                job.replaced[part] = kept.content
                restored.append(part)
            elif part in parts:
                changed = edit_part(info, part, partial(self._edited, part))
                if changed is not None:
                    job.replaced[part] = changed
                shortened.append(part)
            else:
                left.append(part)
        return Released(tuple(restored), tuple(shortened), tuple(left))

    def _bare(self, part: str, data: bytes) -> bytes:
        removed = {part_key(name) for name in self._removed}
        added = {part_key(name) for name in self._record.added} if self._record is not None else set()
        return bare_part(self._info, part, data, self._sheets, self._names, removed | added)

    def _edited(self, part: str, data: bytes) -> bytes:
        removed = {part_key(name) for name in self._job.removed}
        return bare_part(self._info, part, data, self._sheets, self._names, removed)

    def _chain(self) -> None:
        """The calculation chain names no cell of a sheet that is gone."""
        chain = chain_part(self._info)
        if chain is None:
            return
        ids = {sheet.sheet_id for sheet in self._info.sheets if sheet.name in self._sheets}
        shorter, left = without_cells(self._info, chain, lambda sheet, _: sheet in ids)
        if shorter is not None and left:
            self._job.replaced[chain] = shorter
        elif shorter is not None:
            self._job.removed.add(chain)
