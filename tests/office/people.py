"""What people do to a workbook, done by LibreOffice itself: run with the system's Python, which has UNO.

usage: people.py PIPE
Reads a wish a line, {"source": …, "target": …, "operations": [[name, sheet, …], …], "calculates": …}, and
answers each with a line: "done", or what went wrong. The LibreOffice that listens on the pipe is waited for.
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


def run(document: Any, operation: list[Any]) -> None:  # noqa: C901, PLR0912 - one branch per operation
    """Do one thing."""
    name, title, *args = operation
    sheets = document.Sheets
    sheet = sheets.getByName(title)
    sheet.unprotect("")
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


def set_calculation(context: Any, mode: int) -> None:
    """What the office does with formulas of the workbooks that it opens from now on."""
    provider = service(context, "com.sun.star.configuration.ConfigurationProvider")
    node = prop("nodepath", "/org.openoffice.Office.Calc/Formula/Load")
    name = "com.sun.star.configuration.ConfigurationUpdateAccess"
    settings = provider.createInstanceWithArguments(name, (node,))
    settings.setPropertyValue("OOXMLRecalcMode", mode)
    settings.commitChanges()


def grant(context: Any, wish: dict[str, Any]) -> None:
    """Open, do everything, save, close."""
    set_calculation(context, ALWAYS if wish["calculates"] else NEVER)
    desktop = service(context, "com.sun.star.frame.Desktop")
    hidden = (prop("Hidden", value=True),)
    document = desktop.loadComponentFromURL(Path(wish["source"]).as_uri(), "_blank", 0, hidden)
    try:
        for operation in wish["operations"]:
            run(document, operation)
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
