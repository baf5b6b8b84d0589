"""What the morning page shows, as plain data; every form of the report is made from it alone.

Sentences are in the language that was asked for, all else is in none.

Things of one kind (alerts, clients, …) are held as columns of one length, since there may be hundreds of
thousands. Missing figures are None, missing texts and verdicts ``""``. Verdicts are keys of the lists in
``ReportData.lists``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from strategy_xl import __version__
from strategy_xl.errors import Finding
from strategy_xl.languages import LANGUAGES
from strategy_xl.schema.spec import Translated

Texts = Sequence[str]
Numbers = Sequence[float | None]
Days = Sequence[date | None]

GENERATOR = "strategy-xl"
"""What every report says that it was made by, whatever its form: a report is known by it, wherever it lies,
when a name is to be forgotten (``privacy.files``)."""
PROGRAM = f"{GENERATOR} {__version__}"
NEW = "new"
"""Verdict before, of a thing that was not there before."""


class BookState(StrEnum):
    """What became of a workbook in the run."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    LEFT = "left"

    @property
    def is_treated(self) -> bool:
        """Whether the workbook's results are those of the run."""
        return self in {BookState.CHANGED, BookState.UNCHANGED}


@dataclass(frozen=True, slots=True)
class Label:
    """A word by language, and the tone (``good``, ``warn``, ``bad``, ``info``, ``neutral``) it has."""

    said: Mapping[str, str]
    tone: str = "neutral"

    @classmethod
    def of(cls, said: Translated, tone: str = "neutral") -> Label:
        """A text of the templates, in all languages."""
        return cls({lang: said.get(lang) for lang in LANGUAGES}, tone)

    def get(self, lang: str) -> str:
        """The word in a language."""
        return self.said[lang]


Labels = Mapping[str, Label]
"""Key → label, in the order of the list."""


@dataclass(frozen=True, slots=True)
class Book:
    """One workbook.

    Arguments:
        path: as told from the folder of the run, with ``/``; one in a store by its whole address.
        link: address of the file, relative to the page; "" when there is none.
        lang: language of what it says.
        state: what became of it.
        day: reference day of the results shown; None when it never had any.
        seconds: how long it took; None when it was not treated.
        completeness: share of the cells that are filled in, 0 to 1.
        modules: the same by module key.
        clients, alerts: how many it has.
        changed: cells written in the run.
        findings: how many things were told about it.
        restored: formulas that had been erased and were put back.
        backups: earlier versions that can be restored.
        failure: why it was not treated.
        threshold: score from which its clients are high, of both axes; None when it is not known.
    """

    path: str
    link: str = ""
    lang: str = ""
    state: BookState = BookState.UNCHANGED
    day: date | None = None
    seconds: float | None = None
    completeness: float | None = None
    modules: Mapping[str, float] = field(default_factory=dict)
    clients: int = 0
    alerts: int = 0
    changed: int = 0
    findings: int = 0
    restored: int = 0
    backups: int = 0
    failure: Finding | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Where the things of one kind stand: columns of one length, and what they point to.

    Arguments:
        books: index of the workbook.
        spots: index in ``known``.
        rows: row on the sheet, 1 for the first; 0 when the thing has no row.
        known: sheet titles with the letters of a column.
    """

    books: Sequence[int] = ()
    spots: Sequence[int] = ()
    rows: Sequence[int] = ()
    known: Sequence[tuple[str, str]] = ()

    def __len__(self) -> int:
        """How many things there are."""
        return len(self.books)

    def sheet(self, at: int) -> str:
        """Title of the sheet of a thing; "" when it has none."""
        return self.known[self.spots[at]][0] if self.known else ""

    def cell(self, at: int) -> str:
        """Reference of the cell of a thing (``A12``); "" when it has none."""
        row = self.rows[at]
        return f"{self.known[self.spots[at]][1]}{row}" if self.known and row else ""


@dataclass(frozen=True, slots=True)
class Alerts:
    """What wants somebody's attention, as the workbooks' summaries tell it.

    Arguments:
        places: where the row is that it is about.
        names: whom or what it is about; "" when it is about several.
        severities: ``error``, ``warning``, ``note`` (list ``severity``).
        texts, actions: what is, what to do; in the language of the report.
        stakes: revenue concerned.
        due: day by which it matters.
        worded: how many an earlier program has put into words: these are in the language of their workbook.
        untold: how many there were beside, of which an earlier program has kept only the number.
    """

    places: Places = Places()
    names: Texts = ()
    severities: Texts = ()
    texts: Texts = ()
    actions: Texts = ()
    stakes: Numbers = ()
    due: Days = ()
    worded: int = 0
    untold: int = 0


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients.

    Arguments:
        places, names: who, where.
        classes: class (list ``client``).
        previous: class in the run compared with; ``NEW`` when the client was not there.
        x, y: value brought and value returned, 0 to 100.
        revenues: revenue of twelve months, €.
        reasons: which cell made the class change, and over what threshold; "" when it is not known.
    """

    places: Places = Places()
    names: Texts = ()
    classes: Texts = ()
    previous: Texts = ()
    x: Numbers = ()
    y: Numbers = ()
    revenues: Numbers = ()
    reasons: Texts = ()


@dataclass(frozen=True, slots=True)
class Kpis:
    """The KPIs.

    Arguments:
        places, names: which, where.
        statuses, previous: status, and that of the run compared with (list ``kpi``, ``NEW``).
        progress, elapsed: share of the way and of the time, 1 for the whole.
        pace: progress divided by time, 1 for in time.
        currents, targets, forecasts, units: figures in the KPI's own unit.
        trends: values of the last nights, oldest first; empty when none is known.
    """

    places: Places = Places()
    names: Texts = ()
    statuses: Texts = ()
    previous: Texts = ()
    progress: Numbers = ()
    elapsed: Numbers = ()
    pace: Numbers = ()
    currents: Numbers = ()
    targets: Numbers = ()
    forecasts: Numbers = ()
    units: Texts = ()
    trends: Sequence[Sequence[float]] = ()


LETTERS = ("s", "m", "a", "r", "t")
"""The letters of an objective, in order."""


@dataclass(frozen=True, slots=True)
class Objectives:
    """The objectives.

    Arguments:
        places, names: which, where.
        verdicts, previous: verdict, and that of the run compared with (list ``objective``, ``NEW``).
        scores: 0 to 10.
        letters: per letter of ``LETTERS`` the marks ``2``, ``1``, ``0`` or ``?``.
        stalled: day since which nothing has moved; None when something has.
    """

    places: Places = Places()
    names: Texts = ()
    verdicts: Texts = ()
    previous: Texts = ()
    scores: Numbers = ()
    letters: Mapping[str, Texts] = field(default_factory=dict)
    stalled: Days = ()


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts and how well their people are covered.

    Arguments:
        places, names: which, where.
        coverage, previous: share of the roles that are covered, 0 to 1, and in the run compared with.
        alerts: gravest alert (list ``account``); "" for none.
        alerts_before: the same in the run compared with.
        contacts: how many people are known.
    """

    places: Places = Places()
    names: Texts = ()
    coverage: Numbers = ()
    previous: Numbers = ()
    alerts: Texts = ()
    alerts_before: Texts = ()
    contacts: Numbers = ()


@dataclass(frozen=True, slots=True)
class Night:
    """The run that is reported.

    Arguments:
        run: its name; "" when it is not known.
        day: reference day.
        started: when it began.
        seconds: how long it took; None when it was not whole.
        compared: reference day of the state that it is compared with; None when there is none.
        folder: name of the folder of the workbooks.
        backups: name of the folder beside each workbook in which earlier versions are.
    """

    day: date
    run: str = ""
    started: datetime | None = None
    seconds: float | None = None
    compared: date | None = None
    folder: str = ""
    backups: str = ""


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that the report shows.

    Arguments:
        night: which run.
        books: the workbooks, which ``Places.books`` count from 0.
        lists: what a verdict is of (``client``, ``kpi``, ``objective``, ``account``,
            ``severity``) → its labels.
        modules: key of a module → its name.
        left_clients: how many clients of the state compared with are there no more.
    """

    night: Night
    books: Sequence[Book] = ()
    alerts: Alerts = Alerts()
    clients: Clients = Clients()
    kpis: Kpis = Kpis()
    objectives: Objectives = Objectives()
    accounts: Accounts = Accounts()
    lists: Mapping[str, Labels] = field(default_factory=dict)
    modules: Labels = field(default_factory=dict)
    left_clients: int = 0
