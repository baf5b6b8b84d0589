"""Tables that are to get longer, or to get back what a program took from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import FormulaTexts, PlacedAnswers, Shown, Texts
from strategy_xl.formulas.shifting import has_relative_references
from strategy_xl.ooxml.cells import shown as shown_by
from strategy_xl.ooxml.growth import TableEdit
from strategy_xl.schema.names import TABLE_STYLE
from strategy_xl.schema.spec import FieldRole, TableBlock


def table_edits(
    data: WorkbookData, placed: PlacedAnswers, shown: Shown, texts: Texts
) -> tuple[TableEdit, ...]:
    """What is to become of the tables of a workbook; nothing for most of them on most nights.

    Arguments:
        data: the workbook as read, with the rows that its tables are to have.
        placed: the answers.
        shown: what its formulas show.
        texts: the formulas of the templates.

    A save in LibreOffice takes from every table its look and what its columns calculate: then Excel fills no
    formula any more where somebody types below. Both are put back.
    """
    found = []
    for key, block in data.blocks.items():
        if block.table is None or not isinstance(block.block, TableBlock):
            continue
        formulas = _lost(block, texts)
        if not (block.is_longer or formulas or not block.has_look):
            continue
        found.append(
            TableEdit(
                block.table,
                block.last_row if block.is_longer else 0,
                block.typed_last,
                is_lenient=True,
                formulas=formulas,
                style="" if block.has_look else TABLE_STYLE,
                shown=_columns(data, block, placed.get(key, {}), shown.columns.get(key, {}))
                if block.is_longer
                else {},
            )
        )
    return tuple(found)


def _lost(block: BlockData, texts: Texts) -> dict[int, tuple[str, bool]]:
    """Formulas that columns of the table do not say any more; one that people typed over whole stays so."""
    found: dict[int, tuple[str, bool]] = {}
    for spec in block.block.fields:
        known = block.table_columns.get(spec.key)
        if spec.role is not FieldRole.COMPUTED or known is None or known.formula:
            continue
        if len(block.overtyped.get(spec.key, ())) == len(block.all_rows):
            continue
        words: FormulaTexts = texts()
        text = words.of_field(block, spec, block.first_row)
        if "#REF!" not in text and not has_relative_references(text):
            found[block.places[spec.key].column - block.table_left] = text, spec.array
    return found


def _columns(
    data: WorkbookData, block: BlockData, placed: Mapping[str, Any], shown: Mapping[str, Any]
) -> dict[int, Sequence[Any]]:
    """What the cells of a table show, by index of the column."""
    found: dict[int, Sequence[Any]] = {}
    for spec in block.block.fields:
        if spec.key not in block.places:
            continue
        values: list[Any] = [None] * len(block.all_rows)
        if spec.key in shown:
            values = list(shown[spec.key])
        elif spec.key in placed:
            values = list(placed[spec.key].cells)
        elif spec.role is FieldRole.INPUT:
            looks = data.look.column(spec, block.rows.array(spec.key))
            for row, value in zip(block.rows.index, looks, strict=True):
                values[int(row) - block.first_row] = value
        for row in block.overtyped.get(spec.key, ()):
            values[int(row) - block.first_row] = block.shown[spec.key][int(row) - block.first_row]
        found[block.places[spec.key].column - block.table_left] = list(map(shown_by, values))
    return found
