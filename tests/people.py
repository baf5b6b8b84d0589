"""What people do to a workbook, done by LibreOffice itself: run with the system's Python, which has UNO.

usage: people.py PORT SOURCE TARGET OPERATIONS(json)
Operations: a list of [name, sheet, ...].
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def connect(port: str) -> Any:
    """The desktop of the office that listens on the port."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            url = f"uno:socket,host=localhost,port={port};urp;StarOffice.ComponentContext"
            context = resolver.resolve(url)
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.5)
    raise SystemExit("no office")


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


def main() -> None:
    """Open, do everything, save, close."""
    port, source, target, operations = sys.argv[1:]
    desktop = connect(port)
    hidden = (prop("Hidden", value=True),)
    document = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, hidden)
    try:
        for operation in json.loads(operations):
            run(document, operation)
        document.storeToURL(Path(target).as_uri(), (prop("FilterName", "Calc MS Excel 2007 XML"),))
    finally:
        document.close(True)  # noqa: FBT003 - UNO's own signature


main()
