"""Generated pages: written where they are stale, or only named with ``--check``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path


def refresh(folder: Path, pages: Iterable[tuple[str, str]]) -> bool:
    """Write pages that say something else now, or with ``--check`` only name them; whether one is stale then.

    Arguments:
        folder: where they are.
        pages: the name of each file, and what it is to say.
    """
    check = "--check" in sys.argv[1:]
    stale = False
    for name, content in pages:
        target = folder / name
        if target.exists() and target.read_text(encoding="utf-8") == content:
            continue
        stale = True
        if not check:
            folder.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
        print(("stale: " if check else "written: ") + name)
    return check and stale
