"""Checks of the file system that the workbooks lie on: exchange of names, locks, space, clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from strategy_xl.history.probing import locks_hold, mount_kind
from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.night.folder import Night, probe_file
from strategy_xl.ooxml.swap import exchange

_SLACK_SECONDS, _WRONG_SECONDS = 10.0, 120.0
"""Difference of two clocks that is told, and from which a run of another machine is taken for dead."""
_RESERVE = 100_000_000
_DAY = 24 * 3600


def swap(night: Night) -> Iterator[Result]:
    """Whether two files can trade names in one step, which leaves no moment without a workbook."""
    args = {"path": str(night.folder), "kind": mount_kind(night.folder.resolve()) or "?"}
    with probe_file(night.folders[0]) as one, probe_file(night.folders[0]) as other:
        try:
            exchange(one, other)
        except OSError:
            yield Result("night_swap", State.ATTENTION, "NOT_IN_ONE_STEP", args)
        else:
            yield Result("night_swap", State.OK, "OK", args)


def locks(night: Night) -> Iterator[Result]:
    """Whether two runs see each other's locks."""
    with probe_file(night.folder) as path:
        holds = locks_hold(path)
        for suffix in ("-journal", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
    args = {"path": str(night.folder)}
    yield Result("night_locks", *((State.OK, "OK") if holds else (State.PROBLEM, "NONE")), args)


def space(night: Night) -> Iterator[Result]:
    """Whether the disk holds what is written beside the workbooks, and one earlier version of each."""
    largest = sorted(night.sizes)[-night.jobs :]
    least = 2 * sum(largest) + _RESERVE
    wanted = sum(night.sizes) + least
    free = night.free(night.folder)
    args = {"free": free / 1e6, "least": least / 1e6, "wanted": wanted / 1e6}
    if free < least:
        yield Result("night_space", State.PROBLEM, "FULL", args)
    elif free < wanted:
        yield Result("night_space", State.ATTENTION, "SHORT", args)
    else:
        yield Result("night_space", State.OK, "OK", args)


def clock(night: Night) -> Iterator[Result]:
    """Whether this computer's clock is that of the file server, and not before the workbooks."""
    with probe_file(night.folder) as path:
        path.write_bytes(b".")
        skew = path.stat().st_mtime - night.now()
    newest = max((book.stat().st_mtime for book in night.found.books if book.exists()), default=0.0)
    local = datetime.fromtimestamp(night.now()).astimezone()
    zone = f"UTC{local:%z}"
    args = {
        "time": f"{local:%Y-%m-%d %H:%M}",
        "zone": f"{'/'.join(sorted(set(time.tzname)))}, {zone[:-2]}:{zone[-2:]}",
        "seconds": abs(round(skew)),
    }
    if newest - night.now() > _DAY:
        yield Result("night_clock", State.PROBLEM, "BEHIND", args)
    elif abs(skew) > _WRONG_SECONDS:
        yield Result("night_clock", State.PROBLEM, "APART", args)
    elif abs(skew) > _SLACK_SECONDS:
        yield Result("night_clock", State.ATTENTION, "DRIFTS", args)
    else:
        yield Result("night_clock", State.OK, "OK", args)
