"""Whether somebody has a workbook open: the hidden mark that Excel or LibreOffice leaves beside it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from strategy_xl.errors import Location, WorkbookError

_NAME_AT, _WIDE_AT = 1, 57


def _excel_user(mark: Path) -> str:
    """The name in ``~$book.xlsx``: its length at byte 0, UTF-16 from byte 57, else the ANSI form."""
    content = mark.read_bytes()
    if len(content) <= _NAME_AT:
        return ""
    length = content[0]
    wide = content[_WIDE_AT : _WIDE_AT + 2 * length].decode("utf-16-le", "replace")
    return (wide or content[_NAME_AT : _NAME_AT + length].decode("cp1252", "replace")).strip("\0 ")


def _calc_user(mark: Path) -> str:
    """The user in ``.~lock.book.xlsx#``: ``,user,host,date,profile;``."""
    parts = mark.read_text(encoding="utf-8", errors="replace").split(",")
    return parts[1].strip() if len(parts) > 1 else ""


def refuse_if_open(path: Path) -> None:
    """Raise WorkbookError SX113 when a mark says that somebody has the workbook open.

    Excel holds the only good copy then: what it saves next would undo ours. A mark left by a crash is
    named, with its age in hours, and never deleted by us.
    """
    real = Path(os.path.realpath(path))  # the mark stands beside the file, not beside a link to it
    for mark, user_of in (
        (real.with_name(f"~${real.name}"), _excel_user),
        (real.with_name(f".~lock.{real.name}#"), _calc_user),
    ):
        if mark.exists():
            try:
                user, age = user_of(mark), (time.time() - mark.stat().st_mtime) / 3600
            except FileNotFoundError:
                continue  # closed while we looked
            except PermissionError:
                user, age = "", 0.0  # Excel keeps its mark to itself on some shares
            raise WorkbookError("SX113", Location(str(path)), user=user or None, mark=mark.name, hours=age)
