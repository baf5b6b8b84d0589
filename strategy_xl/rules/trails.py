"""What an entity was before: a workbook's own memory of verdicts, without a database.

Each row keeps its last twelve changes in one cell, its *trail*: ``<id>: 2026-10-01 happy; 2026-11-15 ideal``,
where needed with a number behind the verdict. The id is the row's own: in a copied row the trail is another's
and begins anew. A night adds an entry when something changed. Two nights of one day leave one entry, the
later one, and none when all is again as it was the day before. A night of an earlier day than the last entry,
which replays a past state, adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from strategy_xl.model import Move
from strategy_xl.rules.entities import ENTITY
from strategy_xl.rules.frame import (
    Column,
    Floats,
    Frame,
    Objects,
    as_array,
    cells,
    day_array,
    is_missing,
    make_frame,
    numbers,
)
from strategy_xl.rules.result import Codes, RuleResult

__all__ = ["MOST", "TRAIL", "VERSION", "Entry", "follow", "move_between", "prolonged", "read_trail"]

VERSION = "trails 1"
TRAIL = "trail"
"""Key of the column that holds the trails."""
MOST = 12
"""Entries that a trail keeps; the oldest goes first."""

_ENTRY = re.compile(r"(\d{4}-\d\d-\d\d) ([a-z0-9_]+)(?: (-?[0-9.]+(?:e[+-]?\d+)?))?")
_ID_END, _ENTRY_END = ": ", "; "


class Entry(NamedTuple):
    """One change: the day on which it was seen, what the verdict was from then on, and a number with it."""

    day: date
    verdict: str
    value: float | None = None


Trail = tuple[Entry, ...]
"""The entries of a row, oldest first."""


def follow(
    rows: Frame, now: Column, ranks: Mapping[str, int], stamp: date, value: Column | None = None
) -> RuleResult:
    """What the verdict of each row was before the last change, and since when it is what it is.

    Arguments:
        rows: one row an entity; columns ``entity_id`` and ``trail`` (what earlier nights left).
        now: the verdicts of this night, keys of a list, by the rows' index; missing ones change nothing.
        ranks: how good each verdict is, more is better; one that is not in it is neither better nor worse.
        stamp: the day that is noted with a change.
        value: a number that is kept with each verdict, by the rows' index; a new number is a change too.

    Result frame: trail; before: the verdict before the last change, since: day of that change, move: up, down
    or other; all three missing where no change has been seen. No reasons, nothing missing.
    """
    values = None if value is None else numbers(make_frame({TRAIL: value}, rows.index), TRAIL)
    trails = prolonged(rows, now, values, stamp)
    turns = [_last_turn(trail) for trail in trails]
    moves = [None if turn is None else move_between(turn[0], turn[1], ranks) for turn in turns]
    frame = make_frame(
        {
            TRAIL: written(rows, trails),
            "before": as_array([None if turn is None else turn[0] for turn in turns]),
            "since": day_array([None if turn is None else turn[2] for turn in turns]),
            "move": as_array(moves),
        },
        rows.index,
    )
    nothing = Codes.from_masks({}, len(rows))
    return RuleResult(frame, nothing, nothing, VERSION)


def prolonged(rows: Frame, now: Column, values: Floats | None, stamp: date) -> list[Trail]:
    """The trails of all rows with what this night has to add.

    Arguments:
        rows: columns ``entity_id`` and ``trail``.
        now: the verdicts, by the rows' index.
        values: a number with each, shape (rows,), NaN where there is none; None: without numbers.
        stamp: the day of a new entry.
    """
    known: Sequence[float | None] = [None] * len(rows)
    if values is not None:
        # As it is going to be read again.
        known = [float(f"{value:.10g}") if isfinite(value) else None for value in values.tolist()]
    held = zip(cells(rows, TRAIL).tolist(), cells(rows, ENTITY).tolist(), strict=True)
    return [
        _with(read_trail(text, entity), None if is_missing(verdict) else Entry(stamp, str(verdict), number))
        for (text, entity), verdict, number in zip(held, now.tolist(), known, strict=True)
    ]


def read_trail(text: object, entity: object) -> Trail:
    """The entries of a trail, oldest first; none of one that is another entity's or no trail.

    Arguments: text: what stands in the cell; entity: the row's id.
    """
    if not isinstance(text, str) or not text.startswith(f"{entity}{_ID_END}"):
        return ()
    return _entries(text.partition(_ID_END)[2])


@lru_cache(maxsize=4096)
def _entries(text: str) -> Trail:
    """The entries of a trail behind its id; most rows of a table have one of a few."""
    found: list[Entry] = []
    for part in text.split(_ENTRY_END):
        match = _ENTRY.fullmatch(part)
        if match is None:
            return ()
        try:
            day = date.fromisoformat(match[1])
        except ValueError:  # digits, but no day
            return ()
        found.append(Entry(day, match[2], None if match[3] is None else float(match[3])))
    return tuple(found)


def written(rows: Frame, trails: Sequence[Trail]) -> Objects:
    """The trails as their cells hold them; None for one without entry, or of a row without id."""
    found = [
        f"{entity}{_ID_END}{_body(trail)}" if trail and entity is not None else None
        for entity, trail in zip(cells(rows, ENTITY).tolist(), trails, strict=True)
    ]
    texts: Objects = as_array(found)
    return texts


@lru_cache(maxsize=4096)
def _body(trail: Trail) -> str:
    return _ENTRY_END.join(map(_entry, trail))


def _entry(entry: Entry) -> str:
    number = "" if entry.value is None else f" {entry.value:.10g}"
    return f"{entry.day.isoformat()} {entry.verdict}{number}"


def _with(trail: Trail, new: Entry | None) -> Trail:
    """A trail with this night's entry, where it is one."""
    if new is None or (trail and new.day < trail[-1].day):
        return trail
    if trail and trail[-1].day == new.day:
        trail = trail[:-1]
    if trail and trail[-1][1:] == new[1:]:
        return trail
    return (*trail, new)[-MOST:]


@lru_cache(maxsize=4096)
def _last_turn(trail: Trail) -> tuple[str, str, date] | None:
    """The verdict before the last change, the one after it, and its day."""
    for earlier, later in zip(reversed(trail[:-1]), reversed(trail[1:]), strict=True):
        if earlier.verdict != later.verdict:
            return earlier.verdict, later.verdict, later.day
    return None


def move_between(before: str, now: str, ranks: Mapping[str, int]) -> Move:
    """Whether a change was one for the better.

    Arguments: before, now: the verdicts; ranks: how good each is, as ``follow`` takes them.
    """
    if before not in ranks or now not in ranks or ranks[before] == ranks[now]:
        return Move.OTHER
    return Move.UP if ranks[now] > ranks[before] else Move.DOWN
