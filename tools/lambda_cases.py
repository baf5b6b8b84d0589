"""Calls of cell functions for their LAMBDAs: the examples, and draws from what the templates allow."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.intake import block_fields, choice_labels, field_of
from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.functions.lambdas.scope import taken
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, Shape
from strategy_xl.languages import HOUSE, LANGUAGES
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType

Rows = tuple[tuple[object, ...], ...]
"""The cells of one argument: None for an empty one."""

_BLANK = 0.2
"""How many cells of a call are empty; in half of the calls it is none."""
_POINTING = 0.7
"""How often a text points to a row of a table, where there is one."""
_DAYS = {"start": (-400, 30), "end": (-30, 400), "date": (-300, 10)}
"""The days around that of the examples which a field of this name mostly has."""
_WORDS = {
    "fr": ("Équipe", "Import", "Alpha", "Léa", "Offre 2", "équipe"),
    "en": ("Team", "Import", "Alpha", "Lea", "Offer 2", "team"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A call.

    Arguments:
        args: the cells of each argument, None for one left out.
        is_plain: every cell is one that the templates allow: Python's answer is then the LAMBDA's.
    """

    args: tuple[Rows | None, ...]
    is_plain: bool = True

    def is_large(self) -> bool:
        """Whether an argument has several cells."""
        return any(len(rows) > 1 or len(rows[0]) > 1 for rows in self.args if rows)

    def values(self) -> list[object]:
        """The arguments as ``calling.call`` takes them."""
        return [
            None
            if rows is None
            else rows[0][0]
            if len(rows) == len(rows[0]) == 1
            else [list(row) for row in rows]
            for rows in self.args
        ]


def block(value: object) -> Rows | None:
    """What an example gives for an argument, as cells."""
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        return ((value,),)
    return tuple(tuple(row) if isinstance(row, list | tuple) else (row,) for row in value)


def example_cases(function: CellFunction, lang: str) -> list[Case]:
    """The function's examples, those of other languages with this one's labels and titles.

    Not those that change settings, nor those with an argument that the LAMBDA does not take.
    """
    arguments = taken(function, definitions()[function.name])
    return [
        Case(
            tuple(
                _titled(item, translated(block(value), lang), lang)
                for item, value in zip(arguments, example.args, strict=False)
            )
        )
        for example in function.examples
        if not example.settings
        and all(value is None for value in example.args[len(arguments) :])
        and not _is_whole_table(function, example.args)
    ]


def _titled(item: Argument, rows: Rows | None, lang: str) -> Rows | None:
    """A table with the titles of a language."""
    if item.kind is not Kind.TABLE or rows is None:
        return rows
    fields = block_fields(item.field).values()
    titles = {spec.label.get(other): spec.label.get(lang) for spec in fields for other in LANGUAGES}
    return (tuple(titles.get(str(title), title) for title in rows[0]), *rows[1:])


def translated(rows: Rows | None, lang: str) -> Rows | None:
    """Cells with the labels of a language."""
    known = _labels(lang)
    return rows and tuple(
        tuple(known.get(cell, cell) if isinstance(cell, str) else cell for cell in row) for row in rows
    )


@cache
def _labels(lang: str) -> Mapping[str, str]:
    """The label of a choice in a language by that in any."""
    return {
        label: choice_labels(listed.key, lang)[key]
        for listed in load_default().lists
        for other in LANGUAGES
        for key, label in choice_labels(listed.key, other).items()
    }


def _is_whole_table(function: CellFunction, args: Sequence[object]) -> bool:
    """Whether one table with titles stands for all the cells, which no LAMBDA takes."""
    first = block(args[0]) or ((None,),)
    return len(args) == 1 and bool(function.arguments[0].table) and len(first) > 1 and len(first[0]) > 1


class Draw:
    """Draws calls of one function; the same seed gives the same calls."""

    def __init__(self, function: CellFunction, lang: str, seed: int) -> None:
        """Arguments: the function; the language of labels; another seed gives other calls."""
        self._function = function
        self._lang = lang
        self._random = random.Random(f"{function.name} {lang} {seed}")  # noqa: S311 - cases, no secrets
        self._arguments = taken(function, definitions()[function.name])
        self._examples = example_cases(function, lang)
        self._blank = 0.0
        self._least = max((n for n, item in enumerate(self._arguments, 1) if item.required), default=1)
        self._by_row = function.shape in {Shape.COLUMN, Shape.ROWS} and not function.together

    def cases(self, count: int) -> list[Case]:
        """As many calls; every eighth has a cell that the templates do not allow."""
        return [self._case(odd=place % 8 == 7, wide=place % 5 == 4) for place in range(count)]

    def _case(self, *, odd: bool, wide: bool) -> Case:
        pick = self._random
        model = pick.choice(self._examples).args if self._examples and pick.random() < 0.5 else None
        model = None if model is None else (*model, *[None] * (len(self._arguments) - len(model)))
        high = 1 if self._by_row and not wide else pick.randint(1, 6)
        turned = wide and pick.random() < 0.4
        self._blank = _BLANK if pick.random() < 0.5 else 0.0
        args: list[Rows | None] = []
        for place, item in enumerate(self._arguments):
            given = None if model is None else model[place]
            if item.kind is Kind.TABLE:
                args.append(self._table(item))
            elif item.kind is Kind.RANGE:
                args.append(self._rectangle(item, high, pick.randint(1, 7)))
            elif item.kind is Kind.SCALAR:
                args.append(((self._cell(item),),) if pick.random() < 0.6 else None)
            elif given is not None and high == 1 and len(given) == 1 and pick.random() < 0.7:
                args.append(given)
            elif not item.required and pick.random() < 0.1:
                args.append(None)
            else:
                rows = tuple((self._cell(item),) for _ in range(high))
                args.append((tuple(row[0] for row in rows),) if turned else rows)
        if odd:
            self._slip(args)
        while len(args) > self._least and args[-1] is None:
            args.pop()
        return Case(tuple(args), not odd)

    def _slip(self, args: list[Rows | None]) -> None:
        pick = self._random
        places = [
            n for n, item in enumerate(self._arguments) if args[n] is not None and item.kind is not Kind.TABLE
        ]
        if not places:
            return
        place = pick.choice(places)
        rows = [list(row) for row in args[place] or ()]
        row = pick.randrange(len(rows))
        slips = ("12,5", "???", True, -7, 10**9, ErrorValue.NA, " ")
        rows[row][pick.randrange(len(rows[row]))] = pick.choice(slips)
        args[place] = tuple(map(tuple, rows))

    def _rectangle(self, item: Argument, high: int, wide: int) -> Rows:
        return tuple(tuple(self._cell(item) for _ in range(wide)) for _ in range(high))

    def _table(self, item: Argument) -> Rows | None:
        """The table of an example, its rows in another order, some left out, some cells empty."""
        pick = self._random
        place = next(n for n, other in enumerate(self._arguments) if other is item)
        held = [case.args[place] for case in self._examples if len(case.args) > place and case.args[place]]
        if not held:
            return None
        head, *rows = pick.choice(held) or ()
        kept = [row for row in rows if pick.random() < 0.85] or rows
        pick.shuffle(kept)
        return (head, *(tuple(None if pick.random() < 0.05 else cell for cell in row) for row in kept))

    def _words(self, item: Argument) -> list[object]:
        """Texts for an argument: any, those of the examples, and those of their tables."""
        place = self._arguments.index(item)
        found = [rows for case in self._examples for n, rows in enumerate(case.args) if rows and n == place]
        tables = [n for n, other in enumerate(self._arguments) if other.kind is Kind.TABLE]
        own = [cell for rows in found for row in rows for cell in row if isinstance(cell, str)]
        held = [rows for case in self._examples for n, rows in enumerate(case.args) if rows and n in tables]
        words = [] if self._random.random() < _POINTING and held else _WORDS.get(self._lang, _WORDS[HOUSE])
        return [
            *words,
            *own,
            *(cell for rows in held for row in rows[1:] for cell in row[:2] if isinstance(cell, str)),
        ]

    def _cell(self, item: Argument) -> object:
        pick = self._random
        spec = field_of(item)
        if pick.random() < self._blank:
            return None
        if spec.type is FieldType.CHOICE and spec.choices is not None:
            return pick.choice(list(choice_labels(spec.choices, self._lang).values()) or self._words(item))
        if spec.type is FieldType.DATE:
            first, last = _DAYS.get(spec.key, (-400, 400))
            return int(to_serial(EXAMPLE_DAY)) + pick.randint(first, last)
        if spec.type is FieldType.BOOL:
            return pick.random() < 0.5
        return self._number(spec) if spec.type in NUMERIC_TYPES else pick.choice(self._words(item))

    def _number(self, spec: FieldSpec) -> float:
        """A number in the bounds, now and then a bound itself."""
        pick = self._random
        low = -1000.0 if spec.minimum is None else spec.minimum
        high = 100_000.0 if spec.maximum is None else spec.maximum
        if pick.random() < 0.1:
            return pick.choice((low, high, max(low, 0.0)))
        if spec.type is FieldType.INTEGER:
            return pick.randint(math.ceil(low), int(min(high, low + 200)))
        if high <= 1:
            return pick.choice((round(pick.uniform(low, high), 2), pick.uniform(low, high)))
        scale = pick.choice((1.0, 0.01)) if high > 1000 else 1.0
        return max(low, round(pick.uniform(low, high) * scale, pick.choice((0, 1, 2))))
