"""Just enough of pywin32 for xlwings' Windows modules to be imported anywhere, and COM objects of Excel.

Meant for a process of its own: it makes xlwings take the system for Windows while it is imported.
"""

from __future__ import annotations

# xlwings imports these; they must not be imported first while the system passes for Windows.
import asyncio  # noqa: F401
import concurrent.futures  # noqa: F401
import ctypes
import itertools
import subprocess  # noqa: F401
import sys
import tempfile  # noqa: F401
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd  # noqa: F401

MISSING = -2147352572
"""How an argument left out arrives."""

REFUSED = -2147352567
GONE = -2147023174

RANGE = "{00020846-0000-0000-C000-000000000046}"
ERROR_CODES = {"#N/A": -2146826246, "#VALUE!": -2146826273, "#DIV/0!": -2146826281}


class ComError(Exception):
    """pywintypes.com_error."""

    def __init__(self, hresult: int) -> None:
        """With its code, as pywin32 has it."""
        super().__init__(hresult, "Exception occurred.", None, None)
        self.hresult = hresult


class ComTime(datetime):
    """pywintypes.TimeType."""


def com_time(day: date) -> ComTime:
    """A date as COM gives it."""
    return ComTime(day.year, day.month, day.day, tzinfo=UTC)


# -- Excel's objects ---------------------------------------------------------------------------------------


class ComRange:
    """A range of cells, which xlwings knows by its interface."""

    def __init__(self, value: object) -> None:
        """One cell, or rows of cells as tuples."""
        self._value = value
        self.asked = 0
        attributes = SimpleNamespace(iid=RANGE)
        self._oleobj_ = SimpleNamespace(GetTypeInfo=lambda: SimpleNamespace(GetTypeAttr=lambda: attributes))
        rows = len(value) if isinstance(value, tuple) else 1
        across = len(value[0]) if isinstance(value, tuple) else 1
        self.Worksheet, self.Row, self.Column = None, 1, 1
        self.Rows, self.Columns = SimpleNamespace(Count=rows), SimpleNamespace(Count=across)
        application = SimpleNamespace(Hwnd=1)
        self.Worksheet = SimpleNamespace(Parent=SimpleNamespace(Application=application))

    @property
    def Value(self) -> object:  # noqa: N802 - Excel's name
        """What its cells hold."""
        self.asked += 1
        return self._value


_NUMBERS = itertools.count()


class ComBook:
    """A workbook with named cells."""

    Name = "plan.xlsx"
    Worksheets = ()

    def __init__(self, named: Mapping[str, object] | None = None, language: int = 1036) -> None:
        """Of an Excel whose menus are in a language; a named cell that is an error raises it."""
        self._named = dict(named or {})
        self.FullName = f"C:\\{next(_NUMBERS)}.xlsx"
        self.Names = self
        self.asked: list[str] = []
        self.Application = SimpleNamespace(LanguageSettings=SimpleNamespace(LanguageID=lambda _: language))

    def Item(self, name: str) -> Any:  # noqa: N802 - Excel's name
        """A named cell; Excel's refusal when there is none of that name."""
        self.asked.append(name)
        if name not in self._named:
            raise ComError(REFUSED)
        value = self._named[name]
        if isinstance(value, Exception):
            raise value
        if value is FORMULA:
            return FormulaName()
        return SimpleNamespace(RefersToRange=SimpleNamespace(Value=value))


class FormulaName:
    """A name that stands for a formula: it has no cells."""

    @property
    def RefersToRange(self) -> Any:  # noqa: N802 - Excel's name
        """Refused."""
        raise ComError(REFUSED)


FORMULA = object()
"""Value of such a name."""


class LostBook:
    """A workbook that COM no longer reaches."""

    Name = "plan.xlsx"
    Worksheets = ()

    @property
    def FullName(self) -> str:  # noqa: N802 - Excel's name
        """The server is gone."""
        raise ComError(GONE)


# -- pywin32 -----------------------------------------------------------------------------------------------


def _module(name: str, **parts: object) -> ModuleType:
    """A module found under its name, and as an attribute of its package."""
    module = ModuleType(name)
    module.__dict__.update(parts)
    sys.modules[name] = module
    owner, _, own = name.rpartition(".")
    if owner:
        setattr(sys.modules[owner], own, module)
    return module


@contextmanager
def _windows() -> Iterator[None]:
    """While xlwings is imported, the system is Windows and ctypes has what it has there."""
    platform, dll = sys.platform, ctypes.PyDLL
    nothing = SimpleNamespace()
    ctypes.PyDLL = lambda _path: SimpleNamespace(PyCom_PyObjectFromIUnknown=nothing)  # type: ignore[assignment,misc]
    ctypes.windll = SimpleNamespace()  # type: ignore[attr-defined]
    ctypes.oledll = SimpleNamespace(ole32=SimpleNamespace(CLSIDFromString=lambda *_: 0))  # type: ignore[attr-defined]
    sys.platform = "win32"
    try:
        yield
    finally:
        sys.platform, ctypes.PyDLL = platform, dll  # type: ignore[misc]


def installed() -> ModuleType:
    """Import ``xlwings.udfs`` over the stand-in; the module."""
    _module("pywintypes", com_error=ComError, error=ComError, TimeType=ComTime, IID=str)
    for name in ("win32api", "win32con", "win32event", "win32gui", "win32com"):
        _module(name)
    _module("win32process", GetWindowThreadProcessId=lambda window: (0, window))
    _module("win32timezone", TimeZoneInfo=SimpleNamespace(utc=lambda: UTC))
    _module(
        "pythoncom",
        __file__="",
        ole_error=ComError,
        CoInitialize=lambda: None,
        IID_IDispatch="",
        TypeIIDs={"": object},
    )
    kinds = {name: type(name, (), {}) for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass")}
    dispatch = {name: lambda item: item for name in ("Dispatch", "DispatchEx")}
    _module("win32com.client", **kinds, **dispatch)
    _module("win32com.server")
    for name in ("dispatcher", "policy", "util"):
        _module(f"win32com.server.{name}")
    with _windows():
        return import_module("xlwings.udfs")
