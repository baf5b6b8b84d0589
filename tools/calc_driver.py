"""Drives LibreOffice: adds the extension to a private profile; opens, types, recalculates and saves books.

Usage, with a Python that has UNO: ``calc_driver.py SOFFICE PROFILE_URL [EXTENSION_URL]``. Each line of
standard input is a step, an object; a line of standard output says what was found, when the step is done.
A step has ``open`` (URL) and any of

* ``type``: formulas as people type them, by ``sheet!cell``;
* ``add``: titles of sheets to add; ``values``: rows of cells by ``sheet!cell``, their first;
* ``timed``: formulas in Calc's own grammar by ``sheet!range``, put in one after the other, as array formulas
  where there are several cells; in the answer the seconds of each;
* ``calculate``: false when the book is not to be calculated as a whole;
* ``read``: ``sheet!range`` each; the answer has its rows, each cell its value (or ``{"error": code}``) and
  formula;
* ``show``: ``sheet!range`` each, read at once: rows of values, None for an error;
* ``save``: filters by URL;
* ``keep``: the book stays open, and a later step with the same URL goes on with it.

The step ``{"wizard": PREFIX}`` gives what the function wizard shows of the functions so named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.task import XInteractionHandler
from com.sun.star.ucb import XCommandEnvironment
from office_pipe import connect

TEXT = 2


class Approve(unohelper.Base, XInteractionHandler):
    """Says yes to what is asked when an extension is added."""

    def handle(self, request: Any) -> None:
        """Choose to go on."""
        approve = uno.getTypeByName("com.sun.star.task.XInteractionApprove")
        for choice in request.getContinuations():
            found = choice.queryInterface(approve)
            if found is not None:
                found.select()


class Environment(unohelper.Base, XCommandEnvironment):
    """In which an extension is added."""

    def getInteractionHandler(self) -> Any:  # noqa: N802 - UNO's name
        """Who is asked."""
        return Approve()

    def getProgressHandler(self) -> None:  # noqa: N802 - UNO's name
        """Nobody watches."""


def properties(**values: object) -> tuple[PropertyValue, ...]:
    """Named values as UNO takes them."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def in_office(soffice: str, profile: str, work: Callable[[Any, Any], None]) -> None:
    """Do some work in an office of its own, ended afterwards."""
    pipe = f"strategy_xl_calc_{os.getpid()}"
    office = subprocess.Popen(  # noqa: S603 - our own command line
        [soffice, f"-env:UserInstallation={profile}", "--headless", "--norestore",
         f"--accept=pipe,name={pipe};urp"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        context = connect(pipe)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        work(context, desktop)
        desktop.terminate()
        office.wait(60)
    finally:
        office.kill()


def cell(one: Any) -> dict[str, object]:
    """What a cell shows and its formula."""
    value: object
    if one.getError():
        value = {"error": one.getError()}
    elif one.Type.value == "EMPTY":
        value = None
    elif one.Type.value == "TEXT" or (one.Type.value == "FORMULA" and one.FormulaResultType2 == TEXT):
        value = one.String
    else:
        value = one.Value
    return {"value": value, "formula": one.Formula, "local": one.FormulaLocal}


def area(book: Any, place: str) -> Any:
    """The range of ``sheet!range``."""
    sheet, _mark, name = place.rpartition("!")
    return book.Sheets.getByName(sheet).getCellRangeByName(name)


def put(cells: Any, formula: str) -> None:
    """A formula into a cell, or one for all cells of a range."""
    if cells.Columns.Count == cells.Rows.Count == 1:
        cells.getCellByPosition(0, 0).Formula = formula
    else:
        cells.setArrayFormula(formula)


def fill(first: Any, rows: list[list[Any]]) -> None:
    """Values from a cell on; None leaves one blank."""
    place = first.RangeAddress
    right, bottom = place.StartColumn + len(rows[0]) - 1, place.StartRow + len(rows) - 1
    cells = first.Spreadsheet.getCellRangeByPosition(place.StartColumn, place.StartRow, right, bottom)
    cells.setDataArray(tuple(tuple("" if cell is None else cell for cell in row) for row in rows))


class Books:
    """The books of an office.

    Arguments: desktop: its desktop.
    """

    def __init__(self, desktop: Any) -> None:
        """None is open."""
        self._desktop = desktop
        self._kept: dict[str, Any] = {}

    def step(self, asked: dict[str, Any]) -> dict[str, object]:
        """What is done with one book."""
        start = time.perf_counter()
        book = self._kept.pop(asked["open"], None) or self._desktop.loadComponentFromURL(
            asked["open"], "_blank", 0, properties(Hidden=True)
        )
        found: dict[str, object] = {"loading": time.perf_counter() - start}
        for title in asked.get("add", []):
            book.Sheets.insertNewByName(title, book.Sheets.Count)
        for place, rows in asked.get("values", {}).items():
            fill(area(book, place), rows)
        for place, formula in asked.get("type", {}).items():
            area(book, place).getCellByPosition(0, 0).FormulaLocal = formula
        found["timed"] = {place: timed(book, place, each) for place, each in asked.get("timed", {}).items()}
        start = time.perf_counter()
        if asked.get("calculate", True):
            book.calculateAll()
        found |= {"seconds": time.perf_counter() - start, "modified": book.isModified()}
        for place in asked.get("read", []):
            cells = area(book, place)
            found[place] = [
                [cell(cells.getCellByPosition(across, down)) for across in range(cells.Columns.Count)]
                for down in range(cells.Rows.Count)
            ]
        found |= {place: area(book, place).getDataArray() for place in asked.get("show", [])}
        for url, kind in asked.get("save", {}).items():
            book.storeToURL(url, properties(FilterName=kind))
        if asked.get("keep"):
            self._kept[asked["open"]] = book
        else:
            book.close(True)  # noqa: FBT003 - UNO knows no keywords
        return found


def timed(book: Any, place: str, formula: str) -> float:
    """The seconds that a formula takes from its being put in until its value is there."""
    cells = area(book, place)
    start = time.perf_counter()
    put(cells, formula)
    cells.getCellByPosition(0, 0).getError()
    return time.perf_counter() - start


def wizard(context: Any, prefix: str) -> dict[str, object]:
    """What the function wizard shows: by name the category's number, description and arguments."""
    described = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.sheet.FunctionDescriptions", context
    )
    found: dict[str, object] = {}
    for number in range(described.getCount()):
        told = {each.Name: each.Value for each in described.getByIndex(number)}
        if str(told["Name"]).startswith(prefix):
            arguments = [[each.Name, each.Description, each.IsOptional] for each in told["Arguments"]]
            found[told["Name"]] = [told["Category"], told["Description"], arguments]
    return found


def main() -> None:
    """Add the extension, then do the steps."""
    soffice, profile, *extension = sys.argv[1:]
    if extension:

        def add(context: Any, _desktop: Any) -> None:
            manager = context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
            manager.addExtension(extension[0], (), "user", None, Environment())

        in_office(soffice, profile, add)

    def work(context: Any, desktop: Any) -> None:
        books = Books(desktop)
        for line in sys.stdin:
            asked = json.loads(line)
            found = wizard(context, asked["wizard"]) if "wizard" in asked else books.step(asked)
            print(json.dumps(found), flush=True)

    in_office(soffice, profile, work)


if __name__ == "__main__":
    main()
