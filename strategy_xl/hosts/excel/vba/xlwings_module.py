"""The VBA of xlwings as the add-in carries it: the text of the installed version with a few marked changes.

xlwings' add-in asks the active workbook, and files in its folder, which program Python is. Here only the
add-in's own sheet says so: a workbook that somebody sent can then start nothing.
"""

from __future__ import annotations

from typing import NamedTuple

XLWINGS_MODULE = "xlwings"
PROJECT = "strategy_xl"
"""What xlwings calls the project; its settings stand on sheet ``<PROJECT>.conf``."""

SETTINGS_SHEET = f"{PROJECT}.conf"
_MARK = "' strategy_xl:"


class Change(NamedTuple):
    """A line of xlwings' module, or the end of one, and what stands there instead."""

    old: str
    new: str


CHANGES = (
    Change(
        'Attribute VB_Name = "xlwings"\r\n',
        'Attribute VB_Name = "xlwings"\r\n'
        f"{_MARK} xlwings' module with a few lines changed, each marked like this one.\r\n"
        "' Its procedures are for this project only, not for formulas or the function wizard.\r\n"
        "Option Private Module\r\n",
    ),
    # xlwings' library keeps a server, dead or not, and its number under the command that started it.
    Change(
        "Public Const XLWINGS_VERSION As String =",
        f"Public Restarts As Long {_MARK} how often Python was started anew\r\n"
        "Public Const XLWINGS_VERSION As String =",
    ),
    Change(
        'tail = " -B -c ""import sys, os;" & LicenseKeyEnvString',
        f"{_MARK} another command after each restart, so another server\r\n"
        '        tail = " -B -c ""import sys, os; restarts = " & Restarts & ";" & LicenseKeyEnvString',
    ),
    # With /K the window of a Python that ends stays, and Excel waits a minute for what will not come.
    Change(
        'PYTHON_WIN = "cmd.exe " & ConsoleSwitch & " /K " & Chr(34) & Chr(34) & PYTHON_WIN & Chr(34)',
        f"{_MARK} ends with Python, so that a start that fails is noticed at once\r\n"
        '        PYTHON_WIN = "cmd.exe " & ConsoleSwitch & " /C " & Chr(34) & Chr(34) & PYTHON_WIN & Chr(34)',
    ),
    Change(
        'Public Const PROJECT_NAME As String = "myaddin"\r\n',
        f'Public Const PROJECT_NAME As String = "{PROJECT}" {_MARK} name of the settings sheet\r\n',
    ),
    Change(
        'If SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") = True Then\r\n',
        f"If False Then {_MARK} a workbook never says which program is started\r\n",
    ),
    # The workbook's name served to find Python modules beside it, which ADD_WORKBOOK_TO_PYTHONPATH forbids.
    Change(
        'PYTHONPATH = AddExcelDir & ";" & ActiveWorkbook.FullName & ";" & ThisWorkbook.FullName & ";"',
        f"{_MARK} the same command for every workbook, so one Python process for all\r\n"
        '        PYTHONPATH = AddExcelDir & ";" & ThisWorkbook.FullName & ";" & ThisWorkbook.FullName & ";"',
    ),
    Change(
        "Optional PYTHONPATH As String, Optional FrozenArgs As String) As Integer\r\n",
        "Optional PYTHONPATH As String, Optional FrozenArgs As String) As Integer\r\n"
        '    If TypeName(Application.Caller) = "Range" Then Err.Raise 5'
        f" {_MARK} no formula starts a program\r\n",
    ),
)


def adapt(source: str) -> str:
    """The source of xlwings' module with the changes made.

    Arguments:
        source: the module as xlwings' add-in template holds it, lines ended by CR LF.

    Errors: ValueError, with the line, when one that is to be changed does not stand there exactly once.
    """
    for change in CHANGES:
        if source.count(change.old) != 1:
            raise ValueError(change.old.strip())
        source = source.replace(change.old, change.new)
    return source


def settings(interpreter: str) -> dict[str, str | bool]:
    """What the settings sheet says: every setting that xlwings' module reads, so that it reads no file.

    Arguments:
        interpreter: path of ``pythonw.exe``; a name alone is looked for on the PATH.

    Blank settings are answers too: xlwings takes what stands on the sheet, even when it is blank.
    """
    return {
        "Interpreter_Win": interpreter,
        "Interpreter_Mac": "",
        "Interpreter": "python",  # where the one of the system is blank
        "UDF Modules": "strategy_xl.hosts.excel.udfs",
        "PYTHONPATH": "",
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "Show Console": False,
        "Use UDF Server": False,
        "Debug UDFs": False,
        "Conda Path": "",
        "Conda Env": "",
        "License_Key": "",
        "OneDrive_Consumer_Win": "",
        "OneDrive_Consumer_Mac": "",
        "OneDrive_Commercial_Win": "",
        "OneDrive_Commercial_Mac": "",
        "SharePoint_Win": "",
        "SharePoint_Mac": "",
        "Show_Error_Popups": "True",
        "Temp Dir": "%TEMP%",
    }
