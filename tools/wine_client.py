"""Inside Wine: call every cell function as the add-in does, and compare with a direct call.

The DLL is asked for the server with the command that the add-in's VBA builds; the server is another process,
reached through COM. Excel's range objects cannot be had, so that arguments go as values; a stand-in for a
workbook, a COM object too, has names, a language and nothing else.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
import time
import traceback
from collections import Counter
from datetime import datetime
from pathlib import Path
from threading import Timer
from typing import Any, TextIO

import pythoncom
import win32com.client
from win32com.server.exception import COMException
from win32com.server.util import wrap
from xlwings import __version__ as xlwings_version

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import functions
from strategy_xl.hosts.excel.vba.modules import UDFS, functions_module

MISSING = win32com.client.VARIANT(pythoncom.VT_ERROR, -2147352572)
TODAY = datetime.now().astimezone().date()
ERRORS = {-2146826246: ErrorValue.NA, -2146826273: ErrorValue.VALUE}


class Variant(ctypes.Structure):
    """A VARIANT, as far as it matters here."""

    _fields_ = (
        ("type", ctypes.c_ushort),
        ("reserved", ctypes.c_ushort * 3),
        ("pointer", ctypes.c_void_p),
        ("record", ctypes.c_void_p),
    )


_restarts = 0
ACTIVATE, END = 1, -1


def command(statement: str = "import xlwings; xlwings.serve('$(CLSID)')") -> bytes:
    """The command that the add-in's VBA builds, for the restarts there have been."""
    code = f"import sys, os; restarts = {_restarts};{statement}"
    return f'cmd.exe /C ""{sys.executable}" -B -c "{code}""'.encode("mbcs")


def library(mode: int, asked: bytes) -> Variant:
    """A call of xlwings' DLL as VBA makes it. Errors: RuntimeError with the DLL's sentence."""
    found = ctypes.WinDLL(str(Path(sys.executable).with_name(f"xlwings64-{xlwings_version}.dll")))
    activate = found.XLPyDLLActivateAuto
    activate.argtypes = (ctypes.POINTER(Variant), ctypes.c_char_p, ctypes.c_long)
    activate.restype = ctypes.c_long
    result = Variant()
    if code := activate(ctypes.byref(result), asked, mode):
        said = ctypes.wstring_at(result.pointer) if result.type == pythoncom.VT_BSTR else f"error {code}"
        raise RuntimeError(said)
    return result


def server() -> Any:
    """The xlwings COM server, started by the DLL as VBA has it started."""
    result = library(ACTIVATE, command())
    if result.type != pythoncom.VT_DISPATCH:
        sys.exit(f"the DLL gave a variant of type {result.type}")
    return win32com.client.Dispatch(pythoncom.ObjectFromAddress(result.pointer, pythoncom.IID_IDispatch))


def end_server() -> None:
    """What the add-in's VBA does when Python has ended: ``EndServer``."""
    global _restarts  # noqa: PLW0603 - as VBA has it
    library(END, command())
    _restarts += 1


def check_failed_start(report: TextIO) -> int:
    """A Python that ends at once is noticed at once: Excel does not stand still for a minute."""
    start = time.perf_counter()
    said = "nothing"
    try:
        library(ACTIVATE, command("import no_such_package"))
    except RuntimeError as error:
        said = str(error).splitlines()[0]
    seconds = time.perf_counter() - start
    print(f"a start that fails: {said} after {seconds:.1f} s", file=report)
    return int("Python process" not in said or seconds > 20)


class Wrapped:
    """A COM object of some public parts."""

    def __init__(self, **parts: object) -> None:
        """Methods are callable parts."""
        self.__dict__.update(parts)
        self._public_methods_ = [name for name, part in parts.items() if callable(part)]
        self._public_attrs_ = [name for name, part in parts.items() if not callable(part)]


def workbook(named: dict[str, object]) -> Any:
    """A stand-in for a workbook of an English Excel, with named cells."""

    def item(name: str) -> Any:
        if name not in named:
            raise COMException("no such name", scode=-2146827284)
        return wrap(Wrapped(RefersToRange=wrap(Wrapped(Value=named[name]))))

    languages = wrap(Wrapped(LanguageID=lambda _which: 1033))
    application = wrap(Wrapped(LanguageSettings=languages))
    names = wrap(Wrapped(Item=item))
    return wrap(Wrapped(FullName=str(named), Names=names, Application=application))


def check_workbook(python: Any, report: TextIO) -> int:
    """Thresholds, language and errors of a call that comes from a workbook; the number that is wrong."""
    ideal, avoid = ("Ideal client", "Client to avoid")
    cases: tuple[tuple[dict[str, object], tuple[object, ...], object], ...] = (
        ({}, (6, 6), ideal),
        ({"SX_score_threshold": 70.0}, (6, 6), avoid),
        ({"SX_language": "Français"}, (8, 9), "Client idéal"),
        ({}, ("#N/A", 9), "#N/A"),
        ({}, (((8,), ("#DIV/0!",)), ((9,), (2,))), ((ideal,), ("#N/A",))),
    )
    wrong = 0
    for named, args, expected in cases:
        found = python.CallUDF(UDFS, "STRAT_CLIENT_CLASS", args, workbook(named), None)
        if found != expected:
            wrong += 1
            print(f"{named} {args}: {found} instead of {expected}", file=report)
    print(f"{len(cases)} calls from a workbook, {wrong} wrong", file=report)
    return wrong


def gone() -> set[int]:
    """The errors by which the add-in's VBA knows that Python has ended."""
    (line,) = re.findall(r"(?m)^        Case (462, [-\d, ]+)", functions_module([]))
    return {int(number) for number in line.split(",")}


def terminate(process: int) -> None:
    """End a process as the Task Manager does."""
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    kernel.TerminateProcess.argtypes = (ctypes.c_void_p, ctypes.c_uint)
    if not kernel.TerminateProcess(kernel.OpenProcess(1, 0, process), 1):
        raise ctypes.WinError()


def check_killed(python: Any, report: TextIO) -> int:
    """End the server between two calls, then in the midst of one: the number of things that are wrong.

    Each time VBA must know the error, and the DLL give a new server that answers.
    """
    wrong = 0
    for name, statement, seconds in (("between calls", "pass", 0.0), ("in a call", "time.sleep(60)", 1.0)):
        process = int(python.Str(python.Eval("__import__('os').getpid()")))
        code = 0
        direct = python._oleobj_  # the wrapper makes another error of a server that is gone
        how = (direct.GetIDsOfNames("Exec"), 0, pythoncom.DISPATCH_METHOD, True)
        if seconds:
            Timer(seconds, terminate, (process,)).start()
        else:
            terminate(process)
            time.sleep(1)
        start = time.perf_counter()
        try:
            direct.Invoke(*how, f"import time\n{statement}")
        except pythoncom.com_error as error:
            code = error.hresult
        until = time.perf_counter() - start
        start = time.perf_counter()
        end_server()
        python = server()
        answer = python.CallUDF(UDFS, "STRAT_CLIENT_CLASS", (8, 9), None, None)
        again = time.perf_counter() - start
        wanted = call("STRAT_CLIENT_CLASS", (8, 9), lang="fr", today=TODAY)[0][0]
        is_right = code in gone() and answer == wanted
        wrong += not is_right
        told = "right again" if is_right else f"wrong: {answer}"
        print(f"ended {name}: error {code} after {until:.1f} s, {told} after {again:.1f} s", file=report)
    return wrong


def rows(value: object) -> list[list[object]]:
    """A result as rows: the server hands over a cell alone, or one row alone, without its brackets."""
    if not isinstance(value, tuple):
        value = ((value,),)
    elif value and not isinstance(value[0], tuple):
        value = (value,)
    return [[ERRORS.get(cell, cell) if isinstance(cell, int) else cell for cell in row] for row in value]


def cells(block: list[list[object]]) -> list[list[object]]:
    """The same with one way to write a blank."""
    return [["" if cell is None else cell for cell in row] for row in block]


def compare(report: TextIO, seen: Path) -> int:
    """Compare every example of every function; 1 when one differs.

    Arguments:
        report: where it is told.
        seen: file for the cells that were equal, by function: the table of hosts is made of it.
    """
    equal: Counter[str] = Counter()
    pythoncom.CoInitialize()
    start = time.perf_counter()
    python = server()
    print(f"COM server up in {time.perf_counter() - start:.1f} s", file=report)
    wrong = count = 0
    spent = 0.0
    for name, function in functions().items():
        for example in function.examples:
            lang = [None] * (len(function.arguments) - 1 - len(example.args))
            args = (*example.args, *lang, example.lang)
            given = tuple(MISSING if value is None else value for value in args)
            expected = call(name, args, lang="fr", today=TODAY)
            start = time.perf_counter()
            found = rows(python.CallUDF(UDFS, name, given, None, None))
            spent += time.perf_counter() - start
            count += 1
            if cells(found) != cells(expected):
                wrong += 1
                print(f"{name}{args}: {found} instead of {expected}", file=report)
            else:
                equal[name] += sum(map(len, expected))
    seen.write_text(json.dumps(equal), "utf-8")
    each = spent / count * 1e3
    told = f"{count} calls of {len(functions())} functions, {wrong} differ, {each:.1f} ms a call"
    print(told, file=report)
    wrong += check_workbook(python, report)
    wrong += check_killed(python, report)
    wrong += check_failed_start(report)
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    code = 1
    with Path(sys.argv[1]).open("w", encoding="utf-8") as report:
        try:
            code = compare(report, Path(sys.argv[1]).with_suffix(".json"))
        except Exception:  # noqa: BLE001 - told here: the exit below would swallow it
            traceback.print_exc(file=report)
    os._exit(code)  # an ordinary exit waits for the server
