"""An Excel for the tests: xlwings' own objects over sheets read by openpyxl, with Excel's manners.

Text is taken for what it looks like, protected cells refuse, a filter hides rows from a write; saving a copy
writes what was changed here into the file it came from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import xlwings
from openpyxl.utils import range_boundaries

from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.patch import Formula, set_cells

RIGHTS = (
    "formatCells",
    "formatColumns",
    "formatRows",
    "insertColumns",
    "insertRows",
    "insertHyperlinks",
    "deleteColumns",
    "deleteRows",
    "sort",
    "autoFilter",
    "pivotTables",
)
"""As the file names them, in the order in which Protect takes them."""

_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_LINK = re.compile(r'=HYPERLINK\("(?:[^"]|"")*","((?:[^"]|"")*)"\)')
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's days


class RefusedError(Exception):
    """What COM raises: codes, and what Excel said inside."""

    def __init__(self, said: str) -> None:
        """With Excel's words where pywin32 puts them."""
        super().__init__(-2147352567, "Exception occurred.", (0, "Microsoft Excel", said, None, 0, 0), None)


@dataclass(frozen=True)
class Cell:
    """What a cell holds: its value, and the formula that gives it."""

    value: Any = None
    formula: str = ""

    @property
    def text(self) -> str:
        """What Range.Formula says."""
        if self.formula:
            return self.formula
        if isinstance(self.value, bool):
            return str(self.value).upper()
        if isinstance(self.value, datetime):
            return f"{(self.value - _EPOCH) / timedelta(days=1):.15g}"
        return f"{self.value:.15g}" if isinstance(self.value, float) else self.value or ""


def taken(given: Any) -> Cell:  # noqa: C901, PLR0911 - a line a kind
    """What Excel makes of a value that comes from outside."""
    if given is None or given == "":
        return Cell()
    if isinstance(given, bool) or not isinstance(given, str | int):
        return Cell(given)
    if isinstance(given, int):
        return Cell(float(given))
    if given.startswith("'"):
        return Cell(given[1:])
    if given == "#N/A":
        return Cell(None, given)
    link = _LINK.fullmatch(given)
    if link:
        return Cell(link[1].replace('""', '"'), given)
    if given.startswith(("=", "+", "-", "@")) and not _NUMBER.fullmatch(given):
        return Cell(0.0, f"={given.lstrip('=')}")
    if _NUMBER.fullmatch(given):
        return Cell(float(given.replace(",", ".")))
    day = _DATE.fullmatch(given)
    if day:
        return Cell(datetime(int(day[3]), int(day[2]), int(day[1])))  # noqa: DTZ001
    if given.casefold() in {"true", "false", "vrai", "faux"}:
        return Cell(given.casefold() in {"true", "vrai"})
    return Cell(given)


Cells = dict[tuple[int, int], Cell]
Tables = dict[str, tuple[int, int, int, int]]
"""Table name → left, top, right, bottom."""


@dataclass(frozen=True)
class Source:
    """A file as Excel opens it."""

    path: Path
    sheets: dict[str, Cells]
    rights: dict[str, tuple[bool, ...]]
    names: dict[str, str]
    tables: dict[str, Tables]

    @classmethod
    def read(cls, path: Path) -> Source:
        """Formulas and what they show, from two readings by openpyxl."""
        formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        sheets: dict[str, Cells] = {}
        for sheet in formulas.worksheets:
            cells: Cells = {}
            shown = values[sheet.title]
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is None:
                        continue
                    content: Any = getattr(cell.value, "text", cell.value)
                    value = shown.cell(cell.row, cell.column).value
                    is_formula = cell.data_type == "f"
                    given = float(value) if type(value) is int else value
                    cells[cell.row, cell.column] = Cell(given, content if is_formula else "")
            sheets[sheet.title] = cells
        rights = {
            sheet.title: tuple(not getattr(sheet.protection, name) for name in RIGHTS)
            for sheet in formulas.worksheets
            if sheet.protection.sheet
        }
        names = {name: f"={item.value}" for name, item in formulas.defined_names.items()}
        tables: dict[str, Tables] = {
            sheet.title: {
                table.name: range_boundaries(table.ref)  # type: ignore[misc]
                for table in sheet.tables.values()
            }
            for sheet in formulas.worksheets
        }
        return cls(path, sheets, rights, names, tables)


@dataclass
class Excel:
    """The application: settings, what was said, what was asked of it."""

    book: Any = None
    screen_updating: bool = True
    enable_events: bool = True
    calculation: str = "automatic"
    pid: int = 1
    alerts: list[tuple[str, str, str]] = field(default_factory=list)
    reads: int = 0
    writes: list[tuple[str, int, int, int]] = field(default_factory=list)
    states: set[tuple[object, ...]] = field(default_factory=set)
    fail_at: tuple[int, ...] = ()
    language: int = 1036

    name = "excel"
    type = "desktop"

    @property
    def engine(self) -> Any:
        """The engine is the same object: nothing of it is kept."""
        return self

    @property
    def api(self) -> Any:
        """What only COM has."""
        return SimpleNamespace(AutoCorrect=self.correction, LanguageSettings=self)

    def LanguageID(self, _which: int) -> int:  # noqa: N802 - Excel's name
        """The language of its menus."""
        return self.language

    def __post_init__(self) -> None:
        """Excel fills table columns unless told not to."""
        self.correction = SimpleNamespace(AutoFillFormulasInLists=True)

    @staticmethod
    def prepare_xl_data_element(value: Any, _options: Any) -> Any:
        """As xlwings for Windows: blank is empty text."""
        return "" if value is None else value

    @staticmethod
    def clean_value_data(data: Any, *_options: Any) -> list[list[Any]]:
        """As xlwings for Windows: empty text is None, an error too."""
        return [[None if cell == "" or type(cell) is int else cell for cell in row] for row in data]

    def alert(self, prompt: str, title: str, _buttons: str, mode: str, _callback: None) -> str:
        """The message box."""
        self.alerts.append((title, prompt, mode))
        return "ok"

    def note(self, sheet: FakeSheet, area: FakeRange) -> None:
        """A write begins: note where, and in which state; fail when told to."""
        row, column = area.corner
        self.writes.append((sheet.name, row, column, area.shape[0] * area.shape[1]))
        self.states.add((self.screen_updating, self.enable_events, self.calculation))
        if len(self.writes) in self.fail_at:
            raise RefusedError("Impossible de modifier une partie de matrice.")


class FakeRange:
    """A rectangle of a sheet."""

    def __init__(self, sheet: FakeSheet, first: tuple[int, int], last: tuple[int, int]) -> None:
        """From corner to corner."""
        self.sheet, self.corner = sheet, first
        self.row, self.column = first
        self.shape = (last[0] - first[0] + 1, last[1] - first[1] + 1)
        self.api = self
        self.max_cells_per_read = self.max_cells_per_write = None
        self.options: dict[str, Any] = {}

    def __call__(self, row: int, column: int) -> FakeRange:
        """One cell of it, counted from its corner."""
        at = (self.row + row - 1, self.column + column - 1)
        return FakeRange(self.sheet, at, at)

    def _rows(self) -> list[list[tuple[int, int]]]:
        rows, columns = self.shape
        return [[(self.row + down, self.column + right) for right in range(columns)] for down in range(rows)]

    def _get(self, part: str) -> Any:
        self.sheet.app.reads += 1
        rows = tuple(tuple(getattr(self.sheet.cell(at), part) for at in row) for row in self._rows())
        return rows[0][0] if self.shape == (1, 1) else rows

    def _set(self, given: Any) -> None:
        app, sheet = self.sheet.app, self.sheet
        rows = [row for row in self._rows() if self.shape == (1, 1) or row[0][0] not in sheet.filtered]
        app.note(sheet, self)
        if sheet.ProtectContents and not sheet.ProtectionMode:
            raise RefusedError("La feuille est protégée.")
        data = given if isinstance(given, list | tuple) else [[given]]
        for row in rows:
            for at, value in zip(row, data[row[0][0] - self.row], strict=True):
                cell = taken(value)
                if cell.formula and app.correction.AutoFillFormulasInLists:
                    raise AssertionError("Excel would have filled the whole column")
                sheet.cells[at] = Cell(sheet.stored.get(at, cell.value), cell.formula)
                sheet.dirty.add(at)

    raw_value = property(lambda self: self._get("value"), _set)
    formula = property(lambda self: self._get("text"), _set)


class Named:
    """What a workbook or a sheet has by name."""

    def __init__(self, items: dict[str, Any]) -> None:
        """By name, which may be added to or taken from."""
        self.items = items

    def __call__(self, name: str) -> Any:
        """One of them; KeyError when there is none of that name."""
        return self.items[name]

    def __contains__(self, name: str) -> bool:
        """Whether there is one."""
        return name in self.items

    contains = __contains__


class FakeSheet:
    """A sheet, and its COM object."""

    ProtectionMode = False
    ProtectDrawingObjects = ProtectScenarios = False

    def __init__(self, app: Excel, name: str, cells: Cells, rights: tuple[bool, ...] | None) -> None:
        """As the file has it."""
        self.app, self.name, self.cells = app, name, dict(cells)
        self.ProtectContents = rights is not None
        self.rights = rights
        self.password = ""
        self.dirty: set[tuple[int, int]] = set()
        self.filtered: set[int] = set()
        self.stored: dict[tuple[int, int], Any] = {}
        self.refuses_protection = False
        self.api = self
        self.tables = Named({})

    def add_tables(self, tables: Tables) -> None:
        """The tables that the file has on it."""
        for name, (left, top, right, bottom) in tables.items():
            area = FakeRange(self, (top, left), (bottom, right))
            self.tables.items[name] = SimpleNamespace(range=area, show_totals=False)

    @property
    def book(self) -> Any:
        """The workbook."""
        return self.app.book

    def cell(self, at: tuple[int, int]) -> Cell:
        """What a cell holds."""
        return self.cells.get(at, Cell())

    def range(self, first: Any, last: Any = None) -> FakeRange:
        """A rectangle, by places or by xlwings' ranges."""
        corners = [
            item if isinstance(item, tuple) else (item.row, item.column) for item in (first, last or first)
        ]
        return FakeRange(self, *corners)

    @property
    def protect_contents(self) -> Any:
        """The same for AppleScript."""
        return SimpleNamespace(get=lambda: self.ProtectContents)

    @property
    def Protection(self) -> Any:  # noqa: N802 - Excel's name
        """The rights."""
        names = xlwings_rights()
        return SimpleNamespace(**dict(zip(names, self.rights or (), strict=True)))

    def Unprotect(self, password: str) -> None:  # noqa: N802
        """As Excel: a wrong password is refused."""
        if password != self.password:
            raise RefusedError("Mot de passe incorrect.")
        self.ProtectContents = False

    def Protect(self, password: str, _drawings: bool, contents: bool, *rest: bool) -> None:  # noqa: N802
        """Protect again."""
        if self.refuses_protection:
            raise RefusedError("Commande refusée.")
        self.password, self.ProtectContents, self.rights = password, contents, rest[2:]


def xlwings_rights() -> tuple[str, ...]:
    """The names of the rights in Excel's object model."""
    from strategy_xl.hosts.excel.open.open_book import Windows

    return Windows.RIGHTS


class FakeBook:
    """An open workbook, and its COM object."""

    def __init__(self, app: Excel, source: Source, name: str) -> None:
        """Opened from a file."""
        self.app, self.source, self.name = app, source, name
        self.fullname = str(source.path)
        self.list = {
            title: FakeSheet(app, title, cells, source.rights.get(title))
            for title, cells in source.sheets.items()
        }
        for title, sheet in self.list.items():
            sheet.add_tables(source.tables[title])
        self.names = Named({name: SimpleNamespace(refers_to=place) for name, place in source.names.items()})
        self.saved: list[Path] = []
        self.broken = ""
        self.api = self

    @property
    def sheets(self) -> Any:
        """The sheets by name."""
        return lambda name: self.list[name]

    def save(self, *_args: Any, **_options: Any) -> None:
        """Into the file it came from."""
        self.SaveCopyAs(str(self.source.path))

    def type_in(self, sheet: str, at: tuple[int, int], value: Any) -> None:
        """What people type into a cell."""
        self.list[sheet].cells[at] = taken(value)
        self.list[sheet].dirty.add(at)

    def state(self) -> dict[str, Cells]:
        """What all cells hold that hold anything."""
        return {
            title: {at: cell for at, cell in sheet.cells.items() if cell != Cell()}
            for title, sheet in self.list.items()
        }

    def SaveCopyAs(self, path: str) -> None:  # noqa: N802
        """The file it came from, with what was changed since."""
        edits: dict[str, dict[str, Any]] = {}
        for sheet in self.list.values():
            for at in sheet.dirty:
                cell = sheet.cells[at]
                value = Formula(cell.formula, cached=cell.value) if cell.formula else cell.value
                edits.setdefault(sheet.name, {})[cell_name(*at)] = value
        if self.broken:
            raise RefusedError(self.broken)
        set_cells(self.source.path, path, edits)
        self.saved.append(Path(path))


def opened(source: Source, name: str = "") -> tuple[xlwings.Book, Excel]:
    """A workbook open in Excel, as xlwings gives it, and what Excel keeps behind it."""
    app = Excel()
    app.book = FakeBook(app, source, name or source.path.name)
    return xlwings.Book(impl=app.book), app
