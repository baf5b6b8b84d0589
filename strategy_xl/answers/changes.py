"""Why a verdict is another one than the night before: the cells that moved, and the threshold they crossed.

Told is the smallest set of what differs that by itself turns the old verdict into the new one; that it does
is tried out with the rules themselves (``replays``). A change that needs no hand is told as what it is: the
day, a setting, or a rule of the program that judges otherwise.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

from strategy_xl.answers.basis import Basis, Explained, explained_rules
from strategy_xl.answers.nights import Nights, Unit
from strategy_xl.answers.pairing import identity, name_key, row_name
from strategy_xl.answers.replays import Entity, Outcome, Replay, Units
from strategy_xl.rules.frame import ROUNDING
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import WorkbookSpec

MOST_SETS = 120
"""Sets of one size that are tried; of more, one that cannot be made smaller is told, not the smallest."""
MOST_WORLDS = 200
"""Worlds in which one rule is run for one workbook; a night with more to tell tells all that differs."""


class Why(StrEnum):
    """What a change is due to."""

    CELL = "cell"
    STORED = "stored"
    ADDED = "added"
    GONE = "gone"
    SETTING = "setting"
    DAY = "day"
    SEVERAL = "several"
    PROGRAM = "program"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that differs, and its cell.

    Arguments:
        kind: as ``nights.UnitKind``.
        block, key: block and field.
        name: what the row is called, when it is another row than the one whose verdict changed; else "".
        sheet, cell: where; of a row that is gone, where it stood.
        old, new: plain values; days as text, choices as keys.
    """

    kind: str
    block: str = ""
    key: str = ""
    name: str = ""
    sheet: str = ""
    cell: str = ""
    old: Any = None
    new: Any = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """A figure that went past a limit.

    Arguments:
        value: key of the figure, as the template names it.
        old, new: the figure on both sides; the first None where it was not known.
        limit: what it is held against, on the new side; former: on the old one.
        setting: key of the setting that gives the limit, or of a column; "" for a number.
        margin: how far beyond the limit it had to be, when that decided; else 0.
    """

    value: str
    old: float | None
    new: float
    limit: float
    former: float
    setting: str = ""
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that is another one than the night before, and why.

    Arguments:
        block, row, identity, name: the row now: its number, what it is known by, what it is called.
        sheet, cell: the cell that names it.
        rule, verdict: the rule, and the column of its answer.
        old, new: the verdicts.
        why: what it is due to.
        causes: what differs that makes the change; all of it is needed unless ``why`` is unknown.
        crossing: the figure that went past its limit; None when no figure did.
        is_least: whether no smaller set of what differs makes the change.
        versions: of the rule on both nights, where it judges otherwise than it did; else empty.
    """

    block: str
    row: int
    identity: str
    name: str
    sheet: str
    cell: str
    rule: str
    verdict: str
    old: Any
    new: Any
    why: Why
    causes: tuple[Cause, ...] = ()
    crossing: Crossing | None = None
    is_least: bool = True
    versions: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The change as plain data, for a database or a file."""
        return asdict(self)

    @classmethod
    def of_data(cls, told: Mapping[str, Any]) -> Change:
        """A change from its plain data."""
        crossing = told["crossing"]
        return cls(
            **{
                **told,
                "why": Why(told["why"]),
                "causes": tuple(Cause(**cause) for cause in told["causes"]),
                "crossing": None if crossing is None else Crossing(**crossing),
                "versions": tuple(told["versions"]),
            }
        )


def explain(spec: WorkbookSpec, before: Basis, after: Basis) -> list[Change]:
    """Every verdict that is another one than on an earlier night, with what makes it so.

    Arguments:
        spec: the templates.
        before, after: what is remembered of the two nights. Rows that came or went have no change.
    """
    nights = Nights(spec, before, after)
    found: list[Change] = []
    for rule in explained_rules(spec):
        run = rule.call.run
        if run in before.verdicts and run in after.verdicts and rule.call.into in nights.blocks:
            found += _Explainer(nights, rule).changes()
    return found


class _Found(NamedTuple):
    """A set of what differs that makes a change, and what the rule says then."""

    units: Units
    outcome: Outcome
    is_least: bool = True


class _Case(NamedTuple):
    """A row's verdict that changed."""

    entity: Entity
    verdict: str
    old: Any
    new: Any


_Search = Generator[list[Units], list[Outcome | None], _Found | None]


class _Explainer:
    """The changes of one rule's verdicts between two nights."""

    def __init__(self, nights: Nights, rule: Explained) -> None:
        self.nights, self.rule = nights, rule
        self.block = rule.call.into
        self.versions = tuple(side.versions[rule.call.run] for side in (nights.before, nights.after))

    @cached_property
    def replay(self) -> Replay:
        """What the rule would have said; made when something changed."""
        return Replay(self.nights, self.rule, MOST_WORLDS)

    def changes(self) -> list[Change]:
        """All of them, row by row."""
        cases = self._cases()
        if not cases:
            return []
        bases = self.replay.ask([(case.entity, frozenset()) for case in cases])
        searches = [
            self._search(case, base) if base is not None else None
            for case, base in zip(cases, bases, strict=True)
        ]
        results = self._together(cases, searches)
        return [
            self._change(case, base, found) for case, base, found in zip(cases, bases, results, strict=True)
        ]

    def _cases(self) -> list[_Case]:
        """The rows whose verdict changed; most nights have none, and need not be looked at row by row."""
        run, nights = self.rule.call.run, self.nights
        before, after = nights.before.verdicts[run], nights.after.verdicts[run]
        held = (nights.before.blocks[self.block], nights.after.blocks[self.block])
        named = name_key(nights.blocks[self.block])
        if before == after and held[0].columns.get(named) == held[1].columns.get(named):
            return []
        found = [
            (was, now, place, verdict)
            for place, verdict in enumerate(self.rule.spec.verdicts)
            if verdict in before and verdict in after
            for was, now in nights.pairs[self.block].differing(before[verdict], after[verdict])
        ]
        return [
            _Case(Entity(was, now), verdict, before[verdict][was], after[verdict][now])
            for was, now, _place, verdict in sorted(found)
        ]

    def _together(self, cases: Sequence[_Case], searches: Sequence[_Search | None]) -> list[_Found | None]:
        """Lead all searches to their ends, each round of questions asked at once."""
        found: list[_Found | None] = [None] * len(cases)
        wanted: dict[int, list[Units]] = {}

        def go_on(number: int, answers: list[Outcome | None] | None) -> None:
            search = searches[number]
            assert search is not None  # only those that were begun are led on
            try:
                wanted[number] = search.send(answers) if answers is not None else next(search)
            except StopIteration as end:
                found[number] = end.value

        for number, search in enumerate(searches):
            if search is not None:
                go_on(number, None)
        while wanted:
            asked, wanted = wanted, {}
            questions = [(cases[number].entity, units) for number, sets in asked.items() for units in sets]
            answers = iter(self.replay.ask(questions))
            for number, sets in asked.items():
                go_on(number, [next(answers) for _ in sets])
        return found

    def _search(self, case: _Case, base: Outcome) -> _Search:
        """Look for the smallest set that makes the change, among sets of a size for the greatest effect."""
        if base.verdicts[case.verdict] == case.new:
            return _Found(frozenset(), base)  # the same cells, judged otherwise
        numbers = self.replay.relevant(case.entity)
        (whole,) = yield [frozenset(numbers)]
        if whole is None or whole.verdicts[case.verdict] != case.new:
            return None
        local = set(self.replay.local(case.entity))
        for size in range(1, len(numbers)):
            if math.comb(len(numbers), size) > MOST_SETS:
                return (yield from self._shrunk(case, numbers, whole))
            # What people did to the row itself is told before what happened elsewhere.
            sets = [frozenset(chosen) for chosen in combinations(numbers, size)]
            for tier in ([one for one in sets if one <= local], [one for one in sets if not one <= local]):
                outcomes = (yield tier) if tier else []
                hits = [
                    _Found(units, outcome)
                    for units, outcome in zip(tier, outcomes, strict=True)
                    if outcome is not None and outcome.verdicts[case.verdict] == case.new
                ]
                if hits:
                    return min(hits, key=lambda hit: self._rank(case, base, hit, numbers))
            if self.replay.is_exhausted:
                return _Found(frozenset(numbers), whole, is_least=False)
        return _Found(frozenset(numbers), whole)

    def _shrunk(self, case: _Case, numbers: Sequence[int], outcome: Outcome) -> _Search:
        """Take away from all that differs whatever the change does not need, the least telling first."""
        kept = list(reversed(numbers))
        step = max(len(kept) // 2, 1)
        while True:
            at, taken = 0, False
            while at < len(kept) and len(kept) > 1:
                fewer = kept[:at] + kept[at + step :]
                (trial,) = yield [frozenset(fewer)]
                if trial is not None and trial.verdicts[case.verdict] == case.new:
                    kept, outcome, taken = fewer, trial, True
                else:
                    at += step
            if step == 1 and not taken:
                return _Found(frozenset(kept), outcome, is_least=False)
            step = max(step // 2, 1)

    def _rank(self, case: _Case, base: Outcome, hit: _Found, numbers: Sequence[int]) -> tuple[Any, ...]:
        """What sets that all make a change are ordered by: how telling a figure it moved, and how far."""
        crossing = self._crossing(case, base, hit.outcome)
        places = sorted(numbers.index(number) for number in hit.units)
        if crossing is None:
            return (len(self.rule.spec.measures), 0.0, places)
        at = next(i for i, item in enumerate(self.rule.spec.measures) if item.value == crossing.value)
        return (at, -abs(crossing.new - (crossing.old or 0.0)), places)

    def _crossing(self, case: _Case, base: Outcome, outcome: Outcome) -> Crossing | None:
        """The most telling figure that stands on another side of a limit than it did.

        Figures by which the new verdict was found come before those by which the old one was.
        """
        for side in (outcome, base):
            for at, measure in enumerate(self.rule.spec.measures):
                if measure.codes and not any(code.endswith(measure.codes) for code in side.codes):
                    continue
                if measure.of and case.verdict not in measure.of:
                    continue
                for place in range(len(measure.limits)):
                    found = self._crossed(base, outcome, at, place)
                    if found is not None:
                        return found
        return None

    def _crossed(self, base: Outcome, outcome: Outcome, at: int, place: int) -> Crossing | None:
        """How a figure went past one of its limits; None when it did not."""
        measure = self.rule.spec.measures[at]
        old, new = (round(side.measures[at], ROUNDING) for side in (base, outcome))
        was, now = (side.limits[at][place] for side in (base, outcome))
        name = measure.limits[place]
        setting = name if isinstance(name, str) else ""
        if math.isnan(new) or math.isnan(now):
            return None
        if math.isnan(old):
            return Crossing(measure.value, None, new, now, now, setting)
        is_past = operator.ge if measure.at_limit else operator.gt
        if not math.isnan(was) and is_past(old, was) != is_past(new, now):
            return Crossing(measure.value, old, new, now, was, setting)
        margin = outcome.margins[at]
        beyond = now - margin if new < old else now + margin
        if margin and is_past(old, beyond) != is_past(new, beyond):
            return Crossing(measure.value, old, new, now, now, setting, margin)
        return None

    def _change(self, case: _Case, base: Outcome | None, found: _Found | None) -> Change:
        """What is told of a case."""
        block, held = self.nights.blocks[self.block], self.nights.after.blocks[self.block]
        sheet, cell = held.cell(name_key(block), case.entity.after)
        judged_otherwise = base is not None and base.verdicts[case.verdict] != case.old
        why, causes, crossing = Why.UNKNOWN, self._all(case.entity), None
        if base is not None and found is not None:
            units = [self.nights.units[number] for number in sorted(found.units)]
            causes = tuple(self._cause(case.entity, unit) for unit in units)
            crossing = self._crossing(case, base, found.outcome)
            why = Why.SEVERAL if len(units) > 1 else Why(units[0].kind) if units else Why.PROGRAM
        if judged_otherwise and self.versions[0] == self.versions[1]:
            # The first night cannot be made again from what is remembered: nothing is proven.
            why, causes, crossing = Why.UNKNOWN, self._all(case.entity), None
        return Change(
            block=self.block,
            row=held.rows[case.entity.after],
            identity=identity(block, held, case.entity.after),
            name=row_name(block, held, case.entity.after),
            sheet=sheet,
            cell=cell,
            rule=self.rule.call.run,
            verdict=case.verdict,
            old=case.old,
            new=case.new,
            why=why,
            causes=causes,
            crossing=crossing,
            is_least=found is not None and found.is_least,
            versions=self.versions if judged_otherwise else (),
        )

    def _all(self, entity: Entity) -> tuple[Cause, ...]:
        """What differs in a row itself, where it is not known which of it counts."""
        return tuple(self._cause(entity, self.nights.units[number]) for number in self.replay.local(entity))

    def _cause(self, entity: Entity, unit: Unit) -> Cause:
        """One thing that differs, as it is told."""
        is_own = unit.block == self.block and unit.before == entity.before
        sheet, cell = "", ""
        if unit.after is not None:
            sheet, cell = self.nights.after.blocks[unit.block].cell(unit.key, unit.after)
        elif unit.before is not None:
            sheet, cell = self.nights.before.blocks[unit.block].cell(unit.key, unit.before)
        name = "" if is_own or unit.block == SETTINGS_BLOCK else unit.name
        return Cause(str(unit.kind), unit.block, unit.key, name, sheet, cell, unit.old, unit.new)
