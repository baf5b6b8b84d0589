r"""Excel on a Windows computer: which ones are there, of how many bits, and whether from the Microsoft Store.

Sources: Microsoft's pages on Office's registry keys (``Excel\InstallRoot``, ``ClickToRun\Configuration``,
``App Paths``); the machine type in a program's header, [PE] "COFF File Header".
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from strategy_xl.hosts.windows import EXCEL_PROGRAM, Hive, Windows, find_value, is_store_app

OFFICE = r"Software\Microsoft\Office"
OLDEST = 16
"""Excel 2016, 2019, 2021, 2024 and Microsoft 365 all call themselves 16.0."""

_APP_PATHS = r"Software\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
_CLICK_TO_RUN = r"Software\Microsoft\Office\ClickToRun\Configuration"
_VERSION = re.compile(r"\d{1,2}\.\d")
_FOLDER_VERSION = re.compile(r"\\office(\d{2})\\", re.IGNORECASE)
_PLATFORMS = {"x64": 64, "x86": 32, "arm64": 64}
_MACHINES = {0x8664: 64, 0xAA64: 64, 0x014C: 32}


@dataclass(frozen=True, slots=True)
class Excel:
    """An Excel of this computer.

    Arguments:
        version: ``16.0``, as its registry keys call it.
        path: its program, None when only the registry knows it.
        bits: 64 or 32, None when neither its program nor the registry tells.
        build: the full number, None when unknown.
    """

    version: str
    path: Path | None = None
    bits: int | None = None
    build: str | None = None

    @property
    def is_from_store(self) -> bool:
        """Whether it came from the Microsoft Store: it may keep a copy of the user's settings for itself."""
        return self.path is not None and is_store_app(self.path)


def program_bits(path: Path) -> int | None:
    """64 or 32, from the header of a Windows program; None when the file cannot be read or is none."""
    try:
        with path.open("rb") as stream:
            head = stream.read(0x40)
            if head[:2] != b"MZ" or len(head) < 0x40:
                return None
            stream.seek(struct.unpack_from("<I", head, 0x3C)[0])
            signature = stream.read(6)
    except OSError:
        return None
    if len(signature) < 6 or signature[:4] != b"PE\0\0":
        return None
    return _MACHINES.get(struct.unpack_from("<H", signature, 4)[0])


def _folders(windows: Windows) -> Iterator[tuple[str, str, int]]:
    """(version, folder or program, bits of the registry's view) of each Excel that the registry knows."""
    for bits in (64, 32):
        for version in windows.keys(Hive.MACHINE, OFFICE, bits=bits):
            root = find_value(
                windows, Hive.MACHINE, rf"{OFFICE}\{version}\Excel\InstallRoot", "Path", bits=bits
            )
            if _VERSION.fullmatch(version) and isinstance(root, str):
                yield version, root, bits
    for hive in (Hive.MACHINE, Hive.USER):
        program = find_value(windows, hive, _APP_PATHS, "")
        if isinstance(program, str):
            program = program.strip('"')
            found = _FOLDER_VERSION.search(program)
            if found:
                yield f"{found[1]}.0", program, 0
            elif is_store_app(program):  # a link without number: the Store has Excels of today only
                yield f"{OLDEST}.0", program, 0


def excels(windows: Windows) -> list[Excel]:
    """The Excels of this computer by version; none when there is none that can be found."""
    platform = find_value(windows, Hive.MACHINE, _CLICK_TO_RUN, "Platform")
    build = find_value(windows, Hive.MACHINE, _CLICK_TO_RUN, "VersionToReport")
    build = build if isinstance(build, str) else None
    found: dict[str, Excel] = {}
    for version, place, view in _folders(windows):
        is_program = PureWindowsPath(place).name.lower() == EXCEL_PROGRAM
        path = Path(place) if is_program else Path(place, EXCEL_PROGRAM)
        own_build = build if build and build.startswith(f"{version}.") else None
        # The program itself is the surest witness; a registry view says little of a click-to-run Excel.
        told = _PLATFORMS.get(str(platform).lower()) if own_build else None
        bits = program_bits(path) or told or view or None
        if version not in found or (found[version].bits is None and bits):
            found[version] = Excel(version, path, bits, own_build)
    if not found and build and platform and _VERSION.match(build):
        version = ".".join(build.split(".")[:2])
        found[version] = Excel(version, None, _PLATFORMS.get(str(platform).lower()), build)
    return sorted(found.values(), key=lambda excel: float(excel.version))


def user_versions(windows: Windows) -> list[str]:
    """Versions of Excel that an add-in can be registered for, in order, from ``OLDEST`` on.

    Those of the Excels found; where none is found, those that this user has started.
    """
    found = [excel.version for excel in excels(windows)]
    if not found:
        found = [
            version
            for version in windows.keys(Hive.USER, OFFICE)
            if _VERSION.fullmatch(version) and windows.keys(Hive.USER, rf"{OFFICE}\{version}\Excel")
        ]
    return sorted({each for each in found if float(each) >= OLDEST}, key=float)
