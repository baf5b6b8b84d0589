"""A workbook as LibreOffice prints it: one PDF of all sheets that can be seen, with a bookmark for each."""

from __future__ import annotations

import subprocess
from pathlib import Path

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.hosts.libreoffice import office_program
from strategy_xl.hosts.machine import Machine
from strategy_xl.languages import forms_of

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{locale}</value></prop>
</item>
</oor:items>
"""
"""Settings of a fresh profile: numbers as the workbook's language writes them, not as the system's does."""


def check_printer(book: Path, machine: Machine) -> Path:
    """LibreOffice's program.

    Arguments:
        book: the workbook to print, for the message.
        machine: this computer.

    Errors: WorkbookError SX974 without LibreOffice.
    """
    program = office_program(machine)
    if program is None:
        raise WorkbookError("SX974", Location(str(book)))
    return program


def printed(book: Path, copy: Path, folder: Path, machine: Machine, lang: str) -> Path:
    """Let LibreOffice print a copy of a workbook into a folder.

    Arguments:
        book: the workbook, for messages.
        copy: the copy that is opened.
        folder: for the result, and for a profile of its own: a LibreOffice that is open is left alone.
        machine: this computer.
        lang: language of the workbook.

    Returns the PDF.

    Errors: WorkbookError SX974 without LibreOffice, SX975 when it gave no PDF, with what it said.
    """
    program = check_printer(book, machine)
    telling = program.with_suffix(".com")  # on Windows soffice.exe prints nothing; this one, beside it, does
    program = telling if machine.system == "win32" and telling.is_file() else program
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    settings = _PROFILE.format(locale=forms_of(lang).tag)
    (user / "registrymodifications.xcu").write_text(settings, encoding="utf-8")
    profile = f"-env:UserInstallation={user.parent.as_uri()}"
    command = [str(program), profile, "--headless", "--convert-to", "pdf"]
    where = Location(str(book))
    try:
        said = machine.run_long([*command, "--outdir", str(folder), str(copy)])
    except subprocess.CalledProcessError as error:
        output = error.output.decode("utf-8", "replace") if isinstance(error.output, bytes) else ""
        raise WorkbookError("SX975", where, reason=_last(output, f"exit {error.returncode}")) from error
    except subprocess.TimeoutExpired as error:
        raise WorkbookError("SX975", where, reason=f"> {error.timeout:.0f} s") from error
    except OSError as error:
        raise WorkbookError("SX975", where, reason=error.strerror or str(error)) from error
    result = folder / f"{copy.stem}.pdf"
    if not result.is_file():
        raise WorkbookError("SX975", where, reason=_last(said, result.name))
    return result


def _last(said: str, otherwise: str) -> str:
    """The last line that a program said; something else when it said nothing."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else otherwise
