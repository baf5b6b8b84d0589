"""Where the rows of a workbook that was read stand, for those who know only its blocks."""

from __future__ import annotations

from collections.abc import Sequence

from strategy_xl.answers.records import Locate, Places
from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.schema.spec import FormBlock, TableBlock


def places_in(data: WorkbookData) -> Locate:
    """A function that says where rows of a block stand: in the column of names, else in the first."""

    def locate(block: str, rows: Sequence[int]) -> Places:
        found = data.blocks[block]
        key = _naming(found)
        sheet = found.sheet_of(key)
        if found.is_table:
            letters = column_letters(found.places[key].column)
            first = found.row_of(0)
            return Places(sheet, [f"{letters}{first + row}" for row in rows])
        return Places(sheet, [found.a1(key, row) for row in rows])

    return locate


def restored_in(data: WorkbookData) -> dict[str, float]:
    """How many formulas had been erased and are put back, as a count of the record; nothing for none."""
    numbers = [finding.args["n"] for finding in data.findings if finding.code == "SX210"]
    return {"restored": float(str(numbers[0]))} if numbers else {}


def _naming(found: BlockData) -> str:
    """The field that names the rows of a block, if the workbook has it."""
    block = found.block
    if isinstance(block, TableBlock) and block.identity_key in found.places:
        return block.identity_key
    if isinstance(block, FormBlock) and block.identity in found.places:
        return str(block.identity)
    return next(iter(found.places))
