"""A systemd service with its timer. Rules of quoting: systemd.service(5), systemd.unit(5)."""

from __future__ import annotations

from collections.abc import Sequence

from strategy_xl.errors import UsageError
from strategy_xl.hosts.timers.night import CANNOT, Night

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_STOP_MINUTES = 15
"""A workbook in hand is finished before a run ends: longer than one may take."""


def units(night: Night) -> dict[str, str]:
    """The files by name: the service and its timer.

    A command that finds something to mend (exit code 1) did what it should. The first one decides whether
    the service failed; the others are run after it in any case. ``EnvironmentFile`` is where an administrator
    puts what not everybody may read, such as the address of a database with its password.

    Errors: UsageError SX188 when the folder cannot be written in a unit.
    """
    first, *others = night.commands
    lines = [
        "[Unit]",
        f"Description={_specified(night.title)}",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "Type=oneshot",
        *([f"User={_specified(night.user)}"] if night.user else []),
        f"WorkingDirectory={_folder(night.folder)}",
        *(f"Environment={_quoted(f'{name}={value}')}" for name, value in night.environment.items()),
        f"EnvironmentFile=-%E/{night.name}/environment",
        f"ExecStart={_command(first)}",
        *(f"ExecStopPost={_command(command)}" for command in others),
        "SuccessExitStatus=1",
        f"TimeoutStopSec={_STOP_MINUTES}min" if not others else "TimeoutStopSec=infinity",
        "KillMode=mixed",
        "Nice=10",
        "IOSchedulingClass=idle",
        "",
    ]
    days = ",".join(_DAYS[day] for day in night.days)
    timer = [
        "[Unit]",
        f"Description={_specified(night.title)}",
        "",
        "[Timer]",
        f"OnCalendar={days + ' ' if days else ''}*-*-* {night.at:%H:%M}:00",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return {f"{night.name}.service": "\n".join(lines), f"{night.name}.timer": "\n".join(timer)}


def _specified(text: str) -> str:
    """A text in which systemd sees no specifier."""
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """A word as it stands, between quotes."""
    escaped = _specified(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _command(words: Sequence[str]) -> str:
    """A command line; in the program's own path no variable is looked for, in what follows none is meant."""
    program, *rest = words
    return " ".join((_quoted(program), *(_quoted(word.replace("$", "$$")) for word in rest)))


def _folder(path: str) -> str:
    """A folder: the value is taken as it stands, so it must not end in what ends or continues a line."""
    if path != path.strip() or path.endswith("\\") or path.startswith(("-", "~")):
        raise UsageError(CANNOT, text=path, form="systemd")
    return _specified(path)
