"""From the history, and what the journal adds, to the data of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from strategy_xl.answers.change_sentences import Teller
from strategy_xl.answers.changes import Change
from strategy_xl.answers.tellings import Teller as AlertTeller
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.history import queries, snapshots
from strategy_xl.history.alert_rows import KnownAlerts, alerts_of
from strategy_xl.history.book_record import AlertRecord
from strategy_xl.history.queries import Scope
from strategy_xl.history.trends import stalls
from strategy_xl.model import STALLED_DAYS
from strategy_xl.ooxml.backups import FOLDER
from strategy_xl.report.data import Alerts, Book, BookState, Label, Labels, Night, Places, ReportData
from strategy_xl.report.kinds import (
    NIGHTS,
    Reader,
    accounts_of,
    clients_of,
    kpis_of,
    objectives_of,
    places_of,
    spots_of,
)
from strategy_xl.report.whereabouts import Whereabouts
from strategy_xl.schema.spec import ListSpec, WorkbookSpec
from strategy_xl.text.catalog import message

if TYPE_CHECKING:
    from strategy_xl.history.queries import Connection

THRESHOLD = "client.threshold"
"""Count of a workbook: score from which its clients are high."""
RESTORED = "restored"
"""Count of a workbook: formulas that had been erased and were put back."""
_STATES = {
    "treated": BookState.CHANGED,
    "unchanged": BookState.UNCHANGED,
    "failed": BookState.FAILED,
    "skipped": BookState.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Journaled:
    """What is known of a run beside the history; paths are those of the history.

    Arguments:
        started, seconds: when it began, how long it took.
        failures: what stopped workbooks.
        left: workbooks that it did not come to.
        findings: how many things were told about workbooks.
    """

    started: datetime | None = None
    seconds: float | None = None
    failures: Mapping[str, Finding] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    findings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is to be about.

    Arguments:
        scope: which workbooks.
        places: where they lie.
        day: reference day of the run; the newest known when None.
        since: day that it is compared with; that of the run before when None.
        run: name of the run.
        lang: language of the sentences.
    """

    scope: Scope
    places: Whereabouts
    day: date | None = None
    since: date | None = None
    run: str = ""
    lang: str = "fr"


def collect(
    connection: Connection, question: Question, spec: WorkbookSpec, journaled: Journaled
) -> ReportData | None:
    """The data of a report; None when there was no run over these workbooks.

    Arguments:
        connection: of ``Database.reading``.
        question: what it is about.
        spec: the templates, for the words of verdicts.
        journaled: what the journal adds.
    """
    scope = question.scope
    days = snapshots.days_of(connection, scope, question.day, NIGHTS)
    if not days:
        return None
    day = days[0]
    is_newest = snapshots.days_of(connection, scope)[0] == day
    compared = _compared(connection, scope, question, day)
    reader = Reader(connection, scope, None if is_newest else day, compared, days[-1])
    kinds = {kind: reader.kind(kind) for kind in ("client", "kpi", "objective", "account")}
    books = queries.books_of(connection, scope)
    index = {book.id: at for at, book in enumerate(books)}
    blocks = queries.blocks_of(connection, scope)
    places = {
        kind: places_of(
            found.now, index, {book: row.sheet for (book, of), row in blocks.items() if of == kind}
        )
        for kind, found in kinds.items()
    }
    contents = queries.contents_of(connection, scope, day)
    alerts = alerts_of(connection, contents, scope, None if is_newest else day)
    names = {
        (book, identity): name
        for found in kinds.values()
        for book, identity, name in zip(found.now.books, found.now.identities, found.now.names, strict=True)
    }
    told = [
        (index[book], alert, names.get((book, alert.entity), ""))
        for book, held in alerts.of.items()
        for alert in held
    ]
    nights = {
        night.book: night for night in queries.nights_of(connection, scope, since=day) if night.day == day
    }
    clients = Counter(kinds["client"].now.books)
    return ReportData(
        night=Night(
            day,
            run=question.run,
            started=journaled.started,
            seconds=journaled.seconds,
            compared=compared,
            folder=question.places.name,
            backups=FOLDER.as_posix(),
        ),
        books=[
            _book(
                book,
                nights.get(book.id),
                contents.get(book.id),
                question,
                journaled,
                clients[book.id],
                _count(alerts, book.id),
            )
            for book in books
        ],
        alerts=_alerts(told, AlertTeller(spec, question.lang), question.lang, sum(alerts.untold.values())),
        clients=clients_of(kinds["client"], places["client"], _reasons(connection, question, spec, compared)),
        kpis=kpis_of(kinds["kpi"], places["kpi"], reader.trends("kpi", "current")),
        objectives=objectives_of(
            kinds["objective"],
            places["objective"],
            {
                (stall.objective.book, stall.objective.number): stall.since
                for stall in stalls(connection, day, STALLED_DAYS, scope)
            },
        ),
        accounts=accounts_of(kinds["account"], places["account"]),
        lists=lists(spec),
        modules={module.key: Label.of(module.sheet) for module in spec.modules},
        left_clients=0 if compared is None else snapshots.gone_since(connection, "client", compared, scope),
    )


def _compared(connection: Connection, scope: Scope, question: Question, day: date) -> date | None:
    """The day that is compared with: the last one with a run that is not later than wanted."""
    wanted = question.since or day - timedelta(days=1)
    found = snapshots.days_of(connection, scope, min(wanted, day - timedelta(days=1)))
    return found[0] if found else None


def _reasons(
    connection: Connection, question: Question, spec: WorkbookSpec, compared: date | None
) -> Mapping[tuple[int, int], str]:
    """Why the classes of clients changed since the day compared with, by numbers of workbook and entity."""
    if compared is None:
        return {}
    teller = Teller(spec, question.lang)
    rows = queries.changes_of(connection, question.scope, since=compared, kind="client")
    # The last ones come first, and it is the last step that led to the class as it is.
    return {
        (row.book, row.number): teller.sentence(Change.of_data(row.detail))
        for row in reversed(rows)
        if question.day is None or row.day <= question.day
    }


def lists(spec: WorkbookSpec) -> dict[str, Labels]:
    """The labels of verdicts, by what they are of; ``severity`` for those of alerts."""
    found: dict[str, Labels] = {}
    for _, block in spec.data_blocks().values():
        record = getattr(block, "record", None)
        if record is not None:
            choices = next((item.choices for item in block.fields if item.key == record.verdict), None)
            if choices:
                found[str(record.kind)] = _labels(spec.list_(choices))
        for item in block.fields:
            if getattr(block, "board", None) == "alerts" and item.key == "severity" and item.choices:
                found["severity"] = _labels(spec.list_(item.choices))
    return found


def _labels(list_: ListSpec) -> Labels:
    return {choice.key: Label.of(choice, choice.tone.value) for choice in list_.choices}


def _count(alerts: KnownAlerts, book: int) -> int:
    return len(alerts.of.get(book, ())) or alerts.untold.get(book, 0)


def _alerts(
    told: Sequence[tuple[int, AlertRecord, str]], teller: AlertTeller, lang: str, untold: int
) -> Alerts:
    blocks = [alert.block for _, alert, _ in told]
    texts = teller.tell([alert.text for _, alert, _ in told], blocks)
    spots = spots_of([(alert.sheet, alert.cell) for _, alert, _ in told])
    return Alerts(
        Places([book for book, _, _ in told], *spots),
        [name for _, _, name in told],
        [alert.severity for _, alert, _ in told],
        [
            text or message("report.alert.unknown", lang, code=alert.code)
            for text, (_, alert, _) in zip(texts, told, strict=True)
        ],
        teller.tell([alert.action for _, alert, _ in told], blocks),
        [alert.stake or None for _, alert, _ in told],
        [date.fromisoformat(alert.due) if alert.due else None for _, alert, _ in told],
        sum(isinstance(alert.text, str) for _, alert, _ in told),
        untold,
    )


def _book(  # noqa: PLR0913, PLR0917 - one row of each table that knows of workbooks
    book: queries.Book,
    night: queries.Night | None,
    content: queries.Night | None,
    question: Question,
    journaled: Journaled,
    clients: int,
    alerts: int,
) -> Book:
    state = BookState.LEFT if night is None else _STATES[night.outcome]
    failure = journaled.failures.get(book.path)
    if failure is None and night is not None and night.failure:
        failure = Finding(night.failure, Location(book.path), {}, Severity.ERROR)
    told = question.places.told(book.path)
    if failure is not None and told != book.path:
        failure = replace(failure, location=Location(told))
    counts = content.counts or {} if content is not None else {}
    modules = content.completeness or {} if content is not None else {}
    is_known = state in {BookState.FAILED, BookState.SKIPPED}
    return Book(
        path=told,
        link=question.places.link(book.path),
        lang=book.lang,
        state=BookState.UNCHANGED if state is BookState.CHANGED and night and not night.changed else state,
        day=content.reference_day if content is not None else None,
        seconds=night.seconds if night is not None and state is not BookState.SKIPPED else None,
        completeness=counts.get("completeness"),
        modules=modules,
        clients=clients,
        alerts=alerts,
        changed=night.changed if night is not None else 0,
        findings=journaled.findings.get(book.path, 0),
        restored=int(counts.get(RESTORED, 0)) if night is not None and night.counts else 0,
        backups=int(question.places.has_versions(book.path)),
        failure=failure if is_known else None,
        threshold=counts.get(THRESHOLD),
    )
