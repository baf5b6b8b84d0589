"""Where a run keeps what is its own: beside the workbooks, or on this machine when they lie in a store."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.runs.stores.remote_path import RemotePath, path_of

ADDRESS = "address"
"""Name of the file that tells of which address a folder is: its own name does not."""


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
    return own_folder() / f"{name}-{mark}"


def own_folder() -> Path:
    """The folder of this program among them, for this user alone; the folders of all addresses lie in it."""
    place = _state() / "strategy_xl"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def note_address(home: Path | RemotePath) -> None:
    """Let the folder that was made for an address tell of which one it is. Errors: OSError."""
    if isinstance(home, RemotePath):
        note = keeping(home) / ADDRESS
        if note.parent.is_dir() and not note.exists():
            note.write_text(str(home), encoding="utf-8")


def kept_around(folder: RemotePath, known: Iterable[RemotePath] = ()) -> list[Path]:
    """The folders in which runs on an address, above it or below it, keep what is theirs on this machine.

    Arguments:
        folder: the address.
        known: folders below it. Beside these, folders tell by themselves that they are about one.
    """
    folders = (*kept_below(folder), *map(keeping, (*folder.parents, *known)))
    return [place for place in dict.fromkeys(folders) if place.is_dir()]


def kept_below(folder: RemotePath) -> list[Path]:
    """The folders that are about an address, or tell that they are about one below it."""
    found = [keeping(folder)] if keeping(folder).is_dir() else []
    for note in sorted(own_folder().glob(f"*/{ADDRESS}")):
        told = path_of(note.read_text(encoding="utf-8"))
        if isinstance(told, RemotePath) and told.is_relative_to(folder):
            found.append(note.parent)
    return found
