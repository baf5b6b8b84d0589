"""A task for the Task Scheduler of Windows, by Microsoft's schema 1.3 (MS-TSCH 2.5)."""

from __future__ import annotations

import re
import subprocess
from datetime import date, datetime
from pathlib import PureWindowsPath
from typing import Any

from lxml import etree

from strategy_xl.errors import UsageError
from strategy_xl.hosts.timers.night import CANNOT, Night

SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_SPACES: Any = {None: SPACE}  # lxml knows the space without a prefix so, its stubs do not
NOT_THERE = "SX189"
"""Finding: a path is none of Windows."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST = 260
_VARIABLE = re.compile(r"%[^%]+%|\$\(")


def task(night: Night, first: date) -> bytes:
    """The XML file, in UTF-16, which ``schtasks`` takes on every Windows.

    Arguments:
        night: what runs.
        first: the day from which it runs.

    Errors: UsageError SX188 for a text that the Task Scheduler would replace (``%NAME%``, ``$(NAME)``) or
        that is too long for it, SX189 for a program or folder that is no path of Windows.
    """
    root = etree.Element(f"{{{SPACE}}}Task", {"version": "1.3"}, nsmap=_SPACES)
    _put(root, "RegistrationInfo", {"Description": night.title})
    trigger = _put(_put(root, "Triggers"), "CalendarTrigger")
    _put(trigger, "StartBoundary", text=datetime.combine(first, night.at).isoformat())
    if night.days:
        week = _put(trigger, "ScheduleByWeek", {"WeeksInterval": "1"})
        _put(week, "DaysOfWeek", {_DAYS[day]: "" for day in night.days})
    else:
        _put(trigger, "ScheduleByDay", {"DaysInterval": "1"})
    # With its password, an account reaches file servers also when nobody is logged on.
    account = {"UserId": night.user} if night.user else {}
    principal = {**account, "LogonType": "Password", "RunLevel": "LeastPrivilege"}
    _put(_put(root, "Principals"), "Principal", principal, id="Author")
    _put(root, "Settings", _settings())
    actions = _put(root, "Actions", Context="Author")
    for program, *arguments in night.commands:
        for path in (program, night.folder):
            _check_path(path)
        words = subprocess.list2cmdline(arguments)
        if _VARIABLE.search(words):
            raise UsageError(CANNOT, text=words, form="windows")
        _put(actions, "Exec", {"Command": program, "Arguments": words, "WorkingDirectory": night.folder})
    etree.indent(root)
    content = etree.tostring(root, encoding="UTF-16", xml_declaration=True)
    assert isinstance(content, bytes)  # it is text for encoding="unicode" only
    return content


def _settings() -> dict[str, str]:
    """What differs from the usual: batteries do not matter, a missed night is made up for."""
    return {
        "MultipleInstancesPolicy": "IgnoreNew",
        "DisallowStartIfOnBatteries": "false",
        "StopIfGoingOnBatteries": "false",
        "StartWhenAvailable": "true",
        "ExecutionTimeLimit": "PT72H",
    }


def _check_path(path: str) -> None:
    if not PureWindowsPath(path).is_absolute():
        raise UsageError(NOT_THERE, path=path)
    if len(path) > _LONGEST or _VARIABLE.search(path):
        raise UsageError(CANNOT, text=path, form="windows")


def _put(
    above: etree._Element, name: str, inner: dict[str, str] | None = None, text: str = "", **attributes: str
) -> etree._Element:
    """A new element with its text and simple elements."""
    element = etree.SubElement(above, f"{{{SPACE}}}{name}", attributes)
    element.text = text or None
    for key, value in (inner or {}).items():
        _put(element, key, text=value)
    return element
