"""What people do to a workbook, done by LibreOffice itself: run with the system's Python, which has UNO.

usage: people.py PIPE
Reads a wish a line, {"source": …, "target": …, "operations": [[name, sheet, …], …], "calculates": …,
"locale": …}, and answers each with a line: "done", or what went wrong. The LibreOffice that listens on the
pipe is waited for.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from office_pipe import connect

NEVER, ALWAYS = 1, 0
"""Whether formulas are calculated when an .xlsx is opened, as LibreOffice's configuration puts it."""


def prop(name: str, value: object) -> Any:
    """A named property."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def address(sheet: Any, area: str) -> Any:
    """Where some cells are, as LibreOffice keeps it."""
    return sheet.getCellRangeByName(area).RangeAddress


def typed(_document: Any, sheet: Any, cell: str, text: str) -> None:
    """What people type, as they type it: ``12,5%``, ``03/04/2027``, ``=SUM(A1:A3)``."""
    sheet.getCellRangeByName(cell).getCellByPosition(0, 0).FormulaLocal = text


def note(_document: Any, sheet: Any, cell: str, text: str) -> None:
    """A note on a cell."""
    sheet.Annotations.insertNew(sheet.getCellRangeByName(cell).getCellByPosition(0, 0).CellAddress, text)


def colour(_document: Any, sheet: Any, area: str, number: int) -> None:
    """Another ground for cells."""
    sheet.getCellRangeByName(area).CellBackColor = number


def chart(document: Any, sheet: Any, name: str, area: str, title: str, *sources: str) -> None:
    """A chart over some cells: columns of a sheet with their headers, the first of them labels."""
    frame = uno.createUnoStruct("com.sun.star.awt.Rectangle")
    at = sheet.getCellRangeByName(area)
    frame.X, frame.Y, frame.Width, frame.Height = at.Position.X, at.Position.Y, at.Size.Width, at.Size.Height
    ranges = tuple(address(document.Sheets.getByName(title), cells) for cells in sources)
    sheet.Charts.addNewByName(name, frame, ranges, True, True)  # noqa: FBT003 - UNO's own signature


def filter_rows(document: Any, _sheet: Any, table: str, column: int, text: str) -> None:
    """Only the rows of a table that have a text in a column."""
    field = uno.createUnoStruct("com.sun.star.sheet.TableFilterField2")
    field.Field, field.StringValue = column, text
    field.Operator = uno.getConstantByName("com.sun.star.sheet.FilterOperator2.EQUAL")
    kept = document.DatabaseRanges.getByName(table)
    fields = uno.Any("[]com.sun.star.sheet.TableFilterField2", (field,))
    uno.invoke(kept.getFilterDescriptor(), "setFilterFields2", (fields,))
    kept.refresh()


def auto_filter(document: Any, sheet: Any, name: str, area: str) -> None:
    """A list of one's own with buttons that filter it."""
    document.DatabaseRanges.addNewByName(name, address(sheet, area))
    document.DatabaseRanges.getByName(name).AutoFilter = True


def print_area(_document: Any, sheet: Any, area: str) -> None:
    """What of the sheet is printed."""
    sheet.setPrintAreas((address(sheet, area),))


def name_cells(document: Any, sheet: Any, name: str, area: str) -> None:
    """A name for cells."""
    text = f"${sheet.getCellRangeByName(area).AbsoluteName.lstrip('$')}"
    origin = sheet.getCellRangeByName("A1").CellAddress
    document.NamedRanges.addNewByName(name, text, origin, 0)


def condition(_document: Any, sheet: Any, area: str, formula: str) -> None:
    """Cells that look otherwise where a formula holds."""
    cells = sheet.getCellRangeByName(area)
    rules = cells.ConditionalFormat
    rules.addNew(
        (
            prop("Operator", uno.Enum("com.sun.star.sheet.ConditionOperator", "FORMULA")),
            prop("Formula1", formula),
            prop("StyleName", "Good"),
        )
    )
    cells.ConditionalFormat = rules


def protect(_document: Any, sheet: Any, password: str) -> None:
    """A sheet in which nobody types any more."""
    sheet.protect(password)


DECORATIONS = {
    "typed": typed,
    "note": note,
    "colour": colour,
    "chart": chart,
    "filter": filter_rows,
    "auto_filter": auto_filter,
    "print_area": print_area,
    "name": name_cells,
    "condition": condition,
    "protect": protect,
}


def run(document: Any, operation: list[Any]) -> None:  # noqa: C901, PLR0912, PLR0915 - a branch an operation
    """Do one thing."""
    name, title, *args = operation
    sheets = document.Sheets
    if name == "add_sheet":
        sheets.insertNewByName(title, args[0])
        return
    if name == "drop_name":
        document.NamedRanges.removeByName(args[0])
        return
    sheet = sheets.getByName(title)
    sheet.unprotect("")
    if name in DECORATIONS:
        DECORATIONS[name](document, sheet, *args)
        return
    if name == "rename_sheet":
        sheet.Name = args[0]
    elif name == "move_sheet":
        sheets.moveByName(title, args[0])
    elif name == "copy_sheet":
        sheets.copyByName(title, args[0], sheets.Count)
    elif name == "delete_sheet":
        sheets.removeByName(title)
    elif name == "hide_sheet":
        sheet.IsVisible = False
    elif name == "insert_columns":
        sheet.Columns.insertByIndex(args[0] - 1, args[1])
    elif name == "delete_columns":
        sheet.Columns.removeByIndex(args[0] - 1, args[1])
    elif name == "hide_column":
        sheet.Columns.getByIndex(args[0] - 1).IsVisible = False
    elif name == "insert_rows":
        sheet.Rows.insertByIndex(args[0] - 1, args[1])
    elif name == "delete_rows":
        sheet.Rows.removeByIndex(args[0] - 1, args[1])
    elif name == "move_range":
        source = sheet.getCellRangeByName(args[0]).RangeAddress
        sheet.moveRange(sheet.getCellRangeByName(args[1]).CellAddress, source)
    elif name == "clear":
        sheet.getCellRangeByName(args[0]).clearContents(23)  # values, days, texts, formulas
    elif name == "merge":
        sheet.getCellRangeByName(args[0]).merge(True)  # noqa: FBT003 - UNO's own signature
    elif name == "text":
        sheet.getCellRangeByName(args[0]).String = args[1]
    elif name == "value":
        sheet.getCellRangeByName(args[0]).Value = args[1]
    elif name == "formula":
        sheet.getCellRangeByName(args[0]).Formula = args[1]
    elif name == "sort":
        field = uno.createUnoStruct("com.sun.star.table.TableSortField")
        field.Field, field.IsAscending = args[1], args[2]
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        uno.invoke(sheet.getCellRangeByName(args[0]), "sort", ((prop("SortFields", fields),),))
    elif name == "drop_table":
        document.DatabaseRanges.removeByName(args[0])
    else:
        raise SystemExit("unknown operation " + name)


def service(context: Any, name: str, *arguments: Any) -> Any:
    """A service of the office."""
    return context.ServiceManager.createInstanceWithArgumentsAndContext(name, arguments, context)


def configure(context: Any, path: str, name: str, value: object) -> None:
    """How the office goes about the workbooks that it opens from now on."""
    provider = service(context, "com.sun.star.configuration.ConfigurationProvider")
    access = "com.sun.star.configuration.ConfigurationUpdateAccess"
    settings = provider.createInstanceWithArguments(access, (prop("nodepath", path),))
    settings.setPropertyValue(name, value)
    settings.commitChanges()


def grant(context: Any, wish: dict[str, Any]) -> None:
    """Open, do everything, save, close."""
    mode = ALWAYS if wish["calculates"] else NEVER
    configure(context, "/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", mode)
    configure(context, "/org.openoffice.Setup/L10N", "ooSetupSystemLocale", wish["locale"])
    desktop = service(context, "com.sun.star.frame.Desktop")
    hidden = (prop("Hidden", value=True),)
    document = desktop.loadComponentFromURL(Path(wish["source"]).as_uri(), "_blank", 0, hidden)
    try:
        document.enableAutomaticCalculation(False)  # noqa: FBT003 - UNO's own signature
        for operation in wish["operations"]:
            run(document, operation)
        document.enableAutomaticCalculation(True)  # noqa: FBT003 - UNO's own signature
        saved = (prop("FilterName", "Calc MS Excel 2007 XML"),)
        document.storeToURL(Path(wish["target"]).as_uri(), saved)
    finally:
        document.close(True)  # noqa: FBT003 - UNO's own signature


def main() -> None:
    """Grant one wish after the other."""
    context = connect(sys.argv[1])
    for line in sys.stdin:
        said = "done"
        try:
            grant(context, json.loads(line))
        except BaseException:  # noqa: BLE001 - told in full to who asked
            said = traceback.format_exc()
        print(json.dumps(said), flush=True)  # noqa: T201 - the answer


main()
