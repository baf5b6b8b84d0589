"""Opens an add-in in LibreOffice, lists its Basic modules, and runs procedures of modules in new books.

Usage, with a Python that has UNO: ``addin_basic_probe.py SOFFICE PROFILE_URL FILE_URL``. Standard input is a
JSON list of books, each an object of ``modules`` (sources by name) and ``calls`` (pairs of module and
procedure); standard output an object of the add-in's ``sheets``, its ``sources`` by library and module, and
the ``results`` of each book's calls.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import uno  # noqa: F401 - com.sun.star is there by it
from com.sun.star.beans import PropertyValue

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from office_pipe import connect

FILTER = "Calc MS Excel 2007 VBA XML"  # not found by itself for the ending .xlam
MACROS_RUN = 4  # without a question


def options(**values: object) -> tuple[PropertyValue, ...]:
    """Properties of a loading."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def answer(desktop: Any, url: str) -> dict[str, object]:
    """What is asked for on the standard input."""
    asked = json.load(sys.stdin)
    addin = desktop.loadComponentFromURL(url, "_blank", 0, options(Hidden=True, FilterName=FILTER))
    libraries = addin.BasicLibraries
    sources = {}
    for name in libraries.ElementNames:
        library = libraries.getByName(name)
        sources[name] = {module: library.getByName(module) for module in library.ElementNames}
    sheets = list(addin.Sheets.ElementNames)
    addin.close(True)  # noqa: FBT003 - UNO knows no keywords
    return {"sheets": sheets, "sources": sources, "results": [run(desktop, **book) for book in asked]}


def run(desktop: Any, modules: dict[str, str], calls: list[tuple[str, str]]) -> list[object]:
    """The results of the calls in a new book with the modules; None for what does not compile."""
    book = desktop.loadComponentFromURL(
        "private:factory/scalc", "_blank", 0, options(Hidden=True, MacroExecutionMode=MACROS_RUN)
    )
    book.BasicLibraries.VBACompatibilityMode = True
    library = book.BasicLibraries.getByName("Standard")
    for name, source in modules.items():
        library.insertByName(name, source)
    provider = book.getScriptProvider()
    results = []
    for module, procedure in calls:
        place = f"vnd.sun.star.script:Standard.{module}.{procedure}?language=Basic&location=document"
        results.append(provider.getScript(place).invoke((), (), ())[0])
    book.close(True)  # noqa: FBT003 - UNO knows no keywords
    return results


def main() -> None:
    """Start the office, run, stop it."""
    soffice, profile, url = sys.argv[1:]
    pipe = f"strategy_xl_{os.getpid()}"
    office = subprocess.Popen(
        [soffice, f"-env:UserInstallation={profile}", "--headless", "--norestore",
         f"--accept=pipe,name={pipe};urp"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        context = connect(pipe)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        print(json.dumps(answer(desktop, url)))  # noqa: T201 - the answer
        desktop.terminate()
        office.wait(60)
    finally:
        office.kill()


if __name__ == "__main__":
    main()
