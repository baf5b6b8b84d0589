"""An open workbook (a UNO document): its settings, and our formulas in it brought into their stored form."""

from __future__ import annotations

import contextlib
import time
from datetime import date
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Set, Tuple

from .calls import Names, Place, is_token_safe, needs_work, with_own_names
from .table_columns import Table, without_tables
from .uno_cells import NA
from .uno_tokens import Codes, rewritten

KEPT_SECONDS = 2.0
SETTING = "SX_"
ANCHOR = "_sx.params."
"""How the names of the settings' own cells begin: where a default stands for a blank cell, the public name
(``SX_…``) is a formula, which has no cell."""

_MOST_CELLS = 500_000
"""A larger used area is asked cell by cell whether a cell is blank."""

_FORMULAS = 0  # search type: formulas, not values
_ERROR_RESULT = 4
_TEXT_RESULT = 2
_DAYS_1899_12_30 = 693594


class Settings(NamedTuple):
    """What a workbook says: raw cells by setting, and the days from 1899-12-30 to its null date."""

    cells: Mapping[str, Any]
    days: int


def _days(day: Any) -> int:
    """Days from 1899-12-30 to a UNO date."""
    return date(day.Year, day.Month, day.Day).toordinal() - _DAYS_1899_12_30


def _setting(named: Any) -> Any:
    """The cell that a defined name stands for, as JSON can say it; None when blank or not a cell."""
    area = named.getReferredCells()
    if area is None:
        return None
    cell = area.getCellByPosition(0, 0)
    kind = cell.getType().value
    if kind == "EMPTY":
        return None
    if kind == "FORMULA":
        result = cell.FormulaResultType2
        if result == _ERROR_RESULT:
            return {"e": NA}
        return cell.getString() if result == _TEXT_RESULT else cell.getValue()
    return cell.getString() if kind == "TEXT" else cell.getValue()


class Books:
    """Settings of the open workbooks, each read anew after a moment.

    Arguments:
        clock: seconds, ever growing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read yet."""
        self._clock = clock
        self._kept: Dict[str, Tuple[float, Settings]] = {}

    def settings(self, key: str, document: Any) -> Settings:
        """The settings of a workbook; the same object as before while nothing has changed.

        Arguments:
            key: the workbook's own key, for as long as it is open.
            document: the workbook.
        """
        now = self._clock()
        until, kept = self._kept.get(key, (0.0, None))
        if kept is None or until <= now:
            found = self._read(document)
            kept = found if found != kept else kept
            self._kept[key] = now + KEPT_SECONDS, kept
        return kept

    def _read(self, document: Any) -> Settings:
        names = document.NamedRanges
        cells: Dict[str, Any] = {}
        for begins in (SETTING, ANCHOR):
            for name in names.getElementNames():
                if name.startswith(begins):
                    value = _setting(names.getByName(name))
                    if value is not None:
                        cells[name[len(begins) :]] = value
        return Settings(cells, _days(document.NullDate))


class Blanks:
    """Which cells of a workbook are blank, asked in bulk.

    Arguments:
        document: the workbook.
    """

    def __init__(self, document: Any) -> None:
        """Nothing is read yet."""
        self._sheets = document.getSheets()
        self._read: Dict[str, Optional[Tuple[Any, ...]]] = {}

    def _cells(self, sheet: str) -> Optional[Tuple[Any, ...]]:
        if sheet not in self._read:
            cursor = self._sheets.getByName(sheet).createCursor()
            cursor.gotoEndOfUsedArea(False)  # noqa: FBT003 - UNO knows no keywords
            end = cursor.getRangeAddress()
            columns, rows = end.EndColumn + 1, end.EndRow + 1
            if columns * rows > _MOST_CELLS:
                self._read[sheet] = None
            else:
                used = self._sheets.getByName(sheet).getCellRangeByPosition(0, 0, columns - 1, rows - 1)
                self._read[sheet] = used.getDataArray()
        return self._read[sheet]

    def is_blank(self, sheet: str, place: Place) -> bool:
        """Whether a cell is blank (or holds a formula that shows nothing).

        Arguments:
            sheet: the sheet of a place that names none. place: the cell.
        """
        name = place.sheet or sheet
        if not self._sheets.hasByName(name):
            return False
        cells = self._cells(name)
        if cells is None:
            cell = self._sheets.getByName(name).getCellByPosition(place.column, place.row)
            return bool(cell.getType().value == "EMPTY")
        return (
            place.row >= len(cells) or place.column >= len(cells[0]) or cells[place.row][place.column] == ""
        )


def _tables(document: Any) -> Dict[str, Table]:
    """The workbook's tables by lower-case name."""
    found: Dict[str, Table] = {}
    sheets = document.getSheets()
    ranges = document.DatabaseRanges
    for name in ranges.getElementNames():
        table = ranges.getByName(name)
        if not table.ContainsHeader:
            continue
        area = table.getDataArea()
        sheet = sheets.getByIndex(area.Sheet)
        header = sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.StartRow)
        titles = [str(cell) for cell in header.getDataArray()[0]]
        corners = area.StartColumn, area.StartRow, area.EndColumn, area.EndRow
        found[name.lower()] = Table(sheet.getName(), *corners, titles, bool(table.TotalsRow))
    return found


@contextlib.contextmanager
def _untouched(document: Any) -> Iterator[None]:
    """Leave no trace among the user's own changes: no step to undo, no question about saving."""
    modified = document.isModified()
    undo = document.getUndoManager()
    undo.lock()
    document.addActionLock()
    try:
        yield
    finally:
        document.removeActionLock()
        undo.unlock()
        if not modified:
            document.setModified(False)


class Found(NamedTuple):
    """A formula to work on: its cell (or the range of an array formula), its text, and which of both."""

    cell: Any
    text: str
    array: bool


class Formulas:
    """Our formulas of any workbook.

    Arguments:
        names: our functions. prefix: how their names in files begin.
        codes: numbers of Calc's tokens.
        one_cell: the range of one cell for a reference to a single cell, None for any other token's data.
        place_of: the cell (sheet, column, row) that such a reference means for a formula at an address.
    """

    def __init__(
        self,
        names: Names,
        prefix: str,
        codes: Codes,
        one_cell: Callable[[Any], Optional[Any]],
        place_of: Callable[[Any, Any], Tuple[int, int, int]],
    ) -> None:
        """Keep what is needed."""
        self._names = names
        self._prefix = prefix
        self._codes = codes
        self._one_cell = one_cell
        self._place_of = place_of

    def settle(self, document: Any, *, loaded: bool = False) -> int:
        """Bring our formulas into the form that files have; the number of those changed.

        Arguments:
            document: the workbook.
            loaded: it has just been read: what Calc did not understand may look right.
        """
        blanks = Blanks(document)
        found = list(self._found(document, blanks, loaded))
        if not found:
            return 0
        with _untouched(document):
            tables: Optional[Dict[str, Table]] = None
            for each in found:
                if not is_token_safe(each.text):
                    tables = _tables(document) if tables is None else tables
                    if not self._as_text(each, tables):
                        continue
                self._as_tokens(document, each, blanks)
        return len(found)

    def _found(self, document: Any, blanks: Blanks, loaded: bool) -> Iterator[Found]:
        """The cells (and the ranges of array formulas) to work on, with their formulas."""
        sheets = document.getSheets()
        for number in range(sheets.getCount()):
            sheet = sheets.getByIndex(number)
            wanted = sheet.createSearchDescriptor()
            wanted.SearchString = self._prefix
            wanted.SearchType = _FORMULAS
            areas = sheet.findAll(wanted)
            if areas is not None:
                for area in range(areas.getCount()):
                    yield from self._in_area(sheet, areas.getByIndex(area), blanks, loaded)

    def _in_area(self, sheet: Any, area: Any, blanks: Blanks, loaded: bool) -> Iterator[Found]:
        name = sheet.getName()
        done: Set[Tuple[int, int]] = set()

        def is_blank(place: Place) -> bool:
            return blanks.is_blank(name, place)

        for down, row in enumerate(area.getFormulaArray()):
            for across, text in enumerate(row):
                if not text.startswith(("=", "{=")):
                    continue
                # Calc's search finds a name in texts too; only a call of ours is worth a look.
                plain = text.strip("{}") if text.startswith("{") else text
                if not needs_work(plain, self._names, (lambda _place: True) if loaded else is_blank):
                    continue
                cell = area.getCellByPosition(across, down)
                if text.startswith("{"):
                    cell = sheet.createCursorByRange(cell)
                    cell.collapseToCurrentArray()
                corner = cell.getRangeAddress()
                if (corner.StartColumn, corner.StartRow) not in done:
                    done.add((corner.StartColumn, corner.StartRow))
                    yield Found(cell, plain, text.startswith("{"))

    def _as_text(self, found: Found, tables: Mapping[str, Table]) -> bool:
        """Write a formula that tokens would harm as text; whether it can go on as tokens."""
        cell = found.cell
        plain = without_tables(
            found.text, tables, cell.getSpreadsheet().getName(), cell.getRangeAddress().StartRow
        )
        understood = with_own_names(plain, self._names)
        (cell.setArrayFormula if found.array else cell.setFormula)(understood)
        return is_token_safe(understood)

    def _as_tokens(self, document: Any, found: Found, blanks: Blanks) -> None:
        cell = found.cell
        sheets = document.getSheets()
        own = cell.getSpreadsheet().getName()
        corner = cell.getRangeAddress()

        def one_cell(data: Any) -> Optional[Any]:
            as_range = self._one_cell(data)
            if as_range is None:
                return None
            sheet, column, row = self._place_of(data, corner)
            if column < 0 or row < 0 or not 0 <= sheet < sheets.getCount():
                return None
            place = Place(sheets.getByIndex(sheet).getName(), column, row)
            return as_range if blanks.is_blank(own, place) else None

        tokens: List[Any] = list(cell.getArrayTokens() if found.array else cell.getTokens())
        changed = rewritten(tokens, self._names, self._codes, one_cell)
        if changed is not None:
            (cell.setArrayTokens if found.array else cell.setTokens)(tuple(changed))
