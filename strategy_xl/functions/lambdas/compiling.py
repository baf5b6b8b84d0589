"""From a definition to the formula of a LAMBDA, as a workbook's file writes it.

A LAMBDA takes what the cell function of the same name takes, but for ``settings`` and ``lang``: cells or
ranges, whose rows it answers one by one, or whole ranges and tables with headers. What Excel's own formulas
do not count is missing, an error cell makes #N/A, and what cannot be used is told in a sentence.

Parameters are declared ``_xlpm.name``, or ``_xlop.name`` where they may be left out; functions younger than
the file format get ``_xlfn.``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from strategy_xl.formulas.excel import quote
from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.intake import field_of
from strategy_xl.functions.lambdas.definitions import Definition
from strategy_xl.functions.lambdas.scope import PARAMETER, Bound, Scope, Words, counted, own
from strategy_xl.functions.lambdas.tools import AT, AT_ONE, LAMBDA_PREFIX, with_prefixes
from strategy_xl.functions.registry import PREFIX, CellFunction, Shape
from strategy_xl.text.catalog import message

MOST_ROWS = 10_000
"""Rows that one call answers; with a whole column it would answer a million."""
MOST_CHARACTERS = 8192
"""Longest formula of Excel."""

OPTIONAL = "_xlop."
_OFF = "LAMBDA({p},(ROWS({p})*COLUMNS({p})>1)*((ROWS({p})<>{h})+(COLUMNS({p})<>{w})>0))"
_PARAMETERS = re.compile(r"_xlpm\.\w+")
_SEEN = 'LAMBDA({p},{v},IF((ROWS({p})*COLUMNS({p})=1)*({cells}>1),"",{v}))'


def _unless(refused: list[tuple[str, str]], answer: str) -> str:
    """An answer, or what is told when a condition holds."""
    for condition, told in reversed(refused):
        answer = f"IF({condition},{told},{answer})"
    return answer


def _let(pairs: list[tuple[str, str]], result: str) -> str:
    """``LET`` of some names."""
    if not pairs:
        return result
    return f"LET({','.join(f'{name},{text}' for name, text in pairs)},{result})"


@dataclass
class _Frame:
    """A formula around its results: takes ranges apart and puts the answers of the rows together."""

    scope: Scope
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def by_row(self) -> bool:
        """Whether each row has an answer of its own."""
        return self.scope.function.shape in {Shape.COLUMN, Shape.ROWS} and not self.scope.function.together

    @property
    def rows(self) -> list[Argument]:
        """The arguments that are cells, one a row."""
        return [item for item in self.scope.arguments if item.kind is Kind.CELLS]

    @property
    def ranges(self) -> list[Argument]:
        """The arguments that are cells or ranges of cells."""
        return [item for item in self.scope.arguments if item.kind in {Kind.CELLS, Kind.RANGE}]

    def _range(self, item: Argument) -> str:
        """The name of an argument as it was given, empty where it was left out."""
        return own(f"a{self.scope.arguments.index(item) + 1}")

    def take(self) -> None:
        """Name the cells of the row (or the ranges, for an answer that rests on all rows)."""
        for item in self.scope.arguments:
            if item.kind is Kind.SCALAR or item.kind is Kind.RANGE:
                cells = self._range(item)
                is_one = item.kind is Kind.SCALAR
                as_counted = counted(field_of(item), cells, is_range=not is_one)
                self.scope.bound[f"raw_{item.key}"] = Bound(cells, by_row=False)
                self.scope.bound[item.key] = Bound(cells, by_row=False)
                if as_counted != cells:
                    del self.scope.bound[item.key]
                    self.scope.bind(item.key, as_counted, by_row=False)
        for item in self.rows:
            cells = self._range(item)
            self.scope.bound[f"raw_{item.key}"] = Bound(cells, by_row=False)
            if self.by_row:
                cells = f"{AT}({cells},{own('i')},{own('j')})"
                cells = self.scope.bind(f"r{self.scope.arguments.index(item) + 1}", cells, by_row=True).text
            as_counted = counted(field_of(item), cells, is_range=not self.by_row)
            key = f"given_{item.key}" if item.key in self.scope.definition.let else item.key
            if as_counted == cells:
                self.scope.bound[key] = Bound(cells, self.by_row)
            else:
                self.scope.bind(key, as_counted, by_row=self.by_row)
                self.scope.counted.add(key)

    # -- the whole -----------------------------------------------------------------------------------------

    def whole(self) -> str:
        """The LAMBDA."""
        if not self.by_row:
            self.scope.bound["i"] = Bound(own("i"), by_row=True)
        for key, name in (("cells", "cells"), ("high", "h"), ("wide", "w")):
            self.scope.bound[key] = Bound(own(name), by_row=False)
        self.take()
        results = [self.scope.written(formula)[0] for formula in self.scope.definition.results]
        self.scope.is_fixed = False
        refused = [
            (self.scope.written(condition)[0], self._told(key))
            for condition, key in self.scope.definition.refuse
        ]
        for owner, key in self.scope.definition.need.items():
            missing = f"(1-ISOMITTED({PARAMETER}{owner}))*({self.scope.place(owner, key)}=0)"
            refused.append((missing, self._told("NO_TITLE", title=self.scope.title(owner, key))))
        answer = self._answers(results, refused) if self.by_row else self._answer(results, refused)
        if self.ranges:
            ranges = [self._range(item) for item in self.rows] or [self._range(self.ranges[0])]
            misfit = "+".join(f"{own('o')}({cells})" for cells in ranges)
            answer = (
                f"IF({misfit}>0,{self._told('LENGTHS')},"
                f"IF({own('cells')}>{MOST_ROWS},{self._told('MANY')},{_let(self.scope.outer, answer)}))"
            )
            answer = _let([*self._given(), *self._tools(answer)], answer)
        else:
            answer = _let([*self._tools(_let(self.scope.outer, answer)), *self.scope.outer], answer)
        optional = False
        declared = []
        for item in self.scope.arguments:
            optional = optional or not item.required
            declared.append(f"{OPTIONAL if optional else PARAMETER}{item.name}")
        return with_prefixes(f"LAMBDA({','.join(declared)},{answer})")

    def _given(self) -> list[tuple[str, str]]:
        """Names for the arguments as they were given, and for the size of the largest."""
        pairs = [
            (self._range(item), f'IF(ISOMITTED({PARAMETER}{item.name}),"",{PARAMETER}{item.name})')
            for item in self.scope.arguments
            if item.kind is not Kind.TABLE
        ]
        sized = [self._range(item) for item in self.rows or self.ranges]
        for name, what in (("h", "ROWS"), ("w", "COLUMNS")):
            pairs.append((own(name), f"MAX({','.join(f'{what}({cells})' for cells in sized)})"))
        return [*pairs, (own("cells"), f"{own('h')}*{own('w')}")]

    def _tools(self, answer: str) -> list[tuple[str, str]]:
        """Small functions of the formula's own, those that it calls."""
        parts = {key: own(key) for key in ("p", "v", "h", "w", "cells")}
        tools = (("o", _OFF), ("s", _SEEN))
        return [(own(key), text.format(**parts)) for key, text in tools if f"{own(key)}(" in answer]

    def _told(self, key: str, **args: object) -> str:
        return quote(message(f"functions.lambda.{key}", self.scope.words.lang, **args))

    def _answers(self, results: list[str], refused: list[tuple[str, str]]) -> str:
        """One answer a row: an array of the shape of the ranges, or a row of results for each."""
        raws = [
            (self._range(item), self.scope.bound[f"r{self.scope.arguments.index(item) + 1}"].text)
            for item in self.rows
        ]
        names = {raw for _, raw in raws}
        together = "&".join(raw for _, raw in raws)  # an error among them makes the whole text one
        given = "&".join(f"{own('s')}({cells},{raw})" for cells, raw in raws)
        pick = [pair for pair in self.scope.inner if pair[0] in names]
        rest = [pair for pair in self.scope.inner if pair[0] not in names]
        body = self._guarded(results)
        if self.scope.definition.split:
            rest, body = self._split(rest, body, is_one_of=len(results) > 1)
        body = _let(rest, body)
        row = _let(pick, f'IF(ISERROR({together}),NA(),IF(TRIM({given})="","",{body}))')
        h, w = own("h"), own("w")
        if self.scope.function.shape is Shape.COLUMN:
            return _unless(refused, f"MAKEARRAY({h},{w},LAMBDA({own('i')},{own('j')},{row}))")
        # Several results a row stand beside it: to its right, or under it when the rows lie side by side.
        width = len(results)
        turned = _let(
            [
                (own("i"), f"IF({w}=1,{own('u')},1)"),
                (own("j"), f"IF({w}=1,1,{own('v')})"),
                (own("k"), f"IF({w}=1,{own('v')},{own('u')})"),
            ],
            row,
        )
        array = (
            f"MAKEARRAY(IF({w}=1,{h},{width}),IF({w}=1,{width},{w}),LAMBDA({own('u')},{own('v')},{turned}))"
        )
        return _unless([(f"({h}>1)*({w}>1)", self._told("ONE_LINE")), *refused], array)

    def _split(
        self, names: list[tuple[str, str]], body: str, *, is_one_of: bool
    ) -> tuple[list[tuple[str, str]], str]:
        """The names of a row that stay, and the call of a LAMBDA of its own, which is kept in ``parts``."""
        apart = {own(key) for key in self.scope.definition.split}
        body = _let([pair for pair in names if pair[0] in apart], body)
        used = set(_PARAMETERS.findall(body))
        stay = [pair for pair in names if pair[0] not in apart]
        given = [name for name, _ in (*self.scope.inner, *self.scope.outer) if name in used - apart]
        taken = ",".join([*given, *([own("k")] if is_one_of else [])])
        name = f"{LAMBDA_PREFIX}_{self.scope.function.name.removeprefix(PREFIX)}"
        self.parts[name] = with_prefixes(f"LAMBDA({taken},{body})")
        return stay, f"{name}({taken})"

    def _guarded(self, results: list[str]) -> str:
        """The results of a row that lacks nothing it needs; of several, the one that is asked for."""
        said = results[0] if len(results) == 1 else f"CHOOSE({own('k')},{','.join(results)})"
        for item in reversed(self.rows):
            if item.required:
                told = quote(message("functions.MISSING_ARGUMENT", self.scope.words.lang, name=item.name))
                if len(results) > 1:
                    told = f'IF({own("k")}=1,{told},"")'
                said = f"IF(LEN(TRIM({self.scope.bound[item.key].text}))=0,{told},{said})"
        return said

    def _answer(self, results: list[str], refused: list[tuple[str, str]]) -> str:
        """One answer that rests on all rows: a line of results, or one for each row."""
        i, k = own("i"), own("k")
        said = results[0] if len(results) == 1 else f"CHOOSE({k},{','.join(results)})"
        lines, width = "1", len(results)
        if self.scope.definition.lines:
            lines = self.scope.written(self.scope.definition.lines)[0]
        elif self.scope.function.together:
            lines = own("cells")
        line = _let(self.scope.inner, said)
        if self.scope.function.together:
            given = "&".join(
                f"{own('s')}({cells},{AT_ONE}({cells},{i}))" for cells in map(self._range, self.rows)
            )
            line = f'IF(TRIM({given})="","",{line})'
        answer = f"MAKEARRAY({lines},{width},LAMBDA({i},{k},{line}))"
        if self.scope.function.together:
            # A line beside each row, or under it when the rows lie side by side.
            u, v, w = own("u"), own("v"), own("w")
            sizes = f"IF({w}=1,{lines},{width}),IF({w}=1,{width},{lines})"
            turned = _let([(i, f"IF({w}=1,{u},{v})"), (k, f"IF({w}=1,{v},{u})")], line)
            answer = f"MAKEARRAY({sizes},LAMBDA({u},{v},{turned}))"
        ranges = [self._range(item) for item in self.ranges]
        # An error among the cells makes the sum of their lengths one.
        errors = "+".join(f"SUMPRODUCT(LEN({one}))" for one in ranges)
        blank = "+".join(f"SUMPRODUCT((LEN(TRIM({one}))>0)*1)" for one in ranges)
        for item in reversed(self.scope.arguments):
            if item.required and item.kind is not Kind.TABLE:
                told = quote(message("functions.MISSING_ARGUMENT", self.scope.words.lang, name=item.name))
                cells = self._range(item)
                lacks = f"(ROWS({cells})*COLUMNS({cells})=1)*(SUMPRODUCT((LEN(TRIM({cells}))>0)*1)=0)>0"
                answer = f"IF({lacks},{told},{answer})"
        return f'IF(ISERROR({errors}),NA(),IF({blank}=0,"",{_unless(refused, answer)}))'


def lambda_name(function: str) -> str:
    """The name of a cell function's LAMBDA (``STRAT_TOWS`` → ``STRATX_TOWS``)."""
    return LAMBDA_PREFIX + function.removeprefix(PREFIX)


def compiled(function: CellFunction, definition: Definition, words: Words) -> Mapping[str, str]:
    """The formulas of a function's LAMBDA by name, without ``=``: those that it calls, then its own.

    Arguments:
        function: the cell function. definition: what it is made of. words: those of the workbook.

    Raises LambdaError for a definition that cannot be written. Whether the formulas fit (``MOST_CHARACTERS``)
    shows where they go: labels of another language, or other names of a workbook, are longer or shorter.
    """
    frame = _Frame(Scope(function, definition, words))
    whole = frame.whole()
    return {**frame.parts, lambda_name(function.name): whole}
