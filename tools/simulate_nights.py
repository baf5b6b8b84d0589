"""Nights over many workbooks with edits whose outcome is known beforehand, and whether the history tells it.

usage: simulate_nights.py FOLDER [--books 200] [--nights 30] [--jobs 2] [--postgresql]

Clients improve and fall, a KPI drifts with the days or by a reading, people who decide leave, clients are
renamed and their rows copied, workbooks are copied and renamed. What the history must say of it is worked out
here from the day of each edit, not by the rules. Each night is told to all databases, and each must say the
same. A run that was stopped goes on where it was; not so with a server of its own, which is gone then.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from strategy_xl.answers.basis import ENTITY_ID
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.history import queries
from strategy_xl.history.database import Database
from strategy_xl.history.writing import RunEntry
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.runs.histories import Target
from strategy_xl.runs.interrupts import Interrupts
from strategy_xl.runs.journal import Journal
from strategy_xl.runs.remembering import Memory
from strategy_xl.runs.runner import Frame, Task, run
from strategy_xl.schema.loader import load_default

FIRST = date(2026, 11, 1)
MODULES = ["client_matrix", "accounts", "stakeholders", "kpi", "readings"]
COPIED_BOOK, RENAMED_BOOK = 18, 20
"""Nights before which workbooks are copied, and renamed; all other edits are done by then."""
START, LENGTH = date(2026, 10, 1), 100
"""Of the KPI's period: its first day, and its days."""
RISING, FALLING = 60.0, 20.0
GOOD = {"revenue": 50_000.0, "margin_rate": 0.4, "hours": 60.0, "satisfaction": 8.0, "impact": 3.0}
CLIENTS = {
    "Ardoise": GOOD,
    "Bois Lannec": {**GOOD, "revenue": 5_000.0, "margin_rate": 0.2, "hours": 40.0},
    "Cidrerie": {**GOOD, "satisfaction": 3.0, "impact": 1.0},
    "Dubail": {"revenue": 5_000.0, "margin_rate": 0.2, "hours": 40.0, "satisfaction": 3.0, "impact": 1.0},
}
NEW_NAME, COPY = "Bois Lannec et Fils", "Ardoise (copie)"
KPI, ACCOUNT, DECIDER, OTHER = "Contrats", "Ardoise", "Anne Le Goff", "Paul Evano"


class Event(NamedTuple):
    """Something that the history must tell, or tells.

    Arguments:
        book: name of the file at the end.
        kind, name: of the entity, as it is called at the end.
        day: number of the night.
        old, new: verdicts; "-" where the entity is not there.
        cause: key of the cell that is named, with its new value; the kind of the cause where it is no cell.
    """

    book: str
    kind: str
    name: str
    day: int
    old: str
    new: str
    cause: str = ""


class Script(NamedTuple):
    """What happens to one workbook: before which night each edit is done, 0 for never."""

    number: int
    improves: int
    falls: int
    leaves: int
    renames: int
    copies: int
    reading: int
    value: float
    is_fixed: bool
    copied: bool
    renamed: bool

    @classmethod
    def of(cls, number: int) -> Script:
        """The script of the workbook of a number."""
        rising, falling = number % 6 == 0, number % 6 == 1
        return cls(
            number,
            improves=2 + number % 9 if number % 3 == 0 else 0,
            falls=4 + number % 11 if number % 3 == 1 else 0,
            leaves=3 + number % 13 if number % 4 == 0 else 0,
            renames=5 + number % 7 if number % 5 == 0 else 0,
            copies=6 + number % 5 if number % 10 == 1 else 0,
            reading=8 if rising else 5 if falling else 0,
            value=RISING if rising else FALLING,
            is_fixed=number % 5 != 0,
            copied=number % 25 == 0,
            renamed=number % 25 == 1,
        )

    @property
    def file(self) -> str:
        """Its name at first."""
        return f"plan-{self.number:03d}.xlsx"

    def status(self, night: int) -> str:
        """Status of its KPI after a night, by the share of the way against the share of the time."""
        value = self.value if self.reading and night >= self.reading else 40.0
        today = FIRST if self.is_fixed else _day(night)
        pace = round(value / 100 / ((today - START).days / LENGTH), 9)
        return "on_track" if pace >= 0.95 else "at_risk" if pace >= 0.75 else "late"

    def events(self, nights: int) -> Iterator[Event]:
        """What the history must tell of it."""
        last = self.file_at_end(nights)
        yield from self._of_people(last, nights)
        for night in range(2, nights + 1):
            yield from self._of_kpi(last, night)
        if self.copied and nights >= COPIED_BOOK:
            for night in range(COPIED_BOOK + 1, nights + 1):
                yield from self._of_kpi(_copy_of(self.file), night)

    def file_at_end(self, nights: int) -> str:
        """Its name in the end."""
        return f"renommé-{self.file}" if self.renamed and nights >= RENAMED_BOOK else self.file

    def _of_people(self, book: str, nights: int) -> Iterator[Event]:
        if 0 < self.improves <= nights:
            yield Event(book, "client", "Cidrerie", self.improves, "at_risk", "ideal", "satisfaction 9.0")
        if 0 < self.falls <= nights:
            yield Event(book, "client", "Ardoise", self.falls, "ideal", "happy", "hours 500.0")
        if 0 < self.leaves <= nights:
            yield Event(book, "account", ACCOUNT, self.leaves, "None", "no_decider", "left 2026-10-30")
        if 0 < self.renames <= nights and not has_ids():
            yield Event(book, "client", "Bois Lannec", self.renames, "happy", "-")
            yield Event(book, "client", NEW_NAME, self.renames, "-", "happy")
        if 0 < self.copies <= nights:
            kept = "happy" if 0 < self.falls < self.copies else "ideal"
            yield Event(book, "client", COPY, self.copies, "-", kept)

    def _of_kpi(self, book: str, night: int) -> Iterator[Event]:
        old, new = self.status(night - 1), self.status(night)
        if old != new:
            cause = f"value {self.value}" if night == self.reading else "day"
            yield Event(book, "kpi", KPI, night, old, new, cause)

    def trend(self, nights: int) -> list[tuple[int, float]]:
        """The values that its KPI shows: first night and value of each."""
        points = [(1, 40.0)]
        return [*points, (self.reading, self.value)] if 0 < self.reading <= nights else points


@cache
def has_ids() -> bool:
    """Whether the rows of clients carry ids, by which one with a new name is known again."""
    return any(item.key == ENTITY_ID for item in load_default().data_blocks()["clients"][1].fields)


def _day(night: int) -> date:
    return FIRST + timedelta(days=night - 1)


def _copy_of(file: str) -> str:
    return f"{Path(file).stem}-copie.xlsx"


# -- workbooks ---------------------------------------------------------------------------------------------


def make_books(folder: Path, count: int) -> None:
    """Put the workbooks into a folder: one is built, the others are copies of it."""
    person = {"account": ACCOUNT, "contact_level": "regular", "last_contact": date(2026, 10, 25)}
    no = dict.fromkeys(("decides", "direct", "indirect", "linked"), "no")
    rows: dict[str, Any] = {
        "clients": [{"name": name, **values} for name, values in CLIENTS.items()],
        "accounts": [{"name": ACCOUNT}],
        "contacts": [
            {**person, **no, "name": DECIDER, "decides": "yes", "signs": "yes"},
            {**person, **no, "name": OTHER, "signs": "yes"},
        ],
        "kpis": [
            {
                "name": KPI,
                "kpi_type": "increase",
                "nature": "level",
                "baseline": 0,
                "target": 100,
                "start": START,
                "end": START + timedelta(days=LENGTH),
                "frequency_days": 60,
            }
        ],
        "readings": [{"kpi": KPI, "date": date(2026, 10, 30), "value": 40}],
    }
    spec = only(load_default(), MODULES)
    built = {}
    for is_fixed in (False, True):
        rows["params"] = [{"reference_date": FIRST if is_fixed else None}]
        shown = {key: _in_words(key, own) for key, own in rows.items()}
        built[is_fixed] = render(spec, lang="fr", company="", today=FIRST, rows=shown)
    for script in map(Script.of, range(count)):
        (folder / script.file).write_bytes(built[script.is_fixed])


def _in_words(block: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the labels of choices, as people see them."""
    fields = {item.key: item for item in load_default().data_blocks()[block][1].fields}
    lists = {item.key: {choice.key: choice.fr for choice in item.choices} for item in load_default().lists}
    return [
        {
            key: lists[fields[key].choices or ""][value] if fields[key].choices else value
            for key, value in row.items()
        }
        for row in rows
    ]


def _edit(book: Path, cells: Iterable[tuple[str, str, str, Any]]) -> None:
    """Type into cells: block, name of the row ("" for the first blank one), field, value."""
    data = read_workbook(book, load_default())
    edits: dict[str, dict[str, Any]] = {}
    for block_key, name, key, value in cells:
        block = data.blocks[block_key]
        names = block.rows.values(block.block.identity_key)
        index = block.rows.index.tolist()
        row = index[names.index(name)] if name else max(index) + 1
        edits.setdefault(block.sheet_of(key), {})[block.a1(key, row)] = value
    set_cells(book, book, edits)


def edit_book(folder: Path, script: Script, night: int) -> None:
    """Do what people do to a workbook before a night; done twice it is as if done once."""
    book = folder / script.file
    cells: list[tuple[str, str, str, Any]] = []
    if night == script.improves:
        cells.append(("clients", "Cidrerie", "satisfaction", 9.0))
    if night == script.falls:
        cells.append(("clients", "Ardoise", "hours", 500.0))
    if night == script.leaves:
        cells.append(("contacts", DECIDER, "left", date(2026, 10, 30)))
    if night == script.reading:
        typed = {"kpi": KPI, "date": date(2026, 10, 31), "value": script.value}
        cells += [("readings", "", key, value) for key, value in typed.items()]
    if night == script.copies:
        cells += _copied_row(book)
    if night == script.renames:
        cells.append(("clients", "Bois Lannec", "name", NEW_NAME))
    if cells:
        _edit(book, cells)
    if script.copied and night == COPIED_BOOK:
        shutil.copyfile(book, folder / _copy_of(script.file))
    if script.renamed and night == RENAMED_BOOK:
        book.rename(folder / f"renommé-{script.file}")


def _copied_row(book: Path) -> list[tuple[str, str, str, Any]]:
    """A client's row as people copy it under the last one: all that is typed, and its hidden id."""
    block = read_workbook(book, load_default()).blocks["clients"]
    at = block.rows.values("name").index("Ardoise")
    keys = [*GOOD, *([ENTITY_ID] if ENTITY_ID in block.rows else ())]
    copied = {key: block.rows.values(key)[at] for key in keys}
    return [("clients", "", key, value) for key, value in {"name": COPY, **copied}.items()]


# -- nights ------------------------------------------------------------------------------------------------


class _All(Memory):
    """What a run tells several histories at once."""

    def __init__(self, memories: Sequence[Memory]) -> None:
        self.memories = memories

    def take(self, answer: Any) -> None:
        for memory in self.memories:
            memory.take(answer)

    def flush(self) -> None:
        for memory in self.memories:
            memory.flush()

    def beat(self) -> None:
        for memory in self.memories:
            memory.beat()


def treat_night(folder: Path, where: Sequence[str], night: int, jobs: int) -> None:
    """One night over all workbooks, told to every history; SystemExit when anything went wrong."""
    spec, day = load_default(), _day(night)
    journal = Journal(folder / "journal.sqlite", folder)
    books = sorted(folder.glob("*.xlsx"))
    resumed = journal.begin(books, "simulation", day)
    entry = RunEntry(f"night-{night}", day, f"{day}T02:00:00+00:00", "simulation")
    memories = [Memory(Target(place, folder, is_beside=False), journal, entry, spec) for place in where]
    for memory in memories:
        memory.begin()
    known = set.intersection(*(memory.known(resumed.marks) for memory in memories))
    marks = {book: mark for book, mark in resumed.marks.items() if book in known}
    frame = Frame(Interrupts(), journal, marks=marks, memory=_All(memories))
    reports = run(books, Task(None, day, backups=0, remembers=True), jobs, lambda _report: None, frame)
    for memory in memories:
        memory.end(f"{day}T03:00:00+00:00", whole=True)
    wrong = [str(report.failure) for report in reports if report.failure is not None]
    wrong += [str(finding) for memory in memories for finding in memory.findings]
    if wrong:
        raise SystemExit("\n".join(wrong))


def simulate(folder: Path, where: Sequence[str], books: int, nights: int, jobs: int) -> None:
    """All nights that were not there yet."""
    done = folder / "nights-done"
    if not done.exists():
        make_books(folder, books)
        done.write_text("0")
    scripts = [Script.of(number) for number in range(books)]
    for night in range(int(done.read_text()) + 1, nights + 1):
        begun = time.monotonic()
        for script in scripts:
            if (folder / script.file).exists():
                edit_book(folder, script, night)
        treat_night(folder, where, night, jobs)
        done.write_text(str(night))
        print(f"night {night} of {nights}: {time.monotonic() - begun:.1f} s", flush=True)


# -- what the history says -----------------------------------------------------------------------------------


def told_events(where: str) -> list[Event]:
    """The changes of verdict that a history tells, with what it names as their cause."""
    with Database(where).reading() as connection:
        books = {book.id: book for book in queries.books_of(connection)}
        causes = {(row.book, row.number, row.day, row.verdict): row for row in queries.changes_of(connection)}
        found = []
        for kind in ("client", "account", "kpi"):
            entities = queries.entities_of(connection, kind)
            verdict = (
                "class_final" if kind == "client" else "live_alert" if kind == "account" else "status_final"
            )
            for (book, number), states in queries.states_of(connection, kind).items():
                was = None if states[0].day > books[book].first_day else _verdict(states[0])
                for state in states if was is None else states[1:]:
                    now = _verdict(state)
                    if now != was:
                        row = causes.pop((book, number, state.day, verdict), None)
                        name = entities[book, number].name
                        night = (state.day - FIRST).days + 1
                        cause = "" if row is None else _cause(row)
                        found.append(Event(books[book].path, kind, name, night, was or "-", now, cause))
                    was = now
        unasked = [row for row in causes.values() if row.kind in {"client", "account", "kpi"}]
    assert not unasked, unasked
    return sorted(found)


def _verdict(state: queries.State) -> str:
    return str(state.verdict) if state.is_there else "-"


def _cause(row: queries.ChangeRow) -> str:
    """What a change is told to be due to; only one thing is ever edited."""
    causes = row.detail["causes"]
    if row.why not in {"cell", "added"} or len(causes) != 1:
        return row.why
    return f"{causes[0]['key']} {causes[0]['new']}"


def told_trends(where: str) -> dict[str, list[tuple[int, float]]]:
    """The values that the KPI of each workbook showed, by the file's name."""
    with Database(where).reading() as connection:
        books = {book.id: book.path for book in queries.books_of(connection)}
        found: dict[str, list[tuple[int, float]]] = {}
        for (book, _number), states in queries.states_of(connection, "kpi").items():
            points = found.setdefault(books[book], [])
            for state in states:
                value = float(state.values["current"])  # type: ignore[arg-type]
                if not points or points[-1][1] != value:
                    points.append(((state.day - FIRST).days + 1, value))
    return found


def scripted_events(books: int, nights: int) -> list[Event]:
    """The changes that the scripts foresee."""
    return sorted(event for number in range(books) for event in Script.of(number).events(nights))


def scripted_trends(books: int, nights: int) -> dict[str, list[tuple[int, float]]]:
    """The values that the scripts foresee, by the file's name at the end."""
    found = {}
    for script in map(Script.of, range(books)):
        found[script.file_at_end(nights)] = script.trend(nights)
        if script.copied and nights >= COPIED_BOOK:
            found[_copy_of(script.file)] = [(COPIED_BOOK, script.trend(nights)[-1][1])]
    return found


def differences(where: str, books: int, nights: int) -> list[str]:
    """What a history says otherwise than the scripts; empty when it says exactly the same."""
    told, wanted = told_events(where), scripted_events(books, nights)
    lines = [f"not told: {event}" for event in wanted if event not in told]
    lines += [f"not foreseen: {event}" for event in told if event not in wanted]
    trends, foreseen = told_trends(where), scripted_trends(books, nights)
    for book in sorted(trends.keys() | foreseen.keys()):
        if trends.get(book) != foreseen.get(book):
            lines.append(f"trend of {book}: {trends.get(book)}, foreseen {foreseen.get(book)}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, compare, and say so; 1 when a history says anything else than the scripts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--books", type=int, default=200)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--postgresql", action="store_true", help="tell a PostgreSQL server of its own too")
    given = parser.parse_args(arguments)
    given.folder = given.folder.resolve()  # workbooks are told by their place in it
    given.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        where = [str(given.folder / "history.sqlite")]
        if given.postgresql:
            from postgres_server import postgres_programs, postgres_server

            programs = postgres_programs()
            if programs is None:
                parser.error("PostgreSQL is not installed")
            where.append(stack.enter_context(postgres_server(programs)))
        simulate(given.folder, where, given.books, given.nights, given.jobs)
        wrong = [
            f"{place}: {line}" for place in where for line in differences(place, given.books, given.nights)
        ]
        events = len(told_events(where[0]))
    print(
        "\n".join(wrong) or f"{events} changes and all trends are told as foreseen, in {len(where)} histories"
    )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
