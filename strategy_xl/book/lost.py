"""Formulas of the templates that are gone: lost ones are put back, one typed over is people's own now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from strategy_xl.book.data import BlockData, Rows, Singles
from strategy_xl.book.known_places import Place
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import Area, cell_name
from strategy_xl.ooxml.sheet_meta import SheetMeta
from strategy_xl.schema.names import COMPANY, LABEL, SHARE, box_key, label_key
from strategy_xl.schema.spec import FieldRole, FieldSpec, FormBlock, GridBlock, WorkbookSpec
from strategy_xl.text.coerced import blank_mask

Metas = Callable[[str], SheetMeta]
Arrays = Callable[[str], Collection[tuple[int, int]]]
Mask = npt.NDArray[np.bool_]


_BROKEN = frozenset({ErrorValue.REF.value, ErrorValue.NAME.value})
"""What a formula shows whose cells were cut away."""


def look(
    data: BlockData, index: Rows, metas: Metas, arrays: Arrays | None = None, *, is_whole: bool
) -> BlockData:
    """The block with what became of its formulas: ``uncached_rows``, ``overtyped`` and ``erased``.

    Arguments:
        data: the block with what its cells show.
        index: rows or instances that people filled; only those can miss a result.
        metas: what is known of a sheet by its title.
        arrays: the cells of a sheet that array formulas fill; None where nobody knows which are to be.
        is_whole: whether all that formulas need is there; else one that points nowhere stays as it is.
    """
    uncached: dict[str, Rows] = {}
    overtyped: dict[str, Rows] = {}
    erased: dict[str, Rows] = {}
    rows = np.arange(data.first_row, data.last_row + 1, dtype=np.int64)
    found: dict[str, set[tuple[int, int]]] = {}
    for spec in data.block.fields:
        if spec.role is not FieldRole.COMPUTED or spec.key not in data.places:
            continue
        sheet = data.sheet_of(spec.key)
        meta = metas(sheet)
        has, missing = masks(data, spec.key, meta)
        if sheet not in found:
            errors = meta.errors
            texts = errors.texts.tolist()
            pointless = [at for at, text in enumerate(texts) if is_whole and text in _BROKEN]
            places = zip(errors.rows[pointless].tolist(), errors.columns[pointless].tolist(), strict=True)
            found[sheet] = set(places)
        broken = found[sheet]
        lost = np.zeros(len(rows), bool)
        if broken:
            lost |= has & np.array([data.cell(spec.key, int(row)) in broken for row in rows], bool)
        if not has.all():
            blank = blank_mask(data.shown[spec.key])
            _note(overtyped, spec.key, rows[~has & ~blank])
            lost |= ~has & blank & ~_hidden(data, spec.key, rows)
        if spec.array and arrays is not None:
            # LibreOffice 7 saves nearly all of them as plain ones once somebody has given cells a name.
            filled = arrays(sheet)
            lost |= has & np.array([data.cell(spec.key, int(row)) not in filled for row in rows], bool)
        _note(erased, spec.key, rows[lost])
        _note(uncached, spec.key, index[missing[index - data.first_row]])
    return replace(data, uncached_rows=uncached, overtyped=overtyped, erased=erased)


def _note(found: dict[str, Rows], key: str, rows: Rows) -> None:
    if len(rows):
        found[key] = rows


def _hidden(data: BlockData, key: str, rows: Rows) -> Mask:
    """Which of a field's cells hide behind the first one of a merged area."""
    if not data.merged:
        return np.zeros(len(rows), bool)
    return np.array([is_hidden(data.merged, *data.cell(key, int(row))) for row in rows], bool)


def is_hidden(merged: Sequence[Area], row: int, column: int) -> bool:
    """Whether a cell is merged into another one, so that nothing can stand in it."""
    return any(area.has(row, column) and (row, column) != (area.top, area.left) for area in merged)


def within(data: BlockData, merged: Sequence[Area]) -> tuple[Area, ...]:
    """Those of a sheet's merged areas that reach into the block's values."""
    if not merged or not data.places or not data.all_rows:
        return ()
    cells = [data.cell(key, row) for key in data.places for row in (data.first_row, data.last_row)]
    rows, columns = zip(*cells, strict=True)
    block = Area(min(rows), min(columns), max(rows), max(columns))
    return tuple(area for area in merged if area.overlaps(block))


def masks(data: BlockData, key: str, meta: SheetMeta) -> tuple[Mask, Mask]:
    """For all rows or instances: which hold a formula, which one without result."""
    place = data.places[key]
    if data.is_table:
        area = (place.column, data.first_row, data.last_row)
        return meta.formulas_in(*area), meta.uncached_in(*area)
    columns = range(place.column, place.column + data.last_row)
    has, missing = np.array([meta.formula_at(place.row, column) for column in columns]).T
    return has, missing


# -- single formulas outside of fields -----------------------------------------------------------------------


def single_cells(spec: WorkbookSpec, anchors: Mapping[tuple[str, str], Place]) -> Iterator[Place]:
    """The cells of the completeness of modules and of the lines of printed grids."""
    for module in spec.modules:
        share = anchors.get((SHARE, module.key))
        if share is not None:
            yield share
        firm = anchors.get((COMPANY, module.key))
        if firm is not None:
            yield firm
        for block in module.blocks:
            if isinstance(block, FormBlock):
                yield from (place for _, place in live_labels(block, anchors))
            if not isinstance(block, GridBlock):
                continue
            for index in range(len(block.boxes)):
                first = anchors.get((block.key, box_key(index)))
                if first is not None:
                    yield from (replace(first, row=first.row + line) for line in range(block.lines))


def live_labels(
    block: FormBlock, anchors: Mapping[tuple[str, str], Place]
) -> Iterator[tuple[FieldSpec, Place]]:
    """The fields of a form whose label follows a setting, each with the cell of that label."""
    for spec in block.fields:
        place = anchors.get((LABEL, label_key(block.key, spec.key))) if spec.when else None
        if place is not None:
            yield spec, place


def read_singles(
    places: Iterable[Place], metas: Metas, value: Callable[[Place], Any], *, shows: bool
) -> Singles:
    """What became of the formulas outside of fields.

    Arguments:
        places: their cells.
        metas: what is known of a sheet by its title.
        value: what a cell shows.
        shows: whether it is asked what those show that are still there.
    """
    bare: list[Place] = []
    shown: dict[Place, Any] = {}
    for place in places:
        has, missing = metas(place.sheet).formula_at(place.row, place.column)
        if not has:
            bare.append(place)
        elif shows and not missing:
            shown[place] = value(place)
    erased = frozenset(place for place in bare if blank_mask([value(place)])[0])
    return Singles(erased, frozenset(bare) - erased, shown)


# -- what people are told ------------------------------------------------------------------------------------


def located(
    path: str, data: BlockData, cells: Sequence[tuple[FieldSpec, int]]
) -> tuple[Location, dict[str, object]]:
    """Where the first of some cells of a block is, and what a message says of them together."""
    (spec, row), (last, bottom) = cells[0], cells[-1]
    where = Location(path, data.sheet_of(spec.key), data.a1(spec.key, row))
    label = spec.label.get(data.context.lang)
    if len(cells) == 1:
        return where, {"label": label}
    return where, {"label": label, "n": len(cells), "last": data.a1(last.key, bottom)}


def _text(value: Any) -> str:
    return str(value.value) if isinstance(value, ErrorValue) else str(value)


def typed_over(path: str, data: BlockData) -> Iterator[Finding]:
    """One finding for all cells of a block in which a value stands over the formula (SX209)."""
    cells = [(spec, int(row)) for spec in data.block.fields for row in data.overtyped.get(spec.key, ())]
    if cells:
        where, args = located(path, data, cells)
        spec, row = cells[0]
        yield Finding("SX209", where, {**args, "found": _text(data.shown[spec.key][row - data.first_row])})


def failing(path: str, data: BlockData, cells: Sequence[tuple[FieldSpec, int]]) -> Iterator[Finding]:
    """One finding for all formulas of a block that give an error (SX211)."""
    if cells:
        where, args = located(path, data, cells)
        spec, row = cells[0]
        yield Finding("SX211", where, {**args, "found": _text(data.shown[spec.key][row - data.first_row])})


def put_back(
    path: str, blocks: Mapping[str, BlockData], cells: frozenset[Place], lang: str
) -> Iterator[Finding]:
    """One note for all formulas of a workbook that were erased (SX210)."""
    found = [
        (Location(path, data.sheet_of(spec.key), data.a1(spec.key, int(row))), spec.label.get(lang))
        for data in blocks.values()
        for spec in data.block.fields
        for row in data.erased.get(spec.key, ())
        if not data.is_new(int(row))
    ]
    found += [
        (Location(path, place.sheet, cell_name(place.row, place.column)), place.sheet)
        for place in sorted(cells, key=lambda item: (item.sheet, item.row, item.column))
    ]
    if found:
        where, label = found[0]
        yield Finding("SX210", where, {"label": label, "n": len(found)}, Severity.NOTE)
