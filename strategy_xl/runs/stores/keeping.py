"""Where a run keeps what is its own: beside the workbooks, or on this machine when they lie in a store."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.runs.stores.remote_path import RemotePath


def _state() -> Path:
    """The folder in which programs of this user keep what lasts from run to run."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")


def keeping(home: Path | RemotePath) -> Path:
    """The folder of the journal and all that goes with it; it need not be there yet.

    A database needs the locks of a file system, which stores do not have: what is kept of workbooks in a
    store lies in a folder of the user's own, named after the address.

    Arguments:
        home: the folder of the workbooks.
    """
    if not isinstance(home, RemotePath):
        return home / HIDDEN
    address = str(home)
    name = re.sub(r"[^\w.-]+", "-", address)[-60:].strip("-")
    mark = hashlib.blake2b(address.encode(), digest_size=4).hexdigest()
    place = _state() / "strategy_xl"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / f"{name}-{mark}"
