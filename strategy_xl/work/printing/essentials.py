"""The core of each module of a workbook as it was read: what a board sees on one page.

Nothing is calculated anew: states, classes and margins are those that stand in the cells. What is missing is
missing here too, an empty tuple or None, and the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.errors import Severity
from strategy_xl.rules.frame import is_missing
from strategy_xl.schema.spec import FieldRole, Tone, WorkbookSpec
from strategy_xl.text.figures import Scale, format_value, measure

CLASSES = ("ideal", "happy", "at_risk", "avoid")
QUADRANTS = ("strength", "weakness", "opportunity", "threat")
_GRAVITY = {Tone.BAD: 0, Tone.WARN: 1, Tone.GOOD: 2, Tone.INFO: 3, Tone.NEUTRAL: 4}


class State(NamedTuple):
    """A choice as the workbook calls it, and its colour."""

    label: str
    tone: Tone


class Figure(NamedTuple):
    """One figure: the catalogue's key of its label, the value as it is told (None: missing), its colour."""

    key: str
    value: str | None
    tone: Tone = Tone.NEUTRAL


class Quadrant(NamedTuple):
    """A quarter of the SWOT: its key, its colour, and its items, the weightiest first."""

    key: str
    tone: Tone
    items: tuple[str, ...]


class Goal(NamedTuple):
    """An objective: text, verdict on its wording, state of its KPI, day by which, who."""

    title: str
    verdict: State | None
    state: State | None
    deadline: date | None
    owner: str


class Indicator(NamedTuple):
    """A KPI: name, value now and aimed at as people write them, share of the way, state."""

    name: str
    current: str
    target: str
    progress: float | None
    state: State | None


class ClientClass(NamedTuple):
    """A class of clients: name, how many there are, their margin (None: none is known)."""

    box: State
    number: int
    margin: float | None


class Criterion(NamedTuple):
    """What ideal clients have in common: what it is about, its value, the share of them that have it."""

    name: str
    value: str
    support: float | None


class Action(NamedTuple):
    """Something to do, and the money at stake."""

    text: str
    stake: float | None


@dataclass(frozen=True)
class Essentials:
    """What stands on the page; an empty tuple and None are parts that are missing.

    Arguments:
        lang, company, book: language, firm and file name of the workbook.
        results: day of the last results that the workbook remembers.
        figures: of the whole and of the modules without a part of their own.
        swot, quadrant: the SWOT, and where it puts the firm.
        objectives, more_objectives: the first ones by rank, and how many there are besides.
        kpis, more_kpis: the gravest first, and how many there are besides.
        classes, incomplete: the portfolio, and the clients without a class.
        actions: the first actions by rank, or alerts where there are none.
        ideal: what ideal clients have in common.
        lever, lever_gain: the stage of the funnel that would bring most, and how many sales.
    """

    lang: str
    company: str
    book: str
    results: date | None
    figures: tuple[Figure, ...]
    swot: tuple[Quadrant, ...]
    quadrant: State | None
    objectives: tuple[Goal, ...]
    more_objectives: int
    kpis: tuple[Indicator, ...]
    more_kpis: int
    classes: tuple[ClientClass, ...]
    incomplete: int
    actions: tuple[Action, ...]
    ideal: tuple[Criterion, ...]
    lever: str | None
    lever_gain: float | None


STATES = {
    "objectives": "verdict_live",
    "kpis": "status",
    "clients": "class_live",
    "personas": "status",
}
"""Table → the formula by which its part of the page stands or falls."""


def essentials(
    data: WorkbookData, spec: WorkbookSpec, *, objectives: int, kpis: int, items: int = 3, actions: int = 5
) -> Essentials:
    """Take the core of each module out of a workbook.

    Arguments:
        data, spec: the workbook as read, and the templates.
        objectives, kpis, items, actions: how many there is room for; items in each quarter of the SWOT.
    """
    reader = _Reader(data, spec)
    goals, indicators, classes, incomplete = reader.goals(), reader.kpis(), *reader.classes()
    gain = reader.first("funnel_charts", "lever_gain")
    return Essentials(
        data.lang,
        data.company,
        data.path.replace("\\", "/").rpartition("/")[2],
        results_day(data),
        reader.figures(),
        reader.swot(items),
        reader.first_state("swot_scores", "quadrant"),
        goals[:objectives],
        max(len(goals) - objectives, 0),
        indicators[:kpis],
        max(len(indicators) - kpis, 0),
        classes,
        incomplete,
        reader.actions()[:actions],
        tuple(
            Criterion(str(name), str(value), support)
            for name, value, support in reader.rows("icp_criteria", "criterion", "value", "support")
            if name and value
        ),
        reader.first("funnel_charts", "lever") or None,
        float(gain) if isinstance(gain, int | float) else None,
    )


def results_day(data: WorkbookData) -> date | None:
    """The last day whose results the workbook remembers: the last one on which a figure was another."""
    for key, block in data.blocks.items():
        if getattr(block.block, "board", None) == "dates":
            days = [_day(value) for (value,) in _Reader(data, None).rows(key, block.block.fields[0].key)]
            return max((day for day in days if day is not None), default=None)
    return None


def _day(value: Any) -> date | None:
    if value is None or is_missing(value):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return pd.Timestamp(value).date() if isinstance(value, datetime | np.datetime64) else None


class _Reader:
    """Values of a workbook by block and field; what is not there is None."""

    def __init__(self, data: WorkbookData, spec: WorkbookSpec | None) -> None:
        self._data = data
        lists = spec.lists if spec is not None else ()
        self._tones = {(item.key, choice.key): choice.tone for item in lists for choice in item.choices}

    # -- cells -----------------------------------------------------------------------------------------------

    def rows(self, key: str, *fields: str) -> list[tuple[Any, ...]]:
        """The values of some fields of a block, a tuple a row."""
        block = self._data.blocks.get(key)
        if block is None:
            return []
        columns = [self._column(block, field) for field in fields]
        return list(zip(*columns, strict=True))

    @staticmethod
    def _column(block: BlockData, key: str) -> list[Any]:
        known = {field.key: field for field in block.block.fields}
        if key not in known or key not in block.places:
            return [None] * len(block.rows.index)
        owned = known[key].role is FieldRole.OWNED
        values = block.typed(key) if owned else block.rows.values(key)
        return [None if value is None or is_missing(value) else value for value in values]

    def first(self, key: str, field: str) -> Any:
        """The value of a form's field."""
        found = self.rows(key, field)
        return found[0][0] if found else None

    def state(self, key: str, field: str, value: Any) -> State | None:
        """A choice's label and tone."""
        if value is None:
            return None
        name = self._data.blocks[key].field(field).choices or ""
        choices = self._data.choices.get(name)
        label = choices.by_key.get(str(value), str(value)) if choices is not None else str(value)
        return State(label, self._tones.get((name, str(value)), Tone.NEUTRAL))

    def first_state(self, key: str, field: str) -> State | None:
        """The choice of a form's field."""
        return self.state(key, field, self.first(key, field))

    # -- parts -----------------------------------------------------------------------------------------------

    def figures(self) -> tuple[Figure, ...]:
        """The whole, and the modules without a part of their own."""
        lang = self._data.lang

        def told(value: Any, form: str) -> str | None:
            return None if value is None else format_value(value, form, lang)

        place = self.first_state("positioning_results", "gap_class")
        covered = [value for (value,) in self.rows("accounts", "coverage") if value is not None]
        personas = [status for begun, status in self.rows("personas", "begun", "status") if begun]
        ready = sum(status == "ready" for status in personas)
        alerts = [severity for (severity,) in self.rows("alerts", "severity") if severity is not None]
        urgent = sum(severity == Severity.ERROR for severity in alerts)
        said = self._data.blocks.get("alerts") is not None
        return (
            Figure("completeness", told(self.first("summary_tiles", "completeness"), "percent")),
            Figure("plan", told(self.first("cqq_score", "detail"), "percent")),
            Figure("place", place.label if place else None, place.tone if place else Tone.NEUTRAL),
            Figure("coverage", told(sum(covered) / len(covered) if covered else None, "int")),
            Figure("personas", f"{ready}/{len(personas)}" if personas else None),
            Figure("alerts", told(len(alerts), "int") if said else None, Tone.WARN if alerts else Tone.GOOD),
            Figure("urgent", told(urgent, "int") if said else None, Tone.BAD if urgent else Tone.GOOD),
        )

    def swot(self, items: int) -> tuple[Quadrant, ...]:
        """The four quarters; none when there is no item at all."""
        rows = [
            (str(text), box, weighted or 0.0)
            for text, box, weighted in self.rows("swot_items", "text", "box", "weighted")
            if text
        ]
        found = []
        for box in QUADRANTS if rows else ():
            state = self.state("swot_items", "box", box)
            assert state is not None
            own = sorted((row for row in rows if row[1] == box), key=lambda row: -row[2])
            found.append(Quadrant(box, state.tone, tuple(text for text, _, _ in own[:items])))
        return tuple(found)

    def goals(self) -> tuple[Goal, ...]:
        """The objectives that are followed, by rank; those without one in the sheet's order, behind."""
        fields = ("title", "verdict_live", "kpi_status", "deadline", "owner", "active", "rank")
        rows = [row for row in self.rows("objectives", *fields) if row[0] and row[5] in {None, True}]
        rows.sort(key=lambda row: row[6] if row[6] is not None else float("inf"))
        return tuple(
            Goal(
                str(title),
                self.state("objectives", "verdict_live", verdict),
                self.state("objectives", "kpi_status", status),
                _day(deadline),
                str(owner or ""),
            )
            for title, verdict, status, deadline, owner, _active, _rank in rows
        )

    def kpis(self) -> tuple[Indicator, ...]:
        """The KPIs, the gravest state first, else in the sheet's order."""
        lang = self._data.lang
        found = []
        for name, status, progress, current, target, unit in self.rows(
            "kpis", "name", "status", "progress", "current", "target", "unit"
        ):
            if name:
                shown = (
                    measure(current, unit, lang, Scale(target)),
                    measure(target, unit, lang, Scale(target)),
                )
                share = None if progress is None else float(progress)
                found.append(Indicator(str(name), *shown, share, self.state("kpis", "status", status)))
        found.sort(key=lambda kpi: _GRAVITY[kpi.state.tone] if kpi.state is not None else len(_GRAVITY))
        return tuple(found)

    def classes(self) -> tuple[tuple[ClientClass, ...], int]:
        """Clients and their margin by class, and how many have none."""
        rows = [row for row in self.rows("clients", "name", "class_live", "margin_used") if row[0]]
        if not any(found is not None for _, found, _ in rows):
            return (), len(rows)
        classes = []
        for key in CLASSES:
            margins = [margin for _, found, margin in rows if found == key]
            known: Sequence[float] = [float(margin) for margin in margins if margin is not None]
            state = self.state("clients", "class_live", key)
            assert state is not None
            classes.append(ClientClass(state, len(margins), sum(known) if known else None))
        return tuple(classes), sum(found not in CLASSES for _, found, _ in rows)

    def actions(self) -> tuple[Action, ...]:
        """The actions by rank; the alerts where no action stands."""
        ranked = sorted(
            (
                row
                for row in self.rows("top_actions", "rank", "action", "stake")
                if row[0] is not None and row[1]
            ),
            key=lambda row: row[0],
        )
        if ranked:
            return tuple(Action(str(text), stake) for _, text, stake in ranked)
        alerts = self.rows("alerts", "severity", "alert", "stake")
        return tuple(Action(str(text), stake) for severity, text, stake in alerts if severity and text)
