"""What moved since a day: who changed class, how KPIs go, what stands still. Computed, not yet told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from strategy_xl.history.queries import (
    EVERYTHING,
    Entity,
    Scope,
    State,
    codes,
    entities_of,
    states_of,
)

Key = tuple[int, int]
"""Numbers of a workbook and of one of its entities."""


class Move(NamedTuple):
    """An entity whose verdict is another one than it was.

    Arguments:
        entity: which.
        before: its state then; None when it was not there.
        after: its state now; None when it is there no more.
        day: since when it is as it is now.
    """

    entity: Entity
    before: State | None
    after: State | None
    day: date


class Trend(NamedTuple):
    """How a value of an entity went: the days on which it changed, the first one held when the time began."""

    entity: Entity
    last: State
    points: Sequence[tuple[date, float]]


class Stall(NamedTuple):
    """An objective whose KPI has not moved: since when, and how far it is."""

    objective: Entity
    indicator: Entity
    since: date
    progress: float


def moves(connection: sa.Connection, kind: str, since: date, scope: Scope = EVERYTHING) -> list[Move]:
    """The entities of a kind whose verdict is not what it was at the end of a day.

    What was there when the history of a workbook began later than that is compared with its beginning.

    Arguments:
        since: the day.
        scope: which workbooks.
    """
    entities = entities_of(connection, kind, scope)
    first = _first_days(entities.values())
    found = []
    for key, states in states_of(connection, kind, scope, since=since).items():
        entity = entities[key]
        before = _at(states, max(since, first[entity.book]))
        after = states[-1] if states[-1].is_there else None
        if (before is None, before and before.verdict) != (after is None, after and after.verdict):
            day = _since(states, lambda held: (held.is_there, held.verdict))
            found.append(Move(entity, before, after, day))
    return sorted(found, key=lambda move: (move.entity.book, move.entity.position))


def newly(
    connection: sa.Connection, kind: str, code: str, since: date, scope: Scope = EVERYTHING
) -> list[Move]:
    """The entities of a kind that have a reason which they did not have at the end of a day.

    Arguments:
        code: the reason, ``rule.CODE``.
        since: the day; as in ``moves``.
    """
    entities = entities_of(connection, kind, scope)
    first = _first_days(entities.values())
    found = []
    for key, states in states_of(connection, kind, scope, since=since).items():
        last, before = states[-1], _at(states, max(since, first[key[0]]))
        if last.is_there and code in codes(last.reasons):
            if before is not None and code in codes(before.reasons):
                continue
            found.append(
                Move(entities[key], before, last, _since(states, lambda held: code in codes(held.reasons)))
            )
    return sorted(found, key=lambda move: (move.entity.book, move.entity.position))


def trends(
    connection: sa.Connection, kind: str, value: str, since: date, scope: Scope = EVERYTHING
) -> list[Trend]:
    """How a value of the entities of a kind went since a day; only those that are there.

    Arguments:
        value: key of the value, a number; days on which it was not known are left out.
        since: the day; the point on it is what held then.
    """
    entities = entities_of(connection, kind, scope)
    found = []
    for key, states in states_of(connection, kind, scope, since=since).items():
        if not states[-1].is_there:
            continue
        points: list[tuple[date, float]] = []
        for state in states:
            number = _number(state.values.get(value))
            if number is not None and (not points or points[-1][1] != number):
                points.append((max(state.day, since), number))
        found.append(Trend(entities[key], states[-1], points))
    return sorted(found, key=lambda trend: (trend.entity.book, trend.entity.position))


def stalls(connection: sa.Connection, today: date, days: int, scope: Scope = EVERYTHING) -> list[Stall]:
    """The objectives in force whose KPI shows the same progress for so many days, and is not achieved.

    An objective names its KPI, or the KPI its objective; one without a measured KPI is not judged.

    Arguments:
        today: the day that counts as now.
        days: how many.
    """
    objectives = entities_of(connection, "objective", scope)
    now = {key: states[-1] for key, states in states_of(connection, "objective", scope).items()}
    found = []
    measured = _measured(connection, scope)
    for key, objective in objectives.items():
        state = now[key]
        if not state.is_there or state.values.get("active") is False:
            continue
        wanted = (
            (objective.book, "kpi", _plain(state.values.get("kpi"))),
            (objective.book, "objective", _plain(objective.name)),
        )
        own = {held.indicator.number: held for name in wanted for held in measured.get(name, ())}
        for _, (indicator, last, begun) in sorted(own.items()):
            if last.verdict == "achieved":
                continue
            progress = _number(last.values.get("progress"))
            if progress is not None and today - begun >= timedelta(days=days):
                found.append(Stall(objective, indicator, begun, progress))
    return sorted(found, key=lambda stall: (stall.objective.book, stall.objective.position))


class _Measured(NamedTuple):
    """A KPI that is there, and since when its progress is what it is."""

    indicator: Entity
    last: State
    begun: date


def _measured(connection: sa.Connection, scope: Scope) -> Mapping[tuple[int, str, str], list[_Measured]]:
    """The KPIs that are there, by what objectives may call them."""
    entities = entities_of(connection, "kpi", scope)
    found: dict[tuple[int, str, str], list[_Measured]] = {}
    for key, states in states_of(connection, "kpi", scope).items():
        last = states[-1]
        if not last.is_there:
            continue
        names = {(key[0], "kpi", _plain(entities[key].name))}
        names.add((key[0], "objective", _plain(last.values.get("objective"))))
        begun = _since(states, lambda held: held.values.get("progress"))
        for name in names:
            if name[2]:
                found.setdefault(name, []).append(_Measured(entities[key], last, begun))
    return found


def _plain(name: object) -> str:
    return " ".join(name.casefold().split()) if isinstance(name, str) else ""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _first_days(entities: Iterable[Entity]) -> Mapping[int, date]:
    """The day on which each workbook's entities were first seen."""
    found: dict[int, date] = {}
    for entity in entities:
        found[entity.book] = min(found.get(entity.book, entity.first_day), entity.first_day)
    return found


def _at(states: Sequence[State], day: date) -> State | None:
    """The state that held at the end of a day, if it was there then."""
    held = [state for state in states if state.day <= day]
    return held[-1] if held and held[-1].is_there else None


def _since(states: Sequence[State], what: Callable[[State], object]) -> date:
    """The day from which on something of an entity is as it is now."""
    day = states[-1].day
    for state in reversed(states):
        if what(state) != what(states[-1]):
            break
        day = state.day
    return day
