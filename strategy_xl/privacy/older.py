"""Versions that a store keeps by itself of what was replaced or deleted: a name that is gone stands there.

They are found and told, never deleted by us: whoever switched them on wants to keep what is lost otherwise.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from strategy_xl.errors import Finding, Location, Severity, StrategyXlError
from strategy_xl.privacy.files import LARGEST, holds_here
from strategy_xl.privacy.places import Places
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Older
from strategy_xl.text.sought import Sought

KEPT, UNKNOWN, TOO_MANY = "SX820", "SX821", "SX822"
MOST = 10_000
"""Different contents of older versions that are looked into."""
_SHOWN = 5


def holding_versions(
    folder: RemotePath, places: Places, sought: Sought, leaving: Collection[str] = ()
) -> Iterator[Older | None]:
    """The versions that hold a name and that nobody sees any more; None for one that nobody can look into.

    Arguments:
        folder: where.
        places: what there is; it remembers what was looked into.
        sought: the name.
        leaving: addresses of what is about to be replaced or deleted: the version that is seen now stays too.

    Errors: those of ``Store.older``.
    """
    store = store_of(folder)
    left = MOST
    for older in store.older(folder):
        if older.is_shown and not (older.stays and str(older.path) in leaving):
            continue
        if older.tag not in places.looked:
            if not left or older.size > LARGEST:
                yield None
                continue
            left -= 1
            places.looked[older.tag] = _holds(older.path.name, store.read_older(older), sought)
        found = places.looked[older.tag]
        if found is None:
            yield None
        elif found or sought.is_in("/".join(older.path.names[-2:])):
            yield older


def older_versions(
    folder: RemotePath, places: Places, sought: Sought, leaving: Collection[str]
) -> list[Finding]:
    """What is to be told of such versions: how many hold the name, and of what.

    Arguments:
        folder, places, sought, leaving: as ``holding_versions`` takes them.
    """
    where = Location(str(folder))
    counts: Counter[str] = Counter()
    unseen = 0
    try:
        for older in holding_versions(folder, places, sought, leaving):
            if older is None:
                unseen += 1
            else:
                counts[older.path.relative_to(folder).as_posix()] += 1
    except StrategyXlError as error:
        detail = str(error.finding.args.get("detail", error.finding.code))
        return [Finding(UNKNOWN, where, {"detail": detail}, Severity.WARNING)]
    found = []
    if counts:
        shown = ", ".join(list(counts)[:_SHOWN]) + (", …" if len(counts) > _SHOWN else "")
        place = {"bucket": RemotePath(folder.root).name, "prefix": folder.below}
        args = {"n": counts.total(), "objects": shown, **place}
        found.append(Finding(KEPT, where, args, Severity.WARNING))
    if unseen:
        found.append(Finding(TOO_MANY, where, {"n": unseen}, Severity.WARNING))
    return found


def _holds(name: str, content: bytes, sought: Sought) -> bool | None:
    """Whether bytes hold the name; None for a workbook that cannot be opened (a password, damage)."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(content)
        try:
            return holds_here(file, sought)
        except StrategyXlError:
            return None
