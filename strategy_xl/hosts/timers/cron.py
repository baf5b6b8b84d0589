"""A line for a crontab. Rules: crontab(5); what follows is read by ``/bin/sh``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from strategy_xl.errors import UsageError
from strategy_xl.hosts.timers.night import CANNOT, Night

LONGEST = 998
"""Characters that every cron reads."""
_BACKSLASHES = re.compile(r"\\[\\%]")


def line(night: Night) -> str:
    """The line. Output is what cron mails to the owner of the table.

    Errors: UsageError SX188 for what cron would read otherwise, or not to its end.
    """
    days = ",".join(str((day + 1) % 7) for day in night.days) or "*"
    variables = "".join(f"{name}={shlex.quote(value)} " for name, value in night.environment.items())
    commands = "; ".join(f"{variables}{_command(words)}" for words in night.commands)
    shown = f"cd {shlex.quote(night.folder)} && {{ {commands}; }}"
    # A % ends the command; cron itself takes the backslash before it away, and before another backslash.
    if _BACKSLASHES.search(shown):
        raise UsageError(CANNOT, text=shown, form="cron")
    whole = f"{night.at.minute} {night.at.hour} * * {days} " + shown.replace("%", "\\%")
    if len(whole.encode()) > LONGEST:
        raise UsageError(CANNOT, text=whole, form="cron")
    return whole


def _command(words: Sequence[str]) -> str:
    return " ".join(map(shlex.quote, words))
