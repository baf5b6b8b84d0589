"""What differs between two versions outside of the templates' fields: own sheets, columns, texts, notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.work.diff_cells import Content, OwnFormula
from strategy_xl.work.diff_places import Place, Places
from strategy_xl.work.diff_rows import same_content
from strategy_xl.work.diff_version import Version

_ROWS = re.compile(r"(?<=[A-Z$])\d+")
"""Numbers of rows in a formula: those of the templates follow their tables."""


class OwnKind(StrEnum):
    """What differs."""

    SHEET_ADDED = "sheet_added"
    SHEET_GONE = "sheet_gone"
    SHEET_RENAMED = "sheet_renamed"
    COLUMN_ADDED = "column_added"
    COLUMN_GONE = "column_gone"
    CELLS = "cells"
    COMMENT_ADDED = "comment_added"
    COMMENT_GONE = "comment_gone"
    COMMENT_CHANGED = "comment_changed"
    NAME_ADDED = "name_added"
    NAME_GONE = "name_gone"
    NAME_CHANGED = "name_changed"
    DRAWN = "drawn"
    MEDIA = "media"


@dataclass(frozen=True, slots=True)
class LooseCell:
    """A cell outside of fields that differs.

    Arguments:
        before, after: where it stands in each version; None where its sheet is not there.
        old, new: what stands there.
    """

    before: Place | None
    after: Place | None
    old: Content
    new: Content

    @property
    def cell(self) -> str:
        """The cell as ``C7``, in the second version where it is there."""
        place = self.after or self.before
        return cell_name(place[1], place[2]) if place is not None else ""


@dataclass(frozen=True, slots=True)
class OwnChange:
    """Something of people's own that differs.

    Arguments:
        kind: what.
        sheet: title of the sheet it is on, in the second version where it is there.
        name: of a sheet its former title, of a column its header, of notes their cell, of pictures the part.
        block: key of the block a column belongs to.
        old, new: texts of a note, what a name stands for, how many charts and pictures.
        cells: single cells that differ; of a column or sheet that came or went, those that hold something.
    """

    kind: OwnKind
    sheet: str = ""
    name: str = ""
    block: str = ""
    old: str = ""
    new: str = ""
    cells: tuple[LooseCell, ...] = ()


def own_changes(before: Version, after: Version, places: Places, back: Places) -> tuple[OwnChange, ...]:
    """Everything of people's own that differs between two versions.

    Arguments:
        before, after: the versions. places: from the first to the second; back: from the second to the first.

    Words of the templates themselves say nothing where the two are in different languages.
    """
    return (
        *_sheets(before, after, places),
        *_columns(before, after),
        *_cells(before, after, places),
        *_comments(before, after, places, back),
        *_names(before, after),
        *_drawn(before, after, places),
        *_media(before, after),
    )


def _sheets(before: Version, after: Version, places: Places) -> Iterator[OwnChange]:
    for title in before.titles:
        if title not in places.sheets:
            cells = (
                LooseCell((title, *cell), None, content, None)
                for cell, content in before.loose.get(title, {}).items()
            )
            yield OwnChange(OwnKind.SHEET_GONE, title, cells=tuple(cells))
    there = set(places.sheets.values())
    for title in after.titles:
        if title not in there:
            cells = (
                LooseCell(None, (title, *cell), None, content)
                for cell, content in after.loose.get(title, {}).items()
            )
            yield OwnChange(OwnKind.SHEET_ADDED, title, cells=tuple(cells))
    is_translated = before.data.lang != after.data.lang
    for was, now in places.sheets.items():
        if was != now and not (is_translated and was in before.modules):
            yield OwnChange(OwnKind.SHEET_RENAMED, now, was)


def _columns(before: Version, after: Version) -> Iterator[OwnChange]:
    for key, block in after.data.blocks.items():
        if key not in before.data.blocks:
            continue
        mine, theirs = (side.own_columns.get(key, {}) for side in (before, after))
        for header in theirs:
            if header not in mine:
                yield OwnChange(OwnKind.COLUMN_ADDED, block.sheet, header, key)
        for header in mine:
            if header not in theirs:
                yield OwnChange(OwnKind.COLUMN_GONE, block.sheet, header, key)


def _cells(before: Version, after: Version, places: Places) -> Iterator[OwnChange]:
    for was, now in places.sheets.items():
        is_template = was in before.modules
        if is_template and before.data.lang != after.data.lang:
            continue
        cells = tuple(loose_cells(before, after, places, was))
        if cells:
            yield OwnChange(OwnKind.CELLS, now, cells=cells)


def loose_cells(before: Version, after: Version, places: Places, sheet: str) -> Iterator[LooseCell]:
    """The cells outside of fields of one sheet that differ, from its top.

    Arguments:
        before, after, places: the versions, and from the first to the second.
        sheet: title in the first one.
    """
    title = places.sheets[sheet]
    mine, theirs = before.loose.get(sheet, {}), after.loose.get(title, {})
    is_template = sheet in before.modules
    used: set[tuple[int, int]] = set()
    changed: list[LooseCell] = []
    for (row, column), old in sorted(mine.items()):
        likely = list(places.near(sheet, row, column))
        same = (
            place
            for place in likely
            if place[1:] not in used and _is_same(old, theirs.get(place[1:]), is_template=is_template)
        )
        place = next(same, None)
        if place is not None:
            used.add(place[1:])
        else:
            free = (one for one in likely if one[1:] not in used)
            changed.append(LooseCell((sheet, row, column), next(free, None), old, None))
    for item in changed:
        there = item.after[1:] if item.after is not None else None
        new = theirs.get(there) if there is not None and there not in used else None
        if there is not None and new is not None:
            used.add(there)
        yield LooseCell(item.before, item.after, item.old, new)
    for (row, column), content in sorted(theirs.items()):
        if (row, column) not in used:
            yield LooseCell(None, (title, row, column), None, content)


def _is_same(old: Content, new: Content, *, is_template: bool) -> bool:
    if is_template and isinstance(old, OwnFormula) and isinstance(new, OwnFormula):
        return _ROWS.sub("", old.text) == _ROWS.sub("", new.text)
    return same_content(old, new)


def _comments(before: Version, after: Version, places: Places, back: Places) -> Iterator[OwnChange]:
    """The notes that differ; those of the templates are in the workbook's language."""
    is_translated = before.data.lang != after.data.lang
    met: set[Place] = set()
    for sheet, notes in before.comments.items():
        for (row, column), text in notes.items():
            if is_translated and places.block_cell(sheet, row, column) is None:
                continue
            place = places.cell(sheet, row, column)
            new = after.comments.get(place[0], {}).get(place[1:]) if place is not None else None
            if place is None or new is None:
                yield OwnChange(OwnKind.COMMENT_GONE, sheet, cell_name(row, column), old=text)
                continue
            met.add(place)
            if new != text:
                where = place[0], cell_name(*place[1:])
                yield OwnChange(OwnKind.COMMENT_CHANGED, *where, old=text, new=new)
    for sheet, notes in after.comments.items():
        for (row, column), text in notes.items():
            if (sheet, row, column) in met or (is_translated and back.block_cell(sheet, row, column) is None):
                continue
            yield OwnChange(OwnKind.COMMENT_ADDED, sheet, cell_name(row, column), new=text)


def _names(before: Version, after: Version) -> Iterator[OwnChange]:
    """The names that people gave to cells."""
    for name, text in before.names.items():
        new = after.names.get(name)
        if new is None:
            yield OwnChange(OwnKind.NAME_GONE, name=name, old=text)
        elif _ROWS.sub("", new) != _ROWS.sub("", text):
            yield OwnChange(OwnKind.NAME_CHANGED, name=name, old=text, new=new)
    for name, text in after.names.items():
        if name not in before.names:
            yield OwnChange(OwnKind.NAME_ADDED, name=name, new=text)


def _drawn(before: Version, after: Version, places: Places) -> Iterator[OwnChange]:
    """Sheets with more or fewer charts and pictures."""
    for was, now in places.sheets.items():
        old, new = before.drawn.get(was, 0), after.drawn.get(now, 0)
        if old != new:
            yield OwnChange(OwnKind.DRAWN, now, old=str(old), new=str(new))


def _media(before: Version, after: Version) -> Iterator[OwnChange]:
    """Pictures and macros that the other version has not, whatever they are called there."""
    for mine, theirs in ((before, after), (after, before)):
        known = set(theirs.media.values())
        for name, digest in mine.media.items():
            if digest not in known:
                short = name.rpartition("/")[2]
                old, new = (short, "") if mine is before else ("", short)
                yield OwnChange(OwnKind.MEDIA, name=short, old=old, new=new)
