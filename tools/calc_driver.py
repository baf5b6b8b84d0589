"""Drives LibreOffice: adds the extension to a private profile; opens, types, recalculates and saves books.

Usage, with a Python that has UNO: ``calc_driver.py SOFFICE PROFILE_URL [EXTENSION_URL]``. Standard input is a
JSON list of steps, each an object with ``open`` (URL), and any of ``type`` (formulas as people type them, by
``sheet!cell``), ``read`` (``sheet!range`` each) and ``save`` (filters by URL). Standard output is the list of
what was read: by range its rows, each cell its value (or ``{"error": code}``) and formula.
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


def in_office(soffice: str, profile: str, work: Callable[[Any, Any], object]) -> object:
    """What the work gives in an office of its own, ended afterwards."""
    pipe = f"strategy_xl_calc_{os.getpid()}"
    office = subprocess.Popen(  # noqa: S603 - our own command line
        [soffice, f"-env:UserInstallation={profile}", "--headless", "--norestore",
         f"--accept=pipe,name={pipe};urp"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        context = connect(pipe)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        result = work(context, desktop)
        desktop.terminate()
        office.wait(60)
    finally:
        office.kill()
    return result


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


def step(desktop: Any, asked: dict[str, Any]) -> dict[str, object]:
    """One book."""
    book = desktop.loadComponentFromURL(asked["open"], "_blank", 0, properties(Hidden=True))
    for place, formula in asked.get("type", {}).items():
        area(book, place).getCellByPosition(0, 0).FormulaLocal = formula
    start = time.perf_counter()
    book.calculateAll()
    found: dict[str, object] = {"seconds": time.perf_counter() - start, "modified": book.isModified()}
    for place in asked.get("read", []):
        cells = area(book, place)
        found[place] = [
            [cell(cells.getCellByPosition(across, down)) for across in range(cells.Columns.Count)]
            for down in range(cells.Rows.Count)
        ]
    for url, kind in asked.get("save", {}).items():
        book.storeToURL(url, properties(FilterName=kind))
    book.close(True)  # noqa: FBT003 - UNO knows no keywords
    return found


def main() -> None:
    """Add the extension, then do the steps."""
    soffice, profile, *extension = sys.argv[1:]
    steps = json.load(sys.stdin)
    if extension:

        def add(context: Any, _desktop: Any) -> None:
            manager = context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")
            manager.addExtension(extension[0], (), "user", None, Environment())

        in_office(soffice, profile, add)
    answers = in_office(soffice, profile, lambda _context, desktop: [step(desktop, each) for each in steps])
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
