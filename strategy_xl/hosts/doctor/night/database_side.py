"""Checks of what a night remembers, the journal and the history, and of the optional packages."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from strategy_xl.errors import StrategyXlError
from strategy_xl.history.probing import probe
from strategy_xl.hosts.doctor.checks import Result, State
from strategy_xl.hosts.doctor.night.folder import Night
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.runs.at_work import FILE as JOURNAL_FILE
from strategy_xl.runs.at_work import look_into
from strategy_xl.runs.histories import find_target

_EXTRAS = {
    "postgresql": ("psycopg",),
    "dask": ("distributed",),
    "stores": ("fsspec", "upath", "s3fs", "sshfs"),
}
"""Extra of this package → the modules that it brings."""
_OF_HISTORY = {"SX960": "UNREACHED", "SX961": "NEWER", "SX962": "DRIVER", "SX963": "ADDRESS"}


def journal(night: Night) -> Iterator[Result]:
    """The journal that is there, whether it is whole, and whether a run is at work."""
    file = night.folder / HIDDEN / JOURNAL_FILE
    args: dict[str, object] = {"path": str(file)}
    if not file.exists():
        yield Result("night_journal", State.OK, "NEW", args)
        return
    seen = look_into(file)
    if seen.wrong:
        yield Result("night_journal", State.PROBLEM, "WRONG", args | {"reason": seen.wrong})
    elif seen.busy is not None:
        yield Result("night_journal", State.ATTENTION, "BUSY", args | dict(seen.busy.args))
    elif seen.last_state not in {"", "ended"}:
        yield Result("night_journal", State.ATTENTION, "NOT_ENDED", args | {"since": seen.last_started})
    else:
        args |= {"n": seen.runs, "since": seen.last_started or None}
        yield Result("night_journal", State.OK, "OK", args)


def database(night: Night) -> Iterator[Result]:
    """Whether the history can be reached and written, by this version of the program."""
    target = find_target(night.history or None, night.folder)
    assert target is not None  # there is none only where none is to begin
    try:
        found = probe(target.where)
    except StrategyXlError as error:
        code = _OF_HISTORY.get(error.finding.code)
        if code is None:
            raise
        args = {"place": str(error.finding.location), **error.finding.args}
        yield Result("night_database", State.PROBLEM, code, args)
        return
    args = {"place": found.place, "version": found.version}
    yield Result("night_database", State.OK, "OK" if found.version is not None else "NEW", args)


def drivers(_night: Night) -> Iterator[Result]:
    """Which of the optional packages are installed; what is missing is only needed where it is used."""
    there = [extra for extra, names in _EXTRAS.items() if all(map(find_spec, names))]
    missing = [extra for extra in _EXTRAS if extra not in there]
    args = {"there": ", ".join(there) or "—", "missing": ",".join(missing)}
    yield Result("night_drivers", State.OK, "SOME" if missing else "ALL", args)
