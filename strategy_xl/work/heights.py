"""Heights of the rows whose sentences change in a night, so that nothing is cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.edits import Columns, PlacedAnswers
from strategy_xl.schema.spec import FieldSpec, FieldType
from strategy_xl.text.lines import row_height, text_lines

_PADDING = 0.5
"""Characters of a column's width that its text does not use: the indent, less the room for it."""

Heights = Mapping[str, Mapping[int, float]]
"""Sheet → row → height in points."""


def _texts(block: BlockData, spec: FieldSpec, placed: PlacedAnswers) -> Mapping[int, str]:
    """Row → text of a field that wraps: as it will be, or as people typed it."""
    answered = placed.get(block.block.key, {}).get(spec.key)
    if answered is not None:
        rows = zip(block.all_rows, answered.cells, strict=False)
        return {row: text for row, text in rows if isinstance(text, str)}
    if spec.type in (FieldType.TEXT, FieldType.LONG_TEXT) and spec.key in block.frame:
        texts = zip(block.frame.index.tolist(), block.frame[spec.key].tolist(), strict=True)
        return {row: text for row, text in texts if isinstance(text, str)}
    return {}


def _changed_rows(block: BlockData, columns: Columns, messages: Iterable[FieldSpec]) -> set[int]:
    """Rows of a table in which a sentence is written."""
    found: set[int] = set()
    by_column = columns.get(block.sheet, {})
    for spec in messages:
        given = by_column.get(block.places[spec.key].column)
        if given is not None:
            found.update(given if isinstance(given, Mapping) else map(int, given[0]))
    return found & set(block.all_rows)


def _of_block(block: BlockData, columns: Columns, placed: PlacedAnswers) -> Iterator[tuple[int, float]]:
    seen = [spec for spec in block.block.fields if spec.key in block.places and not spec.hidden]
    rows = _changed_rows(block, columns, [spec for spec in seen if spec.type is FieldType.MESSAGE])
    if not rows:
        return
    lines: dict[int, int] = defaultdict(lambda: 1)
    for spec in seen:
        for row, text in _texts(block, spec, placed).items():
            if row in rows:
                lines[row] = max(lines[row], text_lines(text, spec.width - _PADDING))
    for row in rows:
        yield row, row_height(max(lines[row], *(spec.lines for spec in seen)))


def row_heights(data: WorkbookData, columns: Columns, placed: PlacedAnswers) -> Heights:
    """The heights of rows of tables whose sentences change.

    Arguments:
        data: the workbook as read.
        columns: what is going to be written.
        placed: the answers, all of them.
    """
    found: dict[str, dict[int, float]] = {}
    for block in data.blocks.values():
        if block.is_table:
            for row, height in _of_block(block, columns, placed):
                known = found.setdefault(block.sheet, {})
                known[row] = max(known.get(row, 0.0), height)
    return found
