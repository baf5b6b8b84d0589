"""The lists of a report, each as columns with a form: what the page, the workbook and the files all write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from strategy_xl.errors import Finding
from strategy_xl.report.data import LETTERS, Book, Places, ReportData
from strategy_xl.text.catalog import has_message, message


class Form(StrEnum):
    """How the values of a column are written."""

    TEXT = "text"
    NAME = "name"
    CHOICE = "choice"
    SCORE = "score"
    INTEGER = "integer"
    SECONDS = "seconds"
    MONEY = "money"
    PERCENT = "percent"
    RATIO = "ratio"
    MEASURE = "measure"
    DAY = "day"
    TREND = "trend"
    MARK = "mark"


DECIMALS = {
    Form.SCORE: 1,
    Form.INTEGER: 0,
    Form.SECONDS: 2,
    Form.MONEY: 0,
    Form.PERCENT: 3,
    Form.RATIO: 2,
    Form.MEASURE: 4,
}
"""Forms of numbers, and how many decimals are kept of them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a list.

    Arguments:
        key: its name; its heading is the message ``report.column.<key>``.
        form: how its values are written.
        values: one a thing.
        list_: list of the labels of choices.
        other: key of a column that is told with it: the unit of a measure, the choice before.
    """

    key: str
    form: Form
    values: Sequence[Any]
    list_: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list.

    Arguments:
        key: its name (``alerts``); its title is the message ``report.list.<key>``.
        places: where its things stand.
        columns: what is told of them.
        sort: column by which it is sorted at first, descending; "" as it comes.
        total: how many things there are, when these are not all.
    """

    key: str
    places: Places
    columns: tuple[Shown, ...]
    sort: str = ""
    total: int = 0

    def __len__(self) -> int:
        """How many things it holds."""
        return len(self.places)

    def column(self, key: str) -> Shown:
        """The column of a name; KeyError when there is none."""
        for shown in self.columns:
            if shown.key == key:
                return shown
        raise KeyError(key)

    def taken(self, order: Sequence[int]) -> Listing:
        """Some of its things, in another order."""
        held = self.places
        places = Places(
            [held.books[at] for at in order],
            [held.spots[at] for at in order],
            [held.rows[at] for at in order],
            held.known,
        )
        columns = tuple(replace(shown, values=[shown.values[at] for at in order]) for shown in self.columns)
        return replace(self, places=places, columns=columns, total=max(self.total, len(self)))


def sentence(finding: Finding, lang: str) -> str:
    """What a finding says; its code alone when what it is about is not known any more."""
    return _told(finding.code, finding, lang) or message("report.failure.details", lang, code=finding.code)


def remedy(finding: Finding, lang: str) -> str:
    """What helps; "" when nothing is known."""
    key = f"{finding.code}.hint"
    return _told(key, finding, lang) if has_message(key, lang) else ""


def _told(key: str, finding: Finding, lang: str) -> str:
    try:
        return message(key, lang, **finding.args)
    except KeyError:  # the history keeps codes, the journal their details for thirty runs
        return ""


def listings(data: ReportData, lang: str) -> Iterator[Listing]:
    """Every list, in the order of the page.

    Arguments:
        data: the report.
        lang: language of findings and names of sheets.
    """
    yield _alerts(data)
    yield _clients(data)
    yield _kpis(data)
    yield _objectives(data)
    yield _accounts(data)
    yield _books(data, lang)


def _alerts(data: ReportData) -> Listing:
    found = data.alerts
    severities = {key: place for place, key in enumerate(data.lists.get("severity", ()))}
    order = sorted(
        range(len(found.places)),
        key=lambda at: (-(found.stakes[at] or 0.0), severities.get(found.severities[at], len(severities))),
    )
    return Listing(
        "alerts",
        found.places,
        (
            Shown("stake", Form.MONEY, found.stakes),
            Shown("severity", Form.CHOICE, found.severities, "severity"),
            Shown("what", Form.NAME, found.texts),
            Shown("action", Form.TEXT, found.actions),
            Shown("due", Form.DAY, found.due),
        ),
    ).taken(order)


def _clients(data: ReportData) -> Listing:
    found = data.clients
    return Listing(
        "clients",
        found.places,
        (
            Shown("client", Form.NAME, found.names),
            Shown("class", Form.CHOICE, found.classes, "client"),
            Shown("before", Form.CHOICE, found.previous, "client", other="class"),
            Shown("x", Form.SCORE, found.x),
            Shown("y", Form.SCORE, found.y),
            Shown("revenue", Form.MONEY, found.revenues),
            Shown("because", Form.TEXT, found.reasons),
        ),
        sort="revenue",
    )


def _by_list(data: ReportData, list_: str, verdicts: Sequence[str]) -> Callable[[int], tuple[int, int]]:
    """A key that sorts verdicts: bad ones first, those that say nothing last."""
    tones = {"bad": 0, "warn": 1, "info": 2, "good": 3}
    labels = data.lists.get(list_, {})
    places = {key: (tones.get(label.tone, 4), place) for place, (key, label) in enumerate(labels.items())}
    return lambda at: places.get(verdicts[at], (5, 0))


def _kpis(data: ReportData) -> Listing:
    found = data.kpis
    key = _by_list(data, "kpi", found.statuses)
    pace = [2.0 if value is None else value for value in found.pace]
    order = sorted(range(len(found.places)), key=lambda at: (*key(at), pace[at]))
    return Listing(
        "kpis",
        found.places,
        (
            Shown("kpi", Form.NAME, found.names),
            Shown("status", Form.CHOICE, found.statuses, "kpi"),
            Shown("before", Form.CHOICE, found.previous, "kpi", other="status"),
            Shown("progress", Form.PERCENT, found.progress, other="elapsed"),
            Shown("elapsed", Form.PERCENT, found.elapsed),
            Shown("pace", Form.RATIO, found.pace),
            Shown("trend", Form.TREND, found.trends),
            Shown("current", Form.MEASURE, found.currents, other="unit"),
            Shown("target", Form.MEASURE, found.targets, other="unit"),
            Shown("forecast", Form.MEASURE, found.forecasts, other="unit"),
            Shown("unit", Form.TEXT, found.units),
        ),
    ).taken(order)


def _objectives(data: ReportData) -> Listing:
    found = data.objectives
    key = _by_list(data, "objective", found.verdicts)
    order = sorted(range(len(found.places)), key=lambda at: (*key(at), found.scores[at] or 0.0))
    return Listing(
        "objectives",
        found.places,
        (
            Shown("objective", Form.NAME, found.names),
            Shown("verdict", Form.CHOICE, found.verdicts, "objective"),
            Shown("before", Form.CHOICE, found.previous, "objective", other="verdict"),
            Shown("score", Form.SCORE, found.scores),
            *(
                Shown(letter, Form.MARK, found.letters[letter])
                for letter in LETTERS
                if letter in found.letters
            ),
            Shown("stalled", Form.DAY, found.stalled),
        ),
    ).taken(order)


def _accounts(data: ReportData) -> Listing:
    found = data.accounts
    grave = {key: place for place, key in enumerate(data.lists.get("account", ()))}
    order = sorted(
        range(len(found.places)),
        key=lambda at: (grave.get(found.alerts[at], len(grave)), found.coverage[at] or 0.0),
    )
    return Listing(
        "accounts",
        found.places,
        (
            Shown("account", Form.NAME, found.names),
            Shown("alert", Form.CHOICE, found.alerts, "account"),
            Shown("before", Form.CHOICE, found.alerts_before, "account", other="alert"),
            Shown("coverage", Form.PERCENT, found.coverage),
            Shown("contacts", Form.INTEGER, found.contacts),
        ),
    ).taken(order)


def _books(data: ReportData, lang: str) -> Listing:
    books = data.books
    # Least filled in first; what was never read has nothing to fill in.
    order = sorted(range(len(books)), key=lambda at: (books[at].completeness is None, books[at].completeness))
    failures = [book.failure for book in books]
    return Listing(
        "books",
        Places(range(len(books)), [0] * len(books), [0] * len(books)),
        (
            Shown("state", Form.CHOICE, [book.state.value for book in books], "book_state"),
            Shown("completeness", Form.PERCENT, [book.completeness for book in books]),
            Shown("weakest", Form.TEXT, [_weakest(data, book, lang) for book in books]),
            Shown("clients", Form.INTEGER, [book.clients for book in books]),
            Shown("alerts", Form.INTEGER, [book.alerts for book in books]),
            Shown("changed", Form.INTEGER, [book.changed for book in books]),
            Shown("findings", Form.INTEGER, [book.findings for book in books]),
            Shown("restored", Form.INTEGER, [book.restored for book in books]),
            Shown("backups", Form.INTEGER, [book.backups for book in books]),
            Shown("seconds", Form.SECONDS, [book.seconds for book in books]),
            Shown(
                "failure", Form.TEXT, ["" if found is None else sentence(found, lang) for found in failures]
            ),
            Shown("remedy", Form.TEXT, ["" if found is None else remedy(found, lang) for found in failures]),
        ),
    ).taken(order)


def _weakest(data: ReportData, book: Book, lang: str) -> str:
    """The sheet of a workbook that is least filled in, unless all are."""
    key = min(book.modules, key=lambda key: book.modules[key], default="")
    if not key or book.modules[key] >= 1:
        return ""
    name = data.modules[key].get(lang) if key in data.modules else key
    return message("report.weakest", lang, sheet=name, share=book.modules[key])
