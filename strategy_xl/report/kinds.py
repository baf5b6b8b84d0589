"""The entities of one kind as a report shows them: from columns of the history to columns of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from strategy_xl.history import snapshots
from strategy_xl.history.book_record import Plain
from strategy_xl.history.queries import Scope
from strategy_xl.history.snapshots import Before, Snapshot
from strategy_xl.report.data import LETTERS, NEW, Accounts, Clients, Kpis, Objectives, Places

if TYPE_CHECKING:
    from strategy_xl.history.queries import Connection

NIGHTS = 12
"""Nights of which a trend shows the values."""
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Kind:
    """The entities of a kind, and how those were that have changed since the day compared with."""

    now: Snapshot
    before: Mapping[tuple[int, int], Before]
    compared: date | None

    def values(self, key: str) -> list[Plain]:
        """What is kept of each under a key."""
        return [values.get(key) for values in self.now.values]

    def numbers(self, key: str, scale: float = 1.0) -> list[float | None]:
        """The same as numbers."""
        return [_number(values.get(key), scale) for values in self.now.values]

    def latest(self, key: str) -> list[float | None]:
        """What changes with the day alone."""
        return [_number(values.get(key), 1.0) for values in self.now.latest]

    def texts(self, key: str) -> list[str]:
        """What is kept of each under a key, as text."""
        return ["" if value is None else str(value) for value in self.values(key)]

    def verdicts(self) -> list[str]:
        """How each stands."""
        return [verdict or "" for verdict in self.now.verdicts]

    def previous(self) -> list[str]:
        """How each stood; ``NEW`` for those that were not there."""
        found = []
        for key, verdict, state_day, first_day in self._since():
            if self.compared is None:
                found.append("")
            elif state_day <= self.compared:
                found.append(verdict or "")
            elif first_day > self.compared or key not in self.before:
                found.append(NEW)
            else:
                found.append(self.before[key].verdict or "")
        return found

    def numbers_before(self, name: str, scale: float = 1.0) -> list[float | None]:
        """What was kept of each under a key."""
        return [
            _number((self.before[key].values if key in self.before else held).get(name), scale)
            for (key, *_), held in zip(self._since(), self.now.values, strict=True)
        ]

    def _since(self) -> Any:
        now = self.now
        keys = zip(now.books, now.numbers, strict=True)
        return zip(keys, now.verdicts, now.state_days, now.first_days, strict=True)


@dataclass(frozen=True, slots=True)
class Reader:
    """What is asked of the history, kind by kind."""

    connection: Connection
    scope: Scope
    day: date | None
    compared: date | None
    trend_since: date

    def kind(self, kind: str) -> Kind:
        """The entities of a kind, now and before."""
        before = (
            {}
            if self.compared is None
            else snapshots.changed_since(self.connection, kind, self.compared, self.scope)
        )
        return Kind(snapshots.snapshot(self.connection, kind, self.scope, self.day), before, self.compared)

    def trends(self, kind: str, key: str) -> Mapping[tuple[int, int], Sequence[float]]:
        """The last values of a number."""
        return snapshots.trends(self.connection, kind, key, self.trend_since, self.scope)


def _number(value: Plain, scale: float) -> float | None:
    return float(value) * scale if isinstance(value, int | float) else None


def spots_of(cells: Sequence[tuple[str, str]]) -> tuple[list[int], list[int], list[tuple[str, str]]]:
    """Sheets with cells as places in a list of sheets with columns, and rows."""
    known: dict[tuple[str, str], int] = {}
    spots, rows = [], []
    for sheet, cell in cells:
        letters = cell.rstrip(_DIGITS)
        spots.append(known.setdefault((sheet, letters), len(known)))
        rows.append(int(cell[len(letters) :] or 0))
    return spots, rows, list(known)


def places_of(now: Snapshot, index: Mapping[int, int], sheets: Mapping[int, str]) -> Places:
    """Where the entities stand.

    Arguments:
        now: the entities.
        index: number of a workbook in the history → its place in the data.
        sheets: number of a workbook → title of the sheet that the entities are on.
    """
    cells = [(sheets.get(book, ""), cell) for book, cell in zip(now.books, now.cells, strict=True)]
    return Places([index[book] for book in now.books], *spots_of(cells))


def clients_of(found: Kind, places: Places, reasons: Mapping[tuple[int, int], str]) -> Clients:
    """The clients, with their classes and scores; ``reasons`` say why some classes changed."""
    return Clients(
        places,
        found.now.names,
        found.verdicts(),
        found.previous(),
        found.numbers("x"),
        found.numbers("y"),
        found.numbers("revenue"),
        [reasons.get(key, "") for key in zip(found.now.books, found.now.numbers, strict=True)],
    )


def kpis_of(found: Kind, places: Places, trends: Mapping[tuple[int, int], Sequence[float]]) -> Kpis:
    """The KPIs; ``trends`` are the values of each, by numbers of workbook and entity."""
    keys = zip(found.now.books, found.now.numbers, strict=True)
    return Kpis(
        places,
        found.now.names,
        found.verdicts(),
        found.previous(),
        found.numbers("progress"),
        found.latest("elapsed"),
        found.latest("pace"),
        found.numbers("current"),
        found.numbers("target"),
        found.latest("forecast"),
        found.texts("unit"),
        [trends.get(key, ())[-NIGHTS:] for key in keys],
    )


def objectives_of(found: Kind, places: Places, stalled: Mapping[tuple[int, int], date]) -> Objectives:
    """The objectives; ``stalled`` are the days since which some stand still."""
    return Objectives(
        places,
        found.now.names,
        found.verdicts(),
        found.previous(),
        found.numbers("score"),
        {letter: [_mark(value) for value in found.values(letter)] for letter in LETTERS},
        [stalled.get(key) for key in zip(found.now.books, found.now.numbers, strict=True)],
    )


def _mark(value: Plain) -> str:
    """A letter's mark as it stands in the workbook; ``?`` when it cannot be said."""
    return str(round(value)) if isinstance(value, int | float) else str(value or "?")


def accounts_of(found: Kind, places: Places) -> Accounts:
    """The accounts; their coverage is kept as a number out of a hundred."""
    return Accounts(
        places,
        found.now.names,
        found.numbers("coverage", 0.01),
        found.numbers_before("coverage", 0.01),
        found.verdicts(),
        found.previous(),
        found.numbers("contacts_count"),
    )
