"""A workbook as LibreOffice calculates it: for lists whose formulas no program has calculated yet."""

from __future__ import annotations

import subprocess
from pathlib import Path

from strategy_xl.hosts.libreoffice import office_program
from strategy_xl.hosts.machine import Machine

_FORM = "xlsx:Calc MS Excel 2007 XML"


def calculated(source: Path, folder: Path, machine: Machine) -> Path | None:
    """Let LibreOffice calculate a workbook into a folder.

    Arguments:
        source: the workbook; it stays as it is.
        folder: an empty folder for the result and for a profile of its own.
        machine: this computer.

    Returns the calculated copy; None without LibreOffice, or when it could not do it.
    """
    program = office_program(machine)
    if program is None:
        return None
    profile, target = (folder / name for name in ("profile", "calculated"))
    command = [str(program), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", _FORM]
    try:
        machine.run([*command, "--outdir", str(target), str(source.absolute())])
    except (OSError, subprocess.SubprocessError):
        return None
    result = target / f"{source.stem}.xlsx"
    return result if result.is_file() else None
