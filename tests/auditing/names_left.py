"""Where a name is left below a folder, by a search that knows nothing of the program."""

from __future__ import annotations

import base64
import re
import sqlite3
import zipfile
import zlib
from contextlib import closing
from pathlib import Path

_FORM = re.compile("anne[ ._-]besnard|besnard,? anne|anne\\\\u0020besnard", re.IGNORECASE)


def _unpacked(file: Path) -> list[bytes]:
    """What is packed in the cells of a database."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with closing(sqlite3.connect(file)) as connection:
        return [
            zlib.decompress(cell)
            for (table,) in connection.execute(names).fetchall()
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of our own tables
            for cell in row
            if isinstance(cell, bytes) and cell.startswith(b"x")
        ]


def held_in(folder: Path) -> list[str]:
    """Files and parts that hold the name of Anne Besnard or her address."""
    found = []
    for path in sorted(folder.rglob("*")):
        if _FORM.search(path.name):
            found.append(str(path.relative_to(folder)))
        if not path.is_file():
            continue
        layers = {"": path.read_bytes()}
        if layers[""].startswith(b"PK"):
            with zipfile.ZipFile(path) as archive:
                layers |= {name: archive.read(name) for name in archive.namelist()}
        for at, block in enumerate(re.findall(rb"<script>([A-Za-z0-9+/=]+)<", layers[""])):
            layers[f"block {at}"] = zlib.decompress(base64.b64decode(block))
        if path.suffix == ".sqlite":
            layers |= {f"blob {at}": data for at, data in enumerate(_unpacked(path))}
        for name, data in layers.items():
            if any(_FORM.search(data.decode(code, "ignore")) for code in ("utf-8", "utf-16-le")):
                found.append(f"{path.relative_to(folder)}!{name}")
    return found
