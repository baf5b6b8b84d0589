"""LibreOffice on this computer: where it is, which extension of ours it has, installing and removing it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from strategy_xl.errors import WorkbookError
from strategy_xl.hosts.calc.extension import IDENTIFIER, build_oxt
from strategy_xl.hosts.excel.install import Outcome, Step
from strategy_xl.hosts.machine import Machine
from strategy_xl.hosts.windows import Hive, find_value

_INSTALL_KEY = r"Software\LibreOffice\UNO\InstallPath"
_MAC_PROGRAM = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
_IDENTIFIER = re.compile(r'<identifier\s+value="([^"]+)"')
_RELEASE = re.compile(r'<version\s+value="([^"]+)"')
_CONFIG = "pythonpath/strategy_xl_office/config.json"


@dataclass(frozen=True, slots=True)
class Extension:
    """The extension as LibreOffice has unpacked it.

    Arguments:
        folder: where.
        release: the version of this program that made it.
        python: the interpreter that it starts.
    """

    folder: Path
    release: str
    python: str


def office_program(machine: Machine) -> Path | None:
    """LibreOffice's program; None when there is none that can be found."""
    for name in ("soffice", "libreoffice"):
        found = machine.which(name)
        if found:
            return Path(found)
    if machine.windows is not None:
        for bits in (64, 32):
            for hive in (Hive.USER, Hive.MACHINE):
                folder = find_value(machine.windows, hive, _INSTALL_KEY, "", bits=bits)
                if isinstance(folder, str) and Path(folder, "soffice.exe").is_file():
                    return Path(folder, "soffice.exe")
    if machine.system == "darwin" and _MAC_PROGRAM.is_file():
        return _MAC_PROGRAM
    return None


def profiles(machine: Machine) -> list[Path]:
    """The folders where LibreOffice keeps a user's extensions and settings, that there may be."""
    if machine.system == "win32":
        base = machine.environment.get("APPDATA")
        return [Path(base, "LibreOffice", "4")] if base else []
    if machine.system == "darwin":
        return [machine.home / "Library" / "Application Support" / "LibreOffice" / "4"]
    config = machine.environment.get("XDG_CONFIG_HOME")
    sandboxed = machine.home / ".var/app/org.libreoffice.LibreOffice/config"
    bases = (Path(config) if config else machine.home / ".config", sandboxed)
    return [base / "libreoffice" / "4" for base in bases]


def extensions(machine: Machine) -> Iterator[Extension]:
    """The installed extensions that are ours: the user's, then those for all users."""
    roots = [profile / "user" for profile in profiles(machine)]
    program = office_program(machine)
    if program is not None:
        roots.append(program.resolve().parent.parent / "share")
    for root in roots:
        cache = root / "uno_packages" / "cache"
        for path in sorted(cache.glob("uno_packages/*/*/description.xml")):
            if not _is_in_use(cache, path.parent.parent):
                continue
            text = path.read_text("utf-8")
            identifier, release = _IDENTIFIER.search(text), _RELEASE.search(text)
            if identifier and identifier[1] == IDENTIFIER:
                config = json.loads((path.parent / _CONFIG).read_text("utf-8"))
                yield Extension(path.parent, release[1] if release else "?", str(config["python"]))


def _is_in_use(cache: Path, folder: Path) -> bool:
    """Whether an extension's folder is in use: one that was removed or replaced leaves its folder behind.

    A user's extensions stand in a list; those for all users have none, but a file marks a removed one.
    """
    name = folder.name.removesuffix("_")
    listed = cache / "uno_packages.pmap"
    if listed.is_file():
        return name.encode() in listed.read_bytes()
    return not folder.with_name(f"{name}removed").exists()


# -- installing --------------------------------------------------------------------------------------------


def _unopkg(machine: Machine, *arguments: str) -> None:
    """Run LibreOffice's package tool.

    Errors: WorkbookError SX949 without LibreOffice, SX957 when the tool refuses, with what it said.
    """
    program = office_program(machine)
    if program is None:
        raise WorkbookError("SX949")
    folder = program.resolve().parent
    names = ("unopkg.com", "unopkg.exe") if machine.system == "win32" else ("unopkg",)
    tools = [folder / name for name in names if (folder / name).is_file()]
    tool = str(tools[0]) if tools else machine.which("unopkg")
    if tool is None:
        raise WorkbookError("SX949")
    # It refuses an administrator's own profile: there it is for all users.
    shared = ["--shared"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    try:
        machine.run([tool, arguments[0], *shared, *arguments[1:]])
    except subprocess.CalledProcessError as error:
        said = error.output.decode("utf-8", "replace") if isinstance(error.output, bytes) else ""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        raise WorkbookError("SX957", reason=lines[-1] if lines else str(error)) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise WorkbookError("SX957", reason=str(error)) from error


def install(machine: Machine, *, python: str | None = None) -> Outcome:
    """Build the extension and add it to LibreOffice, in place of an older one.

    Arguments:
        machine: this computer.
        python: the interpreter that answers; by default the one that runs this program.

    Errors: WorkbookError SX949 without LibreOffice, SX957 when its package tool refuses.
    """
    with TemporaryDirectory() as folder:
        path = build_oxt(Path(folder, "strategy_xl.oxt"), python=python or str(machine.python.path))
        _unopkg(machine, "add", "--force", "--suppress-license", str(path))
    return Outcome((Step("addin.install.extension"), Step("addin.install.extension.next")))


def uninstall(machine: Machine) -> Outcome:
    """Remove the extension; nothing happens when LibreOffice has none.

    Errors: as ``install``.
    """
    if next(extensions(machine), None) is None:
        return Outcome((Step("addin.uninstall.nothing"),))
    _unopkg(machine, "remove", IDENTIFIER)
    return Outcome((Step("addin.uninstall.extension"),))
