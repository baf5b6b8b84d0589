"""Read a workbook back: values by table and stored name, typed, with located findings.

Values come from python-calamine; what it does not tell (formulas, missing results, error cells, the real
extent) comes from a look at the same bytes. Nothing is written, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from strategy_xl.book import lost
from strategy_xl.book.block_reader import BlockReader
from strategy_xl.book.copies import copied_sheets
from strategy_xl.book.data import WorkbookData
from strategy_xl.book.doubts import doubts
from strategy_xl.book.known_places import BookNames, Place, Resolution, table_area
from strategy_xl.book.relations import check_relations
from strategy_xl.book.resolve import resolve
from strategy_xl.collection import no_collection
from strategy_xl.errors import Finding, Location
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.names import GUEST, STORED, renamed_by
from strategy_xl.schema.spec import ListSpec, WorkbookSpec
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import Context
from strategy_xl.text.parsing import fold

_LOSSES = frozenset({"SX120", "SX127"})


def read_workbook(
    source: Path | str | Snapshot,
    spec: WorkbookSpec,
    *,
    blocks: Collection[str] | None = None,
    grows: bool = False,
    tidies: bool = False,
) -> WorkbookData:
    """Read a workbook.

    Arguments:
        source: .xlsx or .xlsm file made from these templates, whatever people did to it since, or what was
            read of it before.
        spec: the templates.
        blocks: keys of the blocks to read; None for all. References to blocks not read are not checked.
        grows: for those who write the workbook: take rows that were typed under a table as its rows, and give
            a table that has few blank ones left some more (``BlockData.is_longer``).
        tidies: read inputs that Excel does not count as what was meant (``WorkbookData.meant``), for those
            who write it too.

    Errors: WorkbookError SX110 not one of ours, SX111 made by a newer version, SX112 not readable, SX9xx
    from the package (password, damage, Excel 97–2003…).
    """
    snapshot = source if isinstance(source, Snapshot) else Snapshot.take(source)
    path = snapshot.path
    with no_collection(), Package.open(snapshot) as package:
        info = WorkbookInfo.of(package)
        values = SheetValues(info)

        def cells(sheet: str, row: int) -> Sequence[object]:
            return values.grid(sheet).row(row)

        names = _names(info)
        found = resolve(path, names, spec, cells, blocks=blocks)
        choices, mixed = _choices(path, spec, found, values)
        copied = list(copied_sheets(path, info, found))
        work = BlockReader(
            info, values, Context(found.lang, info.is_1904, choices, counts=True, tidies=tidies), grows=grows
        )
        codes = {finding.code for finding in found.findings}
        work.is_whole = not codes & _LOSSES
        work.is_present = found.schema_version == spec.schema_version
        # What formulas show for lack of a sheet or a table that is gone is no news beside that.
        work.tells_errors = not codes & {*_LOSSES, "SX124"}
        blocks_found = [work.bounded(block) for block in found.blocks.values()]
        for block in blocks_found:
            for sheet in {block.sheet, *(place.sheet for place in block.places.values())}:
                work.expect(sheet, block)
        singles = work.singles(list(lost.single_cells(spec, found.anchors)), shows=blocks is None)
        read = {block.block.key: work.block(block) for block in blocks_found}
        read, related = check_relations(path, read, work.meant, tidies=tidies)
        related += doubts(path, read)
        merged = {sheet: values.meta(sheet).merged for sheet in {block.sheet for block in read.values()}}
    return WorkbookData(
        path,
        found.lang,
        found.schema_version,
        info.is_1904,
        read,
        (
            *found.findings,
            *mixed,
            *copied,
            *work.findings,
            *related,
            *lost.put_back(path, read, singles.erased, found.lang),
        ),
        found.sheets,
        choices,
        found.anchors,
        snapshot,
        singles,
        merged,
        work.meant,
        renamed_by(names.names.get(GUEST, "")),
    )


def _names(info: WorkbookInfo) -> BookNames:
    """Names, tables and sheets; a name of the workbook outranks a sheet's (a copied sheet has those)."""
    names: dict[str, str] = {}
    for name in sorted(info.names_like(*STORED), key=lambda item: item.scope is None):
        names[name.name] = name.text
    for old, new in renamed_by(names.get(GUEST, "")).items():
        names[old] = names.pop(new, "")
    sheets = tuple(sheet.name for sheet in info.sheets if sheet.kind == "worksheet")
    tables = tuple(
        table_area(
            table.display_name,
            table.sheet,
            table.area,
            table.totals_rows,
            table.columns,
            has_look=table.has_look,
        )
        for table in info.tables
        if table.header_rows
    )
    return BookNames(sheets, names, tables)


def _choices(
    path: str, spec: WorkbookSpec, found: Resolution, values: SheetValues
) -> tuple[dict[str, Choices], list[Finding]]:
    """The lists as they stand, and the choices whose label is that of another one."""
    choices: dict[str, Choices] = {}
    findings: list[Finding] = []
    for item in spec.lists:
        stored: list[str] = []
        if item.key in found.lists:
            place, count = found.lists[item.key]
            grid = values.grid(place.sheet)
            column = grid.column(place.column, place.row, min(place.row + count - 1, len(grid)))
            stored = [str(value).strip() for value in column]
        places = found.choices.get(item.key)
        placed: dict[str, str] | None = None
        if places is not None:
            placed = {key: _label(values, place) for key, place in places.items()}
            findings += _taken(path, item, found.lang, placed, places)
        choices[item.key] = Choices.of(item, found.lang, stored, placed)
    return choices, findings


def _label(values: SheetValues, place: Place) -> str:
    return str(values.grid(place.sheet).cell(place.row, place.column)).strip()


def _taken(
    path: str, item: ListSpec, lang: str, placed: Mapping[str, str], places: Mapping[str, Place]
) -> Iterator[Finding]:
    """A choice whose cell holds the label of another one: the place decides, in formulas and here."""
    own = {choice.key: choice.get(lang) for choice in item.choices}
    known = {fold(label): key for key, label in own.items()}
    seen: set[str] = set()
    for key, label in placed.items():
        place, other = places[key], known.get(fold(label), key)
        if label and (other != key or fold(label) in seen):
            where = Location(path, place.sheet, cell_name(place.row, place.column))
            yield Finding("SX131", where, {"found": label, "expected": own[key]})
        seen.add(fold(label))
