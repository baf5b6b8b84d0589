"""A workbook as lines of text that git can compare: one a cell that people filled, by name, not by place."""

from __future__ import annotations

from collections.abc import Iterator

from strategy_xl.answers.basis import ENTITY_ID
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.schema.spec import FormBlock, WorkbookSpec
from strategy_xl.work.diff_rows import row_title
from strategy_xl.work.diff_sentences import DifferenceTeller
from strategy_xl.work.diff_version import Version


def listing(spec: WorkbookSpec, version: Version) -> Iterator[str]:
    """The lines of a workbook, in its own language, sheet by sheet.

    Arguments:
        spec: the templates. version: the workbook.

    A row is told by its name, so that one that was inserted or moved is no other line.
    """
    teller = DifferenceTeller(spec, version.data.lang)
    for key, held in version.blocks.items():
        block = version.data.blocks[key].block
        title = teller.block_title(key)
        is_alone = isinstance(block, FormBlock) and block.instances == 1
        for at in range(len(held.rows)):
            name = "" if is_alone else teller.name(key, row_title(block, held, at), version.index(key, at))
            for field, cells in held.columns.items():
                if field == ENTITY_ID or cells[at] is None:
                    continue
                value = teller.value(key, field, cells[at], whole=True)
                label = teller.label(key, field)
                yield " | ".join(_line(part) for part in (title, name, f"{label} = {value}") if part)
    for title in version.own_sheets:
        for (row, column), content in sorted(version.loose.get(title, {}).items()):
            yield _line(f"{title} | {cell_name(row, column)} = {teller.loose(content, whole=True)}")


def _line(text: str) -> str:
    return " ".join(text.split())
