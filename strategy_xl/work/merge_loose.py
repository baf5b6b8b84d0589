"""What B changed outside of the templates' fields, put into A: cells of own sheets, texts beside tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from strategy_xl.answers.pairing import Pairs
from strategy_xl.work.diff import inverted
from strategy_xl.work.diff_cells import Content
from strategy_xl.work.diff_own import loose_cells
from strategy_xl.work.diff_places import Place, Places
from strategy_xl.work.diff_rows import same_content
from strategy_xl.work.diff_version import Version
from strategy_xl.work.merge_rows import Side


@dataclass(frozen=True, slots=True)
class LooseConflict:
    """A cell outside of fields that both versions changed, otherwise.

    Arguments:
        place: sheet, row and column in A.
        base, a, b: what stands there. kept: whose content is taken.
    """

    place: Place
    base: Content
    a: Content
    b: Content
    kept: Side = Side.A


@dataclass(frozen=True)
class LooseMerge:
    """What is to become of the cells of A outside of fields.

    Arguments:
        cells: place in A → what it gets.
        conflicts: cells that both changed otherwise.
        lost: cells of B whose place is taken in A by something else, or is not there: place in B → content.
    """

    cells: Mapping[Place, Content] = field(default_factory=dict)
    conflicts: tuple[LooseConflict, ...] = ()
    lost: Mapping[Place, Content] = field(default_factory=dict)


@dataclass(frozen=True)
class Three:
    """Three versions, and which rows of the base are which of A and B."""

    base: Version
    a: Version
    b: Version
    to_a: Mapping[str, Pairs]
    to_b: Mapping[str, Pairs]

    def places(self) -> tuple[Places, Places, Places]:
        """From the base to A, from the base to B, from B to the base."""
        return (
            Places(self.base, self.a, self.to_a),
            Places(self.base, self.b, self.to_b),
            Places(self.b, self.base, inverted(self.to_b)),
        )


def merge_loose(three: Three, prefer: Side | None = None) -> LooseMerge:
    """Put what B changed outside of fields into A.

    Arguments:
        three: the versions. prefer: whose content is taken where both changed a cell; A's when not given.

    Sheets that only B has are not looked at. Of versions in different languages only people's own sheets are.
    """
    to_a, to_b, back = three.places()
    cells: dict[Place, Content] = {}
    conflicts: list[LooseConflict] = []
    lost: dict[Place, Content] = {}
    for base, place, content, source in _changes(three, to_a, to_b, back):
        if place is None:
            lost[source] = content
            continue
        held = three.a.loose.get(place[0], {}).get(place[1:])
        if same_content(held, content):
            continue
        if to_a_block(three.a, place):
            lost[source] = content
        elif same_content(held, base):
            cells[place] = content
        else:
            kept = prefer or Side.A
            conflicts.append(LooseConflict(place, base, held, content, kept))
            if kept is Side.B:
                cells[place] = content
    return LooseMerge(cells, tuple(conflicts), {place: one for place, one in lost.items() if one is not None})


def _changes(
    three: Three, to_a: Places, to_b: Places, back: Places
) -> Iterator[tuple[Content, Place | None, Content, Place]]:
    """What stood in the base, the cell of A, what stands in B, and where."""
    is_translated = len({version.data.lang for version in (three.base, three.a, three.b)}) > 1
    for sheet in to_b.sheets:
        is_template = sheet in three.base.modules
        if sheet not in to_a.sheets or (is_translated and is_template):
            continue
        for cell in loose_cells(three.base, three.b, to_b, sheet):
            if cell.before is not None:
                source = cell.after or cell.before
                yield cell.old, _where(three.a, to_a, cell.before, cell.old), cell.new, source
            elif cell.after is not None:
                was = next(back.near(*cell.after), None)
                yield None, _where(three.a, to_a, was, None), cell.new, cell.after
    for title in set(three.a.own_sheets) & set(three.b.own_sheets):
        if title not in to_b.sheets.values():  # both added it
            for (row, column), content in sorted(three.b.loose.get(title, {}).items()):
                yield None, (title, row, column), content, (title, row, column)


def _where(a: Version, places: Places, was: Place | None, content: Content) -> Place | None:
    """Where a cell of the base is in A: where the same stands, else the likeliest place."""
    likely = list(places.near(*was)) if was is not None else []
    if content is None:
        return next(iter(likely), None)
    same = (place for place in likely if same_content(a.loose.get(place[0], {}).get(place[1:]), content))
    return next(same, next(iter(likely), None))


def to_a_block(version: Version, place: Place) -> bool:
    """Whether a cell belongs to a field of the templates, or to a table, in a version."""
    sheet, row, column = place
    for key, block in version.data.blocks.items():
        if block.is_table and block.sheet == sheet and block.places:
            columns = [one.column for one in block.places.values()]
            columns += version.own_columns.get(key, {}).values()
            if column in columns and block.first_row - 1 <= row <= block.last_row:
                return True
        elif not block.is_table:
            for one in block.places.values():
                if one.sheet == sheet and one.row == row and 0 <= column - one.column < block.last_row:
                    return True
    return False
