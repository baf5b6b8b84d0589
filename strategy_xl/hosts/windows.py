"""The few things that are asked of Windows: registry, running programs, download marks, network drives.

Everything else here goes through the protocol ``Windows``, so that it can be tried on any system with a
stand-in. Paths and names are compared as Windows does, without regard to case.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PureWindowsPath
from typing import Any, NamedTuple, Protocol

EXCEL_PROGRAM = "excel.exe"


class Hive(StrEnum):
    """A root of the registry."""

    USER = "HKEY_CURRENT_USER"
    MACHINE = "HKEY_LOCAL_MACHINE"


class Value(NamedTuple):
    """A value of the registry: what it holds and its kind (1 text, 2 text with variables, 4 number…)."""

    data: object
    kind: int = 1


class Windows(Protocol):
    """What is asked of Windows."""

    def values(self, hive: Hive, key: str, *, bits: int = 64) -> Mapping[str, Value]:
        """The values of a key by name (``""`` is its default value); none when there is no such key.

        Arguments:
            hive, key: where, the key without its root.
            bits: the view, 64 or 32, of a key that Windows keeps twice.
        """
        ...

    def keys(self, hive: Hive, key: str, *, bits: int = 64) -> list[str]:
        """The names of the keys below a key; none when there is no such key."""
        ...

    def set_value(self, key: str, name: str, value: Value) -> None:
        """Write a value of the user's own root; its key is made when missing. Raises OSError."""
        ...

    def delete_value(self, key: str, name: str) -> None:
        """Remove a value of the user's own root; nothing happens when there is none. Raises OSError."""
        ...

    def running(self) -> frozenset[str]:
        """The file names of the programs that this user's session runs, in small letters."""
        ...

    def download_mark(self, path: Path) -> str | None:
        """The text of the mark that a download leaves on a file (``Zone.Identifier``), None without one."""
        ...

    def remove_download_mark(self, path: Path) -> None:
        """Take that mark away; nothing happens when there is none, or when Windows refuses."""
        ...

    def is_on_network(self, path: Path) -> bool:
        """Whether a path is on another computer (UNC path or a drive letter for one)."""
        ...


def find_value(windows: Windows, hive: Hive, key: str, name: str, *, bits: int = 64) -> object:
    """What a value of the registry holds, whatever the case of its name; None when there is none."""
    for known, value in windows.values(hive, key, bits=bits).items():
        if known.lower() == name.lower():
            return value.data
    return None


def same_path(one: str | Path, other: str | Path) -> bool:
    """Whether two paths are the same for Windows: case and direction of slashes do not matter."""
    return PureWindowsPath(one) == PureWindowsPath(other)


def is_store_app(path: str | Path) -> bool:
    """Whether a program came from the Microsoft Store: what it writes to AppData is kept from others.

    Source: "Understanding how packaged desktop apps run on Windows" (learn.microsoft.com); CPython's
    ``PC/layout/support/appxmanifest.py``, which since 3.11 asks for a registry of all, not for its files.
    """
    return "windowsapps" in {part.lower() for part in PureWindowsPath(path).parts}


def is_below(path: str | Path, folder: str | Path) -> bool:
    """Whether a path is a folder or below it, as Windows compares."""
    return PureWindowsPath(path).is_relative_to(PureWindowsPath(folder))


def expand(text: str, environment: Mapping[str, str]) -> str:
    """A text with its ``%NAME%`` filled in; unknown names stay as they are."""
    known = {name.lower(): value for name, value in environment.items()}
    parts = text.split("%")
    filled = parts[:1]
    is_name = False
    for part in parts[1:]:
        if not is_name and part.lower() in known:
            filled.append(known[part.lower()])
            is_name = True
        else:
            filled.append(part if is_name else f"%{part}")
            is_name = False
    return "".join(filled)


def this_windows() -> Windows | None:
    """Windows itself, None on another system."""
    found: Windows | None = None
    if sys.platform == "win32":
        found = _ThisWindows()
    return found


if sys.platform == "win32":
    import ctypes
    import ctypes.wintypes
    import winreg

    _ROOTS = {Hive.USER: winreg.HKEY_CURRENT_USER, Hive.MACHINE: winreg.HKEY_LOCAL_MACHINE}
    _VIEWS = {64: winreg.KEY_WOW64_64KEY, 32: winreg.KEY_WOW64_32KEY}
    _ALL_PROCESSES = 2
    _NETWORK_DRIVE = 4

    class _Process(ctypes.Structure):
        """PROCESSENTRY32W."""

        _fields_ = (
            ("size", ctypes.wintypes.DWORD),
            ("usage", ctypes.wintypes.DWORD),
            ("identity", ctypes.wintypes.DWORD),
            ("heap", ctypes.c_size_t),
            ("module", ctypes.wintypes.DWORD),
            ("threads", ctypes.wintypes.DWORD),
            ("parent", ctypes.wintypes.DWORD),
            ("priority", ctypes.wintypes.LONG),
            ("flags", ctypes.wintypes.DWORD),
            ("file", ctypes.wintypes.WCHAR * 260),
        )

    class _ThisWindows:
        """The system that this program runs on."""

        def values(self, hive: Hive, key: str, *, bits: int = 64) -> Mapping[str, Value]:
            """See ``Windows``."""
            found = {}
            try:
                with winreg.OpenKey(_ROOTS[hive], key, 0, winreg.KEY_READ | _VIEWS[bits]) as handle:
                    for index in range(winreg.QueryInfoKey(handle)[1]):
                        name, data, kind = winreg.EnumValue(handle, index)
                        found[name] = Value(data, kind)
            except FileNotFoundError:
                return {}
            return found

        def keys(self, hive: Hive, key: str, *, bits: int = 64) -> list[str]:
            """See ``Windows``."""
            try:
                with winreg.OpenKey(_ROOTS[hive], key, 0, winreg.KEY_READ | _VIEWS[bits]) as handle:
                    return [winreg.EnumKey(handle, at) for at in range(winreg.QueryInfoKey(handle)[0])]
            except FileNotFoundError:
                return []

        def set_value(self, key: str, name: str, value: Value) -> None:
            """See ``Windows``."""
            with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as handle:
                data: Any = value.data  # of the type that the kind asks for
                winreg.SetValueEx(handle, name, 0, value.kind, data)

        def delete_value(self, key: str, name: str) -> None:
            """See ``Windows``."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as handle:
                    winreg.DeleteValue(handle, name)
            except FileNotFoundError:
                return

        def running(self) -> frozenset[str]:
            """See ``Windows``."""
            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel.CreateToolhelp32Snapshot.restype = ctypes.wintypes.HANDLE
            kernel.CreateToolhelp32Snapshot.argtypes = (ctypes.wintypes.DWORD, ctypes.wintypes.DWORD)
            for function in (kernel.Process32FirstW, kernel.Process32NextW):
                function.argtypes = (ctypes.wintypes.HANDLE, ctypes.POINTER(_Process))
            kernel.CloseHandle.argtypes = (ctypes.wintypes.HANDLE,)
            snapshot = kernel.CreateToolhelp32Snapshot(_ALL_PROCESSES, 0)
            if snapshot == ctypes.wintypes.HANDLE(-1).value:
                raise ctypes.WinError(ctypes.get_last_error())
            process = _Process(size=ctypes.sizeof(_Process))
            found = {}
            try:
                goes_on = kernel.Process32FirstW(snapshot, ctypes.byref(process))
                while goes_on:
                    found[process.identity] = process.file.lower()
                    goes_on = kernel.Process32NextW(snapshot, ctypes.byref(process))
            finally:
                kernel.CloseHandle(snapshot)
            # On a server for many users, another user's Excel is none of our business.
            own = self._session(kernel, kernel.GetCurrentProcessId())
            return frozenset(name for number, name in found.items() if self._session(kernel, number) == own)

        @staticmethod
        def _session(kernel: ctypes.WinDLL, process: int) -> int | None:
            session = ctypes.wintypes.DWORD()
            known = kernel.ProcessIdToSessionId(ctypes.wintypes.DWORD(process), ctypes.byref(session))
            return session.value if known else None

        def download_mark(self, path: Path) -> str | None:
            """See ``Windows``."""
            try:
                return Path(f"{path}:Zone.Identifier").read_text("utf-8", errors="replace")
            except OSError:
                return None  # no mark, or a drive that cannot keep one

        def remove_download_mark(self, path: Path) -> None:
            """See ``Windows``."""
            try:
                Path(f"{path}:Zone.Identifier").unlink(missing_ok=True)
            except OSError:
                return  # asked for afterwards: a mark that stays is told

        def is_on_network(self, path: Path) -> bool:
            """See ``Windows``."""
            anchor = path.absolute().anchor
            if anchor.startswith("\\\\"):
                return not anchor.startswith(("\\\\?\\", "\\\\.\\")) or anchor[4:7].upper() == "UNC"
            return bool(ctypes.WinDLL("kernel32").GetDriveTypeW(anchor) == _NETWORK_DRIVE)
