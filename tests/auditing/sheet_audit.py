"""The checks of one sheet part: order, styles, formulas, headers, validations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from strategy_xl.errors import Finding, Location, Severity, WorkbookError
from strategy_xl.formulas.cell_refs import MAX_ROW, Area, cell_name, parse_area, parse_cell
from strategy_xl.ooxml.cells import MAX_FORMULA
from strategy_xl.ooxml.workbook_part import SheetInfo, TableInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import decode_xstring

MAX_LIST = 255


class SheetAudit:
    """Reads a sheet part once, streaming; ``run``, then ask ``has_formula`` and read ``merged``."""

    def __init__(
        self,
        info: WorkbookInfo,
        sheet: SheetInfo,
        styles: int | None,
        tables: tuple[TableInfo, ...],
        shared: Callable[[int], str | None],
    ) -> None:
        """For one sheet.

        Arguments:
            info: the workbook.
            sheet: the sheet.
            styles: how many cell styles there are; None when the workbook has no styles part.
            tables: the sheet's tables, whose headers are compared.
            shared: the shared texts of the workbook by index, None for an index that is none.
        """
        self._info = info
        self._sheet = sheet
        self._styles = styles
        self._headers = {
            (table.area.top, table.area.left + index): (table, column.name)
            for table in tables
            if table.header_rows
            for index, column in enumerate(table.columns)
        }
        self._shared = shared
        self._findings: list[Finding] = []
        self._space: str | None = None
        self._inside = False
        self._open = {"row": 0, "c": 0}
        self._row = self._column = 0
        self._kind = ""
        self._text: list[str] | None = None
        self._formula_list = False
        self._shown: dict[tuple[int, int], str] = {}
        self._formulas: set[str] = set()
        self._arrays: list[Area] = []
        self.merged: list[Area] = []

    def _add(self, code: str, cell: str | None = None, /, **args: object) -> None:
        where = Location(self._info.package.path, self._sheet.name, cell)
        self._findings.append(Finding(code, where, args, Severity.ERROR))

    def run(self) -> Iterator[Finding]:
        """The findings of the sheet.

        Errors: WorkbookError SX914 when the part is not well-formed.
        """
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        part = self._sheet.part
        try:
            for piece in self._info.package.chunks(part):
                parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
            parser.Parse(b"", True)  # noqa: FBT003 - idem
        except expat.ExpatError as error:
            raise WorkbookError("SX914", self._info.package.where, part=part, reason=str(error)) from error
        for (row, column), (table, name) in self._headers.items():
            shown = self._shown.get((row, column), "")
            if shown != name:
                self._add("SX962", cell_name(row, column), shown=shown, column=name, name=table.display_name)
        yield from self._findings

    def has_formula(self, cell: str) -> bool:
        """Whether a cell holds a formula, or belongs to an array formula."""
        place = parse_cell(cell)
        return cell in self._formulas or (
            place is not None and any(area.has(*place) for area in self._arrays)
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition("}")
        self._space = space if self._space is None else self._space
        if space != self._space:
            return
        if name == "sheetData":
            self._inside = True
        elif name in self._open:
            if self._inside:
                self._start_place(name, attributes)
        elif name == "mergeCell":
            area = parse_area(attributes.get("ref", ""))
            if area is not None:
                self.merged.append(area)
        elif name in ("f", "v", "t", "formula1"):
            self._text = []
            if (
                name == "f"
                and (area := parse_area(attributes.get("ref", "")))
                and attributes.get("t") == "array"
            ):
                self._arrays.append(area)
        elif name == "dataValidation":
            self._formula_list = attributes.get("type") == "list"

    def _doctype(self, *_args: Any) -> None:
        raise WorkbookError("SX914", self._info.package.where, part=self._sheet.part, reason="DOCTYPE")

    def _start_place(self, name: str, attributes: dict[str, str]) -> None:
        if self._open[name]:
            self._add("SX969", attributes.get("r"))  # a row in a row, a cell in a cell
        self._open[name] += 1
        if name == "row":
            self._start_row(attributes)
        else:
            self._start_cell(attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        row = int(attributes["r"]) if attributes.get("r", "").isdigit() else self._row + 1
        if row <= self._row or row > MAX_ROW:
            self._add("SX969", cell_name(min(row, MAX_ROW) or 1, 1))
        self._row, self._column = row, 0
        self._check_style(attributes.get("s"), cell_name(row, 1))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        ref = attributes.get("r")
        place = parse_cell(ref) if ref else (self._row, self._column + 1)
        if place is None or place[0] != self._row or place[1] <= self._column:
            self._add("SX969", ref)
        if place is not None:
            self._column = place[1]
        self._kind = attributes.get("t", "n")
        self._check_style(attributes.get("s"), cell_name(self._row, self._column or 1))

    def _check_style(self, style: str | None, cell: str) -> None:
        if style is None or (self._styles is None and style == "0"):
            return
        if not style.isdigit() or int(style) >= (self._styles or 0):
            self._add("SX968", cell, style=style, count=self._styles or 0)

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        self._inside = self._inside and name != "sheetData"
        if self._open.get(name):
            self._open[name] -= 1
        if name not in ("f", "v", "t", "formula1") or self._text is None:
            return
        text, self._text = "".join(self._text), None
        if name == "formula1":
            if self._formula_list and text.startswith('"') and len(text) - 2 > MAX_LIST:
                self._add("SX964", length=len(text) - 2)
            return
        cell = cell_name(self._row or 1, self._column or 1)
        if name == "f":
            self._formulas.add(cell)
            if len(text) > MAX_FORMULA:
                self._add("SX963", cell, length=len(text))
        else:
            self._see(name, text, cell)

    def _see(self, name: str, text: str, cell: str) -> None:
        """A value: check a shared text's index, keep what a header shows."""
        place = (self._row, self._column)
        if name == "t":
            if place in self._headers:
                self._shown[place] = self._shown.get(place, "") + decode_xstring(text)
            return
        shown: Any = text
        if self._kind == "s":
            shown = self._shared(int(text)) if text.strip().isdigit() else None
            if shown is None:
                self._add("SX976", cell, index=text)
                return
        if place in self._headers:
            self._shown[place] = decode_xstring(shown) if self._kind == "str" else shown
