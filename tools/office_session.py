"""An afternoon of somebody with one of our workbooks in LibreOffice, as operations of ``people.py``.

What is done goes by what the workbook has: its table of clients, else that of KPIs. Rows are sorted, typed
into, inserted and deleted; columns of one's own come into the table and beside it; headers and sheets are
renamed; colours, notes, a filter, a print area, a name and a condition are given; cells are cut and pasted.
Sheets of one's own get formulas that read ours, a chart, a list with buttons, merged cells, days and
percentages as one types them, and a lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from strategy_xl.book.data import WorkbookData
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType

Operation = tuple[Any, ...]
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
"""How people of a workbook's language type."""
TYPED = {
    "fr": {"percent": "12,5%", "day": "03/04/2027", "number": "1234,5"},
    "en": {"percent": "12.5%", "day": "03/04/2027", "number": "1234.5"},
}
"""The same figures as they are typed in each language."""
OWN_SHEET, OTHER_SHEET, OWN_NAME = "Mes calculs", "Équipe d’Anne", "perso_chiffres"
YELLOW, GREEN = 0xFFEE99, 0x99DDAA
_MAIN = ("clients", "kpis")


@dataclass(frozen=True)
class Session:
    """What somebody did, and what can be looked for afterwards.

    Arguments:
        operations: for ``people.py``, in order.
        texts: texts that he typed, each in a cell of its own.
        locale: how he types.
        cells: how many cells of rows that were there have another content, names apart.
    """

    operations: tuple[Operation, ...]
    texts: tuple[str, ...]
    locale: str
    cells: int


def session(data: WorkbookData) -> Session:
    """An afternoon with a workbook.

    Arguments: data: the workbook as read.
    """
    return _Afternoon(data).session()


class _Afternoon:
    """The operations, collected; what was typed is kept by the way."""

    def __init__(self, data: WorkbookData) -> None:
        self._data = data
        self._block = next(data.blocks[key] for key in _MAIN if key in data.blocks)
        self._sheet = self._block.sheet
        self._typed = TYPED[data.lang]
        self._done: list[Operation] = []
        self._texts: list[str] = []
        self._cells = 1
        self._first = self._block.first_row
        self._filled = len(self._block.rows)

    def session(self) -> Session:
        """All of it: what moves nothing first, for places are those of the workbook as read."""
        self._sort()
        self._type()
        self._decorate()
        self._own_sheets()
        self._beside()
        self._rename()
        self._insert()
        self._close()
        return Session(tuple(self._done), tuple(self._texts), LOCALES[self._data.lang], self._cells)

    def _do(self, name: str, sheet: str, *args: Any) -> None:
        self._done.append((name, sheet, *args))

    def _write(self, sheet: str, cell: str, text: str) -> None:
        """A text that stands nowhere else."""
        self._texts.append(text)
        self._do("text", sheet, cell, text)

    def _cell(self, key: str, step: int) -> str:
        """A cell of the table, so many rows below its first."""
        return self._block.a1(key, self._first + step)

    def _column(self, key: str) -> str:
        """All cells of a field."""
        return f"{self._block.a1(key, self._first)}:{self._block.a1(key, self._block.last_row)}"

    def _letters(self, key: str) -> str:
        return column_letters(self._block.places[key].column)

    def _inputs(self, *types: FieldType) -> list[FieldSpec]:
        """What people fill, from the left."""
        found = [
            item
            for item in self._block.block.fields
            if item.role is FieldRole.INPUT and item.type in types and item.key in self._block.places
        ]
        return sorted(found, key=lambda item: self._block.places[item.key].column)

    @property
    def _right(self) -> int:
        """The last column of the table."""
        return max(place.column for place in self._block.places.values())

    def _sort(self) -> None:
        """By name, the other way round."""
        letters = column_letters(self._right)
        area = f"{self._block.a1(self._name, self._first)}:{letters}{self._block.last_row}"
        self._done.append(("sort", self._sheet, area, 0, False))

    def _type(self) -> None:
        """Another name, a figure that nothing answers for, a text."""
        self._write(self._sheet, self._cell(self._name, 0), "Perso nom")
        self._do("typed", self._sheet, self._cell(self._number, 1), self._typed["number"])
        for step, item in enumerate(self._inputs(FieldType.LONG_TEXT, FieldType.TEXT)[-2:], 1):
            if item.source is None and item.key != self._name:
                self._write(self._sheet, self._cell(item.key, step), f"perso texte {step}")
                self._cells += 1

    def _decorate(self) -> None:
        """Colours, notes, a name and a condition."""
        self._do("colour", self._sheet, self._cell(self._name, 1), YELLOW)
        self._do("colour", self._sheet, self._block.a1(self._number, self._first - 1), GREEN)
        self._do("note", self._sheet, self._cell(self._name, 3), "perso note")
        self._do("note", self._sheet, self._cell(self._number, 2), "perso note, autre")
        self._do("name", self._sheet, OWN_NAME, self._column(self._number))
        first = self._cell(self._name, 0)
        self._do("condition", self._sheet, self._column(self._name), f"LEN({first})>12")

    def _own_sheets(self) -> None:
        """A sheet that reads ours, and one that stands alone."""
        self._do("add_sheet", OWN_SHEET, 1)
        sheet = "$'" + self._sheet.replace("'", "''") + "'."
        name, number, choice = (self._column(key) for key in (self._name, self._number, self._choice))
        header = self._block.table_columns[self._number].name
        formulas = (
            f"=COUNTA({sheet}{name})",
            f"=SUM({sheet}{number})",
            f"=SUM({self._block.table}[{header}])",
            f"={sheet}{self._cell(self._name, 0)}",
            f"={sheet}{self._cell(self._number, 1)}*2",
            f'=INDEX({sheet}{number};MATCH("Perso nom";{sheet}{name};0))',
            f"=COUNTIF({sheet}{choice};{sheet}{self._cell(self._choice, 1)})",
            f"=SUM({OWN_NAME})",
            f"=IF(ISBLANK({sheet}{self._cell(self._name, 1)});0;MAX({sheet}{number}))",
        )
        for row, formula in enumerate(formulas, 3):
            self._write(OWN_SHEET, f"A{row}", f"perso calcul {row}")
            self._do("typed", OWN_SHEET, f"B{row}", formula)
        self._do("chart", OWN_SHEET, "perso", "G3:M18", self._sheet, *self._charted())
        for row, kind in enumerate(self._typed, 20):
            self._write(OWN_SHEET, f"A{row}", f"perso {kind}")
            self._do("typed", OWN_SHEET, f"B{row}", self._typed[kind])
        self._do("move_range", OWN_SHEET, "A20:B22", "D20")
        self._write(OWN_SHEET, "A25", "perso titre")
        self._do("merge", OWN_SHEET, "A25:E25")
        self._do("colour", OWN_SHEET, "A25", YELLOW)
        self._do("note", OWN_SHEET, "A3", "perso note, calcul")
        self._do("print_area", OWN_SHEET, "A1:M30")
        self._do("add_sheet", OTHER_SHEET, 0)
        for row, texts in enumerate(
            (("perso qui", "perso jour"), ("perso a", "perso b"), ("perso c", "perso d"))
        ):
            for letter, text in zip("BC", texts, strict=True):
                self._write(OTHER_SHEET, f"{letter}{row + 2}", text)
        self._do("auto_filter", OTHER_SHEET, "perso_liste", "B2:C4")

    def _charted(self) -> tuple[str, str]:
        rows = f"{self._first - 1}", f"{self._first + 5}"
        return tuple(  # type: ignore[return-value]
            ":".join(f"{self._letters(key)}{row}" for row in rows) for key in (self._name, self._number)
        )

    def _beside(self) -> None:
        """A column of one's own right of the table, and some cells that are cut and pasted further down."""
        letters, row = column_letters(self._right + 1), self._first - 1
        self._write(self._sheet, f"{letters}{row}", "perso à droite")
        for step in range(1, 4):
            self._write(self._sheet, f"{letters}{row + step}", f"perso à droite {step}")
        self._do("colour", self._sheet, f"{letters}{row}", GREEN)
        far, other = column_letters(self._right + 3), column_letters(self._right + 4)
        self._write(self._sheet, f"{far}{row}", "perso bloc")
        self._do("typed", self._sheet, f"{other}{row}", f"={self._cell(self._number, 1)}")
        self._do("move_range", self._sheet, f"{far}{row}:{other}{row}", f"{far}{row + 3}")
        self._do("merge", self._sheet, f"{far}{row + 5}:{other}{row + 6}")

    def _rename(self) -> None:
        """A header and a sheet."""
        self._write(self._sheet, self._block.a1(self._named, self._first - 1), "Perso en-tête")
        other = next(
            (title for key, title in self._data.sheets.items() if key in ("readings", "smart")), None
        )
        if other is not None:
            self._do("rename_sheet", other, "Perso feuille")

    def _insert(self) -> None:
        """A column and rows in the middle of the table, and a row less."""
        self._do("insert_columns", self._sheet, self._middle, 1)
        letters, row = column_letters(self._middle), self._first - 1
        self._write(self._sheet, f"{letters}{row}", "perso au milieu")
        for step in (1, 3):
            self._write(self._sheet, f"{letters}{row + step}", f"perso au milieu {step}")
        self._do("typed", self._sheet, f"{letters}{row + 2}", f"=LEN({self._cell(self._name, 1)})")
        self._do("colour", self._sheet, f"{letters}{row + 1}", YELLOW)
        self._do("insert_rows", self._sheet, self._first + 2, 1)
        self._write(self._sheet, self._cell(self._name, 2), "Perso ligne")
        self._do("delete_rows", self._sheet, self._first + 6, 1)

    def _close(self) -> None:
        """Only some rows are shown, some columns printed; a sheet is locked."""
        letters = column_letters(self._right + 1)
        self._do("print_area", self._sheet, f"B{self._first - 1}:{letters}{self._first + 20}")
        self._do("filter", self._sheet, self._block.table or "", 0, "Perso nom")
        self._do("protect", OTHER_SHEET, "secret")

    # -- which fields ------------------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        """By which rows are known."""
        key = self._block.block.identity_key
        assert key is not None
        return key

    @property
    def _number(self) -> str:
        """A figure that people fill."""
        return self._inputs(FieldType.NUMBER, FieldType.MONEY)[0].key

    @property
    def _choice(self) -> str:
        """A choice that people make."""
        return self._inputs(FieldType.CHOICE)[0].key

    @property
    def _named(self) -> str:
        """Whose header gets another name."""
        return self._inputs(FieldType.INTEGER)[0].key

    @property
    def _middle(self) -> int:
        """Where a column comes in: before the third that people fill."""
        every = self._inputs(*FieldType)
        return self._block.places[every[2].key].column
