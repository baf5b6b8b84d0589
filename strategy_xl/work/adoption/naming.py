"""What our sheets and tables are called beside those of somebody else: where names clash, ours change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count

from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import BookLayout, SheetLayout
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.spec import TableBlock, WorkbookSpec

MAX_TITLE = 31
"""Characters of a sheet's title in Excel."""


@dataclass(frozen=True)
class Naming:
    """What is called otherwise than in a workbook of our own.

    Arguments:
        titles: module key → title of its sheet.
        tables: block key → name of its Excel table.
        names: defined name → the one it has instead.
    """

    titles: Mapping[str, str]
    tables: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)

    def laid_out(self, layout: BookLayout, today: date) -> tuple[BookLayout, Formulas]:
        """A layout under these names, and how its formulas are written."""
        renamed = replace(layout, sheets=tuple(self._sheet(sheet) for sheet in layout.sheets))
        return renamed, Formulas(renamed, today, self.tables)

    def _sheet(self, sheet: SheetLayout) -> SheetLayout:
        title = self.titles.get(sheet.module.key)
        if title is None:
            return sheet
        blocks = tuple(replace(placed, sheet=title) for placed in sheet.blocks)
        return replace(sheet, title=title, blocks=blocks)


def names_beside(info: WorkbookInfo, spec: WorkbookSpec, lang: str) -> Naming:
    """How our sheets and tables are called beside those of a workbook.

    Arguments:
        info: the workbook.
        spec: the modules that it gets.
        lang: their language.
    """
    titles = {module.key: module.sheet.get(lang) for module in spec.modules}
    tables = {
        block.key: block.table_name
        for module in spec.modules
        for block in module.blocks
        if isinstance(block, TableBlock)
    }
    taken = {table.display_name for table in info.tables} | {name.name for name in info.defined_names}
    return Naming(
        dict(_renamed(titles, {sheet.name for sheet in info.sheets}, _title)),
        dict(_renamed(tables, taken, lambda name, number: f"{name}_{number}")),
    )


def _title(title: str, number: int) -> str:
    ending = f" ({number})"
    return title[: MAX_TITLE - len(ending)].rstrip() + ending


def _renamed(own: Mapping[str, str], theirs: Collection[str], numbered: object) -> Iterator[tuple[str, str]]:
    """Key and new name of what is called as something of theirs is; case does not count, as in Excel."""
    assert callable(numbered)
    taken = {name.casefold() for name in theirs}
    known = {name.casefold() for name in own.values()}
    for key, name in own.items():
        if name.casefold() in taken:
            new = next(
                new for number in count(2) if (new := numbered(name, number)).casefold() not in taken | known
            )
            known.add(new.casefold())
            yield key, new


def names_renamed(info: WorkbookInfo, built: WorkbookInfo) -> dict[str, str]:
    """Defined names of ours that a workbook has for a name or a table of its own → what they become."""
    theirs = {name.name for name in info.defined_names if name.scope is None}
    theirs |= {table.display_name for table in info.tables}
    own = {name.name for name in built.defined_names if name.scope is None}
    own |= {table.display_name for table in built.tables}
    return dict(_renamed({name: name for name in sorted(own)}, theirs, lambda name, n: f"{name}_{n}"))
