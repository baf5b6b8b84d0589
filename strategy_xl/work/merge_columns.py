"""Columns that people added to tables in B, put into A before the rest: from then on both have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from strategy_xl.errors import PatchRefusedError
from strategy_xl.formulas.cell_refs import column_letters, parse_cell
from strategy_xl.formulas.reaching import sheet_before
from strategy_xl.formulas.tokens import WORD, tokens
from strategy_xl.ooxml.column_widths import width_of
from strategy_xl.ooxml.inserted_columns import NewColumn
from strategy_xl.ooxml.own_columns import with_own_columns
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.diff_version import Version, version_of


@dataclass(frozen=True)
class Widened:
    """A with the columns that B added to tables.

    Arguments:
        a: the version.
        columns: block → headers of the columns that it got.
        refused: block → headers of those for which there is no room.
        parts: parts of the file that are others for it.
    """

    a: Version
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: tuple[str, ...] = ()


def widen(spec: WorkbookSpec, base: Version, a: Version, b: Version, today: date) -> Widened:
    """Have A's tables get the columns that people added to those of B.

    Arguments:
        spec: the templates. base, a, b: the versions. today: for what templates reckon from it.

    The columns come where they stand in B: before the same column, else at the end.
    """
    found = {key: new for key in a.blocks if (new := dict(_new_columns(base, a, b, key)))}
    done: dict[str, tuple[str, ...]] = {}
    refused: dict[str, tuple[str, ...]] = {}
    wider = a
    for key, columns in found.items():
        try:
            table = a.data.blocks[key].table or ""
            snapshot = with_own_columns(wider.snapshot, table, tuple(columns.values()))
        except PatchRefusedError:
            refused[key] = tuple(columns)
            continue
        wider = version_of(snapshot, spec, today, judges=False)
        done[key] = tuple(columns)
    return Widened(wider, done, refused, tuple(_changed(a.snapshot, wider.snapshot)) if done else ())


def _new_columns(base: Version, a: Version, b: Version, key: str) -> Iterator[tuple[str, NewColumn]]:
    """The columns that A's table is to get, by header."""
    block, theirs = a.data.blocks[key], b.data.blocks.get(key)
    if (
        theirs is None
        or key not in b.blocks
        or block.table is None
        or theirs.table is None
        or key not in base.data.blocks
    ):
        return
    own, known = b.own_columns.get(key, {}), base.own_columns.get(key, {})
    with Package.open(a.snapshot) as mine, Package.open(b.snapshot) as other:
        table = WorkbookInfo.of(mine).table(block.table)
        taken = {column.name.casefold() for column in table.columns}
        info = WorkbookInfo.of(other)
        columns = _in_order(b, key)
        for header, at in own.items():
            if header in known or header.casefold() in taken:
                continue
            right = (name for column, name in sorted(columns.items()) if column > at)
            there = next((name for name in right if name in a.blocks[key].columns), None)
            before = len(table.columns) if there is None else a.column(key, there) - table.area.left
            yield header, NewColumn(before, header, width_of(info, info.sheet(theirs.sheet), at))


def _in_order(version: Version, key: str) -> dict[int, str]:
    """Column of the sheet → field or own column of a table."""
    return {version.column(key, name): name for name in version.blocks[key].columns}


def _changed(before: Snapshot, after: Snapshot) -> Iterator[str]:
    with Package.open(before) as one, Package.open(after) as other:
        for name in sorted({*one.members, *other.members}):
            both = name in one.members and name in other.members
            if not both or one.members[name].crc != other.members[name].crc:
                yield name


def columns_between(b: Version, a: Version, sheet: str) -> dict[int, int]:
    """Column of a sheet of B → the one of A where the same stands, of all tables on it."""
    found: dict[int, int] = {}
    for key, theirs in b.data.blocks.items():
        mine = a.data.blocks.get(key)
        if theirs.sheet != sheet or mine is None or not theirs.is_table:
            continue
        for name, place in theirs.places.items():
            if name in mine.places:
                found[place.column] = mine.places[name].column
        for header, column in b.own_columns.get(key, {}).items():
            if header in a.own_columns.get(key, {}):
                found[column] = a.own_columns[key][header]
    return found


def nearest(columns: Mapping[int, int], at: int) -> int:
    """Where a column is afterwards: as far moved as the nearest known one before it."""
    known = max((column for column in columns if column <= at), default=None)
    return at if known is None else columns[known] + at - known


def with_other_columns(text: str, columns: Mapping[int, int]) -> str:
    """A formula whose references to columns of its own sheet lead to others.

    Arguments:
        text: the formula. columns: column before → afterwards; beyond the last one as far as that.

    >>> with_other_columns("B4*$C4+Autre!C4", {2: 2, 3: 5})
    'B4*$E4+Autre!C4'
    """
    found = tokens(text)
    out = []
    for at, token in enumerate(found):
        cell = parse_cell(token.text) if token.kind == WORD else None
        first = at - 2 if at > 1 and found[at - 1].text == ":" else at
        if cell is None or sheet_before(found, first, "") != "":
            out.append(token.text)
            continue
        column = nearest(columns, cell[1])
        fixed = "$" if token.text.startswith("$") else ""
        rest = token.text.lstrip("$").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        out.append(f"{fixed}{column_letters(column)}{rest}")
    return "".join(out)
