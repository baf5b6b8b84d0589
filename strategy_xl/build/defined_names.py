"""Defined names: hidden identities of columns, fields and sheets; public settings, lists and completeness."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.workbook.defined_name import DefinedName

from strategy_xl import __version__
from strategy_xl.build.completeness import formula
from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import FIRST_COLUMN, TITLE_ROW, Area, PlacedBlock, list_rows
from strategy_xl.build.page import Book
from strategy_xl.build.validation import NUMBERS, choices_name, source_name
from strategy_xl.formulas.excel import quote
from strategy_xl.formulas.references import parse_column
from strategy_xl.schema.consistency import REFERENCE_DATE, SETTINGS_BLOCK, TODAY
from strategy_xl.schema.names import (
    COMPANY,
    LABEL,
    STAMP,
    anchor_name,
    box_key,
    choice_name,
    label_key,
    list_name,
    setting_name,
    share_name,
    sheet_name,
)
from strategy_xl.schema.spec import (
    FieldRole,
    FieldSpec,
    FormBlock,
    GridBlock,
    ListsBlock,
    MapBlock,
    SummaryBlock,
    TableBlock,
    WorkbookSpec,
)


def link_name(module: str) -> str:
    """Public defined name of a module's title cell, to which links go (``SXM_clients``)."""
    return f"SXM_{module}"


def shows_company(spec: WorkbookSpec) -> bool:
    """Whether the sheets can show the firm: the settings name it."""
    settings = spec.data_blocks().get(SETTINGS_BLOCK)
    return settings is not None and any(field.key == COMPANY for field in settings[1].fields)


def stamp(schema_version: int, lang: str) -> str:
    """``schema version;language;program version``."""
    return f"{schema_version};{lang};{__version__}"


def _anchors(placed: PlacedBlock) -> Iterator[tuple[str, str]]:
    block = placed.block
    if isinstance(block, FormBlock):
        for spec in block.fields:
            if spec.when:
                row, column = placed.rows[spec.key], placed.spans["label"].first
                label = Area(placed.sheet, row, column, row, column).absolute
                yield anchor_name(LABEL, label_key(block.key, spec.key)), label
    if isinstance(block, TableBlock | FormBlock | SummaryBlock):
        for spec in block.fields:
            yield anchor_name(block.key, spec.key), placed.anchor(spec.key).absolute
    elif isinstance(block, MapBlock):
        for key in ("module", "completeness"):
            yield anchor_name(block.key, key), placed.anchor(key).absolute
    elif isinstance(block, GridBlock):
        for index in range(len(block.boxes)):
            row, column = placed.rows[str(index)] + 1, placed.spans[str(index)].first
            yield (
                anchor_name(block.key, box_key(index)),
                Area(placed.sheet, row, column, row, column).absolute,
            )


def _list_areas(book: Book, placed: PlacedBlock) -> Iterator[tuple[str, Area]]:
    for spec in book.spec.lists:
        row, column = placed.rows[spec.key] + 1, placed.columns[spec.key]
        yield spec.key, Area(placed.sheet, row, column, row + list_rows(spec) - 1, column)


def _choices(book: Book) -> Iterator[tuple[str, str]]:
    """What formulas read for a choice: its cell in the list; its own label where that is empty or gone."""
    placed = book.layout.first_lists()
    areas = dict(_list_areas(book, placed)) if placed is not None else {}
    for spec in book.spec.lists:
        for position, choice in enumerate(spec.choices):
            text = quote(choice.get(book.lang))
            if spec.key in areas:
                row, column = areas[spec.key].row + position, areas[spec.key].column
                cell = Area(areas[spec.key].sheet, row, column, row, column).absolute
                text = choice_text(choice.get(book.lang), cell)
            yield choice_name(spec.key, choice.key), text


def choice_text(label: str, cell: str) -> str:
    """What formulas read for a choice: its cell; its own label where that is empty or gone."""
    text = quote(label)
    return f'IFERROR(IF({cell}="",{text},{cell}),{text})'


def filled_part(whole: str) -> str:
    """The top of a range down to its last filled cell, when it is filled without gaps."""
    return f"INDEX({whole},1):INDEX({whole},MAX(1,COUNTA({whole})))"


def _hidden(book: Book) -> Iterator[tuple[str, str]]:
    yield STAMP, quote(stamp(book.spec.schema_version, book.lang))
    for sheet in book.layout.sheets:
        title = Area(sheet.title, TITLE_ROW, FIRST_COLUMN, TITLE_ROW, FIRST_COLUMN).absolute
        yield sheet_name(sheet.module.key), title
        if shows_company(book.spec):
            firm = Area(sheet.title, TITLE_ROW, sheet.company_column, TITLE_ROW, sheet.company_column)
            yield anchor_name(COMPANY, sheet.module.key), firm.absolute
        for placed in sheet.blocks:
            yield from _anchors(placed)
    for reference in sorted(_sources(book)):
        yield source_name(reference), filled_part(book.formulas.whole(reference))


def _sources(book: Book) -> set[str]:
    """Every ``block[key]`` that drop-downs propose and that is in the book."""
    return {
        spec.source
        for _, block in book.spec.data_blocks().values()
        for spec in block.fields
        if spec.source is not None
        and spec.role is FieldRole.INPUT
        and parse_column(spec.source)[0] in book.layout.placed
    }


def setting_text(formulas: Formulas, spec: FieldSpec, cell: str) -> str:
    """What formulas read for a setting: its cell, or its default when the cell is emptied or unusable."""
    if spec.default is None:
        return cell
    usable = f"ISNUMBER({cell})" if spec.type in NUMBERS else f'{cell}<>""'
    return f"IF({usable},{cell},{formulas.constant(spec, spec.default)})"


def _public(book: Book) -> Iterator[tuple[str, str]]:
    for sheet in book.layout.sheets:
        title = Area(sheet.title, TITLE_ROW, FIRST_COLUMN, TITLE_ROW, FIRST_COLUMN).absolute
        yield link_name(sheet.module.key), title
    settings = {
        spec.key: setting_text(book.formulas, spec, placed.anchor(spec.key).absolute)
        for placed in book.layout.placed.values()
        if isinstance(placed.block, FormBlock) and placed.block.names
        for spec in placed.block.fields
    }
    for key, target in settings.items():
        yield setting_name(key), target
    day = setting_name(REFERENCE_DATE)
    yield setting_name(TODAY), f'IF({day}="",TODAY(),{day})' if REFERENCE_DATE in settings else "TODAY()"
    overview = book.layout.first_map()
    if overview is not None:
        for module in book.spec.modules:
            if module.key in overview.rows and formula(book.formulas, module) is not None:
                row, column = overview.rows[module.key], overview.columns["completeness"]
                yield share_name(module.key), Area(overview.sheet, row, column, row, column).absolute


def write(book: Book) -> None:
    """Define all names of the workbook."""
    names = book.workbook.defined_names
    for name, target in (*_hidden(book), *_choices(book)):
        names[name] = DefinedName(name, attr_text=target, hidden=True)
    for name, target in _public(book):
        names[name] = DefinedName(name, attr_text=target)
    placed = book.layout.first_lists()
    if placed is not None and isinstance(placed.block, ListsBlock):
        for key, area in _list_areas(book, placed):
            names[list_name(key)] = DefinedName(list_name(key), attr_text=area.absolute)
            if book.spec.list_(key).open:
                name = choices_name(key)
                names[name] = DefinedName(name, attr_text=filled_part(area.absolute), hidden=True)
