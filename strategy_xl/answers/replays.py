"""What the rules would have said had only some of the cells changed between two nights.

A *world* is the first night with some of what differs on the second. The rules run on it, and that is the
proof of what is told of a change. Where a rule looks at each row alone, one world asks about many rows at
once, each with changes of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from strategy_xl.answers.basis import Explained, MadeColumns, plain
from strategy_xl.answers.judging import Evaluation, Evaluator, asks_day, thresholds
from strategy_xl.answers.nights import Nights, Unit, UnitKind
from strategy_xl.answers.pairing import row_name
from strategy_xl.errors import StrategyXlError
from strategy_xl.formulas.references import parse_argument
from strategy_xl.rules.frame import numbered, numbers
from strategy_xl.rules.table import Table
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.text.identity import identity_key

_ROWS = (UnitKind.ADDED, UnitKind.GONE)
Units = frozenset[int]
"""Some of what differs, by number."""


class Entity(NamedTuple):
    """A row that is there on both nights: its position on each."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rule says of a row in a world.

    Arguments:
        verdicts: by key.
        codes: its reasons.
        measures: the figures that it turns by, in the order of the template; NaN where unknown.
        limits: what each figure is held against, NaN where unknown.
        margins: how far beyond its limits each figure must be for a stored verdict to change.
    """

    verdicts: Mapping[str, Any]
    codes: tuple[str, ...]
    measures: tuple[float, ...]
    limits: tuple[tuple[float, ...], ...]
    margins: tuple[float, ...]


class _Sorted(NamedTuple):
    """Units by what they concern: a row of the rule's own block, rows by name, or any row."""

    own: dict[int, list[int]]
    linked: dict[str, list[int]]
    rest: list[int]


@dataclass(frozen=True)
class _World:
    """The rule's answer in a world, and where rows stand in it: position on the first night → position."""

    evaluation: Evaluation
    thresholds: Mapping[str, float]
    places: Mapping[int, int]


class Replay:
    """The worlds between two nights, as one rule sees them."""

    def __init__(self, nights: Nights, rule: Explained, most: int) -> None:
        """Prepare to ask.

        Arguments:
            nights: the two nights.
            rule: the rule whose verdicts are asked for.
            most: worlds that may be made.
        """
        self.nights, self.rule, self._left = nights, rule, most
        self.block = rule.call.into
        keys = (rule.blocks | {SETTINGS_BLOCK}) & nights.blocks.keys()
        self._tables = {key: nights.tables(key)[0] for key in keys}
        self._later = {key: nights.tables(key)[1] for key in keys}
        self._worlds: dict[Units, _World | None] = {}
        self._asks_day = any(asks_day(call.run) for call in rule.calls)
        self._is_alone = rule.spec.alone and not self._is_together()
        self._led = {key for key in keys if self._is_alone and self._is_led(key)}

    def _is_together(self) -> bool:
        """Whether a setting makes the rule look at other rows, on either night."""
        case = self.rule.spec.together
        sides = (self.nights.before, self.nights.after)
        held = [side.blocks[SETTINGS_BLOCK] for side in sides if SETTINGS_BLOCK in side.blocks]
        return case is not None and any(case.choice in side.columns.get(case.setting, ()) for side in held)

    def _is_led(self, block: str) -> bool:
        """Whether rows of a block concern those rows only that they name."""
        to, back = (
            any(
                item.source is not None and parse_argument(item.source)[0] == target
                for item in self.nights.blocks[owner].fields
            )
            for owner, target in ((block, self.block), (self.block, block))
        )
        return block != self.block and to and not back

    @property
    def is_exhausted(self) -> bool:
        """Whether no more worlds may be made."""
        return self._left <= 0

    @cached_property
    def _sorted(self) -> _Sorted:
        """The units that can matter to the rule."""
        found = _Sorted(defaultdict(list), defaultdict(list), [])
        for number, unit in enumerate(self.nights.units):
            if unit.kind is UnitKind.DAY:
                if self._asks_day:
                    found.rest.append(number)
            elif unit.block == self.block and unit.before is not None:
                found.own[unit.before].append(number)
            elif unit.block in self._led:
                for name in unit.links.get(self.block, ()):
                    found.linked[name].append(number)
            elif unit.block in self._tables and not (unit.block == self.block and self._is_alone):
                found.rest.append(number)
        return found

    def local(self, entity: Entity) -> tuple[int, ...]:
        """The numbers of what differs in a row itself, and in the rows that name it where no others count."""
        units = dict.fromkeys(self._sorted.own.get(entity.before, ()))
        for name in sorted(self._names(entity)):
            units |= dict.fromkeys(self._sorted.linked.get(name, ()))
        return tuple(units)

    def relevant(self, entity: Entity) -> tuple[int, ...]:
        """The numbers of what can matter to a row: what is local first, the day last."""
        local = self.local(entity)
        if self._is_alone:
            return (*local, *self._sorted.rest)
        others = (number for at, own in self._sorted.own.items() if at != entity.before for number in own)
        return (*local, *others, *self._sorted.rest)

    def _names(self, entity: Entity) -> frozenset[str]:
        """Keys of what a row is called on the two nights."""
        block = self.nights.blocks[self.block]
        before, after = self.nights.before.blocks[self.block], self.nights.after.blocks[self.block]
        found = (row_name(block, before, entity.before), row_name(block, after, entity.after))
        return frozenset(identity_key(name) for name in found)

    def ask(self, questions: Sequence[tuple[Entity, Units]]) -> list[Outcome | None]:
        """What the rule says of rows, each in a world of its own.

        Arguments: rows with what differs in their worlds, by number.
        Result: for each, None where the rule refuses its settings or no more worlds may be made.
        """
        found: list[Outcome | None] = [None] * len(questions)
        for units, asked in self._packed(questions).items():
            entities = [questions[number][0] for number in asked]
            world = self._world(units, entities)
            if world is not None:
                for number in asked:
                    found[number] = self._outcome(world, questions[number][0])
        return found

    def _packed(self, questions: Sequence[tuple[Entity, Units]]) -> dict[Units, list[int]]:
        """The worlds to make, each with the numbers of the questions that it answers."""
        if not self._is_alone:
            worlds: dict[Units, list[int]] = defaultdict(list)
            for number, (_entity, units) in enumerate(questions):
                worlds[units].append(number)
            return worlds
        local = {entity: frozenset(self.local(entity)) for entity, _units in questions}
        owners = Counter(unit for units in local.values() for unit in units)
        lanes: dict[tuple[Units, int], tuple[set[int], list[int]]] = {}
        taken: Counter[tuple[Entity, Units]] = Counter()
        for number, (entity, units) in enumerate(questions):
            own = frozenset(unit for unit in units & local[entity] if owners[unit] == 1)
            shared = units - own
            held, asked = lanes.setdefault((shared, taken[entity, shared]), (set(shared), []))
            taken[entity, shared] += 1
            held |= own
            asked.append(number)
        merged: dict[Units, list[int]] = defaultdict(list)
        for held, asked in lanes.values():
            merged[frozenset(held)] += asked
        return merged

    def _world(self, units: Units, entities: Sequence[Entity]) -> _World | None:
        """The rule's answer with some of what differs; None when it gives none."""
        if not self._is_alone and units in self._worlds:
            return self._worlds[units]
        if self.is_exhausted:
            return None
        self._left -= 1
        world = self._made(units, entities)
        if not self._is_alone:
            self._worlds[units] = world
        return world

    def _made(self, units: Units, entities: Sequence[Entity]) -> _World | None:
        chosen = [self.nights.units[number] for number in sorted(units)]
        by_block: dict[str, list[Unit]] = defaultdict(list)
        for unit in chosen:
            by_block[unit.block].append(unit)
        frames = {key: self._changed(key, by_block.get(key, ())) for key in self._tables}
        table = frames[self.block]
        gone = {unit.before for unit in by_block.get(self.block, ()) if unit.kind is UnitKind.GONE}
        count = len(self._tables[self.block])
        places: Mapping[int, int] = {}
        if gone or not self._is_alone:
            places = {at: place for place, at in enumerate(at for at in range(count) if at not in gone)}
        if self._is_alone:
            rows = sorted({entity.before for entity in entities})
            taken = table.take(np.array([places.get(row, row) for row in rows], dtype=np.intp))
            # Numbered anew: two of them may have been in one row of the sheet, on different nights.
            frames[self.block] = Table(MadeColumns(taken, taken.array), numbered(len(rows)))
            places = {row: place for place, row in enumerate(rows)}
        is_later = any(unit.kind is UnitKind.DAY for unit in chosen)
        day = self.nights.after.day if is_later else self.nights.before.day
        evaluator = Evaluator(self.nights.spec, frames, day)
        try:
            *_earlier, last = [evaluator.run(call) for call in self.rule.calls]
        except StrategyXlError:
            return None  # settings that make no sense together: this world says nothing
        return _World(last, thresholds(self.rule.call.run, evaluator.settings), places)

    def _changed(self, block: str, units: Sequence[Unit]) -> Table:
        """The rows of a block with some of what differs."""
        table, later = self._tables[block], self._later[block]
        if not units:
            return table
        gone = [unit.before for unit in units if unit.kind is UnitKind.GONE]
        added = [unit.after for unit in units if unit.kind is UnitKind.ADDED]
        stay = np.delete(np.arange(len(table)), np.array(gone, dtype=np.intp))
        cells: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            if unit.kind not in _ROWS:
                cells[unit.key].append(unit)

        def made(key: str) -> Any:
            array = table.array(key)
            if key in cells:
                array = array.copy()
                now = [unit.after for unit in cells[key]]
                array[[unit.before for unit in cells[key]]] = later.array(key)[now]
            if gone or added:
                new = later.array(key)[added] if key in later else _blank(array, len(added))
                array = np.concatenate([array[stay], new])
            return array

        return Table(MadeColumns(table, made), numbered(len(stay) + len(added)))

    def _outcome(self, world: _World, entity: Entity) -> Outcome | None:
        """What a world says of a row; None when the row is not in it."""
        at = world.places.get(entity.before)
        if at is None:
            return None
        answer = world.evaluation.result.table
        verdicts = {key: plain(answer.array(key)[at]) for key in self.rule.spec.verdicts}
        measures, limits, margins = [], [], []
        for measure in self.rule.spec.measures:
            measures.append(self._figure(world, measure.value, at))
            limits.append(tuple(self._figure(world, limit, at) for limit in measure.limits))
            margins.append(0.0 if measure.margin is None else world.thresholds.get(measure.margin, 0.0))
        codes = world.evaluation.result.reasons.at(at)
        return Outcome(verdicts, codes, tuple(measures), tuple(limits), tuple(margins))

    @staticmethod
    def _figure(world: _World, name: str | float, at: int) -> float:
        """A number, a setting, or a figure of a row; NaN when it is not known."""
        if not isinstance(name, str):
            return float(name)
        if name in world.thresholds:
            return world.thresholds[name]
        for table in (world.evaluation.result.table, world.evaluation.inputs):
            if name in table:
                return float(numbers(table.take(np.array([at])), name)[0])
        return float("nan")


def _blank(array: Any, count: int) -> Any:
    """Missing values of the type of an array."""
    nothing = {"f": np.nan, "M": np.datetime64("NaT")}.get(array.dtype.kind)
    return np.full(count, nothing, array.dtype)
