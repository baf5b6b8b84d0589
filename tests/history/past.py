"""Nights and records to put into a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any

from strategy_xl.history.book_record import BookRecord, EntityTable
from strategy_xl.history.database import Database
from strategy_xl.history.writing import BookNight, Outcome, RunEntry, begin_run, share_id, write_nights


@dataclass
class Nights:
    """Writes nights into a history."""

    database: Database
    place: str = "."
    gone: set[str] = field(default_factory=set)
    runs: int = 0

    def write(
        self, day: str, books: Mapping[str, BookRecord | Outcome] | BookRecord | Outcome, **words: Any
    ) -> list[str]:
        """Write one run, of one workbook ``plan.xlsx`` or of several; what ``write_nights`` gives."""
        self.runs += 1
        run = RunEntry(f"run {self.runs}", date.fromisoformat(day), f"{day}T02:00:{self.runs:02}", "0.1")
        found = books if isinstance(books, Mapping) else {"plan.xlsx": books}
        nights = [
            BookNight(path, Outcome.TREATED, 3, 0.5, None, one, **words)
            if isinstance(one, BookRecord)
            else BookNight(path, one, **words)
            for path, one in found.items()
        ]
        with self.database.writing() as connection:
            share, _ = share_id(connection, self.place)
            begin_run(connection, share, run)
            return write_nights(connection, share, run, nights, self.gone.__contains__)


def table(
    rows: Mapping[str, str | None],
    *,
    kind: str = "client",
    marks: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, Any]] | None = None,
    reasons: Mapping[str, Sequence[str]] | None = None,
    has_digests: bool = False,
) -> EntityTable:
    """A table of entities: name → verdict, and by name their marks, values and reasons."""
    names = list(rows)
    keys = list(dict.fromkeys(key for one in (values or {}).values() for key in one))
    return EntityTable(
        kind=kind,
        block=f"{kind}s",
        sheet=kind.title(),
        rows=list(range(7, 7 + len(names))),
        cells=[f"B{row}" for row in range(7, 7 + len(names))],
        identities=[(marks or {}).get(name, f"n:{name.casefold()}") for name in names],
        names=names,
        verdicts=list(rows.values()),
        columns={key: [(values or {}).get(name, {}).get(key) for name in names] for key in keys},
        latest={},
        reasons=[list((reasons or {}).get(name, ())) for name in names],
        missing=[[] for _ in names],
        rule="rule.judge",
        version="1",
        digests=[_digest(at, name, verdict) for at, (name, verdict) in enumerate(rows.items())]
        if has_digests
        else [],
    ).digested()


def _digest(*values: object) -> int:
    """A number of 64 bits that is another one for other values."""
    return int.from_bytes(blake2b(repr(values).encode(), digest_size=8).digest(), "big", signed=True)


def record(*tables: EntityTable, **words: Any) -> BookRecord:
    """A record of these tables."""
    given = {"counts": {"clients": 1.0}, "completeness": {"client_matrix": 0.5}} | words
    return BookRecord("2027-03-01", "fr", 4, tables=list(tables), **given)
