"""A stand-in for Windows: a registry in memory, programs that run, marks and network drives as told."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from strategy_xl.errors import Location
from strategy_xl.hosts.excel import addin
from strategy_xl.hosts.windows import Hive, Value

VBA_ONCE: Callable[[bytes, Location], bytes] = cache(addin._project)
"""The add-in's VBA, which no interpreter's path changes, made once for all tests."""

OFFICE = r"Software\Microsoft\Office"
OPTIONS = rf"{OFFICE}\16.0\Excel\Options"


class FakeWindows:
    """Keys without regard to case, as Windows has them; what is asked for and not there is absent."""

    def __init__(self) -> None:
        """An empty registry; nothing runs."""
        self.registry: dict[tuple[Hive, int, str], dict[str, Value]] = {}
        self.names: dict[str, str] = {}
        self.programs: set[str] = {"explorer.exe"}
        self.marks: dict[Path, str] = {}
        self.network: set[Path] = set()
        self.fails_at: int | None = None
        self.writes = 0

    def put(
        self,
        hive: Hive,
        key: str,
        values: Mapping[str, object] | None = None,
        bits: tuple[int, ...] = (64, 32),
    ) -> None:
        """Have a key with values; texts are of kind 1, numbers of kind 4, bytes of kind 3."""
        kinds = {str: 1, int: 4, bytes: 3}
        for view in bits:
            place = self.registry.setdefault((hive, view, self._known(key)), {})
            for name, value in (values or {}).items():
                place[name] = value if isinstance(value, Value) else Value(value, kinds[type(value)])

    def options(self, version: str = "16.0") -> dict[str, object]:
        """What the ``Options`` of a version hold, by name."""
        key = rf"{OFFICE}\{version}\Excel\Options"
        return {name: value.data for name, value in self.values(Hive.USER, key).items()}

    def _known(self, key: str) -> str:
        parts = key.split("\\")
        for depth in range(1, len(parts) + 1):
            self.names.setdefault("\\".join(parts[:depth]).lower(), parts[depth - 1])
        return key.lower()

    def values(self, hive: Hive, key: str, *, bits: int = 64) -> Mapping[str, Value]:
        """A copy of a key's values."""
        return dict(self.registry.get((hive, bits, key.lower()), {}))

    def keys(self, hive: Hive, key: str, *, bits: int = 64) -> list[str]:
        """The keys below a key."""
        start = key.lower() + "\\"
        found = {
            start + known[len(start) :].split("\\")[0]
            for root, view, known in self.registry
            if root is hive and view == bits and known.startswith(start)
        }
        return sorted(self.names[each] for each in found)

    def _write(self) -> None:
        self.writes += 1
        if self.fails_at is not None and self.writes >= self.fails_at:
            self.fails_at = None
            raise PermissionError(13, "Access is denied")

    def set_value(self, key: str, name: str, value: Value) -> None:
        """Write; the user's root has one view."""
        self._write()
        self.put(Hive.USER, key, {name: value})

    def delete_value(self, key: str, name: str) -> None:
        """Remove."""
        self._write()
        for view in (64, 32):
            self.registry.get((Hive.USER, view, key.lower()), {}).pop(name, None)

    def running(self) -> frozenset[str]:
        """What runs."""
        return frozenset(self.programs)

    def download_mark(self, path: Path) -> str | None:
        """The mark of a file."""
        return self.marks.get(path)

    def remove_download_mark(self, path: Path) -> None:
        """The mark of a file is gone."""
        self.marks.pop(path, None)

    def is_on_network(self, path: Path) -> bool:
        """Whether a path is below one of the network drives."""
        return any(path.is_relative_to(each) for each in self.network)


def program(path: Path, bits: int = 64) -> Path:
    """Write the beginning of a Windows program or library of that many bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {64: 0x8664, 32: 0x014C}[bits]
    path.write_bytes(
        b"MZ".ljust(0x3C, b"\0")
        + struct.pack("<I", 0x80)
        + bytes(0x40)
        + b"PE\0\0"
        + struct.pack("<H", machine)
        + bytes(18)
    )
    return path


def with_excel(windows: FakeWindows, folder: Path, bits: int = 64, version: str = "16.0") -> Path:
    """Install an Excel: its program and what the registry says of it."""
    path = program(folder / f"Office{version[:2]}" / "EXCEL.EXE", bits)
    windows.put(
        Hive.MACHINE, rf"{OFFICE}\{version}\Excel\InstallRoot", {"Path": str(path.parent)}, bits=(bits,)
    )
    # The stand-in's folders are on a system where names differ by case.
    program(path.with_name("excel.exe"), bits)
    return path
