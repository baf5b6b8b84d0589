"""The server's token, and the manifest that takes it to Excel: two files that only their owner reads.

The token lasts from start to start, or every add-in would have to be loaded anew. Nobody types it: it stands
in the addresses of the manifest. Whoever deletes its file gets a new one, and the manifests that were handed
out are worth nothing any more.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from strategy_xl.errors import Location, UsageError
from strategy_xl.runs.stores.keeping import own_folder
from strategy_xl.text.catalog import message

TOKEN_FILE, MANIFEST_FILE = "token", "strategy_xl.xml"
_TOKEN = re.compile(r"[\w.~-]{32,200}", re.ASCII)
"""Long enough that nobody guesses it, and fit for an address and a header as it is."""


def usual_folder() -> Path:
    """Where this user's server keeps its token and its manifest."""
    return own_folder() / "serve"


def _write(path: Path, text: str, how: int) -> None:
    """Write a file that nobody else reads, from its first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)  # one that was there already
        stream.write(text)


def kept_token(folder: Path, lang: str) -> str:
    """The token of a folder, made when there is none; what is wrong with it is told in ``lang``.

    Raises UsageError SX648 when its file cannot be used, or holds what is too short to keep anybody out.
    """
    path = folder / TOKEN_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write(path, secrets.token_urlsafe(32) + "\n", os.O_EXCL)
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError("SX648", Location(str(path)), reason=reason) from error
    if not _TOKEN.fullmatch(token):
        raise UsageError("SX648", Location(str(path)), reason=message("web.token.short", lang))
    return token


def write_manifest(folder: Path, text: str) -> Path:
    """Put the manifest beside the token; its path. Raises UsageError SX648 when that cannot be."""
    path = folder / MANIFEST_FILE
    try:
        _write(path, text, os.O_TRUNC)
    except OSError as error:
        raise UsageError("SX648", Location(str(path)), reason=error.strerror or str(error)) from error
    return path
