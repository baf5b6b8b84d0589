"""What a run tells the history: in bulk while it goes; what could not be told, the next run tells.

A history that cannot be used never stops a run: its records are kept in the journal. A workbook is told to
the history before the journal calls it done, so that a run that is killed leaves none that only the journal
knows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from strategy_xl.collection import no_collection
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.history import writing
from strategy_xl.history.address import BESIDE
from strategy_xl.history.book_record import ChangeRecord
from strategy_xl.history.database import Database, HistoryError, location_of
from strategy_xl.history.explained import remembered
from strategy_xl.history.writing import BookNight, Outcome, RunEntry
from strategy_xl.ooxml.backups import make_folder
from strategy_xl.runs.explaining import explained
from strategy_xl.runs.faults import fault, logger
from strategy_xl.runs.histories import Target, told_from
from strategy_xl.runs.journal import Journal, Undelivered
from strategy_xl.runs.outcome import RETRIED, Answer
from strategy_xl.runs.stores.remote import is_there
from strategy_xl.runs.stores.remote_path import path_of
from strategy_xl.schema.spec import WorkbookSpec

REFUSED = "SX966"
"""What the database says of a record itself: trying again helps nothing, and the others are sound."""
_PAUSES = (0.5, 2.0)
"""Seconds before the second and the third try to write."""
_MANY_BOOKS, _MANY_ENTITIES = 500, 20_000
"""What is written at once at most, or a night's records would fill the memory."""
_Result = TypeVar("_Result")


def name_of(target: Target) -> str:
    """How the journal names a history: wherever a share is mounted, and without a password."""
    return BESIDE if target.is_beside else str(location_of(target.where))


class Memory:
    """What one run tells the history.

    Arguments:
        target: the history.
        journal: where that is kept which the history cannot take.
        run: the run.
        spec: the templates, by whose rules changes are explained.
    """

    def __init__(self, target: Target, journal: Journal, run: RunEntry, spec: WorkbookSpec) -> None:
        """Nothing is opened yet."""
        self.findings: list[Finding] = []
        self.run = run
        self._target, self._journal, self._spec = target, journal, spec
        self._name = name_of(target)
        self._database: Database | None = None
        self._share, self._place = 0, target.home
        self._nights: list[BookNight] = []
        self._entities = self._kept = self._lost = self._earlier = 0

    def begin(self, *, resumes: bool = False) -> None:
        """Open the history, enter the run, and tell what runs before it could not.

        Arguments:
            resumes: whether the run goes on with one that did not end.
        """
        try:
            self._database = self._tried(self._opened)
            self._tried(lambda: self._enter(resumes=resumes))
            self._deliver()
        except HistoryError as error:
            self._go_without(error)

    def _opened(self) -> Database:
        database = Database(self._target.where)
        if database.file is not None:
            _make_file(database.file)
        database.prepare()
        return database

    def _enter(self, *, resumes: bool) -> None:
        assert self._database is not None  # opened before
        home = BESIDE if self._target.is_beside else self._target.home.as_posix()
        with self._database.writing() as connection:
            self._share, place = writing.share_id(connection, home)
            self._place = self._target.home if place == BESIDE else path_of(place)
            last = writing.unended_run(connection, self._share, self.run) if resumes else None
            self.run = last or self.run
            writing.begin_run(connection, self._share, self.run)

    def known(self, books: Iterable[Path]) -> set[Path]:
        """The workbooks of which the history needs no telling as long as they do not change.

        All of them while it cannot be reached: what is unchanged is no news.
        """
        if self._database is None:
            return set(books)
        try:
            with self._database.reading() as connection:
                read = writing.read_before(connection, self._share)
        except HistoryError as error:
            self._go_without(error)
            return set(books)
        return {book for book in books if told_from(self._place, book) in read}

    def take(self, answer: Answer) -> None:
        """Hear what became of a workbook."""
        report = answer.report
        failure = report.failure
        if failure is not None:
            outcome = Outcome.SKIPPED if failure.code in RETRIED else Outcome.FAILED
        else:
            outcome = Outcome.UNCHANGED if report.record is None else Outcome.TREATED
        self._nights.append(
            BookNight(
                told_from(self._place, report.path),
                outcome,
                report.changed,
                round(report.seconds, 3),
                None if failure is None else failure.code,
                report.record,
            )
        )
        if report.record is not None:
            self._entities += sum(map(len, report.record.tables))
        if len(self._nights) >= _MANY_BOOKS or self._entities >= _MANY_ENTITIES:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        nights, self._nights, self._entities = self._nights, [], 0
        if not nights:
            return
        if self._database is None:
            self._keep(nights)
            return
        try:
            self._write(self.run, nights)
        except HistoryError as error:
            self._go_without(error)
            self._keep(nights)

    def beat(self) -> None:
        """Write what has gathered, when the journal is about to."""
        if self._nights and self._journal.is_due:
            self.flush()

    def end(self, ended: str, *, whole: bool) -> None:
        """Write the rest, try once more what could not be written, and say what is still to be.

        Arguments:
            ended: the moment, ``2027-03-01T05:00:00+00:00``.
            whole: whether no workbook was left.
        """
        self.flush()
        if self._database is None and self._kept:
            self._again()
        if self._database is not None:
            try:
                if whole:
                    with self._database.writing() as connection:
                        writing.end_run(connection, self.run, ended)
            except HistoryError as error:
                self._go_without(error)
            else:
                self._database.close()
        where = location_of(self._target.where)
        for code, count, severity in (
            ("SX967", self._kept, Severity.WARNING),
            ("SX968", self._lost, Severity.WARNING),
            ("SX971", self._earlier, Severity.NOTE),
        ):
            if count:
                self.findings.append(Finding(code, where, {"n": count}, severity))

    def _again(self) -> None:
        """At the end of the night the history may be back."""
        faults, self.findings = self.findings, []
        kept, self._kept = self._kept, 0
        self.begin()
        if self._database is None:
            self.findings, self._kept = faults, kept

    def _write(self, run: RunEntry, nights: Sequence[BookNight]) -> None:
        try:
            self._earlier += self._tried(lambda: self._written(run, nights))
        except HistoryError as error:
            if error.finding.code != REFUSED:
                raise
            if len(nights) > 1:  # one of them is at fault: the others are sound
                for night in nights:
                    self._write(run, [night])
                return
            where = Location(str(self._place / nights[0].path))
            self.findings.append(Finding(REFUSED, where, error.finding.args))

    def _written(self, run: RunEntry, nights: Sequence[BookNight]) -> int:
        assert self._database is not None  # callers see to it
        changes = self._explained(self._database, run, nights)
        with self._database.writing() as connection:
            writing.begin_run(connection, self._share, run)
            return len(writing.write_nights(connection, self._share, run, nights, self._is_gone, changes))

    def _explained(
        self, database: Database, run: RunEntry, nights: Sequence[BookNight]
    ) -> dict[str, list[ChangeRecord]]:
        """Why verdicts changed, by path of the workbook; before the transaction, which others wait for."""
        records = {night.path: night.record for night in nights if night.record is not None}
        with database.reading() as connection:
            known = remembered(connection, self._share, list(records), run.day)
        found = {}
        with no_collection():
            for path, before in known.items():
                try:
                    found[path] = explained(self._spec, before, records[path])
                except Exception as error:  # noqa: BLE001 - what cannot be explained is in the history all the same
                    place = self._place / path
                    logger.exception("%s", place)
                    self.findings.append(fault(place, error))
        return found

    def _is_gone(self, path: str) -> bool:
        return not is_there(self._place / path)

    def _tried(self, work: Callable[[], _Result]) -> _Result:
        """Do what can be done again, with pauses: a server that starts anew is back in a moment."""
        for pause in _PAUSES:
            try:
                return work()
            except HistoryError as error:
                if error.finding.code != "SX960":
                    raise
                time.sleep(pause)
        return work()

    def _go_without(self, error: HistoryError) -> None:
        self.findings.append(error.finding)
        self._database = None

    def _keep(self, nights: Sequence[BookNight]) -> None:
        """Put into the journal what the history is to get another time."""
        entries = [
            Undelivered(
                self._name,
                night.path,
                self.run.day.isoformat(),
                json.dumps({"run": self.run.data(), "night": night.data()}, separators=(",", ":")),
            )
            for night in nights
        ]
        if self._journal.keep(entries):
            self._kept += len(entries)
        else:
            self._lost += len(entries)

    def _deliver(self) -> None:
        """Tell what the journal has kept; it forgets what is told."""
        entries = self._journal.undelivered(self._name)
        for chosen in _parts(entries):
            for run, nights in self._by_run(chosen):
                self._write(run, nights)
            self._journal.delivered(chosen)

    def _by_run(self, entries: Sequence[Undelivered]) -> Iterator[tuple[RunEntry, list[BookNight]]]:
        """What was kept, run by run, in the order of days; what nobody can read any more is told."""
        pairs = []
        for entry in entries:
            try:
                data = json.loads(entry.entry)
                pairs.append((RunEntry.of_data(data["run"]), BookNight.of_data(data["night"])))
            except (KeyError, TypeError, ValueError) as error:
                where = Location(str(self._place / entry.path))
                self.findings.append(Finding(REFUSED, where, {"detail": str(error)}))
        pairs.sort(key=lambda pair: (pair[0].day, pair[0].started, pair[0].id))
        for run, group in groupby(pairs, key=lambda pair: pair[0]):
            yield run, [night for _, night in group]


def _make_file(file: Path) -> None:
    """Make the file, open to those who may use the folder around it: colleagues' runs write in it too."""
    try:
        make_folder(file.parent)
        if not file.exists():
            file.touch()
            file.chmod(file.parent.stat().st_mode & 0o666)
    except OSError as error:
        raise HistoryError("SX960", Location(str(file)), detail=error.strerror or str(error)) from error


def _parts(entries: Sequence[Undelivered]) -> Iterator[Sequence[Undelivered]]:
    for first in range(0, len(entries), _MANY_BOOKS):
        yield entries[first : first + _MANY_BOOKS]
