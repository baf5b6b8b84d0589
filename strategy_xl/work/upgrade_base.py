"""What a workbook was made from: its own templates, rendered again for the workbook as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.known_places import Place
from strategy_xl.book.lost import single_cells
from strategy_xl.book.read import read_workbook
from strategy_xl.book.resolve import read_stamp
from strategy_xl.errors import Location, WorkbookError
from strategy_xl.formulas.shifting import has_relative_references
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.earlier import LABELLED, earlier, editions
from strategy_xl.schema.names import STORED, choice_name
from strategy_xl.schema.spec import FieldRole, WorkbookSpec
from strategy_xl.work.rewording import bare
from strategy_xl.work.standing_formulas import GONE, StandingBook, StandingFormulas

Texts = Mapping[str, Mapping[tuple[int, int], str]]
"""Sheet title → cell → text of its formula."""


@dataclass(frozen=True)
class Base:
    """A workbook beside the templates that it was made from.

    Arguments:
        edition: name of these templates.
        spec: the templates, cut down to the sheets that the workbook has.
        data: the workbook as they read it.
        texts: its formulas.
        names: its defined names.
    """

    edition: str
    spec: WorkbookSpec
    data: WorkbookData
    texts: Texts
    names: Mapping[str, str]


def version_of(snapshot: Snapshot, spec: WorkbookSpec) -> int:
    """The schema version of a workbook.

    Errors: WorkbookError SX110 not one of ours, SX111 a newer version, SX600 one whose stamp is gone.
    """
    with Package.open(snapshot) as package:
        names = {name.name: name.text for name in WorkbookInfo.of(package).names_like(*STORED)}
    version, _, stamped = read_stamp(snapshot.path, names, spec)
    if not stamped:
        raise WorkbookError("SX600", Location(snapshot.path))
    return version


def base_of(snapshot: Snapshot, spec: WorkbookSpec, *, edition: str = "") -> Base:
    """A workbook beside the templates of its version.

    Arguments:
        snapshot: the workbook.
        spec: the present templates.
        edition: the templates, when they are known.

    Errors: those of ``read_workbook``; WorkbookError SX601 when the program has no templates of that version.
    """
    version = version_of(snapshot, spec)
    with Package.open(snapshot) as package:
        info = WorkbookInfo.of(package)
        names = {name.name: name.text for name in info.names_like(*STORED) if name.scope is None}
        texts = {
            sheet.name: formula_texts(package.read(sheet.part))
            for sheet in info.sheets
            if sheet.kind == "worksheet"
        }
    _, lang, _ = read_stamp(snapshot.path, names, spec)
    edition = edition or _edition(snapshot, version, names)
    old = earlier(edition, lang)
    data = read_workbook(snapshot, old)
    present = [module for module in old.modules if module.key in data.sheets]
    return Base(edition, old.model_copy(update={"modules": tuple(present)}), data, texts, names)


def _edition(snapshot: Snapshot, version: int, names: Mapping[str, str]) -> str:
    """Which templates of a version: the oldest workbooks have no names for the choices of lists."""
    found = editions(version)
    if not found:
        raise WorkbookError("SX601", Location(snapshot.path), version=version)
    if len(found) > 1 and choice_name("yes_no", "yes") not in names:
        return LABELLED
    return next(name for name in found if name != LABELLED)


@dataclass(frozen=True, slots=True)
class OwnCell:
    """A cell in which a formula of the templates belongs.

    Arguments:
        place: where it is.
        key: block and field, or what else it belongs to.
        row: Excel row, or instance of a form; 0 outside of fields.
        is_array: whether it is an array formula.
    """

    place: Place
    key: tuple[str, str]
    row: int = 0
    is_array: bool = False


class FormulasOf:
    """The formulas that templates put into a workbook as it stands."""

    def __init__(self, spec: WorkbookSpec, data: WorkbookData, book: StandingBook | None = None) -> None:
        """Lay out the workbook."""
        self.spec = spec
        self._data = replace(data, schema_version=spec.schema_version)
        self.book = book or StandingBook(spec, self._data)
        self._known: dict[tuple[str, str], str] = {}
        self._singles = StandingFormulas(spec, self._data, self.book)
        self._fields = {
            (block.key, item.key): item for _, block in spec.data_blocks().values() for item in block.fields
        }

    def cells(self) -> list[OwnCell]:
        """Every cell in which a formula belongs."""
        found: list[OwnCell] = []
        for key, block in self._data.blocks.items():
            for item in block.block.fields:
                if item.role is FieldRole.COMPUTED and item.formula is not None and item.key in block.places:
                    sheet = block.sheet_of(item.key)
                    found += [
                        OwnCell(Place(sheet, *block.cell(item.key, row)), (key, item.key), row, item.array)
                        for row in block.all_rows
                    ]
        for place in single_cells(self.spec, self._data.anchors):
            found.append(OwnCell(place, ("", f"{place.sheet}!{place.row}:{place.column}")))
        return found

    def text(self, cell: OwnCell) -> str:
        """The formula that belongs in a cell, without ``=``; with ``#REF!`` where something is missing."""
        if not cell.row:
            return self._singles.of_cell(cell.place)
        if cell.key not in self._known:
            item = self._fields.get(cell.key)
            if item is None or item.formula is None:
                return GONE
            text = self.book.at(cell.key[0], item.formula, cell.row)
            block = self._data.blocks.get(cell.key[0])
            if block is None or block.table is None or has_relative_references(text):
                return text
            self._known[cell.key] = text  # it reads the same in every row
        return self._known[cell.key]


def is_own(text: str | None, wanted: str, sheet: str) -> bool:
    """Whether a formula is the one that templates put there, however a program has written it since."""
    return text is not None and _plain(text, sheet) == _plain(wanted, sheet)


def _plain(text: str, sheet: str) -> str:
    """A formula without what programs write each in their way: LibreOffice says ``TRUE()`` for TRUE."""
    return bare(text, sheet).casefold().replace("true()", "true").replace("false()", "false")
